"""What a withdrawal may do about one holding, and what of it is ours to put back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.domain.decisions.blockers import ActionKind
from shared.domain.decisions.situation import Situation
from shared.domain.holdings.ledger import ActionRecord, ActionState, HoldingRecord
from shared.domain.holdings.model import HoldingKind
from shared.domain.holdings.not_restored import NotRestored


@dataclass(frozen=True, slots=True)
class Done:
    """It is as it was before our first write, or never was ours to put back."""


@dataclass(frozen=True, slots=True)
class PutBack:
    """One write; others may follow."""

    action: ActionKind


@dataclass(frozen=True, slots=True)
class Waits:
    """Something passes by itself; `until` None: nobody knows when."""

    text: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Asks:
    """A person can help; it is tried again at `until`."""

    text: str
    what_to_do: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """It cannot be put back."""

    item: NotRestored


Restoration = Done | PutBack | Waits | Asks | Lost
DONE = Done()
TAKES_ADD_ONS_ALONG = frozenset({ActionKind.SUSPEND, ActionKind.CANCEL})


def is_ours(record: HoldingRecord, situation: Situation) -> bool:
    """One of our writes may have changed it: one to itself, or one to its base that takes add-ons along."""
    if any(may_have_worked(action) for action in record.actions):
        return True
    base = parent_of(record, situation)
    above = base.actions if base is not None and base.holding.kind is not HoldingKind.AZURE_PLAN else ()
    return any(may_have_worked(action) for action in above if action.kind in TAKES_ADD_ONS_ALONG)


def may_have_worked(action: ActionRecord) -> bool:
    """Only a first try that was refused, or put off, has certainly changed nothing."""
    return action.tries > 1 or action.state not in (ActionState.REFUSED, ActionState.POSTPONED)


def parent_of(record: HoldingRecord, situation: Situation) -> HoldingRecord | None:
    """The base of an add-on, or the plan of an Azure subscription, where it is known."""
    wanted = (record.holding.parent_id or "").lower()
    others = situation.records.values() if wanted else ()
    return next((other for other in others if other is not record and other.holding.id.lower() == wanted), None)
