"""The live marker: one row in each customer's partition, naming the one offboarding that may act on the customer.

It is written in the transaction of the head, or, for an offboarding with a partition of its own, right before it; so
its holder always exists. One whose holder is finished (or was deleted by hand) is left over from a crash and is taken
over: a finished offboarding never goes on.
"""

from __future__ import annotations

from collections.abc import Callable

from shared.adapters.stores.table import keys
from shared.adapters.stores.table.table import Table, Write, create, delete, replace
from shared.ports.store import LiveElsewhere


class Markers:
    """What has to be written to take or release a marker; raises nothing of its own."""

    def __init__(self, table: Table, is_open: Callable[[str], bool]) -> None:
        self._table, self._is_open = table, is_open

    def take(self, customer_id: str, offboarding_id: str) -> list[Write] | LiveElsewhere:
        """Nothing to write when it is ours already."""
        partition = keys.safe(customer_id)
        wanted = {"PartitionKey": partition, "RowKey": keys.LIVE, "id": offboarding_id}
        row = self._table.get(partition, keys.LIVE)
        if row is None:
            return [create(wanted)]
        holder = str(row["id"])
        if holder == offboarding_id:
            return []
        if self._is_open(holder):
            return LiveElsewhere(holder)
        return [replace(wanted, str(row.metadata["etag"]))]

    def release(self, customer_id: str | None, offboarding_id: str) -> list[Write]:
        """Nothing to write when it is not ours."""
        if customer_id is None:
            return []
        partition = keys.safe(customer_id)
        row = self._table.get(partition, keys.LIVE)
        if row is None or str(row["id"]) != offboarding_id:
            return []
        return [delete(partition, keys.LIVE, str(row.metadata["etag"]))]
