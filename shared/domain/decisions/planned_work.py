"""What is about to be done about each holding, for whoever decides whether it may be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from shared.domain.decisions.blockers import IRREVERSIBLE, ActionKind, Disposition, Remedy
from shared.domain.decisions.decisions import decide_all
from shared.domain.decisions.patience import WAITS_FOR_OTHERS
from shared.domain.decisions.planned_steps import writes_of
from shared.domain.decisions.situation import Situation
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.money import Money
from shared.domain.policy import Renewals

LAST_CALL = timedelta(hours=2)
"""Before a window closes: time for refusals that pass, and for a process that has to be started again."""


@dataclass(frozen=True, slots=True)
class PlannedWork:
    """`actions`: what will be written to the holding, in this order; a later one also where the one before is refused.
    Empty where it is only waited for. `at` (aware UTC, business time): when it ends by itself, or the start that was
    asked for; None: as soon as the work goes on, or at a time that nobody knows. `closes_at`: until when the first
    action is possible, `earliest_at`: from when, None where nobody knows. `refund`: as Azure told it."""

    key: str
    name: str
    actions: tuple[ActionKind, ...]
    at: datetime | None = None
    closes_at: datetime | None = None
    paid_until: datetime | None = None
    refund: Money | None = None
    earliest_at: datetime | None = None

    @property
    def irreversible(self) -> bool:
        """Something of it cannot be put back."""
        return any(action in IRREVERSIBLE for action in self.actions)


def planned_work(situation: Situation, start: datetime | None = None) -> tuple[PlannedWork, ...]:
    """For every holding that does not end by itself unnoticed: what will be done, or what is waited for. What nothing
    puts back comes first. `start`: nothing is done before."""
    decisions = decide_all(situation)
    later = start if start is not None and start > situation.now else None
    found = [_work(situation, key, decision, later) for key, decision in decisions.items() if not decision.safe]
    return tuple(sorted(found, key=lambda work: (not work.irreversible, work.key)))


def _work(situation: Situation, key: str, decision: Disposition, later: datetime | None) -> PlannedWork:
    record, blocker = situation.records[key], decision.blocker
    actions = writes_of(situation, key, decision)
    dated = blocker.until if blocker is not None and blocker.remedy is Remedy.DATE else None
    return PlannedWork(
        key=key,
        name=record.holding.name,
        actions=actions,
        at=dated or (later if actions else None),
        closes_at=decision.closes_at if actions else None,
        paid_until=blocker.paid_until if blocker is not None else None,
        refund=_refund(record, actions),
        earliest_at=_earliest(situation, decision, actions, later),
    )


def _earliest(
    situation: Situation, decision: Disposition, actions: tuple[ActionKind, ...], later: datetime | None
) -> datetime | None:
    """From when the first action may be written: what nothing puts back waits for the grace period, unless its window
    closes before. What waits for others to end follows at a time of theirs."""
    if not actions or (decision.blocker is not None and decision.blocker.cause in WAITS_FOR_OTHERS):
        return None
    begins = situation.now if later is None or _ends_before(situation, decision, later) else later
    if actions[0] not in IRREVERSIBLE:
        return begins
    return max(begins, used_from(begins + situation.policy.grace, decision.closes_at))


def _ends_before(situation: Situation, decision: Disposition, start: datetime) -> bool:
    """The request has it end with its term, which is written at once (`before_start`)."""
    until = decision.blocker.until if decision.blocker is not None else None
    return situation.renewals is Renewals.END_WITH_TERM and until is not None and until < start


def used_from(grace_ends: datetime, closes_at: datetime | None) -> datetime:
    """When something irreversible may be written: after the grace period, or shortly before its window closes."""
    return grace_ends if closes_at is None else min(grace_ends, closes_at - LAST_CALL)


def _refund(record: HoldingRecord, actions: Iterable[ActionKind]) -> Money | None:
    return record.refund.money if record.refund and ActionKind.RETURN_RESERVATION in actions else None


def refunds_of(situation: Situation, decisions: Mapping[str, Disposition]) -> tuple[Money, ...]:
    """What the returns would give together, as far as Azure told it: one amount for each currency."""
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for key, decision in decisions.items():
        money = _refund(situation.records[key], writes_of(situation, key, decision))
        if money is not None:
            sums[money.currency] += money.amount
    return tuple(Money(amount, currency) for currency, amount in sorted(sums.items()))
