"""The sweeper: wakes what is overdue, drains what is owed, reminds of what waits for a person. A lost message heals."""

from __future__ import annotations

import logging
from dataclasses import replace

from shared.contracts.events import event_message
from shared.domain.errors import ConcurrencyConflictError, SignInRequiredError
from shared.domain.messages import Actor
from shared.domain.offboarding import RUNNABLE, Offboarding, Stage, Status, move
from shared.ports.runtime import Stored
from shared.stages.closing import looked_at_again, warn, warning_event
from shared.stages.outbox import drain
from shared.stages.retention import forget_expired
from shared.stages.services import Services
from shared.stages.session import Session
from shared.stages.transition import wake_up

log = logging.getLogger("offboarding")
AT_A_TIME = 200


def sweep(services: Services) -> int:
    """One round, bounded; returns how many offboardings were touched. One that fails does not stop the others."""
    ids = services.store.due(services.clock.now(), services.clock.machine(), services.pace.sweep_grace, AT_A_TIME)
    touched = 0
    for identity in ids:
        try:
            touched += _sweep_one(services, identity)
        except ConcurrencyConflictError:
            log.info("somebody else is at it already", extra={"offboardingId": identity})
        except Exception:
            log.exception("sweeping failed; it is tried again in the next round", extra={"offboardingId": identity})
    # Asked in every round rather than once a day: the answer is one empty read, and no day can be missed.
    forget_expired(services)
    if touched:
        log.info("swept %d offboarding(s)", touched)
    return touched


def _sweep_one(services: Services, identity: str) -> int:
    drained = services.store.outbox(identity)
    if drained:
        drain(services, identity)
    stored = services.store.load(identity)
    if stored is None:
        return 0
    if _overdue(stored.offboarding, services):
        _wake(stored, services)
        return 1
    if _reminder_due(stored.offboarding, services):
        _remind(stored, services)
        return 1
    return 1 if drained else 0


def _overdue(offboarding: Offboarding, services: Services) -> bool:
    if offboarding.status not in RUNNABLE or offboarding.next_attempt_at is None:
        return False
    claimed = offboarding.claim is not None and offboarding.claim.expires_at > services.clock.machine()
    expired = offboarding.claim is not None and not claimed
    late = offboarding.next_attempt_at + services.pace.sweep_grace <= services.clock.now()
    return not claimed and (late or (expired and offboarding.next_attempt_at <= services.clock.now()))


def _wake(stored: Stored, services: Services) -> None:
    session, now = Session(stored, services, Actor.SWEEPER), services.clock.now()
    planned = (stored.offboarding.next_attempt_at or now) - stored.offboarding.updated_at
    by_plan = planned > services.pace.longest_scheduled
    session.note("woken", "its date has come" if by_plan else "its wake-up did not arrive in time")
    # The date moves to now, so that the next round leaves this wake-up its time to arrive.
    session.offboarding = replace(session.offboarding, next_attempt_at=now, updated_at=now)
    session.save(outbox=tuple(wake_up(session, now, services.pace)))
    drain(services, session.offboarding.id)


def _reminder_due(offboarding: Offboarding, services: Services) -> bool:
    waits = offboarding.status is Status.NEEDS_ATTENTION and offboarding.next_attempt_at is not None
    return waits and (offboarding.next_attempt_at or services.clock.now()) <= services.clock.now()


def _remind(stored: Stored, services: Services) -> None:
    """Once a day: in verify by looking again (windows close and terms end while a person is waited for), which repeats
    the event if a person is still needed, and so after a refused removal (what was in its way may be gone); elsewhere
    by the event alone."""
    session, now = Session(stored, services, Actor.SWEEPER), services.clock.now()
    stage = _looked_at_in(session.offboarding)
    if stage is not None:
        session.note("looked_again", "a person is needed; looking for what can be done meanwhile")
        status = Status.PLANNING if stage is Stage.PLAN else Status.RUNNING
        session.offboarding = move(session.offboarding, now, status=status, stage=stage, next_attempt_at=now)
        session.save(outbox=tuple(wake_up(session, now, services.pace)))
        drain(services, session.offboarding.id)
        return
    session.note("reminded", session.offboarding.reason.text if session.offboarding.reason else "")
    status, again = session.offboarding.status, now + services.pace.reminder
    warning = warn(session, status, again)
    session.offboarding = replace(
        session.offboarding, next_attempt_at=looked_at_again(session, status, session.offboarding.reason, again)
    )
    reminder = event_message(session.offboarding, session.offboarding.blockers, now)
    session.save(outbox=(reminder, *warning_event(session, warning)))
    drain(services, session.offboarding.id)


def _looked_at_in(offboarding: Offboarding) -> Stage | None:
    """The stage that is run again while a person is waited for. A sign-in that was mended is noticed in any of them."""
    signed_out = offboarding.reason is not None and offboarding.reason.code == SignInRequiredError.code
    if offboarding.stage in (Stage.VERIFY, Stage.REMOVE):
        return Stage.VERIFY
    return offboarding.stage if signed_out else None
