"""cancel: end what must be ended, or set it to end with its term; then verify."""

from __future__ import annotations

from dataclasses import replace

from shared.domain.decisions.blockers import BEFORE_START, RESTORES, SUSPEND_STAGE, ActionKind, Remedy
from shared.domain.decisions.decisions import decide_all
from shared.domain.errors import NoRelationshipError
from shared.domain.offboarding.states import Stage
from shared.pipeline.core.outcome import Next, Outcome
from shared.pipeline.core.session import Session
from shared.pipeline.steps.approvals import approved_only, awaited
from shared.pipeline.steps.effects import DueAction, due_actions, perform
from shared.pipeline.steps.gone import UNREADABLE
from shared.pipeline.steps.grace import after_grace, waited
from shared.pipeline.steps.inventory import close_open_intents, refresh_subscriptions, take_inventory
from shared.pipeline.steps.stop_and_report import asks_to_wait, decided_again, still_asked, stops_for_commitments

CANCEL_STAGE = frozenset(ActionKind) - SUSPEND_STAGE - BEFORE_START - RESTORES
CLOSED = "something can no longer be cancelled or returned"
RUNS_ON = frozenset({ActionKind.END_AT_TERM, ActionKind.STOP_RENEWAL, ActionKind.REACTIVATE, ActionKind.REDUCE_SEATS})
"""What is written to something that goes on to the end of its term."""
IN_SUBSCRIPTION_LIST = frozenset(
    {
        ActionKind.SUSPEND,
        ActionKind.CANCEL,
        ActionKind.END_AT_TERM,
        ActionKind.REACTIVATE,
        ActionKind.REDUCE_SEATS,
    }
)


def cancel(session: Session) -> Outcome:
    """Everything that is cancelled, returned or set to end with its term."""
    asked = still_asked(session)
    if asked is not None:
        return asked
    try:
        if waited(session) or awaited(session):
            take_inventory(session)
        close_open_intents(session)
        late = decided_again(session)
        if late is not None:
            return late
        due = due_actions(session, CANCEL_STAGE)
        if _window_closed(session, due):
            return asks_to_wait(session, CLOSED, "Resume to end it with its term and wait for that.")
        due, awaits = approved_only(session, due)
        due, held = after_grace(session, due)
        accepted = perform(session, due)
        # verify reads everything at once; who waits here is shown as it is now.
        waits = awaits or held
        if waits and accepted and any(item.kind in IN_SUBSCRIPTION_LIST for item in due):
            refresh_subscriptions(session)
    except NoRelationshipError:
        return Next(Stage.VERIFY, UNREADABLE)
    if awaits is not None and held is not None:
        return replace(awaits, at=min(awaits.at, held.at))
    return waits or Next(Stage.VERIFY)


def _window_closed(session: Session, due: list[DueAction]) -> bool:
    """ "Stop and report" was planned as finished today; waiting for a term needs a person's word, given by a resume."""
    if not stops_for_commitments(session):
        return False
    blockers = (decision.blocker for decision in decide_all(session.situation).values())
    dated = any(item is not None and item.remedy is Remedy.DATE for item in blockers)
    return dated or any(item.kind in RUNS_ON for item in due)
