"""Crash points: every store write, message and call of the pipeline is a place where the process may die."""

from __future__ import annotations

import threading
from collections.abc import Callable


class CrashError(BaseException):
    """The process dies here. Not an Exception, so that no handler of the application can survive it."""


class CrashPoints:
    """Counts the points that are passed and dies at point number `at` (from 1); None never dies."""

    def __init__(self, at: int | None = None) -> None:
        self.at = at
        self.passed: list[str] = []
        self._lock = threading.Lock()

    def here(self, name: str) -> None:
        """One point; raises CrashError when it is the chosen one."""
        with self._lock:
            self.passed.append(name)
            if self.at is not None and len(self.passed) == self.at:
                raise CrashError(f"{self.at}: {name}")

    def around(self, name: str, call: Callable[[], object]) -> None:
        """A point right before and one right after `call`."""
        self.here(f"before {name}")
        call()
        self.here(f"after {name}")
