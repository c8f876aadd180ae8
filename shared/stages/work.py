"""suspend and cancel: carry out what the ledger says is due, then hand over to the next stage."""

from __future__ import annotations

from shared.domain.blockers import SUSPEND_STAGE, ActionKind
from shared.domain.errors import NoRelationshipError
from shared.domain.ledger import HoldingRecord
from shared.domain.offboarding import Reason, Stage
from shared.domain.policy import Commitments
from shared.stages.effects import due_actions, perform
from shared.stages.outcome import Attention, Next, Outcome
from shared.stages.read import close_open_intents, read_back
from shared.stages.session import Session

CANCEL_STAGE = frozenset(ActionKind) - SUSPEND_STAGE
GONE = Reason("customer_unreadable", "Partner Center does not show this customer as ours; verify finds out why")
RUNS_ON = frozenset({ActionKind.END_AT_TERM, ActionKind.STOP_RENEWAL, ActionKind.REACTIVATE})
"""What is written to something that goes on to the end of its term."""
IN_SUBSCRIPTION_LIST = frozenset({ActionKind.SUSPEND, ActionKind.CANCEL, ActionKind.END_AT_TERM, ActionKind.REACTIVATE})


def suspend(session: Session) -> Outcome:
    """Only what is safe once suspended: legacy licences and legacy Azure, never NCE, software or SaaS."""
    try:
        close_open_intents(session)
        perform(session, due_actions(session, SUSPEND_STAGE))
    except NoRelationshipError:
        return Next(Stage.CANCEL, GONE)
    return Next(Stage.CANCEL)


def cancel(session: Session) -> Outcome:
    """Everything that is cancelled, returned or set to end with its term; one list reads the subscriptions back."""
    try:
        close_open_intents(session)
        due = due_actions(session, CANCEL_STAGE)
        if _window_closed(session, due):
            text = "something can no longer be cancelled or returned, and the request says stop"
            return Attention(Reason("commitments_remain", text, "Resume to end it with its term and wait for that."))
        accepted = perform(session, due)
        if accepted and any(kind in IN_SUBSCRIPTION_LIST for _, kind in due):
            read_back(session)
    except NoRelationshipError:
        return Next(Stage.VERIFY, GONE)
    return Next(Stage.VERIFY)


def _window_closed(session: Session, due: list[tuple[HoldingRecord, ActionKind]]) -> bool:
    """ "Stop and report" was planned as finished today; waiting for a term needs a person's word, given by a resume."""
    stops = session.offboarding.request.commitments is Commitments.STOP
    return stops and not session.offboarding.resumed and any(kind in RUNS_ON for _, kind in due)
