"""The sweeper: wakes what is overdue, drains what is owed, reminds of what waits for a person. A lost message heals."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

from shared.domain.errors import ConcurrencyConflictError
from shared.domain.offboarding.messages import Who
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import RUNNABLE, Stage, Status
from shared.domain.offboarding.timeline import TimelineEvent
from shared.pipeline.core.outbox import drain
from shared.pipeline.core.services import Services
from shared.pipeline.core.session import Session
from shared.pipeline.core.wake_ups import left_to_the_sweeper
from shared.pipeline.transition import Step, Tells, at_work, intervene
from shared.pipeline.watched import state_of
from shared.ports.store import Stored
from shared.ports.telemetry import NONE, Properties, Property, telemetry
from shared.upkeep.retention import forget_expired

log = logging.getLogger("offboarding")
AT_A_TIME = 200


def sweep(services: Services) -> int:
    """One round, bounded; returns how many offboardings were touched. One that fails does not stop the others."""
    with telemetry().span("sweep") as span:
        touched = _sweep(services)
        span.say({Property.TOUCHED: touched})
    return touched


def _sweep(services: Services) -> int:
    # Without grace: what was never sent a message is due at its date. What was is listed too, and left alone below.
    ids = services.store.due(services.clock.now(), services.clock.machine(), timedelta(0), AT_A_TIME)
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
    # In every round, also an idle one: an alert tells when the line is absent (infra/queries/no-sweep.kql).
    log.info("swept %d offboarding(s)", touched, extra={"event": "swept"})
    return touched


def _sweep_one(services: Services, identity: str) -> int:
    late = services.clock.now() - services.pace.sweep_grace
    owed = any(message.created_at <= late for message in services.store.outbox(identity))
    if owed:
        drain(services, identity)
    stored = services.store.load(identity)
    if stored is None:
        return 0
    if stored.offboarding.unread:
        # An error in each round: the alert stays until the later version is back.
        log.error("%s was stored by a later version and is left alone", identity, extra={"offboardingId": identity})
        return 0
    act = _wake if _overdue(stored.offboarding, services) else None
    act = _remind if act is None and _reminder_due(stored.offboarding, services) else act
    if act is not None:
        with telemetry().span("sweep wake", _known(stored.offboarding, services), about=identity) as span:
            span.say(state_of(act(stored, services)))
        return 1
    return 1 if owed else 0


def _known(head: Offboarding, services: Services) -> Properties:
    if not telemetry().on:
        return NONE
    stage = {Property.STAGE: head.stage.value} if head.stage is not None else NONE
    return {Property.BUSINESS_TIME: services.clock.now().isoformat(), **stage}


def _overdue(offboarding: Offboarding, services: Services) -> bool:
    if offboarding.status not in RUNNABLE or offboarding.next_attempt_at is None:
        return False
    claimed = offboarding.claim is not None and offboarding.claim.expires_at > services.clock.machine()
    expired = offboarding.claim is not None and not claimed
    none_on_its_way = expired or left_to_the_sweeper(offboarding, services.pace)
    grace = timedelta(0) if none_on_its_way else services.pace.sweep_grace
    return not claimed and offboarding.next_attempt_at + grace <= services.clock.now()


def _wake(stored: Stored, services: Services) -> Offboarding:
    session, now = Session(stored, services, Who.SWEEPER), services.clock.now()
    head = session.offboarding
    by_plan = left_to_the_sweeper(head, services.pace)
    why = "its date has come" if by_plan else "its wake-up did not arrive in time"
    # The date moves to now, so that the next round leaves this wake-up its time to arrive.
    intervene(session, Step(head.status, head.stage, head.reason, now, TimelineEvent.WOKEN, why))
    drain(services, head.id)
    return session.offboarding


def _reminder_due(offboarding: Offboarding, services: Services) -> bool:
    waits = offboarding.status is Status.NEEDS_ATTENTION and offboarding.next_attempt_at is not None
    return waits and (offboarding.next_attempt_at or services.clock.now()) <= services.clock.now()


def _remind(stored: Stored, services: Services) -> Offboarding:
    """While a person is needed, the stage looks again once a day, and earlier where a window closes. What has passed
    meanwhile lets it go on; what has not is told again. A refused removal is looked at from verify."""
    session, now = Session(stored, services, Who.SWEEPER), services.clock.now()
    head = session.offboarding
    session.offboarding = replace(head, asked=head.reason.code if head.reason else None)
    stage = head.stage or Stage.PLAN
    stage = Stage.VERIFY if stage is Stage.REMOVE else stage
    text = "a person is needed; looking for what can be done meanwhile"
    intervene(session, Step(at_work(stage), stage, None, now, TimelineEvent.LOOKED_AGAIN, text, Tells.NEVER))
    drain(services, session.offboarding.id)
    return session.offboarding
