"""Exporters that write rows of Azure Monitor's tables, one JSON object a line: to a file, or to the console."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk._logs.export import LogRecordExporter, LogRecordExportResult
from opentelemetry.sdk.metrics.export import MetricExporter, MetricExportResult, MetricsData
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from shared.adapters.telemetry.rows import Row, log_row, metric_rows, span_row

Write = Callable[[Iterable[Row]], None]


def to_file(file: Path) -> Write:
    """Appends. Several processes may: each write is whole lines, and one call of the system."""

    def write(rows: Iterable[Row]) -> None:
        text = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
        with file.open("ab", buffering=0) as opened:
            opened.write(text.encode())

    return write


def to_console(rows: Iterable[Row]) -> None:
    """stderr: stdout is for data."""
    for row in rows:
        sys.stderr.write(f"{json.dumps(row, ensure_ascii=False)}\n")


class SpanRows(SpanExporter):
    """Spans as they end."""

    def __init__(self, write: Write) -> None:
        self._write = write

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self._write(map(span_row, spans))
        return SpanExportResult.SUCCESS


class LogRows(LogRecordExporter):
    """Log records as they are written."""

    def __init__(self, write: Write) -> None:
        self._write = write

    def export(self, batch: Sequence[ReadableLogRecord]) -> LogRecordExportResult:
        self._write(map(log_row, batch))
        return LogRecordExportResult.SUCCESS

    def force_flush(self, timeout_millis: int = 30_000) -> bool:  # noqa: ARG002 - the SDK names it
        return True

    def shutdown(self) -> None:
        """Nothing is held open."""


class MetricRows(MetricExporter):
    """Metrics as they are collected."""

    def __init__(self, write: Write) -> None:
        super().__init__()
        self._write = write

    def export(
        self,
        metrics_data: MetricsData,
        timeout_millis: float = 10_000,  # noqa: ARG002 - the SDK names it
        **_: Any,
    ) -> MetricExportResult:
        self._write(metric_rows(metrics_data))
        return MetricExportResult.SUCCESS

    def force_flush(self, timeout_millis: float = 10_000) -> bool:  # noqa: ARG002 - the SDK names it
        return True

    def shutdown(self, timeout_millis: float = 30_000, **_: Any) -> None:
        """Nothing is held open."""
