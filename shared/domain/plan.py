"""The plan: for each holding what will be done, when it unblocks, and what is being paid until then."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.domain.blockers import Blocker, Cause, Remedy
from shared.domain.decisions import decide_all
from shared.domain.inventory import InventoryProblem
from shared.domain.ledger import HoldingRecord
from shared.domain.policy import Pace, Policy


@dataclass(frozen=True, slots=True)
class Plan:
    """The summary kept in the record; the holdings carry their own blockers.

    `unsettled_blockers` are neither dated nor a person's: an order or a subscription that Microsoft still works on.
    `digest` is a hash over every holding and its action, so that an approval can be bound to exactly this plan.
    """

    made_at: datetime
    holdings: int
    actions: tuple[tuple[str, int], ...]
    dated_blockers: int
    undated_blockers: int
    unsettled_blockers: int
    first_window_closes_at: datetime | None
    paid_until: datetime | None
    digest: str

    @property
    def can_finish_today(self) -> bool:
        return not self.dated_blockers and not self.undated_blockers and not self.unsettled_blockers


def draft_plan(
    known: Mapping[str, HoldingRecord],
    problems: tuple[InventoryProblem, ...],
    policy: Policy,
    pace: Pace,
    now: datetime,
) -> Plan:
    """The plan for everything that is known at `now`."""
    decisions = decide_all(known, policy, pace, now)
    blockers = [item.blocker for item in decisions.values() if item.blocker is not None]
    actions = Counter(item.action.value for item in decisions.values() if item.action is not None)
    pairs = sorted((key, item.action.value if item.action else "") for key, item in decisions.items())
    return Plan(
        made_at=now,
        holdings=len(known),
        actions=tuple(sorted(actions.items())),
        dated_blockers=_count(blockers, Remedy.DATE),
        undated_blockers=_count(blockers, Remedy.PERSON) + sum(not problem.passes_by_itself for problem in problems),
        unsettled_blockers=sum(
            item.remedy is Remedy.RECHECK and item.cause is not Cause.WAITS_FOR_CHILDREN for item in blockers
        ),
        first_window_closes_at=min((d.closes_at for d in decisions.values() if d.closes_at), default=None),
        paid_until=max((b.paid_until for b in blockers if b.paid_until), default=None),
        digest=hashlib.sha256(json.dumps(pairs).encode()).hexdigest(),
    )


def _count(blockers: list[Blocker], remedy: Remedy) -> int:
    return sum(item.remedy is remedy for item in blockers)
