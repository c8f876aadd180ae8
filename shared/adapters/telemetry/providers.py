"""The SDK's providers, each with its exporter: for Azure Monitor, or as rows in a file or on the console."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor, LogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider, _Gauge
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    MetricExporter,
    MetricExportResult,
    MetricReader,
    MetricsData,
    PeriodicExportingMetricReader,
)
from opentelemetry.sdk.resources import SERVICE_INSTANCE_ID, SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

from shared.adapters.telemetry.ids import OffboardingIds
from shared.adapters.telemetry.json_lines import LogRows, MetricRows, SpanRows, Write
from shared.adapters.telemetry.log_records import LogRecords
from shared.adapters.telemetry.opentelemetry import OpenTelemetry

EVERY_MINUTE, EVERY_SECOND = 60_000.0, 1_000.0
"""Milliseconds between two exports of metrics."""
TEMPORALITY: Mapping[type, AggregationTemporality] = MappingProxyType(
    {
        Counter: AggregationTemporality.DELTA,
        Histogram: AggregationTemporality.DELTA,
        _Gauge: AggregationTemporality.DELTA,
    }
)
"""As Microsoft's exporter wants it; and a gauge is told once. Cumulative it would be repeated every minute for as long
as the process lives, beside what another instance measures meanwhile."""


class Once(MetricExporter):
    """Another exporter, with our temporality: Microsoft's leaves that of gauges open."""

    def __init__(self, exporter: MetricExporter) -> None:
        super().__init__(preferred_temporality=dict(TEMPORALITY))
        self._exporter = exporter

    def export(self, metrics_data: MetricsData, timeout_millis: float = 10_000, **options: Any) -> MetricExportResult:
        return self._exporter.export(metrics_data, timeout_millis, **options)

    def force_flush(self, timeout_millis: float = 10_000) -> bool:
        return self._exporter.force_flush(timeout_millis)

    def shutdown(self, timeout_millis: float = 30_000, **options: Any) -> None:
        self._exporter.shutdown(timeout_millis, **options)


@dataclass(frozen=True, slots=True)
class Providers:
    """Everything that exports. `telemetry`: what the app uses; `handler`: hears the log."""

    traces: TracerProvider
    metrics: MeterProvider
    logs: LoggerProvider
    telemetry: OpenTelemetry
    handler: logging.Handler

    def shut_down(self) -> None:
        """Export what is left; the SDK also does it when the process ends."""
        self.traces.shutdown()
        self.metrics.shutdown()
        self.logs.shutdown()


def to_azure_monitor(connection: str, role: str) -> Providers:
    """In batches, from a thread of its own. The managed identity is that of APPLICATIONINSIGHTS_AUTHENTICATION_STRING,
    which Microsoft's exporter reads itself. No library is instrumented: full addresses would be exported."""
    from azure.monitor.opentelemetry.exporter import (
        AzureMonitorLogExporter,
        AzureMonitorMetricExporter,
        AzureMonitorTraceExporter,
    )

    traces = AzureMonitorTraceExporter.from_connection_string(connection)
    logs = AzureMonitorLogExporter.from_connection_string(connection)
    metrics = AzureMonitorMetricExporter.from_connection_string(connection)
    return in_batches(traces, logs, metrics, role)


def in_batches(traces: SpanExporter, logs: LogRecordExporter, metrics: MetricExporter, role: str) -> Providers:
    """Nothing waits for an exporter. A full queue drops the oldest."""
    tracing, logging_ = tracing_of(role), LoggerProvider(_resource(role))
    tracing.add_span_processor(BatchSpanProcessor(traces))
    logging_.add_log_record_processor(BatchLogRecordProcessor(logs))
    reader = PeriodicExportingMetricReader(Once(metrics), export_interval_millis=EVERY_MINUTE)
    return assembled(tracing, logging_, reader, role, stands_for_host=False)


def to_rows(write: Write, role: str) -> Providers:
    """At once, so that a process that is killed has written what had ended."""
    tracing, logging_ = tracing_of(role), LoggerProvider(_resource(role))
    tracing.add_span_processor(SimpleSpanProcessor(SpanRows(write)))
    logging_.add_log_record_processor(SimpleLogRecordProcessor(LogRows(write)))
    reader = PeriodicExportingMetricReader(Once(MetricRows(write)), export_interval_millis=EVERY_SECOND)
    return assembled(tracing, logging_, reader, role, stands_for_host=True)


def assembled(
    traces: TracerProvider, logs: LoggerProvider, reader: MetricReader, role: str, *, stands_for_host: bool
) -> Providers:
    """The port over given providers: a test brings exporters of its own."""
    metrics = MeterProvider([reader], _resource(role))
    telemetry = OpenTelemetry(traces, metrics, stands_for_host=stands_for_host)
    return Providers(traces, metrics, logs, telemetry, LogRecords(logs))


def tracing_of(role: str) -> TracerProvider:
    """Without an exporter yet."""
    # Nothing is sampled: a trace of months would be kept or lost as a whole, and the one that is looked for is lost.
    return TracerProvider(sampler=ALWAYS_ON, resource=_resource(role), id_generator=OffboardingIds())


_INSTANCE = uuid4().hex


def _resource(role: str) -> Resource:
    return Resource.create({SERVICE_NAME: role, SERVICE_INSTANCE_ID: _INSTANCE})
