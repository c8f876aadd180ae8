"""Tables as people open them: CSV as the spreadsheet of their country reads it, or .xlsx, which all read alike."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter

from shared.report.cells import harmless

COMMA, SEMICOLON = ",", ";"
"""What US Excel, and what German Excel takes for the end of a cell. Where it is a semicolon, a comma stands in numbers:
`12.5` would be the twelfth of May."""
WIDEST = 60
CELL = 32_000
"""Characters; Excel takes 32 767 in a cell."""
MOMENT = "yyyy-mm-dd hh:mm"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table; the rows may be made while they are written. `totals` is asked for after the last row. A datetime is
    aware, and shown in UTC."""

    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[object]]
    totals: Callable[[], Iterable[Sequence[object]]] | None = None


def write_csv(out: TextIO, sheet: Sheet, separator: str = COMMA) -> None:
    """RFC 4180, but for the separator; no more than one row is held."""
    decimal = "," if separator == SEMICOLON else "."
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    writer.writerow(sheet.columns)
    for row in sheet.rows:
        writer.writerow([_text(cell, decimal) for cell in row])


def write_workbook(target: Path | BinaryIO, sheet: Sheet) -> None:
    """An .xlsx whose numbers can be added up; no more than one row is held."""
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet.title)
    page.freeze_panes = "A2"
    for number, column in enumerate(sheet.columns, start=1):
        page.column_dimensions[get_column_letter(number)].width = min(max(len(column) + 2, 14), WIDEST)
    page.append(list(sheet.columns))
    count = 1
    for row in sheet.rows:
        page.append([_value(cell, page) for cell in row])
        count += 1
    page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}{count}"
    if sheet.totals is not None:
        sums = book.create_sheet("Totals")
        sums.column_dimensions["A"].width = sums.column_dimensions["B"].width = 32
        for row in sheet.totals():
            sums.append([_value(cell, sums) for cell in row])
    book.save(target)


def _text(cell: object, decimal: str = ".") -> str:
    if isinstance(cell, float):
        return str(cell).replace(".", decimal)
    if isinstance(cell, datetime):
        return f"{cell.astimezone(UTC):%Y-%m-%d %H:%M}"
    return harmless("" if cell is None else str(cell))[:CELL]


def _value(cell: object, page: Any) -> object:
    """Numbers and moments stay what they are, so that a spreadsheet can calculate with them."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return cell
    if isinstance(cell, datetime):
        made = WriteOnlyCell(page, cell.astimezone(UTC).replace(tzinfo=None))
        made.number_format = MOMENT
        return made
    return _text(cell)
