"""What a row of the table is: a customer, the open questions that concern it, and the end that must be reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.simulator.scenario import builder as b
from shared.domain.offboarding.states import Status


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
    on by itself within so many days all the same. `days`: by when the person is asked."""

    code: str
    why: str
    heals: int | None = None
    days: int = 2


@dataclass(frozen=True, slots=True)
class Ends:
    """Another end: refused, or gone without us."""

    status: Status
    code: str


End = Removed | Waits | Person | Ends
LINGERS = "expired and disabled ones block until they are deleted"
Cell = Mapping[str, Any]
"""Knobs that differ from their defaults."""


def changed(when: str, nth: int, method: str, path: str, **change: Any) -> dict[str, Any]:
    """A fault rule: somebody else changes something around that call. The customer is filled in later."""
    match = {"method": method, "pathRegex": path, "nth": nth}
    return {"match": match, "action": {"type": "mutate", "when": when, "change": change}}


@dataclass(frozen=True, slots=True)
class Row:
    """`knobs` are the open questions that concern it; `otherwise` lists the answers under which the end differs.

    `customer`: fields of the customer; `given`: knobs of the row itself; `rules`: what others do meanwhile; `asked`:
    fields of the request; `switched_on`: how often somebody switches a holding on again; `tries`: refusals that only
    trying can tell; `lingers`: it ends as disabled (with
    scheduled actions as documented), which may go on blocking until it is deleted.
    """

    name: str
    holdings: tuple[b.Holding, ...]
    end: End
    knobs: tuple[str, ...] = ()
    otherwise: Mapping[tuple[str, Any], End] = field(default_factory=dict)
    customer: Cell = field(default_factory=dict)
    given: Cell = field(default_factory=dict)
    rules: tuple[Cell, ...] = ()
    asked: Cell = field(default_factory=dict)
    switched_on: int = 0
    tries: tuple[str, ...] = ()
    lingers: bool = False

    def expected(self, cell: Cell) -> End:
        """The end under these knobs: of several answers with an end of their own, the last named one counts."""
        found = [end for (knob, value), end in self.otherwise.items() if knob in cell and cell[knob] == value]
        end = found[-1] if found else self.end
        lingers = self.lingers and not {"scheduled_actions", "scheduled_cancel_ends"} & cell.keys()
        if cell.get("ended_blocks") and lingers and isinstance(end, Waits) and end.days is not None:
            return Person("removal_refused", LINGERS, heals=130, days=end.days)
        return end
