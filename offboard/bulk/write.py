"""Tables as people open them: CSV as their spreadsheet writes it, or .xlsx; a file is written whole or not at all."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO
from uuid import uuid4

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from offboard.operate.failures import UsageError
from shared.report.cells import harmless

WIDEST = 60
CELL = 32_000
"""Characters; Excel takes 32 767 in a cell."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table; the rows may be made while they are written. `totals` is asked for after the last row."""

    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[object]]
    totals: Callable[[], Iterable[Sequence[object]]] | None = None


def is_workbook(output: str) -> bool:
    """Whether the name asks for .xlsx."""
    return output.casefold().endswith(".xlsx")


def csv_to(out: TextIO, sheet: Sheet, separator: str = ",") -> None:
    """RFC 4180 to a stream; with a byte order mark only in a file, since another program reads a stream."""
    if isinstance(out, io.TextIOWrapper):
        out.reconfigure(encoding="utf-8", newline="")
    _write_rows(out, sheet, separator)


def written(output: str, sheet: Sheet, separator: str = ",", *, replace: bool = False) -> None:
    """Write a file, .xlsx where its name says so, else CSV. It appears when it is whole.

    Raises UsageError where it is there already, unless it may be replaced, or cannot be written.
    """
    target = Path(output)
    if not replace:
        require_new(output)
    unfinished = target.with_name(f".{target.name}.{uuid4().hex[:8]}")
    try:
        try:
            if is_workbook(output):
                _workbook(unfinished, sheet)
            else:
                with unfinished.open("x", encoding="utf-8-sig", newline="") as file:
                    _write_rows(file, sheet, separator)
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}; is it open in a spreadsheet?") from None


def require_new(output: str) -> None:
    """Raises UsageError where the file is there: nothing of somebody's work is overwritten."""
    if Path(output).exists():
        raise UsageError(f"{output} is there already; choose another name with -o, or take it away")
    if not Path(output).absolute().parent.is_dir():
        raise UsageError(f"{output} cannot be written: there is no such folder")


def _write_rows(out: TextIO, sheet: Sheet, separator: str) -> None:
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    writer.writerow(sheet.columns)
    for row in sheet.rows:
        writer.writerow([_text(cell) for cell in row])


def _workbook(target: Path, sheet: Sheet) -> None:
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet.title)
    page.freeze_panes = "A2"
    for number, column in enumerate(sheet.columns, start=1):
        page.column_dimensions[get_column_letter(number)].width = min(max(len(column) + 2, 14), WIDEST)
    page.append(list(sheet.columns))
    count = 1
    for row in sheet.rows:
        page.append([_value(cell) for cell in row])
        count += 1
    page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}{count}"
    if sheet.totals is not None:
        sums = book.create_sheet("Totals")
        sums.column_dimensions["A"].width = sums.column_dimensions["B"].width = 32
        for row in sheet.totals():
            sums.append([_value(cell) for cell in row])
    book.save(target)


def _text(cell: object) -> str:
    return harmless("" if cell is None else str(cell))[:CELL]


def _value(cell: object) -> object:
    """Numbers stay numbers, so that a spreadsheet can add them up."""
    return cell if isinstance(cell, int | float) and not isinstance(cell, bool) else _text(cell)
