"""What a world tells of itself, as rows of Azure Monitor's tables: its log, its invocations, its gauges and calls."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from local.world.world import World
from shared.ports.clock import Clock
from shared.upkeep.renew_sign_in import renew_sign_in
from shared.upkeep.rounds import sweep_round
from tests.functional.trouble import service_of
from tools.kql.rows import Row

SEVERITY = {logging.DEBUG: 0, logging.INFO: 1, logging.WARNING: 2, logging.ERROR: 3, logging.CRITICAL: 4}
LOGGERS = ("offboarding", "shared")
ROUND = timedelta(minutes=5)


class Recorder(logging.Handler):
    """Attached to the app's loggers while `recording`; stamps with the world's time."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(logging.INFO)
        self.clock = clock
        self.rows: list[Row] = []

    def emit(self, record: logging.LogRecord) -> None:
        """See Handler."""
        kept = {
            name: record.__dict__[name] for name in ("offboardingId", "stage", "holding") if name in record.__dict__
        }
        self.add("AppTraces", Message=record.getMessage(), SeverityLevel=SEVERITY[record.levelno], Properties=kept)

    def add(self, table: str, **columns: object) -> None:
        """A row of this moment."""
        self.rows.append({"Type": table, "TimeGenerated": self.clock.now().isoformat(), **columns})

    def gauge(self, name: str, value: float, **properties: str) -> None:
        """One measurement."""
        numbers = {"Sum": value, "Min": value, "Max": value, "ItemCount": 1}
        self.add("AppMetrics", Name=name, Properties=properties, **numbers)

    def invoke(self, name: str, function: Callable[[], object]) -> bool:
        """What the host tells of an execution that no caller waits for; whether it went well."""
        try:
            function()
        except Exception:
            self.add("AppRequests", Name=name, Success=False, ResultCode="0")
            return False
        self.add("AppRequests", Name=name, Success=True, ResultCode="0")
        return True


@contextmanager
def recording(clock: Clock) -> Iterator[Recorder]:
    """Everything that is logged meanwhile."""
    recorder, levels = Recorder(clock), {}
    for name in LOGGERS:
        logger = logging.getLogger(name)
        levels[name] = logger.level
        logger.setLevel(logging.INFO)
        logger.addHandler(recorder)
    try:
        yield recorder
    finally:
        for name, level in levels.items():
            logging.getLogger(name).removeHandler(recorder)
            logging.getLogger(name).setLevel(level)


class Life:
    """A world under a recorder, living as in Azure: the sweeper every five minutes, the renewal every night."""

    def __init__(self, world: World, recorder: Recorder) -> None:
        self.world, self.recorder = world, recorder
        self.gauges = self.renewals = self.deliveries = self.rounds = True
        self._calls = 0
        self._night = world.clock.now().date()

    @property
    def now(self) -> datetime:
        """The world's time."""
        return self.world.clock.now()

    def live(self, lasting: timedelta) -> None:
        """Until then."""
        ends = self.now + lasting
        while self.now < ends:
            self._deliver()
            if self.rounds:
                self.recorder.invoke("sweep", lambda: sweep_round(self.world.services))
            self._deliver()
            if self.renewals and self.now.date() > self._night:
                self._night = self.now.date()
                self.recorder.invoke("renew_sign_in", lambda: renew_sign_in(self.world.services))
            if self.gauges:
                self._measure()
            self.world.clock.pass_machine(ROUND)

    def _deliver(self) -> None:
        while (message := self.world.bus.take()) is not None:
            if self.deliveries:
                self.recorder.invoke(message.stage or "accept", lambda message=message: self.world.deliver(message))  # type: ignore[misc]

    def _measure(self) -> None:
        """The gauge that tells how late the oldest work is, and the calls since the last time."""
        store, now = self.world.store, self.now
        due = store.due(now, self.world.clock.machine(), timedelta(0), 1)
        late = [found.offboarding.next_attempt_at for one in due if (found := store.load(one)) is not None]
        oldest = max((now - at for at in late if at is not None), default=timedelta(0))
        self.recorder.gauge("offboarding.due.oldest_age", max(oldest.total_seconds(), 0.0))
        journal = self.world.journal()
        new, self._calls = journal[self._calls :], len(journal)
        for (service, status), count in Counter((service_of(entry["path"]), entry["status"]) for entry in new).items():
            self.recorder.gauge("offboarding.calls", count, service=service, status=str(status or "none"))
