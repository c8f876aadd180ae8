"""When a notice that could not be sent is tried again."""

from __future__ import annotations

from datetime import timedelta

WAITS = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
)
"""After each failed try; about 18 hours in all, so that a night's outage costs nothing."""
LONGEST_WAIT = timedelta(hours=24)
"""What a receiver may ask for at most: an absurd header must not silence a rule for weeks."""


def wait_after(attempt: int, asked: timedelta | None) -> timedelta | None:
    """How long to wait after failed try number `attempt` (from 1); None when it was the last one.

    `asked`: Retry-After of the answer, which is never undercut.
    """
    if attempt > len(WAITS):
        return None
    return max(WAITS[attempt - 1], min(asked or timedelta(0), LONGEST_WAIT))
