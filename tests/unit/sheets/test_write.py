"""What is written for the Excel of a country opens in columns there, and is read back as it was."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from shared.sheets.read import read_table
from shared.sheets.write import COMMA, SEMICOLON, Sheet, write_csv, write_workbook

AT = datetime(2031, 2, 3, 4, 5, tzinfo=UTC)
ROW = ["M\u00fcller; S\u00f6hne, GmbH", 7, 1234.5, -0.25, AT, "=1+1", None, 'a "word"', "two\nlines"]
HEAD = [f"c{number}" for number in range(len(ROW))]


def as_csv(separator: str, *rows: list[object]) -> str:
    out = io.StringIO(newline="")
    write_csv(out, Sheet("T", HEAD[: len(rows[0])], rows), separator)
    return out.getvalue()


@pytest.mark.parametrize(
    ("separator", "numbers"), [(SEMICOLON, ["7", "1234,5", "-0,25"]), (COMMA, ["7", "1234.5", "-0.25"])]
)
def test_each_country_finds_its_columns_and_its_numbers(separator: str, numbers: list[str]) -> None:
    head, cells = csv.reader(io.StringIO(as_csv(separator, ROW), newline=""), delimiter=separator)
    assert head == HEAD
    assert cells[1:4] == numbers
    assert cells[4] == "2031-02-03 04:05"
    assert cells[5] == "'=1+1"


@pytest.mark.parametrize("separator", [SEMICOLON, COMMA])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "cp1252"])
def test_what_is_written_is_read_back(separator: str, encoding: str) -> None:
    table = read_table(as_csv(separator, ROW).encode(encoding))
    assert (table.separator, table.columns) == (separator, tuple(HEAD))
    (row,) = table.rows
    numbers = [Decimal(cell.replace(",", ".")) for cell in row.cells[1:4]]
    assert numbers == [7, Decimal("1234.5"), Decimal("-0.25")]
    assert row.cells[0] == ROW[0]
    assert row.cells[5:] == ("=1+1", "", 'a "word"', "two lines")


def test_a_workbook_keeps_numbers_and_dates() -> None:
    out = io.BytesIO()
    write_workbook(out, Sheet("T", HEAD, [ROW]))
    (cells,) = load_workbook(out).worksheets[0].iter_rows(min_row=2, values_only=True)
    assert cells[1:5] == (7, 1234.5, -0.25, AT.replace(tzinfo=None))
    (row,) = read_table(out.getvalue()).rows
    assert row.cells[:6] == (ROW[0], "7", "1234.5", "-0.25", "2031-02-03 04:05:00", "=1+1")


@given(st.lists(st.text(max_size=20), min_size=2, max_size=4), st.sampled_from([SEMICOLON, COMMA]))
def test_any_text_stays_in_its_cell(cells: list[str], separator: str) -> None:
    written = as_csv(separator, list(cells))
    _, found = csv.reader(io.StringIO(written, newline=""), delimiter=separator, strict=True)
    assert len(found) == len(cells)
