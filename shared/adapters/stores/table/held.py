"""By which products and ids offboardings are found: one row of the index for each, with the words of its holdings.

The row comes with the place, without a word, so that who creates the same once more overwrites none. It is written
before the head whose holdings brought a word, under its own ETag: of two writers neither takes a word of the other
away. A word may be there whose write was lost; it was read at the customer all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from shared.adapters.stores.table import keys
from shared.adapters.stores.table.heads import Heads
from shared.adapters.stores.table.index import held_row
from shared.adapters.stores.table.payload import read_text
from shared.adapters.stores.table.rows import Place, read_holding
from shared.adapters.stores.table.table import Table, Write, create, put, replace
from shared.domain.errors import NewerRecordError
from shared.domain.holdings.model import Holding
from shared.domain.holdings.products import NAME, folded, names_product, product_words
from shared.ports.listing import Listed
from shared.ports.store import Change

LONGEST = 600_000
"""Characters of all words of one offboarding, some ten thousand holdings: compressed they fit into a row. Names come
first, so that ids beyond it are not found, and names are."""
Words = frozenset[str]
Candidate = tuple[Place, Listed | None]
"""Where something is stored that may be wanted, and what lists compare of it."""


class Held:
    """Reads and writes these rows."""

    def __init__(self, table: Table, heads: Heads) -> None:
        self._table, self._heads = table, heads

    def writes(self, change: Change, place: Place) -> list[Write]:
        """What has to be stored before the head; nothing where no holding brings a word."""
        words = _words(record.holding for record in change.holdings)
        if not words:
            return []
        row = self._table.get(keys.INDEX, keys.held(place.position))
        if row is None:
            return [create(_row(place, words | self._stored(place)))]
        known = _read(row)
        whole = _bounded(known | words)
        return [replace(_row(place, whole), str(row.metadata["etag"]))] if whole != known else []

    def only(self, change: Change, place: Place) -> Write:
        """The words of these holdings in place of all others: the names of the others are forgotten."""
        return put(_row(place, _words(record.holding for record in change.holdings)))

    def among(self, found: Iterable[Candidate], product: str) -> Iterator[Candidate]:
        """Those of `found`, newest first, that have it; all rows are read beside them, a thousand a request."""
        wanted, rows = folded(product), self._table.rows(keys.INDEX, keys.HELD, keys.after(keys.HELD))
        row = next(rows, None)
        for place, known in found:
            key = keys.held(place.position)
            while row is not None and str(row["RowKey"]) < key:
                row = next(rows, None)
            mine = row if row is not None and row["RowKey"] == key else None
            if self._has(mine, place, wanted):
                yield place, known

    def few(self, found: Iterable[Candidate], product: str) -> Iterator[Candidate]:
        """The same where there are few: their rows alone are read."""
        for place, known in found:
            if self._has(self._table.get(keys.INDEX, keys.held(place.position)), place, folded(product)):
                yield place, known

    def _has(self, row: Any, place: Place, wanted: str) -> bool:
        # What an earlier version stored has no row until a holding of it changes.
        words = _read(row) if row is not None else self._stored(place)
        return any(names_product(word, wanted) for word in words)

    def _stored(self, place: Place) -> Words:
        found = []
        for row in self._heads.beside(place, keys.holding(place.offboarding_id)):
            try:
                found.append(read_holding(row).holding)
            except NewerRecordError:
                continue
        return _words(found)


def _words(holdings: Iterable[Holding]) -> Words:
    return _bounded(frozenset(word for holding in holdings for word in product_words(holding)))


def _bounded(words: Words) -> Words:
    left, kept = LONGEST, set[str]()
    for word in sorted(words, key=lambda word: (not word.startswith(NAME), word)):
        left -= len(word) + 1
        if left < 0:
            break
        kept.add(word)
    return frozenset(kept)


def _row(place: Place, words: Words) -> dict[str, Any]:
    return held_row(place, "\n".join(sorted(words)))


def _read(row: Any) -> Words:
    return frozenset(read_text(row).split("\n")) - {""}
