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

from shared.domain.errors import (
    ClaimEndingError,
    ConcurrencyConflictError,
    OffboardingError,
    RemoteError,
    SignInRequiredError,
    ThrottledError,
    shorten,
)
from shared.domain.messages import WakeUp
from shared.domain.offboarding import RUNNABLE, Claim, Offboarding, Reason, Stage
from shared.ports.runtime import Stored
from shared.stages.confirm import confirm
from shared.stages.outbox import drain
from shared.stages.outcome import Again, Attention, Continue, Outcome
from shared.stages.plan import plan
from shared.stages.preflight import doubt
from shared.stages.remove import remove
from shared.stages.services import Services
from shared.stages.session import Session
from shared.stages.transition import apply
from shared.stages.verify import verify
from shared.stages.work import cancel, suspend

log = logging.getLogger("offboarding")

STAGES: dict[Stage, Callable[[Session], Outcome]] = {
    Stage.PLAN: plan,
    Stage.SUSPEND: suspend,
    Stage.CANCEL: cancel,
    Stage.VERIFY: verify,
    Stage.REMOVE: remove,
    Stage.CONFIRM: confirm,
}


def handle_wake_up(wake: WakeUp, services: Services) -> str:
    """Act on a wake-up, or drop it; returns "acted" or the reason why it was dropped (also logged)."""
    try:
        return _act(wake, services)
    except OffboardingError as error:
        # Only the store fails here. Raising would redeliver at once and end on the dead-letter queue within a second.
        if not error.retryable:
            raise
        return _dropped(wake, f"the store cannot be used, the sweeper wakes it again: {error}")


def _act(wake: WakeUp, services: Services) -> str:
    stored = services.store.load(wake.offboarding_id)
    why_not = _why_not(stored, wake, services)
    if stored is None or why_not:
        return _dropped(wake, why_not)
    try:
        session = Session(_claim(stored, services), services)
    except ConcurrencyConflictError:
        return _dropped(wake, "another handler took it at the same moment")
    try:
        apply(session, _run(session, wake.stage))
    except ConcurrencyConflictError:
        return _dropped(wake, "the claim was lost while working; whoever holds it goes on")
    drain(services, session.offboarding.id)
    return "acted"


def _why_not(stored: Stored | None, wake: WakeUp, services: Services) -> str:
    if stored is None:
        return "no such offboarding"
    offboarding, now = stored.offboarding, services.clock.now()
    if offboarding.status not in RUNNABLE:
        return f"the offboarding is {offboarding.status.value}"
    if offboarding.stage is not wake.stage:
        return f"its stage is {offboarding.stage.value if offboarding.stage else 'none'}, not {wake.stage.value}"
    if offboarding.next_attempt_at is not None and offboarding.next_attempt_at > now:
        return f"not due before {offboarding.next_attempt_at:%Y-%m-%d %H:%M:%S} UTC"
    if offboarding.claim is not None and offboarding.claim.expires_at > services.clock.machine():
        return "another handler holds the claim"
    return ""


def _dropped(wake: WakeUp, reason: str) -> str:
    place = {"offboardingId": wake.offboarding_id, "stage": wake.stage.value}
    log.warning(
        "%s %s wake-up dropped: %s (attempt %d)",
        wake.offboarding_id,
        wake.stage.value,
        reason,
        wake.attempt,
        extra=place,
    )
    return reason


def _claim(stored: Stored, services: Services) -> Stored:
    """Take the claim by compare-and-set; a claim that expired unreleased means that its holder died."""
    offboarding = stored.offboarding
    died = offboarding.claim is not None
    counters = offboarding.counters
    if died:
        counters = replace(counters, faults=counters.faults + 1)
    claim = Claim(uuid4().hex, services.clock.machine() + services.pace.claim)
    session = Session(stored, services)
    if died:
        session.note("claim.taken_over", "the handler before did not finish (killed or timed out)")
    session.save(replace(session.offboarding, claim=claim, counters=counters))
    return Stored(session.offboarding, session.etag)


def _run(session: Session, stage: Stage) -> Outcome:
    pace = session.services.pace
    if session.offboarding.counters.faults >= pace.faults_before_attention:
        last = session.offboarding.reason.text if session.offboarding.reason else ""
        text = f"{session.offboarding.counters.faults} attempts in a row failed; last: {last}"
        return Attention(Reason("too_many_faults", text, "Remove the cause, then resume."))
    try:
        held_until = session.services.throttles.held_until()
        if held_until is not None:
            return _held(session, held_until)
        outcome = STAGES[stage](session)
    except ConcurrencyConflictError:
        raise
    except ClaimEndingError:
        return Continue()
    except OffboardingError as error:
        return _fault(session, error)
    except Exception as error:
        # A bug must not burn the delivery count in a second nor stay unseen: it is recorded, retried later, bounded.
        log.exception("unexpected error in stage %s", stage.value)
        return _retry(session, "internal_error", f"{type(error).__name__} in stage {stage.value}", None)
    session.offboarding = replace(session.offboarding, counters=replace(session.offboarding.counters, faults=0))
    return outcome


def _fault(session: Session, error: OffboardingError) -> Outcome:
    session.note(f"fault.{error.code}", shorten(str(error), 500), status=getattr(error, "status", None))
    if isinstance(error, SignInRequiredError):
        doubt()
    if isinstance(error, SignInRequiredError) or not error.retryable:
        return Attention(Reason(error.code, shorten(str(error), 500), error.operator_action))
    after = _retry_after(session, error)
    if isinstance(error, ThrottledError) and after is not None:
        # Being asked to slow down is no failure: it never counts towards needs_attention.
        pace, now = session.services.pace, session.services.clock.now()
        soonest = now + (pace.shortest_wait if after > now else pace.first_retry)
        return Again(max(after, soonest), Reason(error.code, shorten(str(error), 300)))
    return _retry(session, error.code, shorten(str(error), 300), after)


def _held(session: Session, until: datetime) -> Outcome:
    """Some process was told to wait: this one asks again when that is over, and looks at least once a day (I7)."""
    latest = session.services.clock.now() + session.services.pace.longest_scheduled
    text = f"Microsoft asked this partner to make no calls before {until:%Y-%m-%d %H:%M:%S} UTC"
    return Again(min(until, latest), Reason(ThrottledError.code, text))


def _retry_after(session: Session, error: OffboardingError) -> datetime | None:
    if isinstance(error, RemoteError) and error.retry_after is not None:
        return session.services.clock.now() + error.retry_after
    return None


def _retry(session: Session, code: str, text: str, not_before: datetime | None) -> Outcome:
    """Exponential backoff in business time; never before what the service asked for (I7)."""
    pace, now, counters = session.services.pace, session.services.clock.now(), session.offboarding.counters
    delay = min(pace.first_retry * 2 ** min(counters.faults, 12), pace.longest_retry)
    session.offboarding = _head_with_faults(session.offboarding, counters.faults + 1)
    at = max(now + delay, not_before) if not_before else now + delay
    return Again(at, Reason(code, text))


def _head_with_faults(offboarding: Offboarding, faults: int) -> Offboarding:
    return replace(offboarding, counters=replace(offboarding.counters, faults=faults))
