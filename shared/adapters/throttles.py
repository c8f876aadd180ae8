"""SharedThrottles: what any process was asked to wait for, kept in the store (I7 across processes).

Every claim reads it; a row that somebody cleared or lowered lets a running process go on. A store that cannot take a
new date is logged and no more: this process waits anyway, and another one will be told by the service itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from shared.adapters.http.retry_after import LONGEST_WAIT
from shared.adapters.http.throttle import ThrottleBoard
from shared.domain.errors import OffboardingError
from shared.ports.store import OffboardingStore

log = logging.getLogger(__name__)
TOLERATED_SKEW = timedelta(minutes=5)
"""How far the clocks of two processes may be apart before a stored wait is taken for a mistake."""


class SharedThrottles:
    """The Throttles port. `needed` are the services without which no stage gets anywhere."""

    def __init__(self, store: OffboardingStore, now: Callable[[], datetime], needed: tuple[str, ...]) -> None:
        self._store = store
        self._now = now
        self._needed = needed
        self.board = ThrottleBoard(now, self._publish)

    def held_until(self) -> datetime | None:
        """See Throttles."""
        known = self.board.stored()
        stored = {service: self._bounded(service, until) for service, until in self._store.holds().items()}
        self.board.merge(stored, known)
        held = (self.board.until(service) for service in self._needed)
        return max((until for until in held if until is not None), default=None)

    def _bounded(self, service: str, until: datetime) -> datetime:
        """A date that no answer can have named (a clock was wrong, or somebody wrote it) is a day from now at most.

        It is also stored so, or every process would count that day anew, for ever.
        """
        latest = self._now() + LONGEST_WAIT
        if until <= latest + TOLERATED_SKEW:
            return until
        log.warning(
            "the wait for %s is stored until %s, which no service asks for; %s counts instead",
            service,
            until.isoformat(),
            latest.isoformat(),
        )
        self._publish(service, latest)
        return latest

    def _publish(self, service: str, until: datetime) -> bool:
        try:
            self._store.hold(service, until, at_most=self._now() + LONGEST_WAIT + TOLERATED_SKEW)
        except OffboardingError as error:
            log.warning("%s asked to wait until %s, which could not be stored: %s", service, until.isoformat(), error)
            return False
        return True
