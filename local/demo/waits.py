"""Waits of an offboarding, skipped by moving the simulator's clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from local.demo.client import Client

SHORTEST, SHORTEST_DEPLOYED = timedelta(minutes=1), timedelta(seconds=2)
"""Shorter waits pass by themselves: at the pace of one machine nearly all, at a deployment's next to none."""
BY_MESSAGE = timedelta(minutes=5)
"""The pipeline schedules a message for waits up to this; a longer one is only a date, which the sweeper looks for."""
SWEEPER = timedelta(minutes=5, seconds=5)
"""What a deployment's sweeper leaves a wake-up to arrive, and then needs to come round."""
STUCK_SECONDS = 30.0
"""Machine seconds after which a date that has passed without a wake-up is left to the sweeper."""


class Waits:
    """Of all offboardings of a demo, one after the other. `deployed`: the pace is that of a deployment."""

    def __init__(self, client: Client, tell: Callable[[str], None], *, deployed: bool) -> None:
        self._client, self._tell, self._deployed = client, tell, deployed
        self._passed: tuple[str, float] = ("", 0.0)

    def skip(self, shown: dict[str, Any]) -> None:
        """Move the clock to the next attempt, if there is one to wait for."""
        if shown["status"] not in ("waiting", "scheduled") or "nextAttemptAt" not in shown:
            return
        due, now = datetime.fromisoformat(shown["nextAttemptAt"]), self._client.now()
        if due - now >= (SHORTEST_DEPLOYED if self._deployed else SHORTEST):
            self._tell(f"   ⏩ time moves on by {span(due - now)}, to {due:%Y-%m-%d %H:%M} UTC")
            swept = self._deployed and due - now > BY_MESSAGE
            self._client.advance_to(due + (SWEEPER if swept else timedelta(seconds=1)))
        elif self._deployed and due <= now:
            self._leave_to_the_sweeper(shown, now)

    def _leave_to_the_sweeper(self, shown: dict[str, Any], now: datetime) -> None:
        which, since = f"{shown['offboardingId']} {shown['nextAttemptAt']}", time.monotonic()
        if self._passed[0] != which:
            self._passed = (which, since)
        elif since - self._passed[1] >= STUCK_SECONDS:
            self._passed = (which, since)
            self._tell("   ⏩ time moves on to the sweeper's next round")
            self._client.advance_to(now + SWEEPER)


def span(of: timedelta) -> str:
    """For people."""
    minutes = round(of / timedelta(minutes=1))
    days = round(of / timedelta(days=1))
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60} min"
    return "1 day" if days == 1 else f"{days} days"
