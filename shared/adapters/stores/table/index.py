"""The index partition: places by offboarding id, lists by status and customer, what is due, what is finished.

Entries and heads are in different partitions, so no transaction covers both. An entry is therefore only a hint: it is
written before the head that needs it and removed after the head that no longer does, and every reader believes the
head. A crash in between leaves an entry too many, never one too few. `version` is that of the head that an entry was
written for: while the head is older, the write may still be on its way, and the entry stays.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from azure.data.tables import TableEntity

from shared.adapters.stores.table import keys
from shared.adapters.stores.table.payload import text_properties
from shared.adapters.stores.table.rows import Place, Summary
from shared.adapters.stores.table.table import ClashError, Table, Write, create, delete, put
from shared.domain.errors import UnavailableError
from shared.domain.offboarding.record import Offboarding
from shared.ports.listing import Listed

TRIES = 20
PLACE = ("RowKey", "id", "partition", "position")
ON_ITS_WAY = timedelta(days=1)
"""Machine time after which a write that was announced and not made is given up: its process is long gone."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An index row as read."""

    key: str
    place: Place
    version: int
    etag: str
    written_at: datetime

    def given_up(self, summary: Summary | None, machine: datetime) -> bool:
        """Whether no write can need this entry any more, provided that the head as it is does not."""
        on_its_way = summary is None or self.version > summary.version
        return not on_its_way or machine - self.written_at > ON_ITS_WAY


class _NoPlaceError(Exception):
    """Raised so that only places that exist are remembered."""


class Index:
    """Reads and writes the index partition."""

    def __init__(self, table: Table) -> None:
        self._table = table
        # A place never changes, so it is read once by each process.
        self._remembered = lru_cache(maxsize=10_000)(self._read_place)

    def place(self, offboarding_id: str) -> Place | None:
        """Where an offboarding is stored; a place without a head is no offboarding."""
        try:
            return self._remembered(offboarding_id)
        except _NoPlaceError:
            return None

    def give_place(self, head: Offboarding) -> Place:
        """The place of an offboarding that is about to be created: the one from an earlier try, or a new one.

        Positions follow the time of creation and are unique: who finds one taken tries a later microsecond,
        farther and farther away, so that many that were created at one moment find theirs in a few tries.
        """
        position = keys.position(head.created_at)
        for attempt in range(TRIES):
            place = self.place(head.id)
            if place is not None:
                return place
            place = Place(head.id, keys.partition(head.id, head.request.customer_id), position)
            found, listed = keys.place(head.id), keys.in_all(position)
            try:
                rows = [_row(key, place, 0) for key in (found, listed)]
                self._table.transact([create(row) for row in (*rows, held_row(place, ""))])
            except ClashError:
                position += 1 + secrets.randbelow(2**attempt)
                continue
            return place
        raise UnavailableError("no free position was found; try again", service="Table Storage")

    def announce(
        self,
        place: Place,
        added: Iterable[str],
        version: int,
        leaving: Iterable[str],
        listed: Listed | None = None,
        beside: Iterable[Write] = (),
    ) -> dict[str, str]:
        """Store the entries that the next head needs, what lists will compare of it, if that is to change, and what is
        `beside` them; returns the ETags of those that it will leave, for `withdraw`. Raises ClashError for `beside`.

        Writing the leaving ones again means that `withdraw` removes nothing that somebody else wrote since.
        """
        left = sorted(leaving)
        writes = [put(_row(key, place, version - 1)) for key in left]
        writes += [put(_row(key, place, version)) for key in sorted(added)]
        if listed is not None:
            writes.append(put({**_row(keys.in_all(place.position), place, version), **asdict(listed)}))
        writes += beside
        etags = self._table.transact(writes) if writes else []
        return dict(zip(left, etags, strict=False))

    def withdraw(self, etags: Mapping[str, str]) -> None:
        """Remove entries, those that changed since excepted: whoever reads them next decides."""
        for key, etag in etags.items():
            try:
                self._table.transact([delete(keys.INDEX, key, etag)])
            except ClashError:
                continue

    def move(self, entry: Entry, key: str, version: int) -> None:
        """Replace an entry by another one, which may exist already."""
        try:
            self._table.transact([create(_row(key, entry.place, version)), delete(keys.INDEX, entry.key, entry.etag)])
        except ClashError:
            self.withdraw({entry.key: entry.etag})

    def entries(self, first: str, beyond: str, page: int | None = None) -> Iterator[Entry]:
        """Entries with first <= key < beyond, in order."""
        for row in self._table.rows(keys.INDEX, first, beyond, page=page):
            yield _entry(row)

    def listed(self, *, words: bool) -> Iterator[tuple[Place, Listed | None]]:
        """All offboardings with what lists compare, a thousand a request; None for what was stored before that was
        kept. `words` are left out unless they are asked for."""
        kept = [item.name for item in fields(Listed) if words or item.name != "words"]
        needed = len(kept) - 1  # What lists compared before there was `closes` is compared still.
        for row in self._table.rows(keys.INDEX, keys.ALL, keys.after(keys.ALL), (*PLACE, *kept)):
            told = {name: str(row[name]) for name in kept if row.get(name) is not None}
            whole = len(told.keys() - {"closes"}) == needed
            yield _place(row), Listed(**{"words": "", **told}) if whole else None

    def _read_place(self, offboarding_id: str) -> Place:
        row = self._table.get(keys.INDEX, keys.place(offboarding_id))
        if row is None:
            raise _NoPlaceError(offboarding_id)
        return _place(row)


def held_row(place: Place, words: str) -> dict[str, Any]:
    """By which words its holdings are found, a line for each."""
    row = {"PartitionKey": keys.INDEX, "RowKey": keys.held(place.position), "id": place.offboarding_id}
    return {**row, **text_properties(words)}


def _row(key: str, place: Place, version: int) -> dict[str, Any]:
    return {
        "PartitionKey": keys.INDEX,
        "RowKey": key,
        "id": place.offboarding_id,
        "partition": place.partition,
        "position": str(place.position),
        "version": version,
    }


def _entry(row: TableEntity) -> Entry:
    # Every row has a time stamp; without one it would count as just written, and stay.
    written_at = row.metadata["timestamp"] or datetime.now(UTC)
    return Entry(str(row["RowKey"]), _place(row), int(row["version"]), str(row.metadata["etag"]), written_at)


def _place(row: Mapping[str, Any]) -> Place:
    return Place(str(row["id"]), str(row["partition"]), int(row["position"]))
