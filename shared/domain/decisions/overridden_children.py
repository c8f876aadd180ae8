"""An Azure plan below which something ended by a person's word: that counts as active no more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from shared.domain.decisions.blockers import Disposition
from shared.domain.decisions.history import decide
from shared.domain.decisions.overrides import overridden
from shared.domain.decisions.situation import Situation
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.holdings.model import HoldingKind


def free_plans_of_overridden(situation: Situation, decisions: Mapping[str, Disposition]) -> dict[str, Disposition]:
    """The decisions about plans without the Azure subscriptions that a person said have ended: the plan's suspension is
    tried, and Microsoft refuses it if the person was wrong."""
    ended = Counter(
        (record.holding.parent_id or "").lower()
        for key, record in situation.records.items()
        if record.holding.kind is HoldingKind.AZURE_SUBSCRIPTION
        and (blocker := decisions[key].blocker) is not None
        and overridden(record, blocker)
    )
    return {
        key: decide(_without(record, ended[record.holding.id.lower()]), situation)
        for key, record in situation.records.items()
        if record.holding.kind is HoldingKind.AZURE_PLAN and ended[record.holding.id.lower()]
    }


def _without(plan: HoldingRecord, ended: int) -> HoldingRecord:
    active = max(plan.holding.active_children - ended, 0)
    return replace(plan, holding=replace(plan.holding, active_children=active))
