"""The tables of Azure Monitor Logs that the queries may read: their columns, as learn.microsoft.com lists them
(azure/azure-monitor/reference/tables). AzureMetrics without the columns that it calls deprecated."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

FILE = Path(__file__).with_name("tables.json")


class Kind(StrEnum):
    """A type of a column, by its name in KQL."""

    STRING = "string"
    INT = "int"
    REAL = "real"
    BOOL = "bool"
    DATETIME = "datetime"
    DYNAMIC = "dynamic"


def read_tables() -> Mapping[str, Mapping[str, Kind]]:
    """Name to columns to types."""
    found = json.loads(FILE.read_text(encoding="utf-8"))
    return {table: {name: Kind(kind) for name, kind in columns.items()} for table, columns in found.items()}


TABLES = read_tables()
