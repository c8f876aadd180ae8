"""Tables of customers: each row is accounted for, and what is wrong names its line, its column and the rule."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from shared.contracts.request import RequestV1, parse_request
from shared.domain.errors import InvalidRequestError
from shared.domain.policy import Restriction
from shared.sheets.columns import COLUMNS, rules_against
from shared.sheets.customers import Customers, customers_of, names_a_customer
from shared.sheets.plan_ids import plan_id, real_batch, real_id
from shared.sheets.read import MOST_ROWS, read_table
from shared.sheets.unsaid import unsaid

HEAD = ["customerDomain", "reason", "notBefore", "reduceSeats"]


def workbook(*rows: list[Any]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sheets(**pages: list[list[Any]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in pages.items():
        page = book.create_sheet(name)
        page.sheet_state = "hidden" if name.startswith("Old") else "visible"
        for row in rows:
            page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(content: bytes) -> Customers:
    return customers_of(read_table(content, is_head=names_a_customer), "Maria", "contract ended")


US = b'Domain,Reason\r\ncontoso.com,"ended, 31 May"\r\n'
GERMAN = "Domain;Grund\r\ncontoso.com;beendet für München\r\n"
FORMS = {
    "US Excel": US,
    "US Excel, UTF-8": b"\xef\xbb\xbf" + US,
    "German Excel": GERMAN.encode("cp1252"),
    "German Excel, UTF-8": GERMAN.encode("utf-8-sig"),
    "Unicode text": GERMAN.replace(";", "\t").encode("utf-16"),
    "sep=": b"sep=|\r\nDomain|Reason\r\ncontoso.com|x\r\n",
    "old Macintosh lines": b"Domain,Reason\rcontoso.com,x\r",
    "unix lines": b"Domain,Reason\ncontoso.com,x\n",
    "xlsx": workbook(["Domain", "Reason"], ["contoso.com", "x"]),
    "empty lines": b"\r\nDomain,Reason\r\n\r\n,\r\ncontoso.com,x\r\n\r\n",
}


@pytest.mark.parametrize("content", FORMS.values(), ids=FORMS)
def test_what_spreadsheets_write_is_read_alike(content: bytes) -> None:
    found = read(content)
    assert [(row.customer, row.mistakes) for row in found.rows] == [("contoso.com", ())]
    request = found.good[0].request
    assert request is not None
    assert request["customerDomain"] == "contoso.com"
    assert request["reason"] in ("ended, 31 May", "beendet für München", "x")


def test_values_of_excel_are_what_was_meant() -> None:
    found = read(
        workbook(
            [*HEAD, "graceSeconds", "resellerMpnId"],
            ["a.com", None, datetime(2027, 1, 2), True, 3600.0, 1234567],  # noqa: DTZ001 - as Excel has it
            ["b.com", "own", "2027-01-02", "nein", 60, "765"],
            ["c.com", "own", "02.01.2027", "x", None, None],
        )
    )
    assert [row.mistakes for row in found.rows] == [(), (), ()]
    first, second, third = (parse_request(json.dumps(row.request).encode()) for row in found.good)
    start = datetime(2027, 1, 2, tzinfo=UTC)
    assert (first.not_before, second.not_before, third.not_before) == (start, start, start)
    assert (first.reduce_seats, second.reduce_seats, third.reduce_seats) == (True, False, True)
    assert (first.reason, second.reason) == ("contract ended", "own")
    assert first.requested_by == "Maria"


def test_a_time_of_a_spreadsheet_has_no_zone_and_is_said_to_be_read_as_utc() -> None:
    found = read(
        workbook(
            ["domain", "Not before"],
            ["a.com", datetime(2027, 12, 24, 8, 30)],  # noqa: DTZ001 - as Excel has it
            ["b.com", "24.12.2027 08:30"],
            ["c.com", "2027-12-24T08:30:00Z"],
            ["d.com", "24.12.2027"],
        )
    )
    requests = [parse_request(json.dumps(row.request).encode()) for row in found.good]
    at = datetime(2027, 12, 24, 8, 30, tzinfo=UTC)
    assert [one.not_before for one in requests] == [at, at, at, at.replace(hour=0, minute=0)]
    assert [note.split(" has")[0] for note in found.notes] == [
        "line 2: Not before 2027-12-24 08:30:00",
        "line 3: Not before 24.12.2027 08:30",
    ]
    assert found.notes[0].endswith("is read as 2027-12-24 08:30 UTC")


TITLE, TABLE = ["Customers of 2027"], [["Domain", "Reason"], ["contoso.com", "x"]]
BEGINS = {
    "a cover sheet": (sheets(Cover=[TITLE], Kunden=TABLE), "read from sheet Kunden, row 1, which", 2),
    "an empty sheet": (sheets(Cover=[], Kunden=TABLE), "read from sheet Kunden, row 1, which", 2),
    "a title": (sheets(Kunden=[TITLE, [], *TABLE]), "read from sheet Kunden, row 3, which", 4),
    "a hidden table": (sheets(Old=[["Domain"], ["old.com"]], Kunden=TABLE), "", 2),
    "a second table": (sheets(Kunden=TABLE, Two=TABLE), "not read, though they look like tables too: sheet Two", 2),
    "a title in a CSV": (b"Customers of 2027\r\n\r\nDomain,Reason\r\ncontoso.com,x\r\n", "read from row 3, which", 4),
    "a title with separators": (b"Customers;;\r\nDomain;Reason;\r\ncontoso.com;x;\r\n", "read from row 2, which", 3),
    "none": (sheets(Kunden=TABLE, Notes=[TITLE]), "", 2),
}


@pytest.mark.parametrize(("content", "where", "line"), BEGINS.values(), ids=BEGINS)
def test_a_table_is_found_where_it_begins_and_that_is_said(content: bytes, where: str, line: int) -> None:
    found = read(content)
    assert [(row.customer, row.line) for row in found.good] == [("contoso.com", line)]
    assert not found.broken
    assert found.where.startswith(where)
    assert bool(found.notes) == bool(where)


def test_a_file_without_a_head_says_what_its_first_row_has() -> None:
    with pytest.raises(InvalidRequestError, match="there are: Customers of 2027"):
        read(sheets(Cover=[TITLE], Notes=[["x"]]))


BROKEN = [
    (["no domain"], "customerDomain", "must be a domain name"),
    (["a.com", "x" * 1001], "reason", "must have at most 1000"),
    (["a.com", "x", "01/02/2027"], "notBefore", "must be a date such as"),
    (["a.com", "x", "31.02.2027"], "notBefore", "must be a date such as"),
    (["a.com", "x", "2027-01-02T00:00"], "notBefore", "with a zone"),
    (["a.com", "x", "", "perhaps"], "reduceSeats", "must be yes or no"),
    (["a.com", "x", "", "", "more"], "column 5", "has no name"),
    (["", "x"], "customerTenantId or customerDomain", "is required"),
]


@pytest.mark.parametrize(("cells", "column", "rule"), BROKEN, ids=[str(case[1:]) for case in BROKEN])
def test_a_mistake_names_line_column_and_rule(cells: list[str], column: str, rule: str) -> None:
    text = io.StringIO()
    csv.writer(text).writerows([HEAD, ["good.com", "x"], cells])
    found = read(text.getvalue().encode())
    assert [row.line for row in found.broken] == [3]
    assert len(found.good) == 1
    said = [f"{item.column} {item.rule}" for item in found.broken[0].mistakes]
    assert any(column.split()[0] in one and rule in one for one in said), said


@pytest.mark.parametrize(
    "cell", ["leave_marketplace, strict_nce", "Strict_NCE leave_marketplace", "strict_nce;leave_marketplace"]
)
def test_restrictions_of_a_row_are_those_of_its_request(cell: str) -> None:
    found = read(workbook(["domain", "Restrictions"], ["a.com", cell], ["b.com", None]))
    first, second = (parse_request(json.dumps(row.request).encode()) for row in found.good)
    assert first.restrictions == (Restriction.LEAVE_MARKETPLACE, Restriction.STRICT_NCE)
    assert second.restrictions == ()


def test_a_restriction_that_is_none_names_its_column_and_what_there_is() -> None:
    (row,) = read(workbook(["domain", "Restriction"], ["a.com", "strict_nce, leave_market"])).broken
    assert [item.column for item in row.mistakes] == ["Restriction"]
    assert "leave_market" in row.mistakes[0].value
    assert "leave_marketplace" in row.mistakes[0].rule


def test_every_field_of_a_request_is_a_column_or_is_refused() -> None:
    for name, field in RequestV1.model_fields.items():
        column = field.alias or name
        assert (column in COLUMNS) != (column in rules_against([column])), column


DROPPED = ["dryRun", "dry_run", "Dry Run", "batchId", "batch-id", "Batch", "version", "leave_marketplace", "Strict NCE"]


@pytest.mark.parametrize("column", DROPPED)
def test_a_field_that_no_row_can_have_is_not_dropped_in_silence(column: str) -> None:
    with pytest.raises(InvalidRequestError, match=f"column {column}: .*delete.*Nothing was sent"):
        read(f"domain,{column}\na.com,\nb.com,x\n".encode())
    assert read(f"domain,{column}\na.com,\n".encode()).ignored == (column,)


NO_TABLE = {
    "nothing": b"",
    "spaces": b"  \r\n \r\n",
    "no customer": b"name,age\nx,1\n",
    "twice the same": b"domain,Customer Domain\na.com,b.com\n",
    "an old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "no zip": b"PK\x03\x04 and then nothing",
    "too many rows": b"domain\n" + b"a.com\n" * (MOST_ROWS + 1),
    "too large": b"domain\n" + b"a" * (4 * 1024 * 1024),
    "a huge cell": b"domain\n" + b"a" * 3000,
    "many columns": b"domain," + b",".join(b"c%d" % number for number in range(80)) + b"\n",
    "an open quotation mark": b'domain;reason\na.com;"ended\nb.com;x\n',
    "a row in the cell of another": b'domain;reason\na.com;"ended\nb.com;"x\nc.com;y\n',
    "a broken mark": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("content", NO_TABLE.values(), ids=NO_TABLE)
def test_what_is_no_table_says_so(content: bytes) -> None:
    with pytest.raises(InvalidRequestError, match=r"Nothing was sent"):
        read(content)


@pytest.mark.long
def test_a_small_file_that_unpacks_to_a_huge_one_is_not_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", bytes(80 * 1024 * 1024))
    with pytest.raises(InvalidRequestError, match="larger than any list"):
        read(out.getvalue())


SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    '<row r="1"><c r="A1" t="inlineStr"><is><t>domain</t></is></c></row>{rows}</sheetData></worksheet>'
)


def packed_with(rows: str, **changed: bytes) -> bytes:
    """A workbook as Excel writes it, with the rows of another, and other parts changed."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(["domain"], ["a.com"]))) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for item in source.infolist():
            content = source.read(item)
            if item.filename == "xl/worksheets/sheet1.xml":
                content = changed.get("sheet", SHEET.format(rows=rows).encode())
            packed.writestr(item.filename, content)
    return out.getvalue()


