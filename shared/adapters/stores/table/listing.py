"""Lists for people: by status and customer, newest first, a page at a time."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from shared.adapters.stores.table import keys
from shared.adapters.stores.table.heads import Heads
from shared.adapters.stores.table.index import Entry, Index
from shared.domain.offboarding.record import Offboarding
from shared.ports.store import Filter, Page, read_cursor


class Listing:
    """Reads the lists of the index; each entry is checked against its head."""

    def __init__(self, index: Index, heads: Heads) -> None:
        self._index, self._heads = index, heads

    def find(self, wanted: Filter) -> Page:
        """The page after `wanted.after`; raises InvalidRequestError for something that is no cursor."""
        before = read_cursor(wanted.after)
        shown: list[Offboarding] = []
        last = 0
        for entry in _once(heapq.merge(*self._lists(wanted, before), key=lambda entry: -entry.place.position)):
            stored = self._heads.stored(entry.place)
            if stored is None or not _matches(stored.offboarding, wanted):
                continue
            if len(shown) == wanted.limit:
                return Page(tuple(shown), str(last))
            shown.append(stored.offboarding)
            last = entry.place.position
        return Page(tuple(shown), None)

    def _lists(self, wanted: Filter, before: int | None) -> list[Iterator[Entry]]:
        """The lists to read: of the customer, else of each wanted status, else of everything."""
        if wanted.customer_id is not None:
            beginnings = [keys.of_customer(wanted.customer_id)]
        elif wanted.statuses:
            beginnings = [keys.with_status(status.value) for status in dict.fromkeys(wanted.statuses)]
        else:
            beginnings = [keys.ALL]
        after = "" if before is None else keys.newest_first(before) + ";"
        page = min(wanted.limit + 1, 1000)
        return [self._index.entries(beginning + after, keys.after(beginning), page) for beginning in beginnings]


def _once(entries: Iterator[Entry]) -> Iterator[Entry]:
    """An offboarding on its way from one status to another may be in both lists."""
    seen = 0
    for entry in entries:
        if entry.place.position != seen:
            yield entry
        seen = entry.place.position


def _matches(head: Offboarding, wanted: Filter) -> bool:
    if wanted.statuses and head.status not in wanted.statuses:
        return False
    return wanted.customer_id is None or head.customer_id == wanted.customer_id
