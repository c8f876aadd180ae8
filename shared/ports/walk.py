"""Every offboarding that a filter finds, page by page, as far as a bound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import RUNNABLE, Status
from shared.ports.listing import Filter
from shared.ports.store import OffboardingStore

PAGE = 200
LIVE = (*sorted(RUNNABLE), Status.NEEDS_ATTENTION)
"""What has not ended."""


def walk(store: OffboardingStore, wanted: Filter, most: int) -> Iterator[Offboarding]:
    """At most `most` of them, in the order of the filter. Ask for one more than is wanted to learn whether there is."""
    left, page = most, replace(wanted, limit=PAGE)
    while left > 0:
        found = store.find(page)
        yield from found.items[:left]
        left -= len(found.items)
        if found.next is None:
            return
        page = replace(page, after=found.next)