FAR = '<row r="99999999999999"><c r="A99999999999999" t="inlineStr"><is><t>b.com</t></is></c></row>'
NASTY = {
    "a row far away": packed_with(FAR),
    "a million empty rows": packed_with("<row/>" * 1_000_000),
    "broken XML": packed_with("", sheet=b"<worksheet><sheetData><row>"),
    "an entity": packed_with(
        "", sheet=b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet>&e;</worksheet>'
    ),
    "cut off": workbook(["domain"], ["a.com"])[:-200],
    "spoiled inside": workbook(["domain"], ["a.com"])[:400] + bytes(200) + workbook(["domain"], ["a.com"])[600:],
}


@pytest.mark.long
@pytest.mark.parametrize("content", NASTY.values(), ids=NASTY)
def test_a_hostile_workbook_is_refused_or_read_at_once(content: bytes) -> None:
    with suppress(InvalidRequestError):
        assert len(read(content).rows) <= 2


def test_empty_lines_count_so_that_none_lies_behind_a_billion_of_them() -> None:
    with pytest.raises(InvalidRequestError, match="empty ones included"):
        read(b"domain\n" + b"\n" * 30_000 + b"a.com\n")


def test_the_same_file_asks_for_the_same_and_another_row_for_something_else() -> None:
    one, two = read(US), read(US)
    assert [row.request for row in one.rows] == [row.request for row in two.rows]
    other = read(US.replace(b"31 May", b"30 May"))
    assert one.good[0].request != other.good[0].request
    assert one.good[0].request["requestId"] != other.good[0].request["requestId"]  # type: ignore[index]


