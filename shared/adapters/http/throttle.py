"""After a 429 (or a 5xx with Retry-After) no call of this service leaves before that time has passed (I7).

The board knows all services of a process. What it is told by an answer it tells on, so that other processes wait too,
and it takes over what they were told. Times are business time, rounded up to whole seconds: several answers to the same
burst then name the same moment, and it is told on once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from threading import Lock

from shared.domain.errors import ThrottledError

Tell = Callable[[str, datetime], None]
"""Tells everybody else that a service is not to be called before a moment; must not raise."""


def tell_nobody(service: str, until: datetime) -> None:
    """For a process that is alone."""


class ThrottleBoard:
    """Until when each service asked for silence. Shared by all clients and threads of a process."""

    def __init__(self, now: Callable[[], datetime], tell: Tell = tell_nobody) -> None:
        self._now = now
        self._tell = tell
        self._lock = Lock()
        self._until: dict[str, datetime] = {}

    def left(self, service: str) -> timedelta:
        """What is left of the wait; zero when the service may be called."""
        with self._lock:
            until = self._until.get(service)
        return max(until - self._now(), timedelta()) if until else timedelta()

    def until(self, service: str) -> datetime | None:
        """The end of the wait, None when the service may be called."""
        with self._lock:
            until = self._until.get(service)
        return until if until is not None and until > self._now() else None

    def hold(self, service: str, wait: timedelta) -> None:
        """Nothing leaves for `wait` from now; a shorter wait never replaces a longer one."""
        if wait <= timedelta():
            return
        until = _up_to_a_second(self._now() + wait)
        if self._moved(service, until):
            self._tell(service, until)

    def adopt(self, held: Mapping[str, datetime]) -> None:
        """What other processes were told holds here as well."""
        for service, until in held.items():
            self._moved(service, until)

    def _moved(self, service: str, until: datetime) -> bool:
        with self._lock:
            known = self._until.get(service)
            if known is not None and known >= until:
                return False
            self._until[service] = until
            return True


class ThrottleGuard:
    """One service's view of the board; with a board of its own unless one is given."""

    def __init__(self, service: str, now: Callable[[], datetime], board: ThrottleBoard | None = None) -> None:
        self._service = service
        self._board = board or ThrottleBoard(now)

    def check(self) -> None:
        """Raises ThrottledError, with what is left of the wait, while the service asked for silence."""
        left = self._board.left(self._service)
        if left > timedelta():
            raise ThrottledError(
                "not called: the service asked to wait", service=self._service, status=429, retry_after=left
            )

    def hold(self, wait: timedelta) -> timedelta:
        """Nothing leaves for `wait` from now; returns the wait that holds, which may be a longer one."""
        self._board.hold(self._service, wait)
        return max(wait, self._board.left(self._service))


def _up_to_a_second(moment: datetime) -> datetime:
    return moment if moment.microsecond == 0 else moment.replace(microsecond=0) + timedelta(seconds=1)
