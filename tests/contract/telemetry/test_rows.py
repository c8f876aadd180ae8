"""Rows in a file are what Azure Monitor would have: Microsoft's own exporter is the oracle.

Its envelopes are what it would send. Which column of a table each field becomes is documented:
learn.microsoft.com/azure/azure-monitor/app/data-model-complete.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from azure.monitor.opentelemetry.exporter.export.logs._exporter import _convert_log_to_envelope
from azure.monitor.opentelemetry.exporter.export.metrics._exporter import AzureMonitorMetricExporter
from azure.monitor.opentelemetry.exporter.export.trace._exporter import _convert_span_to_envelope

from local.simulator.scenario.models import CustomerSpec
from shared.adapters.telemetry.rows import LINKS, Row, log_row, metric_rows, span_row
from shared.upkeep.fleet import FleetWatch
from tests.functional.customers import late, legacy
from tests.functional.trouble import arm
from tests.unit.support.told import Told, ToldWorld, telling

CONNECTION = "InstrumentationKey=00000000-0000-4000-8000-000000000000;IngestionEndpoint=https://127.0.0.1:1/"
SMALL = CustomerSpec(name="Small", subscriptions=(legacy(), late("Late", "+P40D")))


@pytest.fixture(scope="module")
def told() -> Told:
    """An offboarding with a refused call and an unexpected exception, up to its wait."""
    with telling(stands_for_host=True) as found:
        world = ToldWorld(SMALL)
        arm(world, {"match": {"pathRegex": "/orders$", "times": 1}, "action": {"type": "status", "status": 503}})
        world.ask(SMALL)
        world.run(for_at_most=timedelta(hours=1))
        assert FleetWatch().look(world.services)
    return found


def columns_of(envelope: Any) -> Row:
    """What an envelope becomes in a table of Log Analytics."""
    data, tags = envelope.data.base_data, envelope.tags
    found: Row = {
        "OperationId": tags.get("ai.operation.id"),
        "ParentId": tags.get("ai.operation.parentId", ""),
        "AppRoleName": tags.get("ai.cloud.role"),
        "AppRoleInstance": tags.get("ai.cloud.roleInstance"),
        "Properties": {name: str(value) for name, value in (data.properties or {}).items()},
    }
    kind = envelope.data.base_type
    if kind in ("RemoteDependencyData", "RequestData"):
        found |= {"Id": data.id, "Name": data.name, "Success": data.success, "DurationMs": milliseconds(data.duration)}
        found["OperationName"] = tags.get("ai.operation.name")
    if kind == "RemoteDependencyData":
        return found | {
            "Type": "AppDependencies",
            "DependencyType": data.type,
            "Target": data.target or "",
            "Data": data.data or "",
            "ResultCode": data.result_code,
        }
    if kind == "RequestData":
        return found | {"Type": "AppRequests", "ResultCode": data.response_code}
    assert kind == "MessageData"
    return found | {"Type": "AppTraces", "Message": data.message, "SeverityLevel": data.severity_level}


def milliseconds(text: str) -> int:
    """`0.00:00:00.012` in whole milliseconds, as the service counts."""
    days, clock = text.split(".", 1)
    hours, minutes, seconds = clock.split(":")
    whole = timedelta(days=int(days), hours=int(hours), minutes=int(minutes), seconds=float(seconds))
    return int(whole / timedelta(milliseconds=1))


def without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}


def test_spans_are_rows_as_microsoft_s_exporter_would_have_them(told: Told) -> None:
    spans = told.finished()
    kinds, linked = set(), 0
    for span in spans:
        mine, theirs = span_row(span), columns_of(_convert_span_to_envelope(span))
        assert abs(mine["DurationMs"] - theirs["DurationMs"]) <= 1
        assert without(mine, "DurationMs", "TimeGenerated") == without(theirs, "DurationMs"), span.name
        linked += LINKS in mine["Properties"]
        kinds.add((mine["Type"], mine.get("DependencyType")))
    assert kinds == {("AppRequests", None), ("AppDependencies", "InProc"), ("AppDependencies", "HTTP")}
    assert linked, "nothing was linked, so nothing of links was compared"


def test_log_records_are_rows_as_microsoft_s_exporter_would_have_them(told: Told) -> None:
    records = told.logs.get_finished_logs()
    assert len(records) > 10
    for record in records:
        mine, theirs = log_row(record), columns_of(_convert_log_to_envelope(record))
        theirs["Properties"].pop("logger_name")
        assert without(mine, "TimeGenerated") == theirs


def test_metrics_are_rows_as_microsoft_s_exporter_would_have_them(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL", "true")
    exporter = AzureMonitorMetricExporter.from_connection_string(CONNECTION, disable_offline_storage=True)
    data = told.metrics.get_metrics_data()
    assert data is not None
    mine, theirs = list(metric_rows(data)), []
    for of_resource in data.resource_metrics:
        for of_scope in of_resource.scope_metrics:
            for metric in of_scope.metrics:
                points = metric.data.data_points
                theirs += [
                    exporter._point_to_envelope(one, metric.name, of_resource.resource, of_scope.scope)
                    for one in points
                ]
    assert len(mine) == len(theirs) > 20
    for row, envelope in zip(mine, theirs, strict=True):
        assert envelope is not None
        point, said = point_of(envelope)
        assert (row["Name"], row["Sum"]) == (point.name, point.value)
        assert row["Properties"] == said
        if point.count is not None and point.count > 1:
            assert (row["ItemCount"], row["Min"], row["Max"]) == (point.count, point.min, point.max)


def point_of(envelope: Any) -> tuple[Any, dict[str, str]]:
    """The measurement, and its dimensions; what the exporter adds for itself begins with _MS."""
    data = envelope.data.base_data
    [point] = data.metrics
    return point, {name: value for name, value in (data.properties or {}).items() if not name.startswith("_MS")}
