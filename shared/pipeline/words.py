"""What a person said takes effect: a resume, or that something has ended.

Nobody but the holder of the claim moves an offboarding. What is said while somebody works on it is kept in the head,
and takes effect when that rests.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import assert_never

from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import Blocker, Cause
from shared.domain.decisions.overrides import PersonsWord, may_override, seen_as
from shared.domain.decisions.renewals import renewals_before
from shared.domain.errors import ConcurrencyConflictError, OffboardingError
from shared.domain.evidence.entry import Personal
from shared.domain.evidence.kinds import EntryKind
from shared.domain.holdings.ledger import HoldingRecord, Override, forgive
from shared.domain.offboarding.counters import Counters
from shared.domain.offboarding.messages import Who
from shared.domain.offboarding.record import SaidEnded, SaidResume
from shared.domain.offboarding.states import RUNNABLE, Stage, Status
from shared.domain.offboarding.timeline import TimelineEvent
from shared.domain.wording import stamp
from shared.pipeline.core.renewal_warnings import unsettled
from shared.pipeline.core.session import Session
from shared.pipeline.transition import Step, at_work, intervene
from shared.ports.store import Stored

log = logging.getLogger("offboarding")


class NotOverridableError(OffboardingError):
    """This blocker is none that a person may say has ended, or nothing rests."""

    code = ReasonCode.NOT_OVERRIDABLE


def is_worked_on(session: Session) -> bool:
    """Somebody holds the claim now."""
    claim = session.offboarding.claim
    return claim is not None and claim.expires_at > session.services.clock.machine()


def keep(session: Session, said: SaidResume | SaidEnded) -> None:
    """While somebody works on it: the word waits in the head, once, until that rests. Saved only if something of it
    is new: whoever holds the claim stops for a change that it does not know."""
    head = session.offboarding
    after = head if said in head.said else replace(head, said=(*head.said, said))
    if after != session.loaded:
        session.save(after)


def what_is_asked(session: Session) -> ReasonCode | None:
    """The reason that a person is asked for: now, or right before the look that goes on; None where nobody is."""
    head = session.offboarding
    asks = head.reason.code if head.status is Status.NEEDS_ATTENTION and head.reason is not None else head.asked
    return asks if head.status is Status.NEEDS_ATTENTION or head.status in RUNNABLE else None


def go_on(session: Session, why: str, asked: ReasonCode | None) -> None:
    """Take the word that the cause is removed: it counts for what was asked, and for nothing else that may be later."""
    now, head = session.services.clock.now(), session.offboarding
    forgiven = [forgive(record, session.services.pace, now) for record in session.records.values()]
    changed = [record for record in forgiven if record is not session.records[record.holding.key]]
    words = head.words if asked is None or head.has_word(asked) else (*head.words, asked)
    session.offboarding = replace(
        head, counters=Counters(), confirming_since=None, gdap_refused=(), claim=None, words=words, asked=None, noted=()
    )
    if asked is ReasonCode.RENEWS_BEFORE_START:
        session.offboarding = replace(session.offboarding, agreed_renewals=_agreed(session))
    told = {"what": TimelineEvent.RESUMED.value, **({"reason": asked.value} if asked is not None else {})}
    session.record(EntryKind.NOTE, {**told, **({"why": Personal(why)} if why else {})})
    stage = session.offboarding.stage or Stage.PLAN
    detail = f"by {session.actor.name}" + (f", asked for {asked.value}" if asked is not None else "")
    detail += f": {why}" if why else ""
    intervene(session, Step(at_work(stage), stage, None, now, TimelineEvent.RESUMED, detail), changed)


def _agreed(session: Session) -> tuple[str, ...]:
    """What was named when the word was given, and nothing that renews later on."""
    start = session.offboarding.request.not_before
    coming = renewals_before(session.situation, start) if start is not None else ()
    named = (item.key for item in coming if unsettled(session, item))
    return tuple(sorted({*session.offboarding.agreed_renewals, *named}))


def overridable(session: Session, word: PersonsWord) -> tuple[HoldingRecord, Cause]:
    """The holding of which a person may say this, and what blocks it; raises NotOverridableError."""
    head = session.offboarding
    record = session.records.get(word.holding)
    if record is None:
        raise NotOverridableError(f"offboarding {head.id} has no holding {word.holding}")
    blocker = record.blocker
    if blocker is None:
        raise NotOverridableError(f"holding {word.holding} is not blocked")
    if word.cause is not None and word.cause is not blocker.cause:
        found = f"blocked as {blocker.cause.value}, not as {word.cause.value}"
        raise NotOverridableError(f"holding {word.holding} is {found}")
    if not may_override(record, blocker):
        raise _refused(record, blocker)
    return record, blocker.cause


def _refused(record: HoldingRecord, blocker: Blocker) -> NotOverridableError:
    """What vanished a moment ago is told later; a word about anything else is none to be given."""
    key, since = record.holding.key, record.missing_since
    if blocker.cause is Cause.VANISHED and since is not None:
        when = f"at {blocker.until:%H:%M} UTC ({blocker.until:%Y-%m-%d})" if blocker.until else "later"
        error = NotOverridableError(f"holding {key} vanished at {stamp(since)}; a second look {when} must agree first")
        error.operator_action = f"Say it again after the look {when}, if the holding still blocks then."
        return error
    shown = record.holding.raw_status or record.holding.status.value
    seen = f"is {shown!r} at Microsoft" if since is None else f"is not listed since {stamp(since)}"
    rule = "a person can end only what is not understood or has vanished, and nothing that Microsoft calls active"
    return NotOverridableError(f"holding {key} {seen} and blocks as {blocker.cause.value}; {rule}")


def take_as_ended(session: Session, record: HoldingRecord, cause: Cause, word: PersonsWord) -> None:
    """Keep the word that this holding has ended, and look at once. The gate decides as always."""
    now, head = session.services.clock.now(), session.offboarding
    said = Override(cause, seen_as(record), word.by.name, word.why, now, word.by)
    detail = f"{record.holding.name}: {cause.value}, seen as {said.seen}, has ended, says {said.by}: {word.why}"
    told = {"holding": word.holding, "cause": cause.value, "seen": said.seen, "why": Personal(word.why)}
    session.record(EntryKind.OVERRIDE, told)
    head, stage = session.offboarding, head.stage or Stage.PLAN
    asked = head.status is Status.NEEDS_ATTENTION
    # What was refused after the gate is looked at from verify, as in the daily look.
    stage = Stage.VERIFY if asked and stage is Stage.REMOVE else stage
    status, reason = (at_work(stage), None) if asked else (head.status, head.reason)
    if asked:
        session.offboarding = replace(head, asked=head.reason.code if head.reason else None)
    step = Step(status, stage, reason, now, TimelineEvent.OVERRIDDEN, detail)
    intervene(session, step, [replace(record, override=said)])


def take_what_was_said(worked: Session) -> None:
    """After a look: what a person said meanwhile takes effect, if it is still asked for. When somebody changed the
    offboarding in this moment, it waits for the next look."""
    head, now = worked.offboarding, worked.services.clock.now()
    goes_on = head.status in RUNNABLE and (head.next_attempt_at is None or head.next_attempt_at <= now)
    if not head.said or goes_on:
        return
    try:
        _take(Session(Stored(head, worked.etag), worked.services, Who.OPERATOR))
    except ConcurrencyConflictError:
        log.info("changed meanwhile; what was said is taken later", extra={"offboardingId": head.id})


def _take(session: Session) -> None:
    head = session.offboarding
    session.offboarding = replace(head, said=())
    for said in head.said:
        session.speaks_for(said.by)
        match said:
            case SaidResume():
                _resume_late(session, said)
            case SaidEnded():
                _end_late(session, said)
            case _:
                assert_never(said)
    session.save()


def _resume_late(session: Session, said: SaidResume) -> None:
    head = session.offboarding
    if head.status is Status.NEEDS_ATTENTION and head.reason is not None and head.reason.code is said.asked:
        go_on(session, said.why, said.asked)
    else:
        session.note(TimelineEvent.WORD_NOT_NEEDED, f"resume for {said.asked.value} by {said.by.name}")


def _end_late(session: Session, said: SaidEnded) -> None:
    word = PersonsWord(said.holding, said.cause, said.by, said.why)
    try:
        if session.offboarding.finished:
            raise NotOverridableError("it has ended")
        take_as_ended(session, *overridable(session, word), word)
    except NotOverridableError as error:
        session.note(TimelineEvent.WORD_NOT_NEEDED, f"{said.holding} has ended, says {said.by.name}: {error}")
