"""What a world tells of itself, as rows of Azure Monitor's tables, by the app's own telemetry.

Spans, lines and metrics are exported as they are where there is no Azure; only their time is the world's.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from local.world.world import World
from shared.adapters.shelves.folder_shelf import FolderShelf
from shared.adapters.telemetry.json_lines import LogRows, SpanRows
from shared.adapters.telemetry.providers import TEMPORALITY, Providers, assembled, tracing_of
from shared.adapters.telemetry.rows import metric_rows
from shared.composition.exporting import switch_off, switch_on
from shared.domain.offboarding.messages import TRACEPARENT, OutboundMessage
from shared.ports.clock import Clock
from shared.ports.telemetry import telemetry
from shared.snapshots.take import take_snapshot
from shared.upkeep.renew_sign_in import renew_sign_in
from shared.upkeep.rounds import sweep_round
from tools.kql.rows import Row

LOGGERS = ("offboarding", "shared")
ROUND = timedelta(minutes=5)


class Recorder:
    """Takes what is exported while `recording`, with the world's time."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.rows: list[Row] = []
        self._metrics = InMemoryMetricReader(dict(TEMPORALITY))

    def providers(self) -> Providers:
        """The app's, with the exporters of rows; invocations are told as the host would tell them."""
        traces, logs = tracing_of("test"), LoggerProvider()
        traces.add_span_processor(SimpleSpanProcessor(SpanRows(self.write)))
        logs.add_log_record_processor(SimpleLogRecordProcessor(LogRows(self.write)))
        return assembled(traces, logs, self._metrics, "test", stands_for_host=True)

    def write(self, rows: Iterable[Row]) -> None:
        """Rows of this moment."""
        now = self.clock.now().isoformat()
        self.rows += [{**row, "TimeGenerated": now} for row in rows]

    def measure(self) -> None:
        """The export of metrics that comes by itself in Azure, each minute."""
        data = self._metrics.get_metrics_data()
        if data is not None:
            self.write(metric_rows(data))


@contextmanager
def recording(clock: Clock) -> Iterator[Recorder]:
    """Everything that is told meanwhile."""
    recorder = Recorder(clock)
    providers = recorder.providers()
    levels = {name: logging.getLogger(name).level for name in LOGGERS}
    for name in LOGGERS:
        logging.getLogger(name).setLevel(logging.INFO)
    switch_on(providers)
    try:
        yield recorder
    finally:
        switch_off(providers)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)


def invoke(name: str, function: Callable[[], object], traceparent: str = "") -> None:
    """An execution that no caller waits for: how it ended is told, and nobody else hears of it."""
    try:
        with telemetry().invocation(name, traceparent):
            function()
    except Exception:
        return


class Life:
    """A world under a recorder, living as in Azure: a sweep every five minutes; renewal and snapshot every night."""

    def __init__(self, world: World, recorder: Recorder) -> None:
        self.world, self.recorder = world, recorder
        self.exports = self.renewals = self.snapshots = self.deliveries = True
        self._night = world.clock.now().date()

    @property
    def now(self) -> datetime:
        """The world's time."""
        return self.world.clock.now()

    def live(self, lasting: timedelta) -> None:
        """Until then."""
        ends = self.now + lasting
        with tempfile.TemporaryDirectory() as folder:
            while self.now < ends:
                self._deliver()
                invoke("sweep", lambda: sweep_round(self.world.services))
                self._deliver()
                if self.now.date() > self._night:
                    self._night = self.now.date()
                    self._nightly(Path(folder))
                if self.exports:
                    self.recorder.measure()
                self.world.clock.pass_machine(ROUND)

    def _nightly(self, folder: Path) -> None:
        services = self.world.services
        if self.snapshots:
            shelf = FolderShelf(folder)
            invoke("take_snapshot", lambda: take_snapshot(services.store, shelf, services.clock))
        if self.renewals:
            invoke("renew_sign_in", lambda: renew_sign_in(services))

    def _deliver(self) -> None:
        while (message := self.world.bus.take()) is not None:
            if self.deliveries:
                self._handle(message)

    def _handle(self, message: OutboundMessage) -> None:
        traceparent = str(dict(message.properties).get(TRACEPARENT, ""))
        invoke(message.stage or "accept", lambda: self.world.deliver(message), traceparent)
