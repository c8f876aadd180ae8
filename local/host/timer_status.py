"""The memory of timers across restarts, so that a run missed while the host was down is made up for once.

In Azure the host keeps it in its storage account; here it is one JSON file.
"""

import json
import logging
import os
import tempfile
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_log = logging.getLogger("host.timer")


@dataclass(frozen=True, slots=True)
class TimerStatus:
    """When a timer ran last and is due next (aware UTC), under which schedule."""

    schedule: str
    last: datetime
    next: datetime


class TimerMemory:
    """Statuses by function name; without a path nothing is kept. Safe to use from several threads."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._statuses = self._load()

    def get(self, name: str) -> TimerStatus | None:
        """The last known status of a timer."""
        with self._lock:
            return self._statuses.get(name)

    def put(self, name: str, status: TimerStatus) -> None:
        """Remembers a status, on disk before it returns. Called after the run: a run cut short counts as missed."""
        with self._lock:
            self._statuses[name] = status
            if self._path is not None:
                self._save(self._path)

    def _save(self, path: Path) -> None:
        content = {
            name: {"schedule": item.schedule, "last": item.last.isoformat(), "next": item.next.isoformat()}
            for name, item in self._statuses.items()
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
        Path(temporary).replace(path)

    def _load(self) -> dict[str, TimerStatus]:
        if self._path is None or not self._path.exists():
            return {}
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
            return {
                name: TimerStatus(item["schedule"], _moment(item["last"]), _moment(item["next"]))
                for name, item in content.items()
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            _log.warning(
                "timer memory %s is unreadable and starts anew, missed runs are not made up for: %s", self._path, error
            )
            return {}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
