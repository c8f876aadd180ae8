"""The cells of the table: every row under every answer to the open questions that concern it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from local.simulator.knobs.listing import KnobInfo, knob_list
from tests.functional.truth_table import others, refusals, subscriptions
from tests.functional.truth_table.row import Cell, Row

ROWS: tuple[Row, ...] = (*subscriptions.ROWS, *others.ROWS, *refusals.ROWS)
KNOBS: dict[str, KnobInfo] = {info.name: info for info in knob_list()}
OPEN = frozenset(name for name, info in KNOBS.items() if info.open)


MISSING_RIGHTS = frozenset({"arm_access"})
"""No questions: whoever lacks a right has to be given it."""

CONTRADICTORY: tuple[Cell, ...] = (
    {"omitted_scheduled_actions": "keep", "scheduled_actions": "refused"},
    {"removal_preconditions": "ignored", "ended_blocks": True},
)
"""Where scheduled actions are unknown there are none to keep, and what nobody looks at blocks nothing."""


def others_than_default(knob: str) -> tuple[dict[str, Any], ...]:
    """Every other answer of a knob, whatever they are by now."""
    info = KNOBS[knob]
    return tuple({knob: value} for value in info.values or () if value != info.default)


def own_cells(row: Row) -> Iterator[Cell]:
    """The row as it is, and under each single other answer to each question that concerns it."""
    yield {}
    for knob in row.knobs:
        yield from others_than_default(knob)


def all_cells(row: Row) -> Iterator[Cell]:
    """Each single other answer to any question at all, and each pair of answers to those that concern the row."""
    for knob in KNOBS:
        if knob not in {*row.knobs, *row.given, *MISSING_RIGHTS}:
            yield from others_than_default(knob)
    for one, other in combinations(row.knobs, 2):
        for first in others_than_default(one):
            yield from (both for second in others_than_default(other) if (both := first | second) not in CONTRADICTORY)


def named(value: object) -> str:
    """A row or a cell in the name of a test."""
    if isinstance(value, Row):
        return value.name
    if isinstance(value, dict):
        return " ".join(f"{knob}={one}" for knob, one in value.items()) or "as documented"
    return str(value)
