"""The real clocks: machine time from the system, business time with the offset of a shared file."""

from __future__ import annotations

import json
import logging
import os
import time
from pathlib import Path

_LOG = logging.getLogger(__name__)


class SystemClock:
    """System time; business time adds `offsetSeconds` of the clock file, if one was given and exists.

    Somebody else writes the file, atomically. It is read again when its identity on disk has changed, which costs one
    `stat` each time `refresh` is called. What cannot be read leaves the offset as it was.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._version: tuple[int, int, int] | None = None
        self._offset_ms = 0
        self.refresh()

    def now_ms(self) -> int:
        """Machine time, Unix milliseconds UTC."""
        return time.time_ns() // 1_000_000

    def business_ms(self) -> int:
        """Business time, Unix milliseconds UTC."""
        return self.now_ms() + self._offset_ms

    def refresh(self) -> None:
        """Look whether the offset has changed."""
        if self._file is None:
            return
        try:
            status = os.stat(self._file)  # noqa: PTH116 - the cheapest look, several times a second
        except OSError:
            self._version, self._offset_ms = None, 0
            return
        version = (status.st_mtime_ns, status.st_size, status.st_ino)
        if version == self._version:
            return
        try:
            offset = json.loads(self._file.read_text(encoding="utf-8"))["offsetSeconds"]
            self._offset_ms = round(float(offset) * 1000)
        except (OSError, ValueError, TypeError, KeyError, OverflowError) as error:
            _LOG.warning("%s: the clock offset cannot be read (%s); it stays as it was", self._file, error)
        self._version = version
