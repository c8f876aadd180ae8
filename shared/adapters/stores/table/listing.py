"""Lists for people, a page at a time: by status and customer, newest first, or compared and sorted."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from shared.adapters.stores.table import keys
from shared.adapters.stores.table.heads import Heads
from shared.adapters.stores.table.held import Held
from shared.adapters.stores.table.index import Entry, Index
from shared.adapters.stores.table.rows import Place
from shared.domain.offboarding.needs import ASKING
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status
from shared.ports.listing import Cursor, Filter, Listed, Page, listed, read_cursor

Found = tuple[str, int, Place]
"""By what it is sorted, its place in the list, and where it is stored."""


class Listing:
    """Reads the lists of the index; each entry is checked against its head."""

    def __init__(self, index: Index, heads: Heads, held: Held) -> None:
        self._index, self._heads, self._held = index, heads, held

    def find(self, wanted: Filter) -> Page:
        """The page after `wanted.after`; raises InvalidRequestError for something that is no cursor.

        Cost of newest first: one request for each offboarding of the page, and for each that has just left the list.
        Else all of the index is read too, a thousand offboardings a request, of which the heads that match are read.
        """
        before = read_cursor(wanted.after, wanted.order)
        if wanted.compares:
            return self._page(wanted, self._compared(wanted, before))
        entries = heapq.merge(*self._lists(wanted, before), key=lambda entry: -entry.place.position)
        return self._page(wanted, (("", entry.place.position, entry.place) for entry in _once(entries)))

    def _page(self, wanted: Filter, found: Iterator[Found]) -> Page:
        shown: list[Offboarding] = []
        last = Cursor(0)
        for key, position, place in found:
            stored = self._heads.stored(place)
            if stored is None or not wanted.matches(stored.offboarding):
                continue
            if len(shown) == wanted.limit:
                return Page(tuple(shown), last.text(wanted.order))
            shown.append(stored.offboarding)
            last = Cursor(position, key)
        return Page(tuple(shown), None)

    def _compared(self, wanted: Filter, before: Cursor | None) -> Iterator[Found]:
        """What may match, in the order that is wanted."""
        allowed, asking = self._with_status(wanted.statuses), self._asking(wanted)
        found: list[Found] = []
        for place, known in self._candidates(wanted):
            if allowed is not None and place.position not in allowed:
                continue
            compared = known or self._of_head(place)
            if compared is None or not wanted.admits(compared):
                continue
            if place.position not in asking and not wanted.needs(compared):
                continue
            key = compared.key(wanted.order)
            if wanted.follows(before, key, place.position):
                found.append((key, place.position, place))
        yield from sorted(found, key=lambda item: item[:2], reverse=wanted.order.descending)

    def _candidates(self, wanted: Filter) -> Iterator[tuple[Place, Listed | None]]:
        """A customer and a batch have few: their heads are read, whatever the index says."""
        beginning = _of_few(wanted)
        if beginning is None:
            found = self._index.listed(words=bool(wanted.text))
            return self._held.among(found, wanted.product) if wanted.product else found
        few = ((entry.place, None) for entry in self._index.entries(beginning, keys.after(beginning)))
        return self._held.few(few, wanted.product) if wanted.product else few

    def _asking(self, wanted: Filter) -> set[int]:
        """The places of all whose status needs a person, where that is wanted."""
        return (self._with_status(tuple(ASKING)) or set()) if wanted.needed_at is not None else set()

    def _with_status(self, statuses: tuple[Status, ...]) -> set[int] | None:
        """The places of all that may have a wanted status; None for all."""
        if not statuses:
            return None
        beginnings = [keys.with_status(status.value) for status in dict.fromkeys(statuses)]
        lists = (self._index.entries(beginning, keys.after(beginning)) for beginning in beginnings)
        return {entry.place.position for entries in lists for entry in entries}

    def _of_head(self, place: Place) -> Listed | None:
        stored = self._heads.stored(place)
        return listed(stored.offboarding) if stored is not None else None

    def _lists(self, wanted: Filter, before: Cursor | None) -> list[Iterator[Entry]]:
        """The lists to read: of the customer or the batch, else of each wanted status, else of everything."""
        few = _of_few(wanted)
        if few is not None:
            beginnings = [few]
        elif wanted.statuses:
            beginnings = [keys.with_status(status.value) for status in dict.fromkeys(wanted.statuses)]
        else:
            beginnings = [keys.ALL]
        after = "" if before is None else keys.newest_first(before.position) + ";"
        page = min(wanted.limit + 1, 1000)
        return [self._index.entries(beginning + after, keys.after(beginning), page) for beginning in beginnings]


def _of_few(wanted: Filter) -> str | None:
    """The beginning of the one short list that has all of them, if there is one."""
    if wanted.customer_id is not None:
        return keys.of_customer(wanted.customer_id)
    return keys.of_batch(wanted.batch_id) if wanted.batch_id is not None else None


def _once(entries: Iterator[Entry]) -> Iterator[Entry]:
    """An offboarding on its way from one status to another may be in both lists."""
    seen = 0
    for entry in entries:
        if entry.place.position != seen:
            yield entry
        seen = entry.place.position
