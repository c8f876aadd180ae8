"""What the answer to a write means for its intent, and when the write is tried again."""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.domain.decisions.blockers import ActionKind
from shared.domain.decisions.patience import may_pass, wait_after_refusal, wait_before_next
from shared.domain.errors import (
    BusyError,
    RefusedError,
    RemoteError,
    SignInRequiredError,
    ThrottledError,
    Verdict,
)
from shared.domain.holdings.ledger import ActionRecord, ActionState
from shared.domain.offboarding.timeline import ActionStep
from shared.pipeline.core.session import Session

SLOW_EFFECTS = frozenset(
    {
        ActionKind.CANCEL_AZURE_SUBSCRIPTION,
        ActionKind.REACTIVATE_AZURE_SUBSCRIPTION,
        ActionKind.RETURN_RESERVATION,
        ActionKind.CANCEL_ORDER,
        ActionKind.REDUCE_SEATS,
    }
)
"""Microsoft needs minutes to show these, so a call without a clear answer is looked after before it is repeated."""
REFUSALS_AFTER_UNCLEAR = 4
NO_TIME = timedelta()


def retry_at(session: Session, error: RemoteError, action: ActionRecord, state: ActionState) -> datetime | None:
    """The longer it takes, the less often: 30 s, 1 min, 2 min … 1 h, later 1 d; as far as an open window allows, and
    never before the service does (I7). None: this refusal will not pass."""
    pace, now = session.services.pace, session.services.clock.now()
    if state is ActionState.REFUSED:
        if not may_pass(action.kind, error.verdict, error.lesson):
            return None
        return now + max(error.asked_wait or NO_TIME, wait_after_refusal(action, pace, now))
    usual = pace.retries.after(action.tries - 1)
    if action.kind in SLOW_EFFECTS or action.tries > 1:
        # Its effect may be on its way: look before writing again, and not at once.
        usual = max(usual, pace.settle_poll)
    wait = wait_before_next(action, pace, now, max(error.retry_after or usual, usual))
    return now + max(error.asked_wait or NO_TIME, wait)


def reading_of(error: RemoteError, action: ActionRecord) -> tuple[ActionState, ActionStep]:
    """What an error says about the intent: refused for good, postponed, or open (only reading again tells)."""
    if isinstance(error, ThrottledError):
        # This call had no effect; a call without a clear answer before it may have had one.
        return (ActionState.INTENDED if action.tries > 1 else ActionState.POSTPONED), ActionStep.POSTPONED
    if isinstance(error, BusyError | SignInRequiredError):
        return ActionState.POSTPONED, ActionStep.POSTPONED
    if isinstance(error, RefusedError):
        if error.verdict is Verdict.ALREADY_DONE and action.tries < REFUSALS_AFTER_UNCLEAR:
            return ActionState.INTENDED, ActionStep.ALREADY_DONE
        # Refused after a call without a clear answer: that call may have done it already.
        after_unclear = 1 < action.tries < REFUSALS_AFTER_UNCLEAR and not action.refused
        return (
            (ActionState.POSTPONED, ActionStep.POSTPONED)
            if after_unclear
            else (ActionState.REFUSED, ActionStep.REFUSED)
        )
    return ActionState.INTENDED, ActionStep.UNCLEAR
