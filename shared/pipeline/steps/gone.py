"""A customer that is not readable as ours, although no removal of this offboarding ended the relationship."""

from __future__ import annotations

from shared.domain.codes import ReasonCode
from shared.domain.offboarding.record import Offboarding, Reason
from shared.domain.offboarding.removal import RemovalIntent, RemovalState
from shared.domain.offboarding.states import Stage, Status
from shared.pipeline.core.outcome import Again, Finish, Next, Outcome
from shared.pipeline.core.session import Session
from shared.pipeline.steps.second_look import looked_twice, note_look, second_look_at

UNREADABLE = Reason(
    ReasonCode.CUSTOMER_UNREADABLE, "Partner Center does not show this customer as ours; verify finds out why"
)
SEEMS_GONE = "Partner Center shows no relationship with this customer"


def seems_gone(offboarding: Offboarding) -> str:
    """What is seen, and what this offboarding had to do with it as far as it knows: a refusal proves nothing."""
    return f"{SEEMS_GONE}, and {_our_part(offboarding.removal)}"


def gone_before(offboarding: Offboarding) -> str:
    """The same once it is proven, for one whose removal was never accepted."""
    if not _was_refused(offboarding.removal):
        return "the relationship was already gone"
    return f"the relationship is gone, and {_our_part(offboarding.removal)}"


def _was_refused(removal: RemovalIntent | None) -> bool:
    return removal is not None and removal.state is RemovalState.REFUSED


def _our_part(removal: RemovalIntent | None) -> str:
    if removal is None or not _was_refused(removal):
        return "this offboarding did not remove it"
    answer = " ".join(part for part in (str(removal.status or ""), removal.code) if part)
    return f"the removal was refused ({answer}): whether that call or somebody else ended it is not known"


def gone_without_us(session: Session) -> Outcome:
    """The relationship seems to have ended without a removal of ours. A refused read alone proves nothing (I8).

    A dry run answers from the customer list, read twice; everything else goes to confirm, which proves it.
    """
    if not session.offboarding.request.dry_run:
        return Next(
            Stage.CONFIRM,
            Reason(ReasonCode.GONE_WITHOUT_US, f"{seems_gone(session.offboarding)}; that is being checked"),
        )
    waits = wait_for_second_look(session)
    return waits or Finish(Status.ALREADY_REMOVED, Reason(ReasonCode.GONE_WITHOUT_US, seems_gone(session.offboarding)))


def wait_for_second_look(session: Session) -> Again | None:
    """None when two complete customer lists without the customer, long enough apart, agree with the refused read."""
    now, pace = session.services.clock.now(), session.services.pace
    customers = session.services.partner_center.list_customers()
    listed = any(item.id.lower() == session.offboarding.customer_id for item in customers.items)
    note_look(session, gone=customers.complete and not listed)
    at = second_look_at(session)
    if at is None:
        detail = "is still in the customer list" if listed else "may be in the customer list, which is incomplete"
        text = f"the customer is not readable but {detail}"
        return Again(now + pace.recheck, Reason(ReasonCode.RELATIONSHIP_UNCLEAR, text))
    if looked_twice(session):
        return None
    return Again(
        at,
        Reason(
            ReasonCode.GONE_WITHOUT_US, f"{seems_gone(session.offboarding)}; it is looked at again before that counts"
        ),
    )
