"""The events that a transition owes, as messages of the outbox. The same state gives the same id (I5).

Each takes its number (`Offboarding.events`) from the head that is stored with it; `source` is the deployment.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from shared.contracts.event_data import (
    actor_data,
    blocker_data,
    customer_data,
    evidence_data,
    joined_to,
    live_offboarding_id,
    not_restored_data,
    plan_data,
    planned_data,
    proof_data,
    reason_data,
)
from shared.contracts.events import BLOCKERS_SHOWN, OUTCOMES, Event, EventData, EventType
from shared.contracts.mistakes import FieldProblem
from shared.contracts.schema_names import data_schema_id
from shared.domain.decisions.blockers import Blocker
from shared.domain.decisions.planned_work import PlannedWork
from shared.domain.offboarding.identifiers import event_id, traceparent
from shared.domain.offboarding.messages import TRACEPARENT, Destination, OutboundMessage
from shared.domain.offboarding.paid import as_told, paid_of
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import TERMINAL, Status
from shared.domain.people.actor import PIPELINE, Actor
from shared.version import VERSION

TOLD_BY_NAME = frozenset({Status.WAITING, Status.NEEDS_ATTENTION, Status.AWAITING_APPROVAL})
"""States with an event type of their own besides the outcomes; any other change is progress."""


def event_message(
    offboarding: Offboarding,
    blockers: tuple[Blocker, ...],
    now: datetime,
    source: str,
    actor: Actor = PIPELINE,
    planned: Sequence[PlannedWork] = (),
    mistakes: tuple[FieldProblem, ...] = (),
) -> OutboundMessage:
    """The outbox message of the event that this state owes; `actor` brought it about. `planned`: what an approval is
    asked for. `mistakes`: what a message was refused for."""
    outcome = offboarding.status in TERMINAL
    name = "outcome" if outcome else f"transition/{offboarding.timeline_length}"
    shown = tuple(planned_data(work) for work in planned[:BLOCKERS_SHOWN]) or None
    data = _data(offboarding, blockers, actor)
    told = {"planned": shown, "planned_count": len(planned) or None, "errors": mistakes or None}
    data = data.model_copy(update=told)
    return _message(offboarding, _type_of(offboarding.status), name, data, now, source)


def window_closing_message(
    offboarding: Offboarding, closes_at: datetime, text: str, now: datetime, source: str
) -> OutboundMessage:
    """The warning that a cancellation window closes unused; one id for each window."""
    data = _data(offboarding, offboarding.blockers).model_copy(update={"window_closes_at": closes_at, "notice": text})
    return _message(offboarding, EventType.WINDOW_CLOSING, f"window/{closes_at.isoformat()}", data, now, source)


def renewal_coming_message(
    offboarding: Offboarding, at: datetime, text: str, now: datetime, source: str
) -> OutboundMessage:
    """The warning that terms renew on one day. Its id has its number: warned of anew at the same moment, it is another
    event."""
    data = _data(offboarding, offboarding.blockers).model_copy(update={"renews_at": at, "notice": text})
    name = f"renewal/{offboarding.events}/{at.date().isoformat()}"
    return _message(offboarding, EventType.RENEWAL_COMING, name, data, now, source)


def _message(
    offboarding: Offboarding, kind: EventType, name: str, data: EventData, now: datetime, source: str
) -> OutboundMessage:
    event = Event(
        id=event_id(offboarding.id, name),
        source=source,
        type=kind,
        subject=offboarding.id,
        time=now,
        dataschema=data_schema_id(kind),
        sequence=f"{offboarding.events:010}",
        correlationid=offboarding.request.correlation_id,
        appversion=VERSION,
        data=data,
    )
    outcome = kind in OUTCOMES
    return OutboundMessage(
        id=event.id,
        destination=Destination.EVENTS,
        body=event.to_json().encode(),
        created_at=now,
        subject=kind.value,
        content_type="application/cloudevents+json",
        correlation_id=offboarding.request.correlation_id,
        properties=(
            ("type", kind.value),
            ("offboardingId", offboarding.id),
            ("outcome", str(outcome).lower()),
            (TRACEPARENT, traceparent(offboarding.id)),
        ),
    )


def _type_of(status: Status) -> EventType:
    if status in TERMINAL or status in TOLD_BY_NAME:
        return EventType(f"offboarding.{status.value}.v1")
    return EventType.PROGRESS


def _data(offboarding: Offboarding, blockers: tuple[Blocker, ...], actor: Actor = PIPELINE) -> EventData:
    paid = paid_of(offboarding)
    return EventData(
        offboarding_id=offboarding.id,
        request_id=offboarding.request.request_id,
        batch_id=offboarding.request.batch_id,
        dry_run=offboarding.request.dry_run,
        status=offboarding.status.value,
        stage=offboarding.stage.value if offboarding.stage else None,
        customer=customer_data(offboarding),
        evidence=evidence_data(offboarding),
        reason=reason_data(offboarding),
        next_attempt_at=offboarding.next_attempt_at,
        payment=paid.payment,
        paid_until=paid.until,
        plan=plan_data(offboarding),
        blockers=tuple(blocker_data(as_told(offboarding, item)) for item in blockers[:BLOCKERS_SHOWN]) or None,
        blocker_count=max(len(blockers), offboarding.blocker_count) or None,
        proofs=proof_data(offboarding) or None,
        reestablish_url=offboarding.reestablish_url or None,
        joined_to=joined_to(offboarding),
        live_offboarding_id=live_offboarding_id(offboarding),
        survivors=offboarding.survivors or None,
        actor=actor_data(actor),
        not_restored=tuple(not_restored_data(item) for item in offboarding.not_restored) or None,
        not_restored_count=offboarding.not_restored_count or None,
    )
