"""A workspace on this machine: rows of telemetry, and KQL that is carried out over them.

duckdb-kql translates KQL to SQL by Microsoft's own grammar and refuses by name what it cannot; DuckDB carries it out.
"""

from __future__ import annotations

import json
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
        for row in checked(rows):
            columns = TABLES[row["Type"]]
            names = ", ".join(f'"{name}"' for name in row)
            marks = ", ".join("?" for _ in row)
            values = [_value(columns[name], value) for name, value in row.items()]
            self._database.execute(f'INSERT INTO "{row["Type"]}" ({names}) VALUES ({marks})', values)  # noqa: S608

    def ask(self, query: str, now: datetime) -> list[dict[str, Any]]:
        """The rows that a query gives at a moment (aware UTC), which is its `now()`. Raises QueryError."""
        try:
            found = duckdb_kql.query(self._database, query, query_now=now.astimezone(UTC).replace(tzinfo=None))
            return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
        except (duckdb.Error, duckdb_kql.KqlError) as error:
            raise QueryError(str(error)) from error


def _value(kind: Kind, value: Any) -> Any:
    if kind is Kind.DYNAMIC and value is not None:
        return json.dumps(value)
    if kind is Kind.DATETIME and isinstance(value, str):
        value = datetime.fromisoformat(value)
    # KQL's datetimes are UTC and name no zone.
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value
