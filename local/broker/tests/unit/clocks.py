"""A clock that stands still until it is moved."""

from __future__ import annotations


class ManualClock:
    """Both times in Unix milliseconds; `offset_ms` is what business time is ahead."""

    def __init__(self, now_ms: int = 1_000_000) -> None:
        self.now = now_ms
        self.offset_ms = 0

    def now_ms(self) -> int:
        """Machine time."""
        return self.now

    def business_ms(self) -> int:
        """Business time."""
        return self.now + self.offset_ms
