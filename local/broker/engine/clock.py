"""The two clocks of a broker, both in Unix milliseconds UTC."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """Machine time rules locks, time to live and duplicate windows; business time rules scheduled messages."""

    def now_ms(self) -> int:
        """Machine time."""

    def business_ms(self) -> int:
        """Business time: machine time and an offset that demonstrations and tests advance."""
