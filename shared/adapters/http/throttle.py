"""After a 429, no call of this service leaves the process before Retry-After has passed (I7)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Lock

from shared.domain.errors import ThrottledError


class ThrottleGuard:
    """Shared by every thread that calls one service; waits are counted in business time (`now`, aware UTC)."""

    def __init__(self, service: str, now: Callable[[], datetime]) -> None:
        self._service = service
        self._now = now
        self._lock = Lock()
        self._until: datetime | None = None

    def check(self) -> None:
        """Raises ThrottledError, with what is left of the wait, while the service asked for silence."""
        with self._lock:
            until = self._until
        left = until - self._now() if until else timedelta()
        if left > timedelta():
            raise ThrottledError(
                "not called: the service asked to wait", service=self._service, status=429, retry_after=left
            )

    def hold(self, wait: timedelta) -> None:
        """Nothing leaves for `wait` from now; a shorter wait never replaces a longer one."""
        until = self._now() + wait
        with self._lock:
            self._until = max(until, self._until) if self._until else until