def test_a_customer_that_stands_twice_is_asked_for_once() -> None:
    found = read(b"domain\na.com\nA.COM\nb.com\n")
    assert [row.line for row in found.good] == [2, 4]
    assert found.broken[0].mistakes[0].rule == "stands in line 2 already"


def test_the_template_is_read() -> None:
    row = dict.fromkeys(COLUMNS, "") | {"customerDomain": "a.com", "commitments": "stop_and_report"}
    text = io.StringIO()
    csv.writer(text).writerows([COLUMNS, row.values()])
    found = read(text.getvalue().encode())
    assert (len(found.good), found.ignored) == (1, ())


def test_a_thousand_rows_of_which_half_are_broken_are_all_accounted_for() -> None:
    good = [[f"c{number}.com", "x"] for number in range(500)]
    broken = [BROKEN[number % len(BROKEN)][0] for number in range(500)]
    text = io.StringIO()
    csv.writer(text).writerows([HEAD, *(row for pair in zip(good, broken, strict=True) for row in pair)])
    found = read(text.getvalue().encode())
    assert (len(found.rows), len(found.good), len(found.broken)) == (1000, 500, 500)
    assert [row.line for row in found.rows] == list(range(2, 1002))


@pytest.mark.long
@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda text: ("domain,reason\n" + text).encode()))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with suppress(InvalidRequestError):
        found = read(content)
        assert all((row.request is None) == bool(row.mistakes) for row in found.rows)


