"""What is paid on, and until when: one rule for everybody who tells it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import ActionKind, Blocker
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.holdings.paying import WORKED, ends_by_itself, is_paid_on, known_end, paid_until
from shared.domain.money import added_up
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.restored import Provenance
from shared.domain.offboarding.settled import PAYMENT_WORDS, Payment, Refunds, Settled
from shared.domain.offboarding.states import Status
from shared.domain.wording import stamp

OVER = frozenset({Status.REMOVED, Status.ALREADY_REMOVED})
"""The relationship is gone."""
ENDED_NOTHING = frozenset({Status.STOPPED, Status.REJECTED, Status.JOINED, Status.WITHDRAWN})
"""Nothing is ended, or it is put back: nobody waits for a term."""
SETTLES = OVER | ENDED_NOTHING
"""Ends at which it is known what is paid on; a dry run has its plan alone."""


@dataclass(frozen=True, slots=True)
class Paid:
    """What is paid on. `until` (aware UTC) goes with UNTIL_DATE alone."""

    payment: Payment
    until: datetime | None = None

    @property
    def words(self) -> str:
        """For people, in English."""
        return stamp(self.until) if self.until is not None else PAYMENT_WORDS[self.payment]


def goes_on(head: Offboarding) -> bool:
    """Nothing is ended by it any more: it ended nothing, or it is called off."""
    return head.status in ENDED_NOTHING or head.withdrawal is not None


def as_told(head: Offboarding, blocker: Blocker, record: HoldingRecord | None = None) -> Blocker:
    """A blocker as it is told: where nothing is ended any more, the dates that were planned are those of nothing.
    `record`: its holding, where it is at hand; what ends by itself keeps its date."""
    if not goes_on(head) or (record is not None and ends_by_itself(record)):
        return blocker
    return replace(blocker, until=None, paid_until=None, again_at=None)


def paid_of(head: Offboarding, records: Iterable[HoldingRecord] | None = None) -> Paid:
    """What is paid on as far as the record says. `records`: the holdings, for what ended before it was kept at the
    end; without them less is said of such a one, and nothing else."""
    if head.status in SETTLES:
        if head.settled is not None:
            return Paid(head.settled.payment, head.settled.until)
        if records is not None:
            found = settle(head, records, head.updated_at)
            return Paid(found.payment, found.until)
    if goes_on(head):
        holds_nothing = head.plan is not None and head.plan.holdings == 0
        return Paid(_read(head, Payment.NOTHING if holds_nothing else Payment.NO_END_KNOWN))
    if head.paid_until is not None and not any(item.endless for item in head.blockers):
        return Paid(Payment.UNTIL_DATE, head.paid_until)
    return Paid(_read(head, _going_on(head)))


def settle(head: Offboarding, records: Iterable[HoldingRecord], now: datetime) -> Settled:
    """What is left of money as it ends (`now`: aware UTC, business time)."""
    if _is_nobodys_word(head, now):
        return Settled(Payment.NOT_READ)
    known = tuple(records)
    found = _at_the_end(head, known, now)
    return Settled(found.payment, found.until, refunds_of(known))


def _is_nobodys_word(head: Offboarding, now: datetime) -> bool:
    """What it holds may be a forger's: it differs from its evidence, or nobody signed it, and it was called off (`now`)
    without a look at the customer."""
    if head.restored is None or head.restored.provenance is Provenance.SIGNED:
        return False
    return head.differs or (head.withdrawal is not None and head.withdrawal.at == now)


def refunds_of(records: Iterable[HoldingRecord]) -> Refunds:
    """Of the returns that worked; what was quoted for anything else is expected no more."""
    made = [record for record in records if _returned(record)]
    return Refunds(
        returns=len(made),
        untold=sum(record.refunded is None for record in made),
        expected=added_up(record.refund.money for record in made if record.refund is not None),
        confirmed=added_up(record.refunded.money for record in made if record.refunded is not None),
    )


def _at_the_end(head: Offboarding, records: tuple[HoldingRecord, ...], now: datetime) -> Paid:
    # What came back was not read again: what it holds now is another matter.
    came_back = head.reason is not None and head.reason.code is ReasonCode.CAME_BACK
    if came_back or (not records and head.plan is None):
        return Paid(Payment.NOT_READ)
    if head.status in OVER:
        dates = [at for record in records if (at := paid_until(record, now)) is not None]
        until = head.paid_until or max(dates, default=None)
        return Paid(Payment.UNTIL_DATE, until) if until is not None else Paid(Payment.NOTHING)
    ends = [known_end(record, now) for record in records if is_paid_on(record)]
    if any(end is None for end in ends):
        return Paid(Payment.NO_END_KNOWN)
    last = max((end for end in ends if end is not None), default=None)
    return Paid(Payment.UNTIL_DATE, last) if last is not None else Paid(Payment.NOTHING)


def _returned(record: HoldingRecord) -> bool:
    return any(item.kind is ActionKind.RETURN_RESERVATION and item.state in WORKED for item in record.actions)


def _going_on(head: Offboarding) -> Payment:
    """Planned or at work, and no date is known."""
    if head.blockers:
        return Payment.UNTIL_DONE if all(item.ours for item in head.blockers) else Payment.NO_END_KNOWN
    unread = head.plan is not None and head.plan.undated_blockers > 0
    return Payment.NO_END_KNOWN if unread else Payment.NOTHING


def _read(head: Offboarding, otherwise: Payment) -> Payment:
    return otherwise if head.plan is not None else Payment.NOT_READ
