"""resume: a person removed the cause, and the offboarding goes on."""

from __future__ import annotations

from dataclasses import replace

from shared.domain.codes import ReasonCode
from shared.domain.errors import ConcurrencyConflictError, OffboardingError
from shared.domain.offboarding.messages import Who
from shared.domain.offboarding.record import Offboarding, SaidResume
from shared.domain.people.actor import Actor, known_by_name
from shared.pipeline.core.outbox import drain
from shared.pipeline.core.services import Services
from shared.pipeline.core.session import Session
from shared.pipeline.words import go_on, is_worked_on, what_is_asked

ATTEMPTS = 5


class NotResumableError(OffboardingError):
    """Only an offboarding that needs attention can be resumed."""

    code = ReasonCode.NOT_RESUMABLE


def resume(
    offboarding_id: str, by: Actor | str, services: Services, asked_for: ReasonCode | None = None, *, why: str = ""
) -> Offboarding | None:
    """Go on after a person removed the cause, which `why` tells; None when there is no such offboarding. `by` may be a
    name where nothing else is known of the person.

    While one that asked a person is looked at again, the word is kept, and taken when it asks for the same once more.

    Raises NotResumableError when it asks nobody, or not for the reason `asked_for`; ConcurrencyConflictError after five
    lost races.
    """
    by = by if isinstance(by, Actor) else known_by_name(by)
    for _ in range(ATTEMPTS):
        stored = services.store.load(offboarding_id)
        if stored is None:
            return None
        session = Session(stored, services, Who.OPERATOR, by=by)
        asked = _asked(session, asked_for)
        try:
            if is_worked_on(session):
                return _kept(session, SaidResume(by, asked, why))
            go_on(session, why, asked)
        except ConcurrencyConflictError:
            continue
        drain(services, session.offboarding.id)
        return session.offboarding
    raise ConcurrencyConflictError(f"offboarding {offboarding_id} changed {ATTEMPTS} times while it was being resumed")


def _asked(session: Session, asked_for: ReasonCode | None) -> ReasonCode:
    head = session.offboarding
    asked = what_is_asked(session)
    if asked is None:
        raise NotResumableError(f"offboarding {head.id} is {head.status.value}; only needs_attention can be resumed")
    if asked_for is not None and asked is not asked_for:
        raise NotResumableError(f"offboarding {head.id} asks for {asked.value}, not for {asked_for.value}")
    return asked


def _kept(session: Session, said: SaidResume) -> Offboarding:
    head = session.offboarding
    if said not in head.said:
        session.save(replace(head, said=(*head.said, said)))
    return session.offboarding
