"""Keeps to a share of the requests per minute that a service allows (Partner Center: 500 a minute for each tenant)."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from threading import Lock

from shared.domain.errors import ThrottledError

MINUTE = 60.0
SHORT_WAIT = 2.0
"""Seconds that a call may block; a longer wait is raised, because waiting is the pipeline's business."""


class RateLimiter:
    """A token bucket in machine time that never lets more than `per_minute` calls through in any 60 seconds.

    The bucket holds a twentieth of the share, for a burst; the rest trickles in over the minute, so that burst and
    refill together stay within the share, of which 95 % can be used for as long as there is work. Thread-safe.
    """

    def __init__(
        self,
        per_minute: int,
        *,
        service: str = "",
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if per_minute < 2:
            raise ValueError(f"per_minute: must be at least 2 (got {per_minute})")
        self._service = service
        self._monotonic = monotonic
        self._sleep = sleep
        self._capacity = max(1.0, per_minute // 20)
        self._per_second = (per_minute - self._capacity) / MINUTE
        self._lock = Lock()
        self._tokens = self._capacity
        self._filled_at = monotonic()

    def take(self) -> None:
        """Lets one call through, blocking for less than two seconds; raises ThrottledError if it would take longer."""
        with self._lock:
            now = self._monotonic()
            grown = (now - self._filled_at) * self._per_second
            self._tokens, self._filled_at = min(self._capacity, self._tokens + grown), now
            wait = max(0.0, (1.0 - self._tokens) / self._per_second)
            if wait < SHORT_WAIT:
                # Taken before the wait: a second thread queues up behind this one instead of racing for the same token.
                self._tokens -= 1.0
        if wait >= SHORT_WAIT:
            raise ThrottledError(
                "not called: the configured share of requests is used up",
                service=self._service,
                retry_after=timedelta(seconds=wait),
            )
        if wait > 0.0:
            self._sleep(wait)
