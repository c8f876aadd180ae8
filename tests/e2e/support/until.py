"""Waiting for a condition with a deadline."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
DEADLINE = 60.0


def until(look: Callable[[], T | None], what: str, seconds: float = DEADLINE, every: float = 0.1) -> T:
    """The first true answer of `look`; fails with `what` and the last answer after `seconds` (machine time)."""
    ends = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > ends:
            raise AssertionError(f"{what}: not within {seconds:.0f} s (last seen: {found!r:.500})")
        time.sleep(every)
