"""Handles one wake-up: may it act, take the claim, run the stage, store the outcome, send what is owed.

A wake-up is only a hint. Whether anything happens is decided from the store alone, so a duplicate, a late message or
one that somebody put on a queue by hand changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from shared.domain.codes import ReasonCode
from shared.domain.errors import (
    BrakeHeldError,
    CeilingReachedError,
    ClaimEndingError,
    ConcurrencyConflictError,
    ModePlanError,
    OffboardingError,
    ProtectedCustomerError,
    RefusedError,
    RemoteError,
    SignInRequiredError,
    ThrottledError,
)
from shared.domain.evidence.kinds import EntryKind
from shared.domain.offboarding.messages import WakeUp
from shared.domain.offboarding.record import Claim, Reason
from shared.domain.offboarding.states import Stage, Status
from shared.domain.offboarding.timeline import TimelineEvent, of_fault
from shared.domain.wording import shorten, stamp_to_the_second
from shared.pipeline.core.outbox import drain
from shared.pipeline.core.outcome import Again, Attention, Continue, Finish, Outcome
from shared.pipeline.core.progress import note_mode, note_progress
from shared.pipeline.core.services import Services
from shared.pipeline.core.session import Session
from shared.pipeline.core.so_far import changed_so_far
from shared.pipeline.may_act import Why, WhyNot, dropped, why_not
from shared.pipeline.release import let_go
from shared.pipeline.stages.cancel import cancel
from shared.pipeline.stages.confirm import confirm
from shared.pipeline.stages.plan import plan
from shared.pipeline.stages.remove import remove
from shared.pipeline.stages.restore import restore
from shared.pipeline.stages.suspend import suspend
from shared.pipeline.stages.verify import verify
from shared.pipeline.steps.preflight import forget_clear_answer
from shared.pipeline.steps.restored import held_by_restore
from shared.pipeline.transition import apply
from shared.pipeline.watched import Watched, watched
from shared.pipeline.words import take_what_was_said
from shared.ports.store import Stored
from shared.ports.write_deadline import writes_pass, writes_start_before

log = logging.getLogger("offboarding")

STAGES: dict[Stage, Callable[[Session], Outcome]] = {
    Stage.PLAN: plan,
    Stage.SUSPEND: suspend,
    Stage.CANCEL: cancel,
    Stage.VERIFY: verify,
    Stage.REMOVE: remove,
    Stage.CONFIRM: confirm,
    Stage.RESTORE: restore,
}
UNREMOVED = frozenset({Stage.SUSPEND, Stage.CANCEL, Stage.VERIFY, Stage.REMOVE})
"""Where an offboarding of a customer that was protected meanwhile ends before it looks. Later only a write is."""
STRAY_LOOKS = 3
"""So often a refused read is asked, within minutes, before a person is: one odd answer asks nobody."""


def handle_wake_up(wake: WakeUp, services: Services) -> str:
    """Act on a wake-up, or drop it; returns "acted" or the reason why it was dropped (also logged)."""
    with watched(wake, services) as seen:
        try:
            reason = _act(wake, services, seen)
        except OffboardingError as error:
            # Only the store fails here. Raising would redeliver at once and end on the dead-letter queue in a second.
            if not error.retryable:
                raise
            text = f"the store cannot be used, the sweeper wakes it again: {error}"
            reason = dropped(wake, WhyNot(Why.STORE, text))
        if reason is not None:
            seen.dropped(reason)
        return reason.text if reason else "acted"


def _act(wake: WakeUp, services: Services, seen: Watched) -> WhyNot | None:
    stored = services.store.load(wake.offboarding_id)
    reason = why_not(stored, wake, services)
    if stored is None or reason:
        return dropped(wake, reason or WhyNot(Why.UNKNOWN, "no such offboarding"))
    seen.began(stored.offboarding)
    try:
        began = services.clock.monotonic()
        session = Session(_claim(stored, services), services, began=began)
        claim = session.offboarding.claim
    except ConcurrencyConflictError:
        return dropped(wake, WhyNot(Why.RACED, "another handler took it at the same moment"))
    try:
        died = stored.offboarding.claim is not None
        outcome = _died_again(session) if died and _too_many(session) else _run(session, wake.stage)
        apply(session, outcome)
    except ConcurrencyConflictError:
        let_go(session, claim, services)
        return dropped(wake, WhyNot(Why.LOST, "the claim was lost while working; whoever holds it goes on"))
    seen.acted(stored.offboarding, session.offboarding, outcome)
    take_what_was_said(session)
    drain(services, session.offboarding.id)
    return None


def _claim(stored: Stored, services: Services) -> Stored:
    """Take the claim by compare-and-set; a claim that expired unreleased means that its holder died."""
    offboarding = stored.offboarding
    died = offboarding.claim is not None
    counters = offboarding.counters
    if died:
        counters = counters.failed()
    claim = Claim(uuid4().hex, services.clock.machine() + services.pace.claim)
    session = Session(stored, services)
    if died:
        session.note(TimelineEvent.CLAIM_TAKEN_OVER, "the handler before did not finish (killed or timed out)")
        session.record(EntryKind.NOTE, {"what": TimelineEvent.CLAIM_TAKEN_OVER.value})
    session.save(replace(session.offboarding, claim=claim, counters=counters))
    return Stored(session.offboarding, session.etag)


def _too_many(session: Session) -> bool:
    return session.offboarding.counters.faults >= session.services.pace.faults_before_attention


def _died_again(session: Session) -> Outcome:
    """Nothing is tried in the wake-up that finds the last handler dead once too often: the next look is for that."""
    last = session.offboarding.reason.text if session.offboarding.reason else ""
    return _given_up_for_now(session, last)


def _given_up_for_now(session: Session, last: str) -> Outcome:
    """A person is told; every later look tries the stage once, and the first that works goes on."""
    text = f"{session.offboarding.counters.faults} attempts in a row failed; last: {last}"
    return Attention(ReasonCode.TOO_MANY_FAULTS, text, "Remove the cause, then resume. It is tried daily meanwhile.")


def _run(session: Session, stage: Stage) -> Outcome:
    if (held := held_by_restore(session)) is not None:
        return held
    if stage is Stage.PLAN:
        note_mode(session)
    try:
        held_until = session.services.throttles.held_until()
        if held_until is not None:
            return _held(session, held_until)
        begun = stage is Stage.PLAN and any(record.actions for record in session.records.values())
        if (stage in UNREMOVED or begun) and session.offboarding.removal is None:
            session.require_unprotected()
        released = session.services.brakes.require_released
        with writes_start_before(session.write_deadline, session.services.clock.monotonic), writes_pass(released):
            outcome = STAGES[stage](session)
    except ConcurrencyConflictError:
        raise
    except ClaimEndingError as error:
        # Time ran out after answered calls: go on at once. Without any it would go round in silence (I4).
        return Continue() if session.answered else _retry(session, error.code, str(error), None)
    except OffboardingError as error:
        return _fault(session, error)
    except Exception as error:
        # A bug must not burn the delivery count in a second nor stay unseen: it is recorded, retried later, bounded.
        log.exception("unexpected error in stage %s", stage.value)
        return _retry(session, ReasonCode.INTERNAL_ERROR, f"{type(error).__name__} in stage {stage.value}", None)
    note_progress(session, outcome)
    return outcome


def _fault(session: Session, error: OffboardingError) -> Outcome:
    session.note(of_fault(error.code), shorten(str(error), 500), status=getattr(error, "status", None))
    if isinstance(error, SignInRequiredError):
        forget_clear_answer()
    if isinstance(error, ProtectedCustomerError):
        return _protected(session, error)
    if isinstance(error, CeilingReachedError):
        return Again(error.until, Reason(error.code, str(error), error.operator_action))
    if isinstance(error, BrakeHeldError):
        session.record(EntryKind.BRAKE, {"held": True})
    if isinstance(error, ModePlanError | BrakeHeldError):
        at = session.services.clock.now() + session.services.pace.recheck
        return Again(at, Reason(error.code, str(error), error.operator_action))
    if _may_be_stray(session, error):
        return _retry(session, error.code, shorten(str(error), 300), None)
    if isinstance(error, SignInRequiredError) or not error.retryable:
        return Attention(error.code, shorten(str(error), 500), error.operator_action)
    after = _retry_after(session, error)
    if isinstance(error, ThrottledError) and after is not None:
        # Being asked to slow down is no failure: it never counts towards needs_attention.
        pace, now = session.services.pace, session.services.clock.now()
        soonest = now + (pace.shortest_wait if after > now else pace.first_retry)
        return Again(max(after, soonest), Reason(error.code, shorten(str(error), 300)))
    return _retry(session, error.code, shorten(str(error), 300), after)


def _may_be_stray(session: Session, error: OffboardingError) -> bool:
    odd = isinstance(error, RefusedError) and not error.retryable and error.status in (403, 404)
    return odd and session.offboarding.counters.faults + 1 < STRAY_LOOKS


def _protected(session: Session, error: ProtectedCustomerError) -> Finish:
    """It ends as it is: whoever protected the customer wants no more of it."""
    so_far = changed_so_far(session)
    return Finish(Status.STOPPED, Reason(error.code, f"{error}; stopped here: {so_far}", error.operator_action))


def _held(session: Session, until: datetime) -> Outcome:
    """Some process was told to wait: this one asks again when that is over, and looks at least once a day (I7)."""
    latest = session.services.clock.now() + session.services.pace.longest_hold
    text = f"Microsoft asked this partner to make no calls before {stamp_to_the_second(until)}"
    return Again(min(until, latest), Reason(ThrottledError.code, text))


def _retry_after(session: Session, error: OffboardingError) -> datetime | None:
    if isinstance(error, RemoteError) and error.retry_after is not None:
        return session.services.clock.now() + error.retry_after
    return None


def _retry(session: Session, code: ReasonCode, text: str, not_before: datetime | None) -> Outcome:
    """Exponential backoff in business time; never before what the service asked for (I7)."""
    pace, now, counters = session.services.pace, session.services.clock.now(), session.offboarding.counters
    session.offboarding = replace(session.offboarding, counters=counters.failed())
    if _too_many(session):
        return _given_up_for_now(session, text)
    at = now + pace.retries.after(counters.faults)
    return Again(max(at, not_before) if not_before else at, Reason(code, text))
