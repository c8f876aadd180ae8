"""Which points of a long enumeration are tried: some of them in each run, all of them in continuous integration."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")
EVERY = int(os.environ.get("OFFBOARDING_CRASH_EVERY", "5"))
"""1 tries every point, n every n-th. `dev.py test` sets 1 with --all and with --rest."""


def some_of(points: Iterable[T], turn: int = 0) -> list[T]:
    """Every n-th point, at least one. Enumerations of the same points begin at different turns, and so try others."""
    found = list(points)
    return found[turn % min(EVERY, len(found)) :: EVERY]
