"""Whether the relationship may be removed now: the second of the two decisions that matter.

Only `gate` can build a `RemovalPermit`, and the removal accepts nothing else (I1). Whatever is unknown, incomplete,
unsettled or vanished blocks (I8).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.domain.blockers import Blocker, Cause, Remedy
from shared.domain.decisions import decide_all
from shared.domain.inventory import Inventory, InventoryProblem
from shared.domain.ledger import VANISHING_IS_FINAL, ActionState, HoldingRecord
from shared.domain.policy import Pace, Policy

_SEAL = object()


class RemovalPermit:
    """Proof that one fresh, complete inventory showed no blocker. Valid for the given customer for 60 s (I1)."""

    __slots__ = ("began_at", "began_monotonic", "customer_id", "holdings")

    def __init__(self, seal: object, inventory: Inventory) -> None:
        if seal is not _SEAL:
            raise TypeError("a RemovalPermit is built by gate() only")
        self.customer_id = inventory.customer.id
        self.began_at = inventory.began_at
        self.began_monotonic = inventory.began_monotonic
        self.holdings = len(inventory.holdings)


@dataclass(frozen=True, slots=True)
class Blockers:
    """Every reason why the relationship cannot be removed now."""

    items: tuple[Blocker, ...]

    def of(self, remedy: Remedy) -> tuple[Blocker, ...]:
        return tuple(item for item in self.items if item.remedy is remedy)

    @property
    def next_date(self) -> datetime | None:
        """When it is worth looking again without anybody doing anything: the earliest date of all."""
        return min((item.until for item in self.items if item.until is not None), default=None)

    @property
    def clear_date(self) -> datetime | None:
        """When everything dated has unblocked; None if something has no date."""
        if any(item.until is None for item in self.items):
            return None
        return max((item.until for item in self.items if item.until is not None), default=None)

    @property
    def paid_until(self) -> datetime | None:
        return max((item.paid_until for item in self.items if item.paid_until is not None), default=None)


def gate(
    inventory: Inventory, known: Mapping[str, HoldingRecord], policy: Policy, pace: Pace, now: datetime
) -> RemovalPermit | Blockers:
    """A permit when nothing blocks. `known` is every holding ever seen, already updated with this inventory."""
    found = [_problem_blocker(problem, pace, now) for problem in inventory.problems]
    if inventory.customer.relationship.casefold() != "reseller":
        found.append(_relationship_blocker(inventory))
    for holding in inventory.holdings:
        if holding.key not in known:
            found.append(_unrecorded(holding.key, holding.name, pace, now))
    decisions = decide_all(known, policy, pace, now)
    for key, record in known.items():
        blocker = (
            decisions[key].blocker
            or _unsettled(record, inventory, pace, now)
            or _ordered_but_missing(record, inventory)
        )
        if blocker is not None:
            found.append(blocker)
    return Blockers(tuple(found)) if found else RemovalPermit(_SEAL, inventory)


def _problem_blocker(problem: InventoryProblem, pace: Pace, now: datetime) -> Blocker:
    remedy = Remedy.RECHECK if problem.passes_by_itself else Remedy.PERSON
    until = now + pace.settle_poll if problem.passes_by_itself else None
    key = f"inventory:{problem.collection}"
    return Blocker(
        key, problem.collection, Cause.INCOMPLETE_READ, remedy, problem.detail, problem.operator_action, until
    )


def _relationship_blocker(inventory: Inventory) -> Blocker:
    found = inventory.customer.relationship
    detail = f"relationshipToPartner is {found!r}, not 'reseller'"
    action = "Check the customer in Partner Center: only a reseller relationship is removed."
    return Blocker("customer:relationship", "relationship", Cause.UNKNOWN_STATUS, Remedy.PERSON, detail, action)


def _unrecorded(key: str, name: str, pace: Pace, now: datetime) -> Blocker:
    detail = "is in the inventory but not in the record"
    return Blocker(key, name, Cause.INCOMPLETE_READ, Remedy.RECHECK, detail, until=now + pace.settle_poll)


def _ordered_but_missing(record: HoldingRecord, inventory: Inventory) -> Blocker | None:
    holding = record.holding
    final = holding.status in VANISHING_IS_FINAL
    explained = holding.key in inventory.moved and not record.stayed
    if record.missing_since is None or final or explained or holding.key not in inventory.ordered:
        return None
    detail = "is not listed any more although its order is not cancelled"
    action = "Look it up in Partner Center; end it there or open a support case, then resume."
    return Blocker(holding.key, holding.name, Cause.VANISHED, Remedy.PERSON, detail, action)


def _unsettled(record: HoldingRecord, inventory: Inventory, pace: Pace, now: datetime) -> Blocker | None:
    last = record.last
    if last is None or record.missing_since is not None:
        return None
    # I1: the inventory must have begun after our last write was answered.
    late = last.answered_at is not None and last.answered_at > inventory.began_at
    if last.state is not ActionState.INTENDED and not late:
        return None
    detail = f"{last.kind.value} was still unanswered when this inventory began"
    until = now + pace.settle_poll
    return Blocker(record.holding.key, record.holding.name, Cause.SETTLING, Remedy.RECHECK, detail, until=until)
