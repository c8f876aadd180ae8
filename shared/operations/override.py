"""override: a person says that one blocker has ended, where the pipeline cannot understand what it reads."""

from __future__ import annotations

from functools import partial

from shared.domain.decisions.overrides import PersonsWord
from shared.domain.offboarding.record import Offboarding, SaidEnded
from shared.operations.carry_out import ATTEMPTS, Word, carry_out, head_of
from shared.pipeline.core.services import Services
from shared.pipeline.core.session import Session
from shared.pipeline.words import NotOverridableError, is_worked_on, keep, overridable, take_as_ended

__all__ = ["ATTEMPTS", "NotOverridableError", "override", "overriding"]


def override(offboarding_id: str, word: PersonsWord, services: Services) -> Offboarding | None:
    """Keep the word, and look at once; None when there is no such offboarding. The gate decides as always.

    While it is worked on, the word is kept and takes effect afterwards: several words may follow each other.

    Raises NotOverridableError, and what `carry_out` raises.
    """
    return head_of(carry_out(offboarding_id, overriding(word), services))


def overriding(word: PersonsWord) -> Word:
    """The same as a word to carry out."""
    return Word(word.by, "overridden", partial(_override, word))


def _override(word: PersonsWord, session: Session) -> None:
    head = session.offboarding
    if head.finished:
        raise NotOverridableError(f"offboarding {head.id} is {head.status.value}; nothing of it can be told any more")
    record, cause = overridable(session, word)
    if is_worked_on(session):
        keep(session, SaidEnded(word.by, word.holding, cause, word.why))
    else:
        take_as_ended(session, record, cause, word)
