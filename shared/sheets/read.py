"""read_table and open_table: the rows of a CSV or .xlsx file as text, however the spreadsheet's country writes it."""

from __future__ import annotations

import codecs
import csv
import io
import logging
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import chain, islice
from typing import Any

from openpyxl import load_workbook

from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError
from shared.report.cells import as_typed
from shared.sheets.head import LOOKED_AT, IsHead, find_head
from shared.sheets.unsaid import Cells, unsaid

log = logging.getLogger("offboarding")
LARGEST = 4 * 1024 * 1024
UNPACKED = 16 * 1024 * 1024
"""Bytes that an .xlsx may have when it is unpacked: a small file can hold a huge one."""
MOST_ROWS = 5_000
LAST_LINE = 20_000
"""Empty lines count too: a sheet can say in a few bytes that its next row is the billionth."""
MOST_COLUMNS = 60
MOST_SHEETS = 20
LONGEST_CELL = 2_000
TOO_LARGE = ReasonCode.BODY_TOO_LARGE
CHUNK = 64 * 1024
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
    where: str = ""
    """Which sheet and row it was read from, where that is not the first."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a table may be: bytes, rows below its head, bytes of an .xlsx when it is unpacked, and the last line
    that is looked at."""

    largest: int = LARGEST
    most_rows: int = MOST_ROWS
    unpacked: int = UNPACKED
    last_line: int = LAST_LINE


@dataclass(frozen=True, slots=True)
class OpenTable:
    """The same while it is read: `rows` can be gone through once, and raises InvalidRequestError where one of them
    cannot be read."""

    columns: tuple[str, ...]
    rows: Iterator[TableRow]
    separator: str
    where: str


def read_table(content: bytes, bounds: Bounds | None = None, is_head: IsHead | None = None) -> Table:
    """The table, whole. Raises InvalidRequestError for what is no table, and for one that is larger than allowed."""
    found = open_table(content, bounds, is_head)
    return Table(found.columns, tuple(found.rows), found.separator, found.where)


def open_table(content: bytes, bounds: Bounds | None = None, is_head: IsHead | None = None) -> OpenTable:
    """The CSV, or the sheet with a row that `is_head`, row by row; without such a row the first sheet from its first
    row. Excel's CSV in German (semicolons, Windows-1252), in US English (commas), and "Unicode text" (tabs, UTF-16)
    are read alike, told apart by what is in them. The apostrophe that a table of ours has before what would be
    calculated is taken off.

    Raises InvalidRequestError for what is no table, and for one that is larger than allowed.
    """
    bounds = bounds or Bounds()
    if len(content) > bounds.largest:
        raise _unreadable(f"the file may have at most {bounds.largest // 1024 // 1024} MB", TOO_LARGE)
    if content.startswith(b"PK\x03\x04"):
        separator, sheets = ",", _sheets(content, bounds)
    else:
        separator, lines = _csv(content)
        sheets = iter([("", lines)])
    found = find_head(((name, _filled(lines, bounds.last_line)) for name, lines in sheets), is_head)
    if found is None:
        raise _unreadable("the file is empty: its first row names the columns")
    if len(found.columns) > MOST_COLUMNS:
        raise _unreadable(f"the file may have at most {MOST_COLUMNS} columns")
    return OpenTable(tuple(found.columns), _rows(found.below, bounds.most_rows), separator, found.where)


def _filled(lines: Iterable[tuple[int, list[str]]], last_line: int) -> Iterator[tuple[int, list[str]]]:
    for line, cells in lines:
        if line > last_line:
            raise _unreadable(f"the file may have at most {last_line} lines, empty ones included", TOO_LARGE)
        if any(cells):
            yield line, cells


def _rows(filled: Iterable[tuple[int, list[str]]], most_rows: int) -> Iterator[TableRow]:
    for number, (line, cells) in enumerate(filled):
        if number >= most_rows:
            raise _unreadable(f"the file may have at most {most_rows} rows", TOO_LARGE)
        if isinstance(cells, Cells) and cells.unsaid:
            raise _unreadable(f"row {line} {cells.unsaid}")
        yield TableRow(line, tuple(map(as_typed, cells)))


