"""brake: hold every write to every customer, and release them again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from shared.contracts.etags import require_match
from shared.domain.brake import Brake
from shared.domain.codes import ReasonCode
from shared.domain.errors import ConcurrencyConflictError
from shared.domain.evidence.kinds import EntryKind
from shared.domain.offboarding.messages import Who
from shared.domain.offboarding.once import Once, was_done, with_call
from shared.domain.offboarding.states import Stage, Status
from shared.domain.offboarding.timeline import TimelineEvent
from shared.domain.people.actor import PIPELINE, Actor
from shared.pipeline.core.outbox import drain
from shared.pipeline.core.services import Services
from shared.pipeline.core.session import Session
from shared.pipeline.transition import Step, at_work, intervene
from shared.ports.brakes import StoredBrake
from shared.ports.store import Filter

PAGES = 200
HOLDING = (Status.PLANNING, Status.RUNNING, Status.WAITING, Status.RESTORING)


@dataclass(frozen=True, slots=True)
class Moved:
    """The kill switch after the move, and how many offboardings its release set going."""

    stored: StoredBrake
    woken: int = 0


def move_brake(wanted: Brake, etag: str | None, services: Services) -> Moved:
    """Hold or release the kill switch; repeating what is so already changes nothing but who said it last.

    Raises ConcurrencyConflictError when somebody moved it since `etag` was read.
    """
    stored = services.brakes.move(wanted, etag)
    return Moved(stored, 0 if wanted.held else wake_what_waits(wanted.by or PIPELINE, services))


def set_brake(wanted: Brake, seen: str, once: Once | None, services: Services) -> Moved:
    """The same for whoever saw it with the ETag `seen` (header). Repeated, it is answered alike and moves nothing: a
    release that died halfway wakes the rest then.

    Raises PreconditionError when it is another by now, and IdempotencyKeyReusedError.
    """
    stored = services.brakes.read()
    if not _was_said(stored.brake, wanted, once):
        require_match(seen, stored.etag)
        done_once = with_call(stored.brake.done_once, once)
        try:
            return move_brake(replace(wanted, done_once=done_once), stored.etag, services)
        except ConcurrencyConflictError:
            stored = services.brakes.read()
            if not _was_said(stored.brake, wanted, once):
                require_match(seen, stored.etag)
                raise
    rests = wanted.held or stored.brake.held
    return Moved(stored, 0 if rests else wake_what_waits(wanted.by or PIPELINE, services))


def _was_said(brake: Brake, wanted: Brake, once: Once | None) -> bool:
    return was_done(brake.done_once, once) or brake.says_as(wanted)


def wake_what_waits(by: Actor, services: Services) -> int:
    """Set going what waits for the kill switch. What is missed here looks by itself within the hour."""
    cursor: str | None = None
    woken, now = 0, services.clock.now()
    for _ in range(PAGES):
        page = services.store.find(Filter(HOLDING, after=cursor))
        waiting = [item.id for item in page.items if item.reason and item.reason.code is ReasonCode.BRAKE_HELD]
        woken += sum(_wake(identity, by, now, services) for identity in waiting)
        cursor = page.next
        if cursor is None:
            break
    return woken


def _wake(offboarding_id: str, by: Actor, now: datetime, services: Services) -> bool:
    stored = services.store.load(offboarding_id)
    if stored is None or stored.offboarding.claim is not None:
        return False
    head = stored.offboarding
    if head.status not in HOLDING or head.reason is None or head.reason.code is not ReasonCode.BRAKE_HELD:
        return False
    session, stage = Session(stored, services, Who.OPERATOR, by=by), head.stage or Stage.PLAN
    # The time that it was held counts for no deadline.
    session.offboarding = replace(head, confirming_since=None)
    session.record(EntryKind.BRAKE, {"held": False})
    try:
        intervene(session, Step(at_work(stage), stage, None, now, TimelineEvent.BRAKE_RELEASED, f"by {by.name}"))
    except ConcurrencyConflictError:
        return False
    drain(services, offboarding_id)
    return True
