"""The store in Azure Tables: one table; docs/decisions/0005-table-layout.md shows its rows and why they are so."""

from shared.adapters.stores.table.store import TableStore

__all__ = ["TableStore"]
