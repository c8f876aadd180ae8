"""The clock: system time, shifted by an offset that the local stack keeps in a file."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path


class SystemClock:
    """Business time is system time in Azure; on one machine it is system time plus the offset in `offset_file`.

    The file is `{"offsetSeconds": number}`, written atomically by the partner simulator; missing means no offset.
    """

    def __init__(self, offset_file: Path | None = None) -> None:
        self._file = offset_file
        self._seen: tuple[int, float] = (-1, 0.0)

    def now(self) -> datetime:
        return self.machine() + timedelta(seconds=self._offset())

    def machine(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def _offset(self) -> float:
        if self._file is None:
            return 0.0
        try:
            changed = self._file.stat().st_mtime_ns
            if changed != self._seen[0]:
                self._seen = (changed, float(json.loads(self._file.read_text(encoding="utf-8"))["offsetSeconds"]))
        except FileNotFoundError:
            return 0.0
        return self._seen[1]
