"""The request limit per minute of business time."""

from collections import deque
from datetime import datetime, timedelta

from local.simulator.messages import Response, encode

_MINUTE = timedelta(minutes=1)


class Throttle:
    """Counts Partner Center requests in a sliding minute."""

    def __init__(self) -> None:
        self._recent: deque[datetime] = deque()

    def check(self, now: datetime, limit: int | None) -> Response | None:
        """The 429 answer, or None if the request may pass."""
        if limit is None:
            return None
        while self._recent and now - self._recent[0] >= _MINUTE:
            self._recent.popleft()
        if len(self._recent) < limit:
            self._recent.append(now)
            return None
        wait = int((self._recent[0] + _MINUTE - now).total_seconds()) + 1
        return throttled(wait)


def throttled(seconds: int) -> Response:
    """429 with the gateway's own body: statusCode and message, no code."""
    body = {"statusCode": 429, "message": f"Rate limit is exceeded. Try again in {seconds} seconds."}
    headers = {"Retry-After": str(seconds), "Content-Type": "application/json"}
    return Response(429, headers, encode(body))
