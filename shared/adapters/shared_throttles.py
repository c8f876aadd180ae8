"""SharedThrottles: what any process was asked to wait for, kept in the store (I7 across processes).

Every claim reads it. A store that cannot take a new date is logged and no more: this process waits anyway, and another
one will be told by the service itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from shared.adapters.http.throttle import ThrottleBoard
from shared.domain.errors import OffboardingError
from shared.ports.runtime import OffboardingStore

log = logging.getLogger(__name__)


class SharedThrottles:
    """The Throttles port. `needed` are the services without which no stage gets anywhere."""

    def __init__(self, store: OffboardingStore, now: Callable[[], datetime], needed: tuple[str, ...]) -> None:
        self._store = store
        self._needed = needed
        self.board = ThrottleBoard(now, self._tell)

    def held_until(self) -> datetime | None:
        """See Throttles."""
        self.board.adopt(self._store.holds())
        held = (self.board.until(service) for service in self._needed)
        return max((until for until in held if until is not None), default=None)

    def _tell(self, service: str, until: datetime) -> None:
        try:
            self._store.hold(service, until)
        except OffboardingError as error:
            log.warning("%s asked to wait until %s, which could not be stored: %s", service, until.isoformat(), error)
