"""The plan: for each holding what will be done, when it unblocks, and what is being paid until then."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from shared.domain.decisions.blockers import Blocker, Cause, Remedy, last_paid
from shared.domain.decisions.decisions import decide_all
from shared.domain.decisions.planned_steps import digest_of, planned_steps
from shared.domain.decisions.planned_work import refunds_of
from shared.domain.decisions.situation import Situation
from shared.domain.holdings.inventory import InventoryProblem
from shared.domain.money import Money
from shared.domain.wording import count_of


@dataclass(frozen=True, slots=True)
class Plan:
    """The summary kept in the record; the holdings carry their own blockers.

    `unsettled_blockers` are neither dated nor a person's: an order or a subscription that Microsoft still works on.
    `uncertain`: cancellations that are only tried, because a window may be open.
    `refundable_seats`: of what runs on, so many can still be given back; the first of them until `seats_until`.
    `irreversible`: steps that nothing puts back, the removal among them; `refunds`: what returns give, by currency.
    `removal_expected_at`: its day is that of the removal if nothing interferes; `removal_unknown`: why there is none.
    `digest` is a hash over every step, so that an approval can be bound to exactly this plan.
    """

    holdings: int
    actions: tuple[tuple[str, int], ...]
    dated_blockers: int
    undated_blockers: int
    unsettled_blockers: int
    first_window_closes_at: datetime | None
    paid_until: datetime | None
    digest: str
    uncertain: int = 0
    refundable_seats: int = 0
    seats_until: datetime | None = None
    irreversible: int = 0
    refunds: tuple[Money, ...] = ()
    removal_expected_at: datetime | None = None
    removal_unknown: str = ""

    @property
    def can_finish_today(self) -> bool:
        """Nothing is waited for but what the pipeline does itself, and no action may be refused by what is known."""
        return not self.late and not self.uncertain

    @property
    def late(self) -> int:
        """How many holdings cannot be ended today."""
        return self.dated_blockers + self.undated_blockers + self.unsettled_blockers

    @property
    def why_not_today(self) -> str:
        """Why stop_and_report stops for it; of a plan that can finish today there is nothing to say."""
        found = [f"{count_of(self.late, 'holding')} cannot be ended today"] if self.late else []
        found += [f"of {count_of(self.uncertain, 'holding')} only a try would tell"] if self.uncertain else []
        return f"{'; '.join(found)}, and the request says stop_and_report" if found else ""


def draft_plan(situation: Situation, problems: tuple[InventoryProblem, ...]) -> Plan:
    """The plan for everything that is known; `problems` are those of the inventory it rests on."""
    decisions = decide_all(situation)
    blockers = [item.blocker for item in decisions.values() if item.blocker is not None]
    actions = Counter(item.action.value for item in decisions.values() if item.action is not None)
    steps = planned_steps(situation, decisions)
    seats = [item.seats for item in decisions.values() if item.seats is not None]
    return Plan(
        holdings=len(situation.records),
        actions=tuple(sorted(actions.items())),
        dated_blockers=_count(blockers, Remedy.DATE),
        undated_blockers=_count(blockers, Remedy.PERSON) + sum(not problem.passes_by_itself for problem in problems),
        unsettled_blockers=sum(
            item.remedy is Remedy.RECHECK and item.cause is not Cause.WAITS_FOR_CHILDREN for item in blockers
        ),
        first_window_closes_at=min((d.closes_at for d in decisions.values() if d.closes_at), default=None),
        paid_until=last_paid(blockers),
        uncertain=sum(not item.sure for item in decisions.values()),
        refundable_seats=sum(item.count for item in seats),
        seats_until=min((item.closes_at for item in seats if item.closes_at), default=None),
        irreversible=sum(step.irreversible for step in steps),
        refunds=refunds_of(situation, decisions),
        digest=digest_of(steps),
    )


def _count(blockers: list[Blocker], remedy: Remedy) -> int:
    return sum(item.remedy is remedy for item in blockers)
