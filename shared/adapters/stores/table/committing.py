"""Storing a change: marker checked, index entries announced, then head and everything beside it in one transaction.

A process may die between any two of these. What is left then is an index entry that says nothing, or, for an
offboarding with a partition of its own, a marker of an offboarding that goes on by itself: both are harmless.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from urllib.parse import unquote
from uuid import uuid4

from shared.adapters.stores.table import keys
from shared.adapters.stores.table.due import nearer
from shared.adapters.stores.table.heads import Heads
from shared.adapters.stores.table.held import Held
from shared.adapters.stores.table.index import Index
from shared.adapters.stores.table.marker import Markers
from shared.adapters.stores.table.rows import (
    Place,
    Summary,
    evidence_rows,
    head_row,
    holding_rows,
    note_rows,
    owed_rows,
    summarize,
)
from shared.adapters.stores.table.table import ClashError, Table, Write, create, put, replace
from shared.adapters.stores.table.writing import write_in_order
from shared.domain.errors import ConcurrencyConflictError, OffboardingError, RequestIdReusedError, UnavailableError
from shared.ports.listing import listed
from shared.ports.store import Change, Live, LiveElsewhere, Stored

log = logging.getLogger("offboarding")
ATTEMPTS = 8
"""A marker may change hands while it is looked at; each clash means that somebody else got on."""


class Committer:
    """Stores changes; raises what the port says."""

    def __init__(self, table: Table, index: Index, heads: Heads) -> None:
        self._table, self._index, self._heads = table, index, heads
        self._held = Held(table, heads)
        self._markers = Markers(table, self._is_open)

    def commit(self, change: Change) -> Stored | LiveElsewhere:
        """As the port says, plus RequestIdReusedError; a write whose answer was lost is recognised by its writer."""
        writer = uuid4().hex
        for _ in range(ATTEMPTS):
            try:
                return self._try(change, writer)
            except ClashError:
                done = self._settled(change, writer)
            except UnavailableError:
                done = self._settled(change, writer)
                if done is None:
                    raise
            if done is not None:
                return done
        raise conflict(change)

    def _try(self, change: Change, writer: str) -> Stored | LiveElsewhere:
        head = change.offboarding
        place = self._index.place(head.id)
        before = self.current(change, place)
        marker = self._marker(change)
        if isinstance(marker, LiveElsewhere):
            return marker
        place = place or self._index.give_place(head)
        if change.etag is None:
            _require_same_request(change, place)
        after = summarize(head, before.version + 1 if before else 1, writer)
        left = self._announce(change, place, before, after)
        apart = bool(marker) and marker[0].row["PartitionKey"] != place.partition
        if apart and change.live is Live.TAKE:
            self._table.transact(marker)
        etag = self._write(change, place, after, () if apart else marker)
        self._tidy(left, marker if apart and change.live is Live.RELEASE else ())
        return Stored(head, etag)

    def current(self, change: Change, place: Place | None) -> Summary | None:
        """The head that the change replaces; raises ConcurrencyConflictError when it is another."""
        found = self._heads.summary(place) if place is not None else None
        if (found is None) != (change.etag is None):
            raise conflict(change)
        # Comparing first spares the index an announcement that cannot come true; the transaction compares again.
        if found is not None and unquote(found.etag) != unquote(change.etag or ""):
            raise conflict(change)
        return found

    def _marker(self, change: Change) -> list[Write] | LiveElsewhere:
        head = change.offboarding
        match change.live:
            case Live.TAKE:
                known = head.customer_id if change.etag is not None else head.request.customer_id
                if known is None:
                    raise ValueError("the live marker is taken for a customer, at creation the request's own")
                return self._markers.take(known, head.id)
            case Live.RELEASE:
                return self._markers.release(head.customer_id, head.id)
            case Live.KEEP:
                return []

    def _announce(self, change: Change, place: Place, before: Summary | None, after: Summary) -> dict[str, str]:
        old = before.entries(place) if before is not None else frozenset()
        new = after.entries(place)
        added = new - old
        at = nearer(before, after, change.outbox)
        if at is not None:
            added |= {keys.due(at, place.offboarding_id)}
        changed = before is None or before.listed != after.listed
        compared = listed(change.offboarding) if changed else None
        return self._index.announce(place, added, after.version, old - new, compared, self._held.writes(change, place))

    def _write(self, change: Change, place: Place, after: Summary, marker: Sequence[Write]) -> str:
        row = head_row(place, change.offboarding, after)
        head = create(row) if change.etag is None else replace(row, change.etag)
        beside = [
            *note_rows(place, change.timeline, after.version),
            *evidence_rows(place, change.evidence, after.version),
            *owed_rows(place, change.outbox, after.version),
        ]
        holdings = [put(item) for item in holding_rows(place, change.holdings)]
        return write_in_order(self._table, holdings, [head, *marker, *(put(item) for item in beside)])

    def _tidy(self, left: dict[str, str], marker: Sequence[Write]) -> None:
        """The change is stored; what fails from here is repaired by whoever meets it."""
        try:
            if marker:
                self._table.transact(marker)
            self._index.withdraw(left)
        except (ClashError, OffboardingError) as error:
            log.info("left for later: %s", error)

    def _settled(self, change: Change, writer: str) -> Stored | None:
        """The change as stored by us after all, None when it may be tried again; raises ConcurrencyConflictError."""
        place = self._index.place(change.offboarding.id)
        found = self._heads.summary(place) if place is not None else None
        if found is not None and found.writer == writer:
            return Stored(change.offboarding, found.etag)
        self.current(change, place)
        return None

    def _is_open(self, offboarding_id: str) -> bool:
        place = self._index.place(offboarding_id)
        found = self._heads.summary(place) if place is not None else None
        return found is not None and not found.finished


def conflict(change: Change) -> ConcurrencyConflictError:
    return ConcurrencyConflictError(f"offboarding {change.offboarding.id} was changed by somebody else")


def _require_same_request(change: Change, place: Place) -> None:
    """An earlier creation died half-way, and it was for another customer: the request id is used with two bodies."""
    head = change.offboarding
    if place.partition != keys.partition(head.id, head.request.customer_id):
        raise RequestIdReusedError(head.request.request_id, head.id)
