"""Spans, metrics and log records as rows of Azure Monitor's tables, in their columns.

Where there is no Azure, the same queries can be run over them. `tests/contract/telemetry/test_rows.py` holds them to
what Microsoft's exporter makes of the same spans.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from opentelemetry._logs import SeverityNumber
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk.metrics.export import HistogramDataPoint, MetricsData, NumberDataPoint
from opentelemetry.sdk.resources import SERVICE_INSTANCE_ID, SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind

from shared.adapters.telemetry.opentelemetry import ADDRESS, HTTP_METHOD, HTTP_STATUS, TARGET

Row = dict[str, Any]
_COLUMNS = frozenset({ADDRESS, HTTP_METHOD, HTTP_STATUS, TARGET})
_SEVERITY = ((SeverityNumber.FATAL, 4), (SeverityNumber.ERROR, 3), (SeverityNumber.WARN, 2), (SeverityNumber.INFO, 1))
LINKS = "_MS.links"
NO_SPAN, NO_TRACE = "0" * 16, "0" * 32


def span_row(span: ReadableSpan) -> Row:
    """A row of AppDependencies; of AppRequests where the span stands for an invocation."""
    own, known = span.get_span_context(), dict(span.attributes or {})
    begin, end = span.start_time or 0, span.end_time or 0
    request, call = span.kind is SpanKind.SERVER, span.kind is SpanKind.CLIENT
    row = {
        "Type": "AppRequests" if request else "AppDependencies",
        "TimeGenerated": _moment(begin),
        "OperationId": f"{own.trace_id:032x}" if own is not None else NO_TRACE,
        "Id": f"{own.span_id:016x}" if own is not None else NO_SPAN,
        "ParentId": f"{span.parent.span_id:016x}" if span.parent is not None else "",
        "OperationName": span.name,
        "Name": span.name,
        "ResultCode": str(known.get(HTTP_STATUS, 0)),
        "Success": span.status.is_ok,
        "DurationMs": (end - begin) / 1e6,
        "Properties": _texts({name: value for name, value in known.items() if name not in _COLUMNS}),
        **_role(span.resource),
    }
    if not request:
        row |= {"DependencyType": "HTTP" if call else "InProc", "Target": str(known.get(TARGET, ""))}
        row["Data"] = str(known.get(ADDRESS, ""))
    if span.links:
        pairs = [(link.context.trace_id, link.context.span_id) for link in span.links]
        # No table has a column for them: Microsoft's exporter writes them as a property.
        told = [{"operation_Id": f"{trace:032x}", "id": f"{one:016x}"} for trace, one in pairs]
        row["Properties"] |= {LINKS: json.dumps(told)}
    return row


def log_row(record: ReadableLogRecord) -> Row:
    """A row of AppTraces."""
    told = record.log_record
    number = told.severity_number or SeverityNumber.UNSPECIFIED
    return {
        "Type": "AppTraces",
        "TimeGenerated": _moment(told.timestamp or told.observed_timestamp or 0),
        "OperationId": f"{told.trace_id or 0:032x}",
        "ParentId": f"{told.span_id or 0:016x}",
        "Message": str(told.body),
        "SeverityLevel": next((level for least, level in _SEVERITY if number.value >= least.value), 0),
        "Properties": _texts(told.attributes or {}),
        **_role(record.resource),
    }


def metric_rows(data: MetricsData) -> Iterator[Row]:
    """Rows of AppMetrics."""
    for of_resource in data.resource_metrics:
        for of_scope in of_resource.scope_metrics:
            for metric in of_scope.metrics:
                for point in metric.data.data_points:
                    yield {
                        "Type": "AppMetrics",
                        "TimeGenerated": _moment(point.time_unix_nano),
                        "Name": metric.name,
                        **_values(point),
                        "Properties": _texts(point.attributes or {}),
                        **_role(of_resource.resource),
                    }


def _values(point: Any) -> Row:
    if isinstance(point, HistogramDataPoint):
        return {"Sum": point.sum, "Min": point.min, "Max": point.max, "ItemCount": point.count}
    if isinstance(point, NumberDataPoint):
        return {"Sum": point.value, "Min": point.value, "Max": point.value, "ItemCount": 1}
    raise TypeError(f"no metric of this app has points of type {type(point).__name__}")


def _texts(attributes: Mapping[str, Any]) -> dict[str, str]:
    """Azure Monitor keeps properties as texts."""
    return {name: str(value) for name, value in attributes.items()}


def _role(resource: Resource | None) -> Row:
    known = resource.attributes if resource is not None else {}
    return {
        "AppRoleName": str(known.get(SERVICE_NAME, "")),
        "AppRoleInstance": str(known.get(SERVICE_INSTANCE_ID, "")),
    }


def _moment(nanoseconds: int) -> str:
    return datetime.fromtimestamp(nanoseconds / 1e9, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
