"""The disposition of every holding in the light of the others.

Each holding is decided by itself first; then the adjustments say what holdings mean to each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace

from shared.domain.decisions.before_start import count_what_comes_before
from shared.domain.decisions.blockers import ActionKind, Blocker, Cause, Disposition, Remedy
from shared.domain.decisions.contradicted import cancel_what_only_looks_ended
from shared.domain.decisions.history import decide, vanished
from shared.domain.decisions.overridden_children import free_plans_of_overridden
from shared.domain.decisions.overrides import take_a_persons_word
from shared.domain.decisions.renewed import count_agreed_renewals
from shared.domain.decisions.resellers import leave_to_other_resellers
from shared.domain.decisions.situation import Situation
from shared.domain.decisions.transfers import leave_to_transfers
from shared.domain.holdings.ledger import WAITING, HoldingRecord, worn_out
from shared.domain.holdings.model import Holding, HoldingKind

ACCEPTED_ONLY = 202
"""The HTTP status of a write whose effect comes later."""


def decide_all(situation: Situation) -> dict[str, Disposition]:
    """The decision for each holding, by key."""
    bases = {(record.holding.parent_id or "").lower() for record in situation.live}
    decisions = {
        key: decide(record, situation, has_add_ons=record.holding.id.lower() in bases)
        for key, record in situation.records.items()
    }
    for adjust in ADJUSTMENTS:
        decisions.update(adjust(situation, decisions))
    return decisions


def count_twins_once(situation: Situation, decisions: Mapping[str, Disposition]) -> dict[str, Disposition]:
    """A savings plan is listed by Partner Center and by Azure: while Azure's record blocks, it speaks for both."""
    return {
        key: Disposition()
        for key, item in situation.holdings.items()
        if item.kind is HoldingKind.SAVINGS_PLAN
        and decisions[key].action is None
        and any(twin in decisions and decisions[twin].blocker is not None for twin in item.covers)
    }


def wait_for_add_ons(situation: Situation, decisions: Mapping[str, Disposition]) -> dict[str, Disposition]:
    """A base subscription waits while the end of one of its add-ons is on its way: it may be refused before. It does
    not wait for one that got no further for so long that a person has to know: its own window closes (I13)."""
    ending = {
        (record.holding.parent_id or "").lower(): record.holding.name
        for record in situation.live
        if _end_is_on_its_way(record, situation)
    }
    found = {}
    for key, holding in situation.holdings.items():
        add_on = ending.get(holding.id.lower())
        if add_on is not None and decisions[key].action is ActionKind.CANCEL:
            detail = f"waits until its add-on {add_on} has ended"
            until = situation.now + situation.pace.settle_poll
            blocker = Blocker(key, holding.name, Cause.WAITS_FOR_ADD_ON, Remedy.RECHECK, detail, until=until)
            found[key] = Disposition(blocker=blocker, closes_at=decisions[key].closes_at)
    return found


def _end_is_on_its_way(record: HoldingRecord, situation: Situation) -> bool:
    last = record.last
    if last is None or last.kind is not ActionKind.CANCEL:
        return False
    if last.state in WAITING:
        return not worn_out(last, situation.pace, situation.now)
    return last.status == ACCEPTED_ONLY


Adjustment = Callable[[Situation, Mapping[str, Disposition]], dict[str, Disposition]]
ADJUSTMENTS: tuple[Adjustment, ...] = (
    cancel_what_only_looks_ended,
    leave_to_transfers,
    leave_to_other_resellers,
    count_twins_once,
    wait_for_add_ons,
    free_plans_of_overridden,
    take_a_persons_word,
    count_agreed_renewals,
    count_what_comes_before,
)
"""In this order: what a later one decides replaces what an earlier one said."""


def with_missing_children(holdings: tuple[Holding, ...], situation: Situation) -> tuple[Holding, ...]:
    """Azure plans with their missing Azure subscriptions counted as active until it is proven that those are gone.

    `situation` is the one before these holdings were read.
    """
    seen = {holding.key for holding in holdings}
    missing = Counter(
        (record.holding.parent_id or "").lower()
        for key, record in situation.records.items()
        if key not in seen and _may_still_be_there(record, situation)
    )
    return tuple(
        replace(item, active_children=item.active_children + missing[item.id.lower()])
        if item.kind is HoldingKind.AZURE_PLAN and missing[item.id.lower()]
        else item
        for item in holdings
    )


def _may_still_be_there(record: HoldingRecord, situation: Situation) -> bool:
    if record.holding.kind is not HoldingKind.AZURE_SUBSCRIPTION or record.holding.ended:
        return False
    return record.missing_since is None or vanished(record, situation) is not None
