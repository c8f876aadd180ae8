"""A workspace on this machine: rows of telemetry, and KQL that is carried out over them.

duckdb-kql translates KQL to SQL by Microsoft's own grammar and refuses by name what it cannot; DuckDB carries it out.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import duckdb
import duckdb_kql

from tools.kql.rows import Row, checked
from tools.kql.tables import TABLES, Kind

SQL = {
    Kind.STRING: "VARCHAR",
    Kind.INT: "INTEGER",
    Kind.REAL: "DOUBLE",
    Kind.BOOL: "BOOLEAN",
    Kind.DATETIME: "TIMESTAMP",
    Kind.DYNAMIC: "JSON",
}


class QueryError(Exception):
    """A query that cannot be carried out: no KQL, a name that no table has, or KQL that the engine does not know."""


class Logs:
    """All tables, empty at first. What a workspace does not have a row of is a table all the same."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._database = duckdb_kql.connect()
        for table, columns in TABLES.items():
            shape = ", ".join(f'"{name}" {SQL[kind]}' for name, kind in columns.items())
            self._database.sql(f'CREATE TABLE "{table}" ({shape})')
        self.add(rows)

    def add(self, rows: Iterable[Row]) -> None:
        """Raises RowError, with nothing added, for what no table can take."""
        by_table: dict[str, list[Row]] = defaultdict(list)
        for row in checked(rows):
            columns = TABLES[row["Type"]]
            by_table[row["Type"]].append({name: _value(columns[name], value) for name, value in row.items()})
        for table, found in by_table.items():
            shape = json.dumps([{name: SQL[kind] for name, kind in TABLES[table].items()}])
            into = f'INSERT INTO "{table}" BY NAME SELECT unnest(from_json(?::JSON, ?), max_depth := 2)'
            self._database.execute(into, [json.dumps(found), shape])

    def ask(self, query: str, now: datetime) -> list[dict[str, Any]]:
        """The rows that a query gives at a moment (aware UTC), which is its `now()`. Raises QueryError."""
        try:
            found = duckdb_kql.query(self._database, query, query_now=now.astimezone(UTC).replace(tzinfo=None))
            return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
        except (duckdb.Error, duckdb_kql.KqlError) as error:
            raise QueryError(str(error)) from error


def _value(kind: Kind, value: Any) -> Any:
    """KQL's datetimes are UTC and name no zone."""
    if kind is Kind.DATETIME and value is not None:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        return moment.astimezone(UTC).replace(tzinfo=None).isoformat()
    return value
