"""read_table: the rows of a CSV or .xlsx file as text, however the spreadsheet's country writes it."""

from __future__ import annotations

import codecs
import csv
import io
import logging
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from openpyxl import load_workbook

from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError
from shared.report.cells import as_typed

log = logging.getLogger("offboarding")
LARGEST = 4 * 1024 * 1024
UNPACKED = 16 * 1024 * 1024
"""Bytes that an .xlsx may have when it is unpacked: a small file can hold a huge one."""
MOST_ROWS = 5_000
LAST_LINE = 20_000
"""Empty lines count too: a sheet can say in a few bytes that its next row is the billionth."""
MOST_COLUMNS = 60
LONGEST_CELL = 2_000
TOO_LARGE = ReasonCode.BODY_TOO_LARGE
SEPARATORS = (";", ",", "\t")
MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row that has something in it; `line` counts as the spreadsheet does, the head is line 1."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The head, and what is below it; cells are text without spaces around."""

    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    separator: str = ","
    """Of the CSV; whoever answers with a table writes it as the reader's spreadsheet does."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a table may be: bytes, and rows below its head."""

    largest: int = LARGEST
    most_rows: int = MOST_ROWS


def read_table(content: bytes, bounds: Bounds | None = None) -> Table:
    """The first sheet, or the CSV. Excel's CSV in German (semicolons, Windows-1252), in US English (commas), and
    "Unicode text" (tabs, UTF-16) are read alike, told apart by what is in them. The apostrophe that a table of ours
    has before what would be calculated is taken off.

    Raises InvalidRequestError for what is no table, and for one that is larger than allowed.
    """
    bounds = bounds or Bounds()
    if len(content) > bounds.largest:
        raise _unreadable(f"the file may have at most {bounds.largest // 1024 // 1024} MB", TOO_LARGE)
    if content.startswith(b"PK\x03\x04"):
        return _table(_xlsx(content), bounds.most_rows, ",")
    separator, lines = _csv(content)
    return _table(lines, bounds.most_rows, separator)


def _table(lines: Iterable[tuple[int, list[str]]], most_rows: int, separator: str) -> Table:
    columns: tuple[str, ...] | None = None
    rows: list[TableRow] = []
    for line, cells in lines:
        if line > LAST_LINE:
            raise _unreadable(f"the file may have at most {LAST_LINE} lines, empty ones included", TOO_LARGE)
        if not any(cells):
            continue
        if columns is None:
            columns = tuple(cells)
            if len(columns) > MOST_COLUMNS:
                raise _unreadable(f"the file may have at most {MOST_COLUMNS} columns")
            continue
        if len(rows) >= most_rows:
            raise _unreadable(f"the file may have at most {most_rows} rows", TOO_LARGE)
        rows.append(TableRow(line, tuple(map(as_typed, cells))))
    if columns is None:
        raise _unreadable("the file is empty: its first row names the columns")
    return Table(columns, tuple(rows), separator)


def _csv(content: bytes) -> tuple[str, Iterator[tuple[int, list[str]]]]:
    text = _decoded(content)
    if "\x00" in text:
        raise _unreadable("the file is neither a CSV nor an .xlsx (an old .xls has to be saved as .xlsx)")
    first, _, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        separator = first.strip()[4]
        return separator, ((number + 1, cells) for number, cells in _split(rest, separator))
    head = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(SEPARATORS, key=head.count)
    return separator, _split(text, separator)


def _split(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for cells in reader:
            yield reader.line_num, [_short(cell.strip()) for cell in cells]
    except csv.Error as error:
        raise _unreadable(f"line {reader.line_num} cannot be read as CSV: {error}") from None


def _decoded(content: bytes) -> str:
    for mark, encoding in MARKS:
        if content.startswith(mark):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                raise _unreadable(f"the file says that it is {encoding}, and is not") from None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        # What Excel in Western Europe writes; every byte means something in it, with these few exceptions.
        return content.decode("cp1252", errors="replace")


def _xlsx(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Whatever a library of many parts makes of a broken file is one answer: it cannot be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(item.file_size for item in packed.infolist()) > UNPACKED:
                raise _unreadable("the workbook is larger than any list of customers", TOO_LARGE)
            if any(item.flag_bits & 1 for item in packed.infolist()):
                raise _unreadable("the workbook is encrypted: save it without a password")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(max_col=MOST_COLUMNS + 1, max_row=LAST_LINE + 1, values_only=True)
        for number, row in enumerate(rows, start=1):
            yield number, _trimmed([_short(_text(value)) for value in row])
    except InvalidRequestError:
        raise
    except Exception as error:
        log.info("an .xlsx could not be read: %s", type(error).__name__)
        raise _unreadable("the file is not an .xlsx workbook that can be read; save it again from Excel") from None


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _text(value: object) -> str:
    """A cell as it would be typed: whole numbers without a fraction, dates as ISO 8601."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value).strip()


def _short(text: str) -> str:
    if len(text) > LONGEST_CELL:
        raise _unreadable(f"a cell may have at most {LONGEST_CELL} characters; one begins with {text[:40]}")
    return text


def _unreadable(rule: str, code: ReasonCode = ReasonCode.WRONG_VALUE) -> InvalidRequestError:
    return InvalidRequestError(code, "file", f"{rule}. Nothing was sent")
