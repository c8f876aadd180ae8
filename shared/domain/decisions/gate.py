"""Whether the relationship may be removed now: the second of the two decisions that matter.

Only `gate` can build a `RemovalPermit`, and the removal accepts nothing else (I1). Whatever is unknown, incomplete,
unsettled or vanished blocks (I8).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.domain.decisions.absences import unexplained
from shared.domain.decisions.blockers import Blocker, Cause, Remedy, last_paid
from shared.domain.decisions.decisions import decide_all
from shared.domain.decisions.overrides import overridden, with_a_way_on
from shared.domain.decisions.patience import with_ages
from shared.domain.decisions.phrases import PHRASES
from shared.domain.decisions.situation import Situation
from shared.domain.holdings.inventory import Inventory, InventoryProblem
from shared.domain.holdings.ledger import VANISHING_IS_FINAL, ActionState, HoldingRecord
from shared.domain.holdings.model import Holding

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
        """Those that `remedy` takes away."""
        return tuple(item for item in self.items if item.remedy is remedy)

    @property
    def next_date(self) -> datetime | None:
        """When it is worth looking again without anybody doing anything: the earliest date of all."""
        dates = [at for item in self.items for at in (item.until, item.again_at) if at is not None]
        return min(dates, default=None)

    @property
    def paid_until(self) -> datetime | None:
        """The last moment that is being paid for, None if nothing is, or if nobody knows it."""
        return last_paid(self.items)


def gate(inventory: Inventory, situation: Situation) -> RemovalPermit | Blockers:
    """A permit when nothing blocks. `situation.records` holds everything ever seen, this inventory included."""
    found = [_unread(problem, situation) for problem in inventory.problems]
    if inventory.customer.relationship.casefold() != "reseller":
        found.append(_relationship_blocker(inventory))
    found += [_unrecorded(item, situation) for item in inventory.holdings if item.key not in situation.records]
    decisions = decide_all(situation)
    for key, record in situation.records.items():
        blocker = (
            decisions[key].blocker
            or _unsettled(record, inventory, situation)
            or _ordered_but_missing(record, inventory)
            or unexplained(record, situation, moved=_moved(record, inventory))
        )
        if blocker is not None and not overridden(record, blocker):
            found.append(blocker)
    return Blockers(_advised(with_ages(found, situation), situation)) if found else RemovalPermit(_SEAL, inventory)


def _advised(blockers: tuple[Blocker, ...], situation: Situation) -> tuple[Blocker, ...]:
    records = situation.records
    return tuple(with_a_way_on(records[item.key], item) if item.key in records else item for item in blockers)


def _unread(problem: InventoryProblem, situation: Situation) -> Blocker:
    remedy = Remedy.RECHECK if problem.passes_by_itself else Remedy.PERSON
    until = situation.now + situation.pace.settle_poll if problem.passes_by_itself else None
    key = f"inventory:{problem.collection}"
    return Blocker(
        key,
        problem.name or problem.collection,
        Cause.INCOMPLETE_READ,
        remedy,
        problem.detail,
        problem.operator_action,
        until,
    )


def _relationship_blocker(inventory: Inventory) -> Blocker:
    found = inventory.customer.relationship
    detail = f"relationshipToPartner is {found!r}, not 'reseller'"
    action = "Check the customer in Partner Center: only a reseller relationship is removed."
    return Blocker("customer:relationship", "relationship", Cause.UNKNOWN_STATUS, Remedy.PERSON, detail, action)


def _unrecorded(holding: Holding, situation: Situation) -> Blocker:
    detail = "is in the inventory but not in the record"
    until = situation.now + situation.pace.settle_poll
    return Blocker(holding.key, holding.name, Cause.INCOMPLETE_READ, Remedy.RECHECK, detail, until=until)


def _ordered_but_missing(record: HoldingRecord, inventory: Inventory) -> Blocker | None:
    holding = record.holding
    final = holding.status in VANISHING_IS_FINAL
    explained = _moved(record, inventory)
    if record.missing_since is None or final or explained or holding.key not in inventory.ordered:
        return None
    detail = "is not listed any more although its order is not cancelled"
    action = "Look it up in Partner Center; end it there or open a support case, then resume."
    return Blocker(holding.key, holding.name, Cause.VANISHED, Remedy.PERSON, detail, action)


def _moved(record: HoldingRecord, inventory: Inventory) -> bool:
    return record.holding.key in inventory.moved and not record.stayed


def _unsettled(record: HoldingRecord, inventory: Inventory, situation: Situation) -> Blocker | None:
    last = record.last
    if last is None or record.missing_since is not None:
        return None
    # I1: the inventory must have begun after our last write was answered.
    late = last.answered_at is not None and last.answered_at > inventory.began_at
    if last.state is not ActionState.INTENDED and not late:
        return None
    detail = f"had no answer to the {PHRASES[last.kind]} yet when this inventory began"
    until = situation.now + situation.pace.settle_poll
    return Blocker(record.holding.key, record.holding.name, Cause.SETTLING, Remedy.RECHECK, detail, until=until)
