"""override: a person says that one blocker has ended, where the pipeline cannot understand what it reads."""

from __future__ import annotations

from dataclasses import replace

from shared.domain.decisions.overrides import PersonsWord
from shared.domain.errors import ConcurrencyConflictError
from shared.domain.offboarding.messages import Who
from shared.domain.offboarding.record import Offboarding, SaidEnded
from shared.pipeline.core.outbox import drain
from shared.pipeline.core.services import Services
from shared.pipeline.core.session import Session
from shared.pipeline.words import NotOverridableError, is_worked_on, overridable, take_as_ended

__all__ = ["ATTEMPTS", "NotOverridableError", "override"]
ATTEMPTS = 5


def override(offboarding_id: str, word: PersonsWord, services: Services) -> Offboarding | None:
    """Keep the word, and look at once; None when there is no such offboarding. The gate decides as always.

    While it is worked on, the word is kept and takes effect afterwards: several words may follow each other.

    Raises NotOverridableError, and ConcurrencyConflictError after five lost races.
    """
    for _ in range(ATTEMPTS):
        stored = services.store.load(offboarding_id)
        if stored is None:
            return None
        session = Session(stored, services, Who.OPERATOR, by=word.by)
        if session.offboarding.finished:
            state = session.offboarding.status.value
            raise NotOverridableError(f"offboarding {offboarding_id} is {state}; nothing of it can be told any more")
        record, cause = overridable(session, word)
        try:
            if is_worked_on(session):
                return _kept(session, SaidEnded(word.by, word.holding, cause, word.why))
            take_as_ended(session, record, cause, word)
        except ConcurrencyConflictError:
            continue
        drain(services, offboarding_id)
        return session.offboarding
    raise ConcurrencyConflictError(f"offboarding {offboarding_id} changed {ATTEMPTS} times while it was overridden")


def _kept(session: Session, said: SaidEnded) -> Offboarding:
    head = session.offboarding
    if said not in head.said:
        session.save(replace(head, said=(*head.said, said)))
    return session.offboarding
