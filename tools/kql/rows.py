"""Rows of telemetry, one JSON object in a line: `Type` names the table, the rest are its columns."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tools.kql.tables import TABLES

Row = Mapping[str, Any]


class RowError(Exception):
    """A row that no table can take."""


def read_rows(file: Path) -> list[Row]:
    """Every row of a file; raises RowError with its line."""
    found: list[Row] = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
        except ValueError as error:
            raise RowError(f"{file.name}, line {number}: no JSON: {error}") from None
        if not isinstance(row, dict):
            raise RowError(f"{file.name}, line {number}: no JSON object")
        found.append(row)
    return found


def checked(rows: Iterable[Row]) -> list[Row]:
    """The same rows; raises RowError for a table or a column that Azure Monitor does not have, and without a time."""
    found = list(rows)
    for row in found:
        table = str(row.get("Type"))
        if table not in TABLES:
            raise RowError(f"no table {table}: {row}")
        unknown = set(row) - set(TABLES[table])
        if unknown:
            raise RowError(f"{table} has no column {', '.join(sorted(unknown))}")
        if not row.get("TimeGenerated"):
            raise RowError(f"{table}: a row without TimeGenerated")
    return found
