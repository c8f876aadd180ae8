"""From a stage's outcome to the stored transition: next state, wake-up, event, released claim, in one write."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

from shared.contracts.events import event_message
from shared.domain.errors import ThrottledError
from shared.domain.identifiers import wake_up_id
from shared.domain.messages import Destination, OutboundMessage
from shared.domain.offboarding import RUNNABLE, TERMINAL, Offboarding, Reason, Stage, Status, move
from shared.domain.policy import Pace
from shared.ports.runtime import Live
from shared.stages.closing import looked_at_again, warn, warning_event
from shared.stages.outcome import Again, Attention, Continue, Finish, Next, Outcome
from shared.stages.session import Session

WORTH_TELLING = timedelta(hours=1)
"""A service that asks for a longer pause than this is news."""


def apply(session: Session, outcome: Outcome) -> None:
    """Store what the stage decided, together with everything that the transition owes."""
    before, now, pace = session.offboarding, session.services.clock.now(), session.services.pace
    status, stage, reason, at = _target(before, outcome, now)
    if status is Status.NEEDS_ATTENTION:
        at = now + pace.reminder
    warning = warn(session, status, at)
    at = looked_at_again(session, status, reason, at)
    after = move(session.offboarding, now, status=status, stage=stage, reason=reason, next_attempt_at=at)
    counters = after.counters if stage is before.stage else replace(after.counters, rechecks=0)
    after = replace(after, claim=None, counters=counters)
    if status is Status.REMOVED:
        after = replace(after, blockers=(), blocker_count=0)
    session.offboarding = after
    session.note(_name(before, after), reason.text if reason else "")
    outbox: list[OutboundMessage] = []
    if after.status in RUNNABLE:
        outbox += wake_up(session, at or now, pace)
    if _changed(before, after):
        outbox.append(event_message(session.offboarding, session.offboarding.blockers, now))
    outbox += warning_event(session, warning)
    session.save(outbox=tuple(outbox), live=Live.RELEASE if status in TERMINAL else Live.KEEP)


def wake_up(session: Session, at: datetime, pace: Pace) -> list[OutboundMessage]:
    """Raise the attempt and owe a wake-up; a wait longer than a day is left to the sweeper."""
    offboarding, now = session.offboarding, session.services.clock.now()
    session.offboarding = offboarding = replace(offboarding, attempt=offboarding.attempt + 1)
    if offboarding.stage is None or at - now > pace.longest_scheduled:
        return []
    return [wake_up_message(offboarding, offboarding.stage, now, at if at > now else None)]


def wake_up_message(offboarding: Offboarding, stage: Stage, now: datetime, at: datetime | None) -> OutboundMessage:
    """The stage message `{offboardingId, stage, attempt}`; its id serves the queue's duplicate detection."""
    body = {"offboardingId": offboarding.id, "stage": stage.value, "attempt": offboarding.attempt}
    return OutboundMessage(
        id=wake_up_id(offboarding.id, stage.value, offboarding.attempt),
        destination=Destination.STAGE,
        body=json.dumps(body).encode(),
        created_at=now,
        stage=stage,
        subject=stage.value,
        correlation_id=offboarding.request.correlation_id,
        scheduled_at=at,
    )


def _target(
    before: Offboarding, outcome: Outcome, now: datetime
) -> tuple[Status, Stage | None, Reason | None, datetime | None]:
    stage = before.stage
    match outcome:
        case Next(stage=following, reason=reason, at=at):
            if following is Stage.PLAN:
                return Status.PLANNING, following, reason, at or now
            return Status.WAITING if at else Status.RUNNING, following, reason, at or now
        case Again(at=at, reason=reason):
            return _waiting_status(stage, reason), stage, reason, at
        case Continue():
            return Status.PLANNING if stage is Stage.PLAN else Status.RUNNING, stage, None, now
        case Attention(reason=reason):
            return Status.NEEDS_ATTENTION, stage, reason, None
        case Finish(status=status, reason=reason):
            return status, None, reason, None


def _waiting_status(stage: Stage | None, reason: Reason) -> Status:
    if stage is not Stage.PLAN:
        return Status.WAITING
    return Status.SCHEDULED if reason.code in ("not_before", "mode_plan") else Status.PLANNING


def _changed(before: Offboarding, after: Offboarding) -> bool:
    """Whether anybody wants to hear of it: another state, stage or reason. Being asked to slow down is nothing new."""
    short = after.next_attempt_at is None or after.next_attempt_at - after.updated_at <= WORTH_TELLING
    if after.reason is not None and after.reason.code == ThrottledError.code and short:
        return False
    reasons = (before.reason.text if before.reason else "", after.reason.text if after.reason else "")
    return (before.status, before.stage) != (after.status, after.stage) or reasons[0] != reasons[1]


def _name(before: Offboarding, after: Offboarding) -> str:
    stage = f".{after.stage.value}" if after.stage else ""
    return f"state.{after.status.value}{stage}"
