"""Telemetry into memory, for one test; and a world whose messages carry their trace as a host would hand it on."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.sdk._logs import LoggerProvider, ReadableLogRecord
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from local.world.crash import CrashError
from local.world.world import World
from shared.adapters.telemetry.providers import TEMPORALITY, Providers, assembled, tracing_of
from shared.adapters.telemetry.rows import Row, log_row, metric_rows, span_row
from shared.composition.exporting import switch_off, switch_on
from shared.domain.offboarding.messages import TRACEPARENT, Destination, OutboundMessage
from shared.ports.telemetry import telemetry


@dataclass
class Told:
    """What was exported. Spans that end because the process is killed are not: nothing would have exported them."""

    spans: InMemorySpanExporter = field(default_factory=InMemorySpanExporter)
    logs: InMemoryLogRecordExporter = field(default_factory=InMemoryLogRecordExporter)
    metrics: InMemoryMetricReader = field(default_factory=lambda: InMemoryMetricReader(dict(TEMPORALITY)))

    def finished(self) -> list[ReadableSpan]:
        """Every span that was exported."""
        killed = CrashError.__name__
        return [one for one in self.spans.get_finished_spans() if (one.attributes or {}).get("exceptionType") != killed]

    def rows(self) -> list[Row]:
        """The same as rows of AppDependencies (and AppRequests)."""
        return [span_row(one) for one in self.finished()]

    def lines(self) -> list[Row]:
        """Log records, as rows of AppTraces."""
        found: tuple[ReadableLogRecord, ...] = self.logs.get_finished_logs()
        return [log_row(one) for one in found]

    def measured(self) -> list[Row]:
        """Metrics since the last call, as rows of AppMetrics."""
        data = self.metrics.get_metrics_data()
        return list(metric_rows(data)) if data is not None else []

    def of(self, name: str) -> list[Row]:
        """Rows whose name begins so."""
        return [row for row in self.rows() if row["Name"].startswith(name)]


def memory(told: Told, *, stands_for_host: bool = False) -> Providers:
    """Providers that export into `told`."""
    traces, logs = tracing_of("test"), LoggerProvider()
    traces.add_span_processor(SimpleSpanProcessor(told.spans))
    logs.add_log_record_processor(SimpleLogRecordProcessor(told.logs))
    return assembled(traces, logs, told.metrics, "test", stands_for_host=stands_for_host)


@contextmanager
def telling(*, stands_for_host: bool = False) -> Iterator[Told]:
    """Telemetry is on in the block."""
    told, level = Told(), logging.getLogger("offboarding").level
    providers = memory(told, stands_for_host=stands_for_host)
    logging.getLogger("offboarding").setLevel(logging.INFO)
    switch_on(providers)
    try:
        yield told
    finally:
        switch_off(providers)
        logging.getLogger("offboarding").setLevel(level)


class ToldWorld(World):
    """Hands on the trace of each message, as the Functions host does; a sweep is a timer's, with a trace of its own."""

    def deliver(self, message: OutboundMessage) -> None:
        stage = message.stage.value if message.destination is Destination.STAGE and message.stage else "accept"
        with telemetry().invocation(stage, str(dict(message.properties).get(TRACEPARENT, ""))):
            super().deliver(message)

    def sweep(self) -> None:
        with telemetry().invocation("sweep", ""):
            super().sweep()


def orphans(rows: list[Row]) -> list[Row]:
    """Whatever names a parent that is not there."""
    there = {(row["OperationId"], row["Id"]) for row in rows}
    return [row for row in rows if row["ParentId"] and (row["OperationId"], row["ParentId"]) not in there]


def texts_of(told: Told) -> list[str]:
    """Everything that was exported, as text."""
    exported: list[Any] = [*told.finished(), *told.rows(), *told.lines(), *told.measured()]
    return [one.to_json() if isinstance(one, ReadableSpan) else repr(one) for one in exported]
