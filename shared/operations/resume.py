"""resume: a person removed the cause, and the offboarding goes on."""

from __future__ import annotations

from functools import partial

from shared.domain.codes import ReasonCode
from shared.domain.decisions.renewals import PAID_AGAIN
from shared.domain.errors import OffboardingError
from shared.domain.offboarding.record import Offboarding, SaidResume
from shared.domain.offboarding.restored import BY_ITSELF_ALONE
from shared.domain.offboarding.states import Status
from shared.domain.people.actor import Actor, known_by_name
from shared.operations.carry_out import ATTEMPTS, Word, carry_out, head_of
from shared.pipeline.core.services import Services
from shared.pipeline.core.session import Session
from shared.pipeline.words import go_on, is_worked_on, keep, what_is_asked

__all__ = [
    "ATTEMPTS",
    "ByItselfAloneError",
    "NotResumableError",
    "RenewsUnseenError",
    "lets_renew",
    "require_of_a_list",
    "resume",
    "resuming",
    "resuming_one_of_many",
]


class NotResumableError(OffboardingError):
    """Only an offboarding that needs attention can be resumed."""

    code = ReasonCode.NOT_RESUMABLE


class RenewsUnseenError(NotResumableError):
    """A resume would let a term renew, and whoever sent a list did not say that this is meant."""

    operator_action = (
        "Look at what renews and when (`offboard show ID`). If it may, resume it with reasonCode renews_before_start; "
        "or reschedule it to a start before that, or withdraw it."
    )


class ByItselfAloneError(NotResumableError):
    """Nobody signed what was put back: each is compared, and never resumed in a list."""

    operator_action = (
        "Compare it with its sender and with Partner Center. Then resume it by itself (`offboard resume ID`, or on its "
        "page), or withdraw it."
    )


def resume(
    offboarding_id: str, by: Actor | str, services: Services, asked_for: ReasonCode | None = None, *, why: str = ""
) -> Offboarding | None:
    """Go on after a person removed the cause, which `why` tells; None when there is no such offboarding. `by` may be a
    name where nothing else is known of the person.

    While one that asked a person is looked at again, the word is kept, and taken when it asks for the same once more.

    Raises NotResumableError when it asks nobody, or not for the reason `asked_for`, and what `carry_out` raises.
    """
    by = by if isinstance(by, Actor) else known_by_name(by)
    return head_of(carry_out(offboarding_id, resuming(by, asked_for, why), services))


def resuming(by: Actor, asked_for: ReasonCode | None, why: str) -> Word:
    """The same as a word to carry out."""
    return Word(by, "being resumed", partial(_resume, asked_for, why))


def resuming_one_of_many(by: Actor, asked_for: ReasonCode | None, why: str) -> Word:
    """The same of a list, which tells nothing of what each was looked at: what costs money has to be named."""
    return Word(by, "being resumed", partial(_resume_unseen, asked_for, why))


def lets_renew(session: Session) -> bool:
    """Whether a resume is the word that something may renew, and be paid for again."""
    return what_is_asked(session) is ReasonCode.RENEWS_BEFORE_START


def require_of_a_list(session: Session) -> None:
    """Raises ByItselfAloneError for what no list may resume, whatever the list names."""
    asked = what_is_asked(session)
    if asked in BY_ITSELF_ALONE:
        raise ByItselfAloneError(f"offboarding {session.offboarding.id} asks for {asked.value}: no list resumes that")


def _resume_unseen(asked_for: ReasonCode | None, why: str, session: Session) -> None:
    require_of_a_list(session)
    if asked_for is None:
        _require_seen(session)
    _resume(asked_for, why, session)


def _require_seen(session: Session) -> None:
    head = session.offboarding
    if lets_renew(session):
        what = head.reason.text if head.reason is not None else PAID_AGAIN
        raise RenewsUnseenError(f"offboarding {head.id} asks whether something may renew: {what}")


def _resume(asked_for: ReasonCode | None, why: str, session: Session) -> None:
    asked = _asked(session, asked_for)
    if asked_for is None and session.offboarding.status is not Status.NEEDS_ATTENTION:
        # While it is looked at again, nothing that is shown of it says what it asks.
        _require_seen(session)
    if is_worked_on(session):
        keep(session, SaidResume(session.actor, asked, why))
    else:
        go_on(session, why, asked)


def _asked(session: Session, asked_for: ReasonCode | None) -> ReasonCode:
    head = session.offboarding
    asked = what_is_asked(session)
    if asked is None:
        raise NotResumableError(f"offboarding {head.id} is {head.status.value}; only needs_attention can be resumed")
    if asked_for is not None and asked is not asked_for:
        raise NotResumableError(f"offboarding {head.id} asks for {asked.value}, not for {asked_for.value}")
    return asked
