"""The holdings of a report as a spreadsheet reads them: .xlsx, or CSV with the separator of a country."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import UTC, datetime

from shared.sheets.write import Sheet

MOMENTS = frozenset({"termEnds", "paidUntil", "lastDoneAt", "endedAt", "approvedAt"})
NUMBERS = frozenset({"units"})
AMOUNTS = ("refundExpected", "refundConfirmed")
"""Begins of columns: the code of a currency follows."""


def holdings_sheet(content: bytes) -> Sheet:
    """The CSV of the pipeline as a table, its numbers and moments (UTC) as what they are."""
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    columns = tuple(reader.fieldnames or ())
    return Sheet("Holdings", columns, [_cells(columns, row) for row in reader])


def _cells(columns: tuple[str, ...], row: Mapping[str, str]) -> tuple[object, ...]:
    return tuple(_cell(name, row.get(name) or "") for name in columns)


def _cell(name: str, text: str) -> object:
    if name in MOMENTS and text:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    if name.startswith(AMOUNTS) and text:
        return float(text)
    return int(text) if name in NUMBERS and text.isdecimal() else text
