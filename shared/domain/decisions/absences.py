"""What vanished from the lists although nothing is known to have ended it: absence alone ends no paid term.

Two reads that agree prove that a holding is not listed, not that nothing is paid for it: a service whose lists are
empty for a quarter of an hour says the same. Only days without it, or a person, settle that.
"""

from __future__ import annotations

from datetime import datetime

from shared.domain.decisions.blockers import ActionKind, Blocker, Cause, Remedy
from shared.domain.decisions.disposition import disposition
from shared.domain.decisions.situation import Situation
from shared.domain.holdings.ledger import ActionState, HoldingRecord, effect_visible
from shared.domain.holdings.model import HoldingKind
from shared.domain.wording import stamp

COMES_AND_GOES = frozenset({HoldingKind.PENDING_ORDER, HoldingKind.OPEN_TRANSFER, HoldingKind.AZURE_SUBSCRIPTION})
"""Orders and transfers leave their lists when done; Azure subscriptions have no term, and their plan blocks."""
ENDS = frozenset(
    {
        ActionKind.SUSPEND,
        ActionKind.CANCEL,
        ActionKind.SUSPEND_AZURE_PLAN,
        ActionKind.CANCEL_ORDER,
        ActionKind.RETURN_RESERVATION,
    }
)
ENDS_WITH_TERM = frozenset({ActionKind.END_AT_TERM, ActionKind.STOP_RENEWAL})
DONE = frozenset({ActionState.ACCEPTED, ActionState.CONFIRMED})


def unexplained(record: HoldingRecord, situation: Situation, *, moved: bool) -> Blocker | None:
    """A blocker for a missing holding that ran on when it was last seen. `moved`: a completed transfer took it away."""
    since, holding = record.missing_since, record.holding
    if since is None or moved or holding.kind in COMES_AND_GOES or _known_to_end(record, situation):
        return None
    counts_from = since + situation.pace.absence_proof
    if situation.now >= counts_from:
        return None
    day = stamp(counts_from)
    detail = f"is not listed any more, and nothing is known to have ended or moved it; its absence counts from {day}"
    action = (
        "Look it up in Partner Center. If it is there, open a support case; if it has really ended, nothing needs to "
        f"be done: it counts as gone from {day}."
    )
    paid = holding.term_end if holding.term_end is not None and holding.term_end > situation.now else None
    return Blocker(holding.key, holding.name, Cause.VANISHED, Remedy.PERSON, detail, action, counts_from, paid)


def _known_to_end(record: HoldingRecord, situation: Situation) -> bool:
    """As last seen it did not block, its other listing is still there, its term ended as recorded, or we ended it."""
    holding, records = record.holding, situation.records
    if disposition(holding, situation.policy, situation.pace, situation.now).safe:
        return True
    if any(twin in records and records[twin].missing_since is None for twin in holding.covers):
        return True
    return _ended_by_us(record) or _ended_with_term(record, situation.now)


def _ended_by_us(record: HoldingRecord) -> bool:
    """Accepted with its effect still to come, or with its effect visible when the holding was last seen."""
    last = record.last
    if last is None or last.kind not in ENDS:
        return False
    seen = last.state is ActionState.CONFIRMED and effect_visible(last.kind, record.holding)
    return seen or last.state is ActionState.ACCEPTED


def _ended_with_term(record: HoldingRecord, now: datetime) -> bool:
    holding = record.holding
    if holding.term_end is None or holding.term_end > now:
        return False
    recorded = any(action.kind in ENDS_WITH_TERM and action.state in DONE for action in record.actions)
    return recorded or holding.ends_at_term or holding.auto_renew is False