def _csv(content: bytes) -> tuple[str, Iterator[tuple[int, list[str]]]]:
    """Decoded line by line: the text of a long plan is several times as large as its file."""
    encoding = _encoding(content)
    lines = _without_nul(io.TextIOWrapper(io.BytesIO(content), encoding, "replace", newline=""))
    before: list[str] = []
    # A title may stand above the head.
    for line in islice(lines, LOOKED_AT):
        before.append(line)
        if any(map(line.count, SEPARATORS)) or line.lower().startswith("sep="):
            break
    head = before[-1].strip() if before else ""
    if len(before) == 1 and len(head) == 5 and head.lower().startswith("sep="):
        return head[4], ((number + 1, cells) for number, cells in _split(lines, head[4]))
    separator = max(SEPARATORS, key=head.count)
    return separator, _split(chain(before, lines), separator)


def _split(lines: Iterable[str], separator: str) -> Iterator[tuple[int, list[str]]]:
    # Strict: an open quotation mark would take the rows below into its cell, and nobody would miss them.
    reader = csv.reader(lines, delimiter=separator, strict=True)
    try:
        for cells in reader:
            yield reader.line_num, [_short(cell.strip()) for cell in cells]
    except csv.Error as error:
        rule = f"line {reader.line_num} cannot be read as CSV: {error}; is a quotation mark open?"
        raise _unreadable(rule) from None


def _without_nul(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        if "\x00" in line:
            raise _unreadable("the file is neither a CSV nor an .xlsx (an old .xls has to be saved as .xlsx)")
        yield line


def _encoding(content: bytes) -> str:
    for mark, encoding in MARKS:
        if content.startswith(mark):
            if not _is(content, encoding):
                raise _unreadable(f"the file says that it is {encoding}, and is not")
            return encoding
    # What Excel in Western Europe writes; every byte means something in it, with few exceptions.
    return "utf-8" if _is(content, "utf-8") else "cp1252"


def _is(content: bytes, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for start in range(0, len(content), CHUNK):
            decoder.decode(content[start : start + CHUNK], start + CHUNK >= len(content))
    except UnicodeDecodeError:
        return False
    return True


def _sheets(content: bytes, bounds: Bounds) -> Iterator[tuple[str, Iterator[tuple[int, list[str]]]]]:
    """Those that can be seen: what somebody has hidden is not what they send."""
    with _readable():
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(item.file_size for item in packed.infolist()) > bounds.unpacked:
                raise _unreadable("the workbook is larger than any list of customers", TOO_LARGE)
            if any(item.flag_bits & 1 for item in packed.infolist()):
                raise _unreadable("the workbook is encrypted: save it without a password")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets[:1]
    for sheet in shown[:MOST_SHEETS]:
        yield sheet.title, _lines(sheet, bounds)


def _lines(sheet: Any, bounds: Bounds) -> Iterator[tuple[int, list[str]]]:
    with _readable():
        rows = sheet.iter_rows(max_col=MOST_COLUMNS + 1, max_row=bounds.last_line + 1, values_only=True)
        # Nothing public of this way of reading shows merged cells, hidden rows, or formulas beside their results.
        with sheet._get_source() as source:
            without = unsaid(source, bounds.last_line)
        for number, row in enumerate(rows, start=1):
            cells = Cells(_trimmed([_short(_text(value)) for value in row]))
            cells.unsaid = without.get(number, "")
            yield number, cells


@contextmanager
def _readable() -> Iterator[None]:
    """Whatever a library of many parts makes of a broken file is one answer: it cannot be read."""
    try:
        yield
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
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value).strip()


def _short(text: str) -> str:
    if len(text) > LONGEST_CELL:
        raise _unreadable(f"a cell may have at most {LONGEST_CELL} characters; one begins with {text[:40]}")
    return text


def _unreadable(rule: str, code: ReasonCode = ReasonCode.WRONG_VALUE) -> InvalidRequestError:
    return InvalidRequestError(code, "file", f"{rule}. Nothing was sent")
