"""What people and watchers do to an offboarding from outside: mark it for attention, resume it."""

from __future__ import annotations

from dataclasses import replace

from shared.contracts.events import event_message
from shared.domain.errors import ConcurrencyConflictError, OffboardingError
from shared.domain.ledger import forgive
from shared.domain.messages import Actor, WakeUp
from shared.domain.offboarding import RUNNABLE, Counters, Offboarding, Reason, Stage, Status, move
from shared.stages.outbox import drain
from shared.stages.services import Services
from shared.stages.session import Session
from shared.stages.transition import wake_up

ATTEMPTS = 5


class NotResumableError(OffboardingError):
    """Only an offboarding that needs attention can be resumed."""

    code = "not_resumable"


def mark_for_attention(wake: WakeUp, reason: Reason, services: Services) -> bool:
    """A stage message was dead-lettered: show it. Left alone when it is finished, somebody works on it, or the message
    is not its newest one: that an old message died says nothing about an offboarding that went on without it."""
    stored = services.store.load(wake.offboarding_id)
    if stored is None or stored.offboarding.status not in RUNNABLE:
        return False
    if (stored.offboarding.stage, stored.offboarding.attempt) != (wake.stage, wake.attempt):
        return False
    claim = stored.offboarding.claim
    if claim is not None and claim.expires_at > services.clock.machine():
        return False
    session, now = Session(stored, services, Actor.WATCHER), services.clock.now()
    status = Status.NEEDS_ATTENTION
    at = now + services.pace.reminder
    stage = session.offboarding.stage
    session.offboarding = move(session.offboarding, now, status=status, stage=stage, reason=reason, next_attempt_at=at)
    session.note("state.needs_attention", reason.text)
    session.save(outbox=(event_message(session.offboarding, session.offboarding.blockers, now),))
    drain(services, wake.offboarding_id)
    return True


def resume(offboarding_id: str, by: str, services: Services) -> Offboarding | None:
    """Go on after a person removed the cause; None when there is no such offboarding.

    Raises NotResumableError in any other state than needs_attention, ConcurrencyConflictError after five lost races.
    """
    for _ in range(ATTEMPTS):
        stored = services.store.load(offboarding_id)
        if stored is None:
            return None
        if stored.offboarding.status is not Status.NEEDS_ATTENTION:
            state = stored.offboarding.status.value
            raise NotResumableError(f"offboarding {offboarding_id} is {state}; only needs_attention can be resumed")
        try:
            return _resume(Session(stored, services, Actor.OPERATOR), by)
        except ConcurrencyConflictError:
            continue
    raise ConcurrencyConflictError(f"offboarding {offboarding_id} changed {ATTEMPTS} times while it was being resumed")


def _resume(session: Session, by: str) -> Offboarding:
    services, now = session.services, session.services.clock.now()
    forgiven = [forgive(record, services.pace, now) for record in session.records.values()]
    changed = [record for record in forgiven if record is not session.records[record.holding.key]]
    stage = session.offboarding.stage or Stage.PLAN
    status = Status.PLANNING if stage is Stage.PLAN else Status.RUNNING
    session.offboarding = replace(
        move(session.offboarding, now, status=status, stage=stage, next_attempt_at=now),
        counters=Counters(),
        confirming_since=None,
        claim=None,
        resumed=True,
    )
    session.note("resumed", f"by {by}")
    outbox = (
        *wake_up(session, now, services.pace),
        event_message(session.offboarding, session.offboarding.blockers, now),
    )
    session.save(holdings=changed, outbox=outbox)
    drain(services, session.offboarding.id)
    return session.offboarding
