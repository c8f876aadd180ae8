"""One holding as a report shows it: what it was, what was done to it, and until when it runs on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.domain.holdings.ledger import ActionRecord, HoldingRecord
from shared.domain.holdings.model import HoldingKind
from shared.domain.holdings.paying import WORKED, ends_by_itself, paid_until, runs_on
from shared.domain.money import Money
from shared.domain.offboarding.called import first_readable
from shared.domain.wording import count_of, stamp
from shared.report.words import ACTION_WORDS, KIND_WORDS, STATE_WORDS

NO_NAME = "(no name)"


@dataclass(frozen=True, slots=True)
class Done:
    """One write and its answer: what, how it ended, when."""

    what: str
    how: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HoldingFacts:
    """One holding. `had`: its units before the first write. `term_end` is what Microsoft shows; `paid_until` only where
    it was, or is being, paid as far as that: what was cancelled before is not, and what runs on and renews has no end
    (`no_end`). `refunded`: what a return was answered to give; `refund` says it, or what was quoted. `for_good`: it
    stays with the customer, without any end."""

    key: str
    name: str
    kind: str
    status: str
    quantity: int | None
    had: int | None
    term_end: datetime | None
    paid_until: datetime | None
    done: tuple[Done, ...]
    refund: str
    refunded: Money | None
    note: str
    runs_on: bool
    no_end: bool
    for_good: bool

    @property
    def units(self) -> str:
        """How many units, and how many it had where that is another number."""
        if self.quantity is None:
            return ""
        if self.had is not None and self.had != self.quantity:
            return f"{count_of(self.had, 'unit')} before, {self.quantity} now"
        return count_of(self.quantity, "unit")


def held(record: HoldingRecord, now: datetime, *, finished: bool, goes_on: bool = False) -> HoldingFacts:
    """What is known of one holding as of `now`. `finished`: nothing will be done about it any more; `goes_on`: nor will
    the relationship end by this offboarding."""
    holding = record.holding
    for_good = holding.kind is HoldingKind.PERPETUAL_SOFTWARE
    no_end = goes_on and runs_on(record) and not ends_by_itself(record) and not for_good
    return HoldingFacts(
        key=holding.key,
        name=first_readable(holding.name) or NO_NAME,
        kind=KIND_WORDS[holding.kind],
        status=holding.raw_status or holding.status.value,
        quantity=holding.quantity,
        had=record.before.quantity if record.before is not None else None,
        term_end=holding.term_end,
        paid_until=None if no_end else paid_until(record, now),
        done=tuple(
            Done(ACTION_WORDS[action.kind], _how(action), action.answered_at or action.intended_at)
            for action in record.actions
        ),
        refund=_refund(record),
        refunded=record.refunded.money if record.refunded is not None else None,
        note=_note(record, finished=finished),
        runs_on=runs_on(record),
        no_end=no_end,
        for_good=for_good,
    )


def _how(action: ActionRecord) -> str:
    code = f" ({action.code})" if action.code else ""
    tries = f", at attempt {action.tries}" if action.tries > 1 and action.state in WORKED else ""
    return f"{STATE_WORDS[action.state]}{tries}{code}"


def _refund(record: HoldingRecord) -> str:
    if record.refunded is not None:
        return f"{record.refunded.money.text}, told {stamp(record.refunded.at)}"
    if record.refund is not None:
        return f"{record.refund.money.text} was quoted {stamp(record.refund.at)}; no answer has told a refund"
    return ""


def _note(record: HoldingRecord, *, finished: bool) -> str:
    notes = []
    if record.missing_since is not None:
        notes.append(f"not shown any more since {stamp(record.missing_since)}")
    if record.blocker is not None and record.blocker.detail:
        notes.append(f"when last looked at: {record.blocker.detail}" if finished else record.blocker.detail)
    if record.override is not None:
        said = record.override
        notes.append(f"has ended, says {said.by}, {stamp(said.at)}: {said.why}")
    if record.holding.note:
        notes.append(record.holding.note)
    return "; ".join(notes)
