"""suspend: switch off what is safe once suspended, that is, no longer billed and no obstacle; then cancel."""

from __future__ import annotations

from shared.domain.decisions.blockers import SUSPEND_STAGE
from shared.domain.errors import NoRelationshipError
from shared.domain.offboarding.states import Stage
from shared.pipeline.core.outcome import Next, Outcome
from shared.pipeline.core.session import Session
from shared.pipeline.steps.approvals import approved_only, awaited
from shared.pipeline.steps.effects import due_actions, perform
from shared.pipeline.steps.gone import UNREADABLE
from shared.pipeline.steps.inventory import close_open_intents, take_inventory
from shared.pipeline.steps.stop_and_report import decided_again


def suspend(session: Session) -> Outcome:
    """Only what is safe once suspended: legacy licences and legacy Azure, never NCE, software or SaaS."""
    try:
        if awaited(session):
            take_inventory(session)
        close_open_intents(session)
        late = decided_again(session)
        if late is not None:
            return late
        due, awaits = approved_only(session, due_actions(session, SUSPEND_STAGE))
        perform(session, due)
    except NoRelationshipError:
        return Next(Stage.CANCEL, UNREADABLE)
    return awaits or Next(Stage.CANCEL)
