"""Retention: which finished offboardings are old enough, and replacing what was stored about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from shared.adapters.stores.table import keys
from shared.adapters.stores.table.committing import Committer, conflict
from shared.adapters.stores.table.heads import Heads
from shared.adapters.stores.table.held import Held
from shared.adapters.stores.table.index import Index
from shared.adapters.stores.table.rows import Place, evidence_rows, head_row, holding_rows, note_rows, summarize
from shared.adapters.stores.table.table import ClashError, Table, delete, put, replace
from shared.adapters.stores.table.writing import write_in_order
from shared.ports.listing import listed
from shared.ports.store import Change

FINISHED = "finished"


class Forgetter:
    """Entries of finished offboardings in order of time; removed when the offboarding was forgotten."""

    def __init__(self, table: Table, index: Index, heads: Heads, committer: Committer) -> None:
        self._table, self._index, self._heads, self._committer = table, index, heads, committer
        self._held = Held(table, heads)

    def expired(self, before: datetime, machine: datetime, limit: int) -> Sequence[str]:
        """At most `limit` ids, the oldest first."""
        found: list[str] = []
        for entry in self._index.entries(f"{FINISHED}:", keys.until(FINISHED, before)):
            if len(found) >= limit:
                break
            summary = self._heads.summary(entry.place)
            if summary is not None and entry.key in summary.entries(entry.place):
                found.append(entry.place.offboarding_id)
            elif entry.given_up(summary, machine):
                self._index.withdraw({entry.key: entry.etag})
        return found

    def forget(self, change: Change) -> None:
        """Timeline and holdings are replaced by those of the change, the old rows removed; the head last.

        A process that dies before the head was written leaves an offboarding that still counts as expired.
        """
        place = self._index.place(change.offboarding.id)
        before = self._committer.current(change, place)
        if place is None or before is None or change.etag is None:
            raise conflict(change)
        after = summarize(change.offboarding, before.version + 1, uuid4().hex, forgotten=True)
        new = [*note_rows(place, change.timeline, after.version), *holding_rows(place, change.holdings)]
        kept = {str(row["RowKey"]) for row in new}
        gone = [delete(place.partition, key) for key in self._beside(place) if key not in kept]
        leaving = before.entries(place) - after.entries(place)
        held = self._held.only(change, place)
        left = self._index.announce(place, (), after.version, leaving, listed(change.offboarding), [held])
        try:
            head = replace(head_row(place, change.offboarding, after), change.etag)
            evidence = [put(row) for row in evidence_rows(place, change.evidence, after.version)]
            write_in_order(self._table, [*(put(row) for row in new), *gone], [head, *evidence])
            self._index.withdraw(left)
        except ClashError as error:
            raise conflict(change) from error

    def _beside(self, place: Place) -> list[str]:
        identity = place.offboarding_id
        rows = [
            row
            for beginning in (keys.note(identity), keys.holding(identity), keys.aside(identity))
            for row in self._heads.beside(place, beginning, ("RowKey",))
        ]
        return [str(row["RowKey"]) for row in rows]
