"""What people wrote into column `decision`: one word for each customer, and none that contradicts another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from offboard.operate.failures import UsageError
from shared.domain.wording import first_of, shorten
from shared.sheets.read import Bounds, OpenTable, open_table

BOUNDS = Bounds(32 * 1024 * 1024, 100_000, 512 * 1024 * 1024, 120_000)
"""A row for each holding makes a plan longer than the table of customers that it comes from; an .xlsx of so many rows
unpacks to a fifth of a gigabyte, of which one row at a time is held."""
OFFBOARD, SKIP = "offboard", "skip"
NEEDED = ("decision", "plan", "domain")
NAMED = 20
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass
class Chosen:
    """One customer of the plan: its rows by line, and what each says."""

    plan: str
    customer: str
    domain: str
    words: dict[int, str] = field(default_factory=dict)

    @property
    def decision(self) -> str:
        """One for all of its rows; a row without a word says nothing against the others."""
        return next((word for word in self.words.values() if word), "")


@dataclass(frozen=True, slots=True)
class Decisions:
    """The customers of a plan, and the rows that have none."""

    customers: tuple[Chosen, ...]
    without: Mapping[int, str]
    separator: str
    """Of the file, for what is written beside it."""

    @property
    def to_send(self) -> tuple[Chosen, ...]:
        """Those that are offboarded."""
        return tuple(item for item in self.customers if item.decision == OFFBOARD)


def decisions_in(content: bytes) -> Decisions:
    """The decisions of a plan file. Raises UsageError naming every line that is wrong, and InvalidRequestError for what
    is no table; nothing was sent."""
    table = open_table(content, BOUNDS, _is_head)
    places = _places(table)
    customers: dict[str, Chosen] = {}
    without: dict[int, str] = {}
    mistakes: list[str] = []
    for row in table.rows:
        cells = {name: row.cells[place] if place < len(row.cells) else "" for name, place in places.items()}
        word, plan = cells["decision"].casefold(), cells["plan"].casefold()
        if word not in ("", OFFBOARD, SKIP):
            mistakes.append(f"line {row.line}: decision {shorten(word, 30)} must be {OFFBOARD}, {SKIP} or empty")
        elif not plan:
            without[row.line] = cells.get("customer", "")
            if word == OFFBOARD:
                mistakes.append(f"line {row.line}: {cells.get('customer')} was not planned, so it cannot be offboarded")
        elif not ID.fullmatch(plan):
            mistakes.append(f"line {row.line}: plan {shorten(plan, 40)} is no id; this column has to stay as it is")
        else:
            one = customers.setdefault(plan, Chosen(plan, cells.get("customer", ""), cells["domain"]))
            if one.domain.casefold() != cells["domain"].casefold():
                mistakes.append(f"line {row.line}: domain {cells['domain']} has the plan of {one.domain}")
            one.words[row.line] = word
    mistakes += _contradictions(customers.values())
    if mistakes:
        raise UsageError(f"{first_of(mistakes, NAMED, '; ')}. Nothing was sent")
    return Decisions(tuple(customers.values()), without, table.separator)


def _places(table: OpenTable) -> dict[str, int]:
    names = _plain(table.columns)
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise UsageError(f"the file has no column {', '.join(missing)}: it is no plan of offboard import")
    return {name: names.index(name) for name in (*NEEDED, "customer") if name in names}


def _is_head(cells: Iterable[str]) -> bool:
    return set(NEEDED) <= set(_plain(cells))


def _plain(columns: Iterable[str]) -> list[str]:
    return [re.sub(r"[\s_-]", "", name).casefold() for name in columns]


def _contradictions(customers: Iterable[Chosen]) -> Iterable[str]:
    for one in customers:
        said = {line: word for line, word in one.words.items() if word}
        if len(set(said.values())) > 1:
            lines = first_of((f"line {line} says {word}" for line, word in said.items()), 6)
            yield f"{one.customer} ({one.domain}): {lines}; one customer has one decision"
