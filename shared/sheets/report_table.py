"""The table of a report as a spreadsheet reads it: .xlsx, or CSV with the separator of a country."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import UTC, datetime

from shared.sheets.write import Sheet, write_workbook

MOMENTS = frozenset({"termEnds", "paidUntil", "lastDoneAt", "endedAt", "approvedAt", "decidedAt"})
NUMBERS = frozenset({"units"})
AMOUNTS = ("refundExpected", "refundConfirmed")
"""Columns of amounts, and their beginnings where the code of a currency follows."""


def report_workbook(content: bytes, title: str) -> bytes:
    """The CSV of the pipeline as .xlsx."""
    out = io.BytesIO()
    write_workbook(out, report_sheet(content, title))
    return out.getvalue()


def report_sheet(content: bytes, title: str = "Holdings") -> Sheet:
    """The CSV of the pipeline as a table, its numbers and moments (UTC) as what they are."""
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    columns = tuple(reader.fieldnames or ())
    return Sheet(title, columns, [_cells(columns, row) for row in reader])


def _cells(columns: tuple[str, ...], row: Mapping[str, str]) -> tuple[object, ...]:
    return tuple(_cell(name, row.get(name) or "") for name in columns)


def _cell(name: str, text: str) -> object:
    if name in MOMENTS and text:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    if name.startswith(AMOUNTS) and text:
        return float(text)
    return int(text) if name in NUMBERS and text.isdecimal() else text
