"""Azure subscriptions that show as ended while Microsoft counts one below their plan as active.

Only `inactive` is what Partner Center documents as the effect of a cancellation. Of any other word for an end, the
refusal of the plan's suspension (403/900115) says that it may be wrong: each is cancelled once, which harms nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from shared.domain.decisions.blockers import ActionKind, Blocker, Cause, Disposition, Remedy
from shared.domain.decisions.resellers import is_foreign
from shared.domain.decisions.situation import Situation
from shared.domain.holdings.ledger import WAITING, ActionState, HoldingRecord
from shared.domain.holdings.model import HoldingKind, HoldingStatus
from shared.domain.holdings.words import plain
from shared.domain.lessons import Lesson


def cancel_what_only_looks_ended(situation: Situation, decisions: Mapping[str, Disposition]) -> dict[str, Disposition]:
    """A cancel of each Azure subscription whose word for its end is contradicted by the refusal of its plan."""
    plans = {record.holding.id.lower() for record in situation.live if _refused_for_its_children(record)}
    return {
        key: _cancel(record)
        for key, record in situation.records.items()
        if decisions[key].safe
        and (record.holding.parent_id or "").lower() in plans
        and not is_foreign(replace(record.holding, status=HoldingStatus.ACTIVE), situation.policy)
        and _only_looks_ended(record)
    }


def _refused_for_its_children(record: HoldingRecord) -> bool:
    last = record.last
    refused = last is not None and last.kind is ActionKind.SUSPEND_AZURE_PLAN and last.state in WAITING
    return refused and last is not None and last.lesson is Lesson.CHILDREN_ACTIVE


def _only_looks_ended(record: HoldingRecord) -> bool:
    holding = record.holding
    azure = holding.kind is HoldingKind.AZURE_SUBSCRIPTION and record.missing_since is None
    undocumented = holding.ended and plain(holding.raw_status) != "inactive"
    return azure and undocumented and all(action.state is ActionState.FORGIVEN for action in record.actions)


def _cancel(record: HoldingRecord) -> Disposition:
    holding = record.holding
    detail = (
        f"shows as {holding.raw_status!r}, but Microsoft counts an active Azure subscription below its plan; "
        "its cancellation will be asked for"
    )
    blocker = Blocker(holding.key, holding.name, Cause.ACTION_DUE, Remedy.PIPELINE, detail)
    return Disposition(ActionKind.CANCEL_AZURE_SUBSCRIPTION, blocker)
