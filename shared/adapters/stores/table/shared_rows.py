"""Small texts that all processes share: one row each in the index, changed under its ETag."""

from __future__ import annotations

from shared.adapters.stores.table import keys
from shared.adapters.stores.table.table import ClashError, Table, create, replace
from shared.domain.errors import ConcurrencyConflictError, UnavailableError
from shared.ports.store import SharedRow

OUR_ETAG = 'W/"'
"""How every ETag of a table begins; the service takes no other in a condition, and one of another store is outdated."""


class SharedRows:
    """By name; every write is conditional."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def read(self, name: str) -> SharedRow | None:
        row = self._table.get(keys.INDEX, keys.shared(name))
        return None if row is None else SharedRow(str(row["body"]), str(row.metadata["etag"]))

    def put(self, name: str, text: str, etag: str | None) -> SharedRow:
        """Raises ConcurrencyConflictError when the row is another by now."""
        if etag is not None and not etag.startswith(OUR_ETAG):
            raise ConcurrencyConflictError(f"{name} was changed by somebody else")
        wanted = {"PartitionKey": keys.INDEX, "RowKey": keys.shared(name), "body": text}
        try:
            self._table.transact([create(wanted) if etag is None else replace(wanted, etag)])
        except ClashError:
            raise ConcurrencyConflictError(f"{name} was changed by somebody else") from None
        stored = self.read(name)
        if stored is None:
            raise UnavailableError(f"{name} is gone right after it was stored", service="Table Storage")
        return stored
