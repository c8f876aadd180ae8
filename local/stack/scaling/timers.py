"""When the timer of a group is due, in business time.

The host's memory of a timer is the one record of its next run: it is written before a timer has ever run, so that an
instance that is started for it finds a run that is due.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from local.host.ncrontab import parse_schedule
from local.stack.private import write_private


class Due:
    """Looks into the memory files of timers, one for each group."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    def begin(self, memory: Path, function: str, schedule: str) -> None:
        """Have a timer's first run fall on its next time; one that is remembered under this schedule is left alone."""
        if self._next(memory, function, schedule) is None:
            now = self._clock()
            upcoming = parse_schedule(schedule).next_after(now)
            status = {"schedule": schedule, "last": now.isoformat(), "next": upcoming.isoformat()}
            write_private(memory, json.dumps({function: status}))

    def is_due(self, memory: Path, function: str, schedule: str) -> bool:
        """Whether a run should have begun; also while it runs."""
        upcoming = self._next(memory, function, schedule)
        return upcoming is not None and upcoming <= self._clock()

    @staticmethod
    def _next(memory: Path, function: str, schedule: str) -> datetime | None:
        try:
            status = json.loads(memory.read_text(encoding="utf-8"))[function]
            return datetime.fromisoformat(status["next"]) if status["schedule"] == schedule else None
        except (OSError, ValueError, KeyError, TypeError):
            return None
