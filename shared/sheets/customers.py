"""From the rows of a table to requests: each row is checked alone, and what is wrong names its line and column."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from shared.contracts.request import parse_request
from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError
from shared.domain.wording import shorten
from shared.sheets.cells import READERS, note_of
from shared.sheets.columns import COLUMNS, fields_of, rules_against
from shared.sheets.read import Table, TableRow

NEEDED = frozenset({"customerDomain", "customerTenantId"})
"""One of these columns a table has."""
LONGEST_ID = 110
"""So that a longer one for the plan of the same request still is an id."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with one cell: the column as the table calls it, what stands there, and the rule."""

    column: str
    value: str
    rule: str


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One row: what it asks for as the JSON of a request, or its mistakes."""

    line: int
    customer: str
    request: Mapping[str, Any] | None
    mistakes: tuple[Mistake, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Customers:
    """Every row is accounted for: `ignored` are columns that nothing is made of."""

    rows: tuple[CustomerRow, ...]
    ignored: tuple[str, ...]
    where: str = ""
    """Which sheet and row the table was read from, where that is not the first."""

    @property
    def notes(self) -> tuple[str, ...]:
        """How cells were read that could have meant something else, each with its line."""
        noted = (f"line {row.line}: {note}" for row in self.good for note in row.notes)
        return (*filter(None, [self.where]), *noted)

    @property
    def good(self) -> tuple[CustomerRow, ...]:
        """Those that a request can be made of."""
        return tuple(row for row in self.rows if row.request is not None)

    @property
    def broken(self) -> tuple[CustomerRow, ...]:
        """The others."""
        return tuple(row for row in self.rows if row.request is None)


def customers_of(table: Table, requested_by: str, reason: str = "") -> Customers:
    """The requests in `table`; `requested_by` and `reason` are for rows that have none of their own.

    Raises InvalidRequestError where no column names a customer, and where one is a field that no row can have.
    """
    known = fields_of(table.columns)
    if not NEEDED & set(known):
        rule = f"no column is called customerDomain or customerTenantId; there are: {shorten(', '.join(table.columns))}"
        raise InvalidRequestError(ReasonCode.MISSING_FIELD, "file", f"{rule}. Nothing was sent")
    twice = sorted({name for name in known if name and known.count(name) > 1})
    if twice:
        named = [column for column, name in zip(table.columns, known, strict=True) if name in twice]
        rule = f"several columns mean the same: {shorten(', '.join(named))}. Nothing was sent"
        raise InvalidRequestError(ReasonCode.REPEATED_FIELD, "file", rule)
    refused = rules_against(_filled(table))
    if refused:
        rule = "; ".join(f"column {shorten(column)}: {what}" for column, what in refused.items())
        raise InvalidRequestError(ReasonCode.UNKNOWN_FIELD, "file", f"{rule}. Nothing was sent")
    defaults = {"requestedBy": requested_by, "reason": reason}
    rows = [_row(row, table.columns, known, defaults) for row in table.rows]
    ignored = tuple(name for name, column in zip(table.columns, known, strict=True) if name and not column)
    return Customers(tuple(_without_repetition(rows)), ignored, table.where)


def names_a_customer(cells: Iterable[str]) -> bool:
    """Whether this row is the head of a table of customers."""
    return bool(NEEDED & set(fields_of(cells)))


def _filled(table: Table) -> Iterable[str]:
    """The columns with something in them: what is empty asks for nothing."""
    return (
        name
        for place, name in enumerate(table.columns)
        if any(place < len(row.cells) and row.cells[place] for row in table.rows)
    )


def _row(row: TableRow, columns: tuple[str, ...], known: list[str], defaults: Mapping[str, str]) -> CustomerRow:
    said: dict[str, Any] = {name: value for name, value in defaults.items() if value}
    called = {field: column for column, field in zip(columns, known, strict=True) if field}
    mistakes = [
        Mistake(f"column {number + 1}", shorten(cell), "has no name in the first row")
        for number, cell in enumerate(row.cells)
        if cell and number >= len(columns)
    ]
    for field, cell in zip(known, row.cells, strict=False):
        if not field or not cell:
            continue
        try:
            said[field] = READERS[field](cell) if field in READERS else cell
        except ValueError as error:
            mistakes.append(Mistake(called[field], shorten(cell), str(error)))
    customer = next((str(said[name]) for name in COLUMNS[2::-1] if said.get(name)), f"line {row.line}")
    said.setdefault("requestId", request_id_of(said))
    mistakes.extend(_mistakes(said, called) if not mistakes else ())
    told = ((called[field], note_of(field, cell)) for field, cell in zip(known, row.cells, strict=False) if field)
    notes = tuple(f"{column} {note}" for column, note in told if note)
    return CustomerRow(row.line, customer, {"version": "1", **said} if not mistakes else None, tuple(mistakes), notes)


def request_id_of(said: Mapping[str, Any]) -> str:
    """The id of a row that has none: it follows from what the row asks for, so a file sent twice asks once."""
    text = json.dumps({name: said[name] for name in sorted(said) if name != "requestedBy"}, sort_keys=True)
    return f"file-{hashlib.sha256(text.encode()).hexdigest()[:32]}"


def _mistakes(said: Mapping[str, Any], called: Mapping[str, str]) -> Iterable[Mistake]:
    if len(said["requestId"]) > LONGEST_ID:
        yield Mistake(called["requestId"], shorten(said["requestId"]), f"must have at most {LONGEST_ID} characters")
        return
    try:
        parse_request(json.dumps({"version": "1", **said}).encode())
    except InvalidRequestError as error:
        value = error.value or str(said.get(error.field, ""))
        for path, rule in ((error.field, error.rule), *error.others):
            field = path.partition(".")[0]
            column = called.get(field, "the row" if field == "$" else field)
            shown = value if path == error.field else str(said.get(field, ""))
            yield Mistake(column, shorten(shown), rule)


def _without_repetition(rows: Iterable[CustomerRow]) -> Iterable[CustomerRow]:
    """The first row of a customer or of a request id counts; the others say which one that is."""
    lines: dict[tuple[str, str], int] = {}
    for row in rows:
        if row.request is None:
            yield row
            continue
        keys = [(name, str(row.request[name]).lower()) for name in (*COLUMNS[:2], "requestId") if name in row.request]
        repeated = [
            Mistake(name, shorten(value), f"stands in line {lines[(name, value)]} already")
            for name, value in keys
            if (name, value) in lines
        ]
        if repeated:
            yield CustomerRow(row.line, row.customer, None, tuple(repeated))
            continue
        lines |= dict.fromkeys(keys, row.line)
        yield row
