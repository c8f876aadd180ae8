"""How long to wait before the next try: twice as long each time, up to a bound."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

DOUBLINGS_AT_MOST = 12
"""Enough for every bound in use; keeps a counter that went wild from overflowing a timedelta."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """`first`, then its double, and so on; never more than `longest`."""

    first: timedelta
    longest: timedelta

    def after(self, tries: int) -> timedelta:
        """The wait when this was tried `tries` times before (0: never)."""
        factor: int = 2 ** min(max(tries, 0), DOUBLINGS_AT_MOST)
        return min(self.first * factor, self.longest)
