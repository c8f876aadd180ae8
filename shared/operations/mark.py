"""Marking an offboarding whose wake-up was given up: a person has to look."""

from __future__ import annotations

from shared.domain.offboarding.messages import WakeUp, Who
from shared.domain.offboarding.record import Reason
from shared.domain.offboarding.states import RUNNABLE, Status
from shared.domain.offboarding.timeline import of_state
from shared.pipeline.core.outbox import drain
from shared.pipeline.core.services import Services
from shared.pipeline.core.session import Session
from shared.pipeline.transition import Step, intervene


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
    session = Session(stored, services, Who.WATCHER)
    at = services.clock.now() + services.pace.reminder
    what = of_state(Status.NEEDS_ATTENTION, None)
    intervene(session, Step(Status.NEEDS_ATTENTION, session.offboarding.stage, reason, at, what, reason.text))
    drain(services, wake.offboarding_id)
    return True
