"""The port of time: two clocks that are the same in Azure."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Two clocks: business time for terms, schedules and waits; machine time for claims and time-outs."""

    def now(self) -> datetime:
        """Business time, aware UTC."""

    def machine(self) -> datetime:
        """Machine time, aware UTC; never shifted."""

    def monotonic(self) -> float:
        """Seconds that only go forward, for deadlines inside one process."""
