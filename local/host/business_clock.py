"""Business time on one machine: for timers, where somebody moves it to see what weeks bring."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path


class BusinessClock:
    """System time plus `offsetSeconds` of a file that somebody else writes; without the file, system time."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._offset = timedelta(0)

    def __call__(self) -> datetime:
        """Now, UTC. A file that cannot be read leaves the offset as it was."""
        with suppress(OSError, ValueError, TypeError, KeyError, OverflowError):
            offset = json.loads(self._file.read_text(encoding="utf-8"))["offsetSeconds"]
            self._offset = timedelta(seconds=float(offset))
        return datetime.now(UTC) + self._offset
