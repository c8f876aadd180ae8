"""What became of each product, for the letter to the customer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from shared.domain.decisions.blockers import ActionKind
from shared.domain.holdings.ledger import ActionRecord, ActionState, HoldingRecord
from shared.domain.holdings.model import HoldingKind, HoldingStatus
from shared.domain.holdings.paying import WORKED, ends_by_itself
from shared.report.languages import Fate

Happened = tuple[Fate, datetime | None]
ENDING = frozenset(
    {
        ActionKind.CANCEL,
        ActionKind.CANCEL_ORDER,
        ActionKind.RETURN_RESERVATION,
        ActionKind.CANCEL_AZURE_SUBSCRIPTION,
    }
)
SUSPENDING = frozenset({ActionKind.SUSPEND, ActionKind.SUSPEND_AZURE_PLAN})
NO_PRODUCT = {HoldingKind.PENDING_ORDER: Fate.ORDERED, HoldingKind.OPEN_TRANSFER: Fate.MOVING}
"""What is told while it is open, and left out after that."""


def products(records: Mapping[str, HoldingRecord]) -> list[HoldingRecord]:
    """What the customer knows as its products, in a steady order. A savings plan stands in two lists, and is one."""
    twice = {
        key
        for record in records.values()
        if record.holding.kind is HoldingKind.SAVINGS_PLAN
        for key in record.holding.covers
    }
    shown = (
        record
        for record in records.values()
        if record.holding.key not in twice and not (record.holding.kind in NO_PRODUCT and _ended(record))
    )
    return sorted(shown, key=lambda item: (item.holding.kind.value, item.holding.name, item.holding.key))


def fate_of(record: HoldingRecord, *, over: bool, goes_on: bool = False) -> Happened:
    """What became of it, and when where that is known (aware UTC). `over`: the relationship is gone;
    `goes_on`: nothing is ended by this offboarding any more."""
    holding = record.holding
    if holding.kind in NO_PRODUCT:
        return NO_PRODUCT[holding.kind], None
    if _ended(record):
        return _end_of(record)
    asked = last_done(record, ENDING)
    if asked is not None and asked.state is ActionState.ACCEPTED:
        return Fate.CANCELLING, told_at(asked)
    if holding.status is HoldingStatus.SUSPENDED:
        done = last_done(record, SUSPENDING)
        return (Fate.SUSPENDED, told_at(done)) if done is not None else (Fate.SUSPENDED_BEFORE, None)
    return _running(record, over=over, goes_on=goes_on), None


def last_done(record: HoldingRecord, kinds: frozenset[ActionKind]) -> ActionRecord | None:
    """The newest of these actions that was not refused."""
    done = [action for action in record.actions if action.kind in kinds and action.state in WORKED]
    return done[-1] if done else None


def told_at(action: ActionRecord) -> datetime:
    """When it was answered, else asked."""
    return action.answered_at or action.intended_at


def _ended(record: HoldingRecord) -> bool:
    by_word = record.override is not None and record.blocker is None
    return record.holding.ended or record.missing_since is not None or record.holding.quantity == 0 or by_word


def _end_of(record: HoldingRecord) -> Happened:
    done = last_done(record, ENDING)
    if done is not None:
        returned = done.kind is ActionKind.RETURN_RESERVATION
        return (Fate.RETURNED if returned else Fate.CANCELLED), told_at(done)
    return (Fate.AWAY if record.missing_since is not None and not record.holding.ended else Fate.ENDED), None


def _running(record: HoldingRecord, *, over: bool, goes_on: bool) -> Fate:
    holding = record.holding
    if holding.kind is HoldingKind.PERPETUAL_SOFTWARE and record.blocker is None:
        return Fate.KEPT
    if over:
        return Fate.RAN
    if holding.status is HoldingStatus.PENDING:
        return Fate.SET_UP
    if ends_by_itself(record):
        return Fate.ENDS
    return Fate.GOES_ON if goes_on else Fate.RUNS
