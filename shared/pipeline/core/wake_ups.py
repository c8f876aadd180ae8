"""The messages that wake a stage: only a hint, the store is the truth."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

from shared.domain.offboarding.identifiers import traceparent, wake_up_id
from shared.domain.offboarding.messages import TRACEPARENT, Destination, OutboundMessage
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Stage
from shared.domain.pace import Pace
from shared.pipeline.core.session import Session


def wake_up(session: Session, at: datetime) -> list[OutboundMessage]:
    """Raise the attempt and owe a wake-up; a wait longer than `longest_scheduled` is left to the sweeper.

    The scaler may not read counts. It peeks at the first messages of a queue, and scheduled ones stand before an active
    one that came later: what lies there for hours keeps a function without instances from starting.
    """
    offboarding, now = session.offboarding, session.services.clock.now()
    session.offboarding = offboarding = replace(offboarding, attempt=offboarding.attempt + 1)
    if offboarding.stage is None or at - now > session.services.pace.longest_scheduled:
        return []
    return [wake_up_message(offboarding, offboarding.stage, now, at if at > now else None)]


def left_to_the_sweeper(offboarding: Offboarding, pace: Pace) -> bool:
    """Whether no message was sent for the date that it waits for, so that none can be on its way.

    A write in between only shortens what is compared here, and then the sweeper leaves a message that does not exist
    its time to arrive: it is late, never early.
    """
    at = offboarding.next_attempt_at
    return at is not None and at - offboarding.updated_at > pace.longest_scheduled


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
        properties=((TRACEPARENT, traceparent(offboarding.id)),),
    )
