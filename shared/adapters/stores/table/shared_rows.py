"""Texts that all processes share: one row each in the index, changed under its ETag. Short ones stay readable."""

from __future__ import annotations

from typing import Any

from shared.adapters.stores.table import keys
from shared.adapters.stores.table.payload import READABLE, read_text, text_properties
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
        if row is None:
            return None
        short = row.get("body")
        return SharedRow(str(short) if short is not None else read_text(row), str(row.metadata["etag"]))

    def names(self) -> list[str]:
        """Sorted; what was stored before names were kept is not among them until it is stored again."""
        rows = self._table.rows(keys.INDEX, keys.SHARED, keys.after(keys.SHARED), ("name",))
        return sorted(str(row["name"]) for row in rows if row.get("name") is not None)

    def put(self, name: str, text: str, etag: str | None) -> SharedRow:
        """Raises ConcurrencyConflictError when the row is another by now."""
        if etag is not None and not etag.startswith(OUR_ETAG):
            raise ConcurrencyConflictError(f"{name} was changed by somebody else")
        wanted = {"PartitionKey": keys.INDEX, "RowKey": keys.shared(name), "name": name, **_properties(text)}
        try:
            self._table.transact([create(wanted) if etag is None else replace(wanted, etag)])
        except ClashError:
            raise ConcurrencyConflictError(f"{name} was changed by somebody else") from None
        stored = self.read(name)
        if stored is None:
            raise UnavailableError(f"{name} is gone right after it was stored", service="Table Storage")
        return stored


def _properties(text: str) -> dict[str, Any]:
    """A property holds 64 KiB, two bytes for each character."""
    return {"body": text} if len(text.encode("utf-16-le")) <= 2 * READABLE else text_properties(text)
