"""Where offboardings are kept, and for how long."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path

from shared.composition.settings.reader import Reader
from shared.ports.store import KEEP_FOR


class StoreKind(StrEnum):
    """Where offboardings are kept."""

    SQLITE = "sqlite"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """`sqlite_file` for SQLite; for tables exactly one of endpoint (by identity) and connection."""

    kind: StoreKind
    sqlite_file: Path | None
    table_endpoint: str
    table_connection: str = field(repr=False)
    retention: timedelta = KEEP_FOR


def read_store(reader: Reader) -> StoreSettings:
    """The store; SQLite unless said otherwise."""
    kind = reader.choice("OFFBOARDING_STORE", StoreKind, StoreKind.SQLITE)
    if kind is StoreKind.SQLITE:
        reader.required("OFFBOARDING_SQLITE_FILE")
    settings = StoreSettings(
        kind,
        reader.path("OFFBOARDING_SQLITE_FILE") if kind is StoreKind.SQLITE else None,
        reader.address("OFFBOARDING_TABLE_ENDPOINT"),
        reader.optional("OFFBOARDING_TABLE_CONNECTION"),
        timedelta(days=reader.integer("OFFBOARDING_RETENTION_DAYS", KEEP_FOR.days, most=36_500)),
    )
    if kind is StoreKind.TABLE and bool(settings.table_endpoint) == bool(settings.table_connection):
        reader.problems.append(
            "store table needs OFFBOARDING_TABLE_ENDPOINT or OFFBOARDING_TABLE_CONNECTION, and not both"
        )
    return settings
