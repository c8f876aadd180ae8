"""The business clock: system UTC plus an offset that only ever grows."""

import json
import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Business time. Terms, windows and lags follow it; token life does not."""

    def now(self) -> datetime:
        """The business moment, aware and in UTC."""

    def advance(self, by: timedelta) -> None:
        """Move business time forward. ValueError for a negative step."""


def machine_now() -> datetime:
    """Machine time in UTC: token life and the journal's second time stamp."""
    return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until it is advanced: for tests inside one process."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("start must carry a time zone")
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        self._now += _forward(by)


class FileClock:
    """System UTC plus the offset in a JSON file ``{"offsetSeconds": n}``, which this clock alone writes.

    Other processes read the file whenever they need business time; it is replaced atomically, so they never
    see half of it. A missing file stands for no offset.
    """

    def __init__(self, path: Path, system_now: Callable[[], datetime] = machine_now) -> None:
        self._path = path
        self._system_now = system_now
        self._lock = threading.Lock()
        self._offset = read_offset(path)
        self._write()

    @property
    def offset(self) -> timedelta:
        """What is added to system time."""
        return self._offset

    def now(self) -> datetime:
        return self._system_now() + self._offset

    def advance(self, by: timedelta) -> None:
        with self._lock:
            self._offset += _forward(by)
            self._write()

    def _write(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        temporary = self._path.with_name(f"{self._path.name}.{os.getpid()}.tmp")
        temporary.write_text(json.dumps({"offsetSeconds": self._offset.total_seconds()}), encoding="utf-8")
        for attempt in range(20):
            try:
                temporary.replace(self._path)
                return
            except PermissionError:  # Windows: a reader holds the file open for a moment
                if attempt == 19:
                    raise
                time.sleep(0.01)


def read_offset(path: Path) -> timedelta:
    """The offset in a clock file; zero if there is none. ValueError if the file is not a clock file."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return timedelta(0)
    except ValueError:
        raise ValueError(f"clock file {path}: not JSON; delete it to start without an offset") from None
    seconds = content.get("offsetSeconds") if isinstance(content, dict) else None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise ValueError(f'clock file {path}: must be {{"offsetSeconds": <number>}}')
    return timedelta(seconds=seconds)


def _forward(by: timedelta) -> timedelta:
    if by < timedelta(0):
        raise ValueError("business time never goes backwards")
    return by
