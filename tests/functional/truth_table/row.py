"""What a row of the table is: a customer, the open questions that concern it, and the end that must be reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.simulator.scenario import builder as b
from shared.domain.offboarding import Status


@dataclass(frozen=True, slots=True)
class Removed:
    """The relationship is gone within so many days, without a person."""

    days: int = 2


@dataclass(frozen=True, slots=True)
class Waits:
    """Two days on it waits for this cause, with a date; `days`: until when it is removed, None if somebody else's
    doing is waited for."""

    cause: str
    days: int | None


@dataclass(frozen=True, slots=True)
class Person:
    """Only a person can go on: `why` no date exists, or which answer makes it impossible. `heals`: the pipeline goes
    on by itself within so many days all the same."""

    code: str
    why: str
    heals: int | None = None


@dataclass(frozen=True, slots=True)
class Ends:
    """Another end: refused, or gone without us."""

    status: Status
    code: str


End = Removed | Waits | Person | Ends
Cell = Mapping[str, Any]
"""Knobs that differ from their defaults."""


@dataclass(frozen=True, slots=True)
class Row:
    """`knobs` are the open questions that concern it; `otherwise` lists the answers under which the end differs."""

    name: str
    holdings: tuple[b.Holding, ...]
    end: End
    knobs: tuple[str, ...] = ()
    otherwise: Mapping[tuple[str, Any], End] = field(default_factory=dict)
    customer: Cell = field(default_factory=dict)
    given: Cell = field(default_factory=dict)
    rules: tuple[Cell, ...] = ()
    asked: Cell = field(default_factory=dict)

    def expected(self, cell: Cell) -> End:
        """The end under these knobs: of several answers with an end of their own, the last named one counts."""
        found = [end for (knob, value), end in self.otherwise.items() if knob in cell and cell[knob] == value]
        return found[-1] if found else self.end
