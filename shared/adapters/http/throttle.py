"""After a 429 (or a 5xx with Retry-After) no call of this service leaves before that time has passed (I7).

The board knows all services of a process. What it is told by an answer it tells on, so that other processes wait too,
and it takes over what they were told. Times are business time, rounded up to whole seconds: several answers to the same
burst then name the same moment, and it is told on once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from types import MappingProxyType

from shared.domain.errors import ThrottledError

Publish = Callable[[str, datetime], bool]
"""Tells everybody else that a service is not to be called before a moment; false when that failed; must not raise."""


def publish_nowhere(service: str, until: datetime) -> bool:
    """For a process that is alone."""
    return False


@dataclass(frozen=True, slots=True)
class _Held:
    until: datetime
    stored: bool
    """Everybody else knows it too, so that what is stored decides from here on."""


class ThrottleBoard:
    """Until when each service asked for silence. Shared by all clients and threads of a process."""

    def __init__(self, now: Callable[[], datetime], publish: Publish = publish_nowhere) -> None:
        self._now = now
        self._publish = publish
        self._lock = Lock()
        self._held: dict[str, _Held] = {}

    def left(self, service: str) -> timedelta:
        """What is left of the wait; zero when the service may be called."""
        with self._lock:
            held = self._held.get(service)
        return max(held.until - self._now(), timedelta()) if held else timedelta()

    def until(self, service: str) -> datetime | None:
        """The end of the wait, None when the service may be called."""
        with self._lock:
            held = self._held.get(service)
        return held.until if held is not None and held.until > self._now() else None

    def hold(self, service: str, wait: timedelta) -> None:
        """Nothing leaves for `wait` from now; a shorter wait never replaces a longer one."""
        if wait <= timedelta():
            return
        until = _up_to_a_second(self._now() + wait)
        with self._lock:
            known = self._held.get(service)
            if known is not None and known.until >= until:
                return
            held = self._held[service] = _Held(until, stored=False)
        if self._publish(service, until):
            with self._lock:
                if self._held.get(service) is held:
                    self._held[service] = replace(held, stored=True)

    def stored(self) -> Mapping[str, datetime]:
        """The waits that everybody else knows too: to be asked before what is stored is read, and given to `merge`."""
        with self._lock:
            return {service: held.until for service, held in self._held.items() if held.stored}

    def merge(self, held: Mapping[str, datetime], known: Mapping[str, datetime] = MappingProxyType({})) -> None:
        """What is stored holds here as well.

        Of what was `known` to be stored before it was read, the store's word counts also when it is shorter or gone: a
        person has lifted the wait. A wait that was named since, or that could not be stored, stays.
        """
        with self._lock:
            for service, until in known.items():
                mine = self._held.get(service)
                if mine is not None and mine.stored and mine.until == until:
                    del self._held[service]
            for service, until in held.items():
                mine = self._held.get(service)
                if mine is None or mine.until < until:
                    self._held[service] = _Held(until, stored=True)


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
