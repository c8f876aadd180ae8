"""Until when each service asked not to be called: a handful of rows in the index, which move forward."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from shared.adapters.stores.table import keys
from shared.adapters.stores.table.table import ClashError, Table, create, replace
from shared.domain.errors import UnavailableError

TRIES = 20


class Holds:
    """One row for each service; whoever names the later moment wins, in any order."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def read(self) -> Mapping[str, datetime]:
        beginning = keys.hold()
        rows = self._table.rows(keys.INDEX, beginning, keys.after(beginning))
        return {str(row["service"]): datetime.fromisoformat(str(row["until"])) for row in rows}

    def move(self, service: str, until: datetime, at_most: datetime | None = None) -> None:
        """Raises UnavailableError when others keep changing the row at the same moment."""
        key = keys.hold(service)
        wanted = {"PartitionKey": keys.INDEX, "RowKey": key, "service": service, "until": _text(until)}
        for _ in range(TRIES):
            row = self._table.get(keys.INDEX, key)
            kept = None if row is None else datetime.fromisoformat(str(row["until"]))
            if kept is not None and kept >= until and (at_most is None or kept <= at_most):
                return
            try:
                write = create(wanted) if row is None else replace(wanted, str(row.metadata["etag"]))
                self._table.transact([write])
            except ClashError:
                continue
            return
        raise UnavailableError(f"the wait for {service} changes too quickly to be stored", service="Table Storage")


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
