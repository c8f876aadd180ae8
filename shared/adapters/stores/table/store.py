"""TableStore: the port of the store, over the parts of this package."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from azure.data.tables import TableServiceClient

from shared.adapters.stores.table import keys
from shared.adapters.stores.table.committing import Committer
from shared.adapters.stores.table.due import DueList
from shared.adapters.stores.table.forgetting import Forgetter
from shared.adapters.stores.table.heads import Heads
from shared.adapters.stores.table.held import Held
from shared.adapters.stores.table.holds import Holds
from shared.adapters.stores.table.index import Index
from shared.adapters.stores.table.listing import Listing
from shared.adapters.stores.table.rows import Place, read_asides, read_evidence, read_holding, read_notes, read_owed
from shared.adapters.stores.table.shared_rows import SharedRows
from shared.adapters.stores.table.table import MOST_ROWS, ClashError, Table, delete
from shared.domain.evidence.entry import Aside
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.offboarding.messages import OutboundMessage, TimelineEntry
from shared.ports.store import KEEP_FOR, Change, Filter, LiveElsewhere, Page, SharedRow, Stored


class TableStore:
    """An OffboardingStore in one table of the account behind `service`; the table is created at the first use.

    Every call may raise UnavailableError (worth another try) or RefusedError. Thread-safe; any number of processes.
    """

    def __init__(
        self, service: TableServiceClient, *, table: str = "offboardings", keep_for: timedelta = KEEP_FOR
    ) -> None:
        self._table = Table(service, table)
        self._index, self._heads = Index(self._table), Heads(self._table)
        self._committer = Committer(self._table, self._index, self._heads)
        self._due = DueList(self._index, self._heads)
        self._listing = Listing(self._index, self._heads, Held(self._table, self._heads))
        self._forgetter = Forgetter(self._table, self._index, self._heads, self._committer)
        self._holds = Holds(self._table)
        self._shared = SharedRows(self._table)
        self._keep_for = keep_for

    def load(self, offboarding_id: str) -> Stored | None:
        place = self._index.place(offboarding_id)
        return self._heads.stored(place) if place is not None else None

    def commit(self, change: Change) -> Stored | LiveElsewhere:
        """See the port; raises RequestIdReusedError, too, when an earlier creation for another customer died midway."""
        return self._committer.commit(change)

    def holdings(self, offboarding_id: str) -> Mapping[str, HoldingRecord]:
        place = self._index.place(offboarding_id)
        if place is None:
            return {}
        records = [read_holding(row) for row in self._heads.beside(place, keys.holding(offboarding_id))]
        return {record.holding.key: record for record in sorted(records, key=lambda item: item.holding.key)}

    def timeline(self, offboarding_id: str) -> Sequence[TimelineEntry]:
        place = self._index.place(offboarding_id)
        if place is None:
            return []
        rows = self._heads.beside(place, keys.note(offboarding_id))
        entries = {entry.seq: entry for row in rows for entry in read_notes(row)}
        return [entries[seq] for seq in sorted(entries)]

    def evidence(self, offboarding_id: str) -> Sequence[str]:
        place = self._index.place(offboarding_id)
        rows = self._heads.beside(place, keys.evidence(offboarding_id)) if place is not None else ()
        return [line for row in rows for line in read_evidence(row)]

    def asides(self, offboarding_id: str) -> Sequence[Aside]:
        place = self._index.place(offboarding_id)
        rows = self._heads.beside(place, keys.aside(offboarding_id)) if place is not None else ()
        return [aside for row in rows for aside in read_asides(row)]

    def outbox(self, offboarding_id: str) -> Sequence[OutboundMessage]:
        place = self._index.place(offboarding_id)
        if place is None:
            return []
        rows = self._heads.beside(place, keys.owed(offboarding_id))
        return [read_owed(row) for row in sorted(rows, key=lambda row: str(row["sequence"]))]

    def clear_outbox(self, offboarding_id: str, message_ids: Sequence[str]) -> None:
        place = self._index.place(offboarding_id)
        if place is None:
            return
        found = list(dict.fromkeys(keys.owed(offboarding_id, item) for item in message_ids))
        for start in range(0, len(found), MOST_ROWS):
            self._delete_all(place, found[start : start + MOST_ROWS])

    def due(self, now: datetime, machine: datetime, grace: timedelta, limit: int) -> Sequence[str]:
        return self._due.read(now, machine, grace, limit)

    def find(self, wanted: Filter) -> Page:
        return self._listing.find(wanted)

    def expired(self, now: datetime, limit: int) -> Sequence[str]:
        return self._forgetter.expired(now - self._keep_for, datetime.now(UTC), limit)

    def forget(self, change: Change) -> None:
        self._forgetter.forget(change)

    def holds(self) -> Mapping[str, datetime]:
        return self._holds.read()

    def hold(self, service: str, until: datetime, at_most: datetime | None = None) -> None:
        self._holds.move(service, until, at_most)

    def shared_row(self, name: str) -> SharedRow | None:
        return self._shared.read(name)

    def put_shared_row(self, name: str, text: str, etag: str | None) -> SharedRow:
        return self._shared.put(name, text, etag)

    def shared_names(self) -> Sequence[str]:
        return self._shared.names()

    def ping(self) -> None:
        self._table.get(keys.INDEX, "ping")

    def _delete_all(self, place: Place, rows: Sequence[str]) -> None:
        try:
            self._table.transact([delete(place.partition, row) for row in rows])
        except ClashError:
            # Somebody else cleared one of them already; one by one, that does not matter.
            for row in rows if len(rows) > 1 else ():
                self._delete_all(place, [row])
