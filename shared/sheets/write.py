"""Tables as people open them: CSV as the spreadsheet of their country reads it, or .xlsx, which all read alike."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from shared.report.cells import harmless

COMMA, SEMICOLON = ",", ";"
"""What US Excel, and what German Excel takes for the end of a cell. Where it is a semicolon, a comma stands in numbers:
`12.5` would be the twelfth of May."""
NARROWEST, WIDEST = 10, 60
MEASURED = 200
"""Rows that are held to see how wide their columns have to be: what comes later fits or is cut on the screen."""
CELL = 32_000
"""Characters; Excel takes 32 767 in a cell."""
MOMENT, DAY = "yyyy-mm-dd hh:mm", "yyyy-mm-dd"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table; the rows may be made while they are written. `totals` is asked for after the last row. A datetime is
    aware, and shown in UTC. `choices`: the words that an .xlsx offers in the cells of a column."""

    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[object]]
    totals: Callable[[], Iterable[Sequence[object]]] | None = None
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)


def write_csv(out: TextIO, sheet: Sheet, separator: str = COMMA) -> None:
    """RFC 4180, but for the separator; no more than one row is held."""
    decimal = "," if separator == SEMICOLON else "."
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    writer.writerow(sheet.columns)
    for row in sheet.rows:
        writer.writerow([_text(cell, decimal) for cell in row])


def write_workbook(target: Path | BinaryIO, sheet: Sheet) -> None:
    """An .xlsx whose numbers can be added up; no more than the first rows are held, to measure them."""
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet.title)
    page.freeze_panes = "A2"
    rows = iter(sheet.rows)
    first = list(islice(rows, MEASURED))
    for number, column in enumerate(sheet.columns):
        # The button of the filter takes some of the head.
        longest = max((len(_text(row[number])) for row in first), default=0)
        width = min(max(len(column) + 4, longest + 2, NARROWEST), WIDEST)
        page.column_dimensions[get_column_letter(number + 1)].width = width
    page.append([_head(column, page) for column in sheet.columns])
    count = 1
    for row in chain(first, rows):
        page.append([_value(cell, page) for cell in row])
        count += 1
    page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}{count}"
    for column, words in sheet.choices.items():
        letter = get_column_letter(list(sheet.columns).index(column) + 1)
        page.data_validations.append(_drop_down(words, f"{letter}2:{letter}{max(count, 2)}"))
    if sheet.totals is not None:
        sums = book.create_sheet("Totals")
        sums.column_dimensions["A"].width = sums.column_dimensions["B"].width = 32
        for row in sheet.totals():
            sums.append([_value(cell, sums) for cell in row])
    book.save(target)


def _head(column: str, page: Any) -> object:
    made = WriteOnlyCell(page, column)
    made.font = Font(bold=True)
    return made


def _dated(at: datetime, form: str, page: Any) -> object:
    made = WriteOnlyCell(page, at)
    made.number_format = form
    return made


def _drop_down(words: Sequence[str], cells: str) -> DataValidation:
    """A warning for other words, no ban: Excel tells capitals apart, and whoever reads the table does not."""
    found = DataValidation("list", formula1=f'"{",".join(words)}"', allow_blank=True, showErrorMessage=True)
    found.errorStyle, found.error = "warning", f"One of: {', '.join(words)}"
    found.add(cells)
    return found


def _text(cell: object, decimal: str = ".") -> str:
    if isinstance(cell, float):
        return str(cell).replace(".", decimal)
    if isinstance(cell, datetime):
        return f"{cell.astimezone(UTC):%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return cell.isoformat()
    return harmless("" if cell is None else str(cell))[:CELL]


def _value(cell: object, page: Any) -> object:
    """Numbers and moments stay what they are, so that a spreadsheet can calculate with them."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return cell
    if isinstance(cell, datetime):
        return _dated(cell.astimezone(UTC).replace(tzinfo=None), MOMENT, page)
    if isinstance(cell, date):
        return _dated(datetime.combine(cell, time()), DAY, page)
    return _text(cell)
