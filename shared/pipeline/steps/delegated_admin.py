"""Ending granular delegated admin relationships (GDAP), after the removal.

It e-mails both sides, it cannot be put back, and its rights may be needed to read Azure before; so nothing ends while
the customer is still ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shared.domain.errors import RefusedError
from shared.domain.holdings.delegated import Delegation, GdapRefusal, invitation, meaning, those
from shared.domain.holdings.records import DelegatedRelationship
from shared.domain.offboarding.identifiers import ms_request_id
from shared.domain.offboarding.timeline import TimelineEvent
from shared.domain.wording import shorten
from shared.pipeline.core.session import Session


def still_alive(session: Session) -> tuple[tuple[DelegatedRelationship, ...], int]:
    """The relationships that have not ended, and how many there are in all. Invitations that nobody answered are
    neither: they are only remembered, to be named at the end."""
    found = session.services.delegated_admin.list_relationships(session.customer_id).items
    invited = those(found, Delegation.INVITED)
    left = tuple(invitation(item) for item in invited)
    session.offboarding = replace(session.offboarding, gdap_left=left)
    return those(found, Delegation.STANDING, Delegation.ENDING), len(found) - len(invited)


def end_delegated_admin(session: Session, alive: Sequence[DelegatedRelationship]) -> None:
    """Ask for the end of each one once; its intent is stored before, its answer after (I10).

    A refusal is remembered: it is asked again a day later, or as soon as the relationship is in another state. Raises
    ClaimEndingError when time is short, and the errors of Graph other than a refusal of one relationship.
    """
    for item in to_end(session, alive):
        refused = _refusal(session, item)
        _end(session, item, 1 + (refused.times if refused else 0))


def to_end(session: Session, alive: Sequence[DelegatedRelationship]) -> list[DelegatedRelationship]:
    """Those whose end is to be asked for now."""
    return [item for item in alive if not _is_asked(session, item)]


def _is_asked(session: Session, item: DelegatedRelationship) -> bool:
    refused = _refusal(session, item)
    held = refused is not None and refused.holds(item, session.services.clock.now())
    return held or meaning(item) is Delegation.ENDING or item.id in session.offboarding.gdap_requested


def refused_ends(session: Session, alive: Sequence[DelegatedRelationship]) -> str:
    """What was refused, as the rest of a sentence; "" where nothing was."""
    found = [f"{item.name or item.id}: {told.text}" for item in alive if (told := _refusal(session, item)) is not None]
    return f"; refused: {'; '.join(found[:3])}" if found else ""


def _refusal(session: Session, item: DelegatedRelationship) -> GdapRefusal | None:
    return next((told for told in session.offboarding.gdap_refused if told.id == item.id), None)


def _end(session: Session, item: DelegatedRelationship, n: int) -> None:
    session.require_time()
    session.require_live()
    place = f"gdap:{item.id}"
    request_id = ms_request_id(session.offboarding.id, place, "terminate", n)
    session.note(TimelineEvent.GDAP_INTENDED, item.name, holding=place, request_id=request_id)
    session.save()
    others = tuple(told for told in session.offboarding.gdap_refused if told.id != item.id)
    try:
        with session.recorded("terminate", place):
            answer = session.services.delegated_admin.terminate(item, request_id)
    except RefusedError as error:
        session.note(TimelineEvent.GDAP_REFUSED, str(error), holding=place, status=error.status, request_id=request_id)
        again = session.services.clock.now() + (error.retry_after or session.services.pace.reminder)
        told = GdapRefusal(item.id, item.status, n, again, shorten(str(error), 200))
        session.save(replace(session.offboarding, gdap_refused=(*others, told)))
        return
    requested = (*session.offboarding.gdap_requested, item.id)
    session.note(TimelineEvent.GDAP_ACCEPTED, answer.detail, holding=place, status=answer.status, request_id=request_id)
    session.save(replace(session.offboarding, gdap_requested=requested, gdap_refused=others))
