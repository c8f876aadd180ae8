"""Reading heads and what stands beside them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from azure.data.tables import TableEntity

from shared.adapters.stores.table import keys
from shared.adapters.stores.table.rows import SUMMARY, Place, Summary, read_head, read_summary
from shared.adapters.stores.table.table import Table
from shared.ports.store import Stored


class Heads:
    """Reads in the partitions of the offboardings."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def summary(self, place: Place) -> Summary | None:
        """Without the JSON; None when the offboarding was never created."""
        row = self._table.get(place.partition, keys.head(place.offboarding_id), SUMMARY)
        return read_summary(row, str(row.metadata["etag"])) if row is not None else None

    def stored(self, place: Place) -> Stored | None:
        """The whole head."""
        row = self._table.get(place.partition, keys.head(place.offboarding_id))
        return Stored(read_head(row), str(row.metadata["etag"])) if row is not None else None

    def beside(self, place: Place, beginning: str, select: tuple[str, ...] = ()) -> Iterator[TableEntity]:
        """The rows whose keys begin with `beginning`: holdings, notes or outbox messages."""
        return self._table.rows(place.partition, beginning, keys.after(beginning), select or None)

    def oldest_owed(self, place: Place) -> datetime | None:
        """When the oldest message in the outbox was created (business time)."""
        rows = self.beside(place, keys.owed(place.offboarding_id), ("createdAt",))
        return min((datetime.fromisoformat(row["createdAt"]) for row in rows), default=None)
