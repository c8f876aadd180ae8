"""What an offboarding has changed so far: nobody is told that nothing was changed when something was."""

from __future__ import annotations

from collections import Counter

from shared.domain.decisions.absences import DONE
from shared.domain.decisions.phrases import PHRASES
from shared.domain.holdings.ledger import ActionRecord, ActionState
from shared.domain.wording import stamp_to_the_second
from shared.pipeline.core.session import Session

NOTHING = "nothing was changed"


def changed_so_far(session: Session) -> str:
    """What was accepted, and what may have taken effect without a clear answer; "nothing was changed" where neither."""
    actions = [action for record in session.records.values() for action in record.actions]
    done = Counter(PHRASES[action.kind] for action in actions if action.state in DONE or _done_once(action))
    unclear = Counter(PHRASES[action.kind] for action in actions if action.state is ActionState.INTENDED)
    parts = [f"done before: {_counted(done)}"] if done else []
    parts += [f"without a clear answer: {_counted(unclear)}"] if unclear else []
    if session.offboarding.removal is not None:
        parts.append("the removal of the relationship had been sent")
    if session.offboarding.restored is not None:
        taken = stamp_to_the_second(session.offboarding.restored.taken_at)
        parts.append(
            f"{'' if parts else 'nothing as far as is known; '}what was done after {taken} is not in the record"
        )
    return "; ".join(parts) or NOTHING


def has_written(session: Session) -> bool:
    """Some call with an effect was intended, and may have been sent."""
    head = session.offboarding
    written = any(record.actions for record in session.records.values())
    return written or head.removal is not None or bool(head.gdap_requested)


def may_have_changed(session: Session) -> bool:
    """Some call was accepted, or may have taken effect; what was refused changed nothing."""
    head = session.offboarding
    actions = (action for record in session.records.values() for action in record.actions)
    sent = any(action.state in DONE or action.state is ActionState.INTENDED or _done_once(action) for action in actions)
    return sent or (head.removal is not None and head.removal.is_ours) or bool(head.gdap_requested)


def _done_once(action: ActionRecord) -> bool:
    """Accepted, and forgiven since because its effect did not show."""
    return action.state is ActionState.FORGIVEN and action.status is not None and action.status < 300


def _counted(kinds: Counter[str]) -> str:
    return ", ".join(f"{times} × {kind}" for kind, times in sorted(kinds.items()))