def test_a_batch_that_is_of_no_plans_stays() -> None:
    assert [real_batch(name) for name in ("June", "plan-2026-11-30-x", "plan.x")] == [
        "June",
        "plan-2026-11-30-x",
        "plan.x",
    ]


@pytest.mark.parametrize("request_id", ["a", "crm-4711", "x" * 110, "plan.20261130.x"])
def test_a_plan_leads_to_its_request(request_id: str) -> None:
    planned = plan_id(request_id, datetime(2026, 11, 30, tzinfo=UTC))
    assert planned != request_id
    assert real_id(planned) == real_batch(planned) == request_id
    assert len(planned) <= 128


def drawn(**shown: Any) -> bytes:
    """Two customers with a start, in a sheet that shows more than its cells say."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    rows = [HEAD, ["contoso.com", "ended", "2027-12-01"], ["fabrikam.com", "ended", shown.get("start", "2027-12-01")]]
    for row in [["Our customers"], *rows]:
        sheet.append(row)
    if "merged" in shown:
        sheet.merge_cells(shown["merged"])
    sheet.row_dimensions[shown.get("hidden", 99)].hidden = True
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("shown", "rule"),
    [
        ({"merged": "C3:C4"}, "row 3 has merged cells (C3:C4)"),
        ({"merged": "B4:C4"}, "row 4 has merged cells (B4:C4)"),
        ({"start": "=DATE(2027,12,1)"}, "row 4 has a formula without a result in cell C4"),
        ({"hidden": 4}, "row 4 is hidden"),
    ],
)
def test_what_a_sheet_shows_and_its_cells_do_not_say_is_refused(shown: dict[str, Any], rule: str) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        read(drawn(**shown))
    assert rule in str(refused.value)
    assert refused.value.field == "file"


def test_a_title_may_be_merged() -> None:
    starts = [row.request["notBefore"] for row in read(drawn(merged="A1:D1")).good if row.request]
    assert starts == ["2027-12-01T00:00:00Z"] * 2


@pytest.mark.long
def test_many_merged_cells_cost_no_more_than_the_lines_that_they_cover() -> None:
    part = '<mergeCell ref="A1:A1048576"/>' * 50_000
    sheet = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{part}</worksheet>'
    assert len(unsaid(io.BytesIO(sheet.encode()), 1_000)) == 1_000
