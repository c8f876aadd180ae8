"""Events on the topic: CloudEvents 1.0, structured JSON. One outcome event for each request (I5).

The id is deterministic, so an event that is sent again after a crash carries the same id.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.base import UtcTime, WireModel
from shared.domain.blockers import Blocker, Remedy
from shared.domain.identifiers import event_id
from shared.domain.messages import Destination, OutboundMessage
from shared.domain.offboarding import TERMINAL, Offboarding, Status

SOURCE = "/offboarding-pipeline"
BLOCKERS_SHOWN = 20


class EventType(StrEnum):
    """Progress events may come many times; each of the outcome types ends a request."""

    PROGRESS = "offboarding.progress.v1"
    WAITING = "offboarding.waiting.v1"
    NEEDS_ATTENTION = "offboarding.needs_attention.v1"
    REMOVED = "offboarding.removed.v1"
    ALREADY_REMOVED = "offboarding.already_removed.v1"
    PLANNED = "offboarding.planned.v1"
    STOPPED = "offboarding.stopped.v1"
    REJECTED = "offboarding.rejected.v1"
    JOINED = "offboarding.joined.v1"
    WITHDRAWN = "offboarding.withdrawn.v1"
    WINDOW_CLOSING = "offboarding.window_closing.v1"


OUTCOMES = frozenset(EventType) - {
    EventType.PROGRESS,
    EventType.WAITING,
    EventType.NEEDS_ATTENTION,
    EventType.WINDOW_CLOSING,
}


class ReasonData(WireModel):
    """Why the offboarding is where it is."""

    code: str = Field(description="Stable code, for programs.")
    text: str = Field(description="The same as a sentence for people, in English.")
    operator_action: str | None = Field(default=None, description="What a person should do about it, if anything.")


class CustomerData(WireModel):
    """The customer as identified; only the tenant id is sure before planning."""

    tenant_id: str | None = Field(default=None, description="Microsoft Entra tenant id.")
    company_name: str | None = Field(default=None, description="Company name, in Partner Center if it was found there.")
    domain: str | None = Field(default=None, description="Default domain, in Partner Center if it was found there.")


class BlockerData(WireModel):
    """One reason why the relationship cannot be removed yet."""

    holding: str = Field(description="Key of the holding, the same in every event of this offboarding.")
    name: str = Field(description="What the holding is called in Partner Center.")
    cause: str = Field(description="Stable code of why it blocks, for programs.")
    detail: str = Field(description="The same as a sentence for people, in English.")
    what_to_do: str | None = Field(default=None, description="What a person has to do; absent if nobody has to act.")
    unblocks_at: UtcTime | None = Field(
        default=None, description="When it stops blocking by itself; absent if no date is known."
    )
    paid_until: UtcTime | None = Field(
        default=None, description="The last moment that is being paid for, if it is paid on."
    )


class PlanData(WireModel):
    """What will be done; `actions` counts them by kind."""

    holdings: int = Field(description="How many holdings the customer has, ended ones too.")
    actions: dict[str, int] = Field(description="Kind of action to how many of them.")
    dated_blockers: int = Field(description="How many holdings end by themselves on a known date.")
    undated_blockers: int = Field(description="How many wait for a person.")
    unsettled_blockers: Annotated[
        int, Field(description="How many wait for Microsoft, a transfer or an order, without a known date.")
    ] = 0
    first_window_closes_at: UtcTime | None = Field(
        default=None, description="Until when everything planned to be cancelled still can be."
    )
    paid_until: UtcTime | None = Field(
        default=None, description="The last moment of a commitment that is being paid for."
    )
    digest: str = Field(description="SHA-256 of every holding with its action: equal for equal plans.")


class ProofData(WireModel):
    """One proof that the relationship is gone."""

    name: str = Field(description="What was asked, a stable code.")
    holds: bool = Field(description="Whether the answer proves that the relationship is gone.")
    detail: str = Field(description="What was found, for people.")
    at: UtcTime = Field(description="When it was asked.")


class EventData(WireModel):
    """What every event tells."""

    offboarding_id: str = Field(description="The id of the offboarding, the subject of the event too.")
    request_id: str = Field(description="That of the request; begins with unreadable: where there is none.")
    dry_run: bool = Field(description="Whether it only plans.")
    status: str = Field(description="Where the offboarding stands; the names are those of the HTTP interface.")
    stage: str | None = Field(default=None, description="What it works on now; absent once it has ended.")
    customer: CustomerData = Field(description="Whose relationship it is about.")
    reason: ReasonData | None = Field(default=None, description="Why it stands there.")
    next_attempt_at: UtcTime | None = Field(
        default=None, description="When the pipeline looks again; not the end of a wait."
    )
    paid_until: UtcTime | None = Field(
        default=None, description="The last moment that is being paid for: bill the customer until then."
    )
    plan: PlanData | None = Field(default=None, description="What will be done, once it was planned.")
    blockers: Annotated[tuple[BlockerData, ...] | None, Field(description=f"At most {BLOCKERS_SHOWN}.")] = None
    blocker_count: int | None = Field(default=None, description="How many block in all.")
    proofs: tuple[ProofData, ...] | None = Field(
        default=None, description="What proves that the relationship is gone, once it was asked."
    )
    reestablish_url: str | None = Field(
        default=None, description="Link with which the customer accepts a new relationship."
    )
    joined_to: str | None = Field(
        default=None, description="Only in joined: the id of the offboarding to follow instead."
    )
    live_offboarding_id: str | None = Field(
        default=None, description="Only in rejected: the id of the live one that stands in the way."
    )
    window_closes_at: Annotated[
        UtcTime | None, Field(description="Only in window_closing: until when a cancellation is still possible.")
    ] = None
    notice: Annotated[str | None, Field(description="Only in window_closing: what closes, as a sentence.")] = None
    survivors: Annotated[
        tuple[str, ...] | None, Field(description="Only in removed: what the customer has to delete itself.")
    ] = None


class Event(WireModel):
    """A CloudEvents 1.0 envelope in structured mode."""

    specversion: Literal["1.0"] = "1.0"
    id: str
    source: str
    type: EventType
    subject: str
    time: UtcTime
    datacontenttype: Literal["application/json"] = "application/json"
    correlationid: str
    data: EventData


def blocker_data(blocker: Blocker) -> BlockerData:
    """The wire form of a blocker."""
    return BlockerData(
        holding=blocker.key,
        name=blocker.name,
        cause=blocker.cause.value,
        detail=blocker.detail,
        what_to_do=blocker.what_to_do or None,
        # When something is looked at again is the offboarding's matter, not the day on which it ends.
        unblocks_at=blocker.until if blocker.remedy is Remedy.DATE else None,
        paid_until=blocker.paid_until,
    )


def plan_data(offboarding: Offboarding) -> PlanData | None:
    """The wire form of the plan, if one was made."""
    plan = offboarding.plan
    if plan is None:
        return None
    return PlanData(
        holdings=plan.holdings,
        actions=dict(plan.actions),
        dated_blockers=plan.dated_blockers,
        undated_blockers=plan.undated_blockers,
        unsettled_blockers=plan.unsettled_blockers,
        first_window_closes_at=plan.first_window_closes_at,
        paid_until=plan.paid_until,
        digest=plan.digest,
    )


def proof_data(offboarding: Offboarding) -> tuple[ProofData, ...]:
    """The wire form of the proofs found so far."""
    return tuple(ProofData(name=p.name, holds=p.holds, detail=p.detail, at=p.at) for p in offboarding.proofs)


def customer_data(offboarding: Offboarding) -> CustomerData:
    """The customer as far as it is known."""
    request, customer = offboarding.request, offboarding.customer
    return CustomerData(
        tenant_id=offboarding.customer_id,
        company_name=customer.company_name if customer else request.company_name,
        domain=customer.domain if customer else request.domain,
    )


def reason_data(offboarding: Offboarding) -> ReasonData | None:
    """The wire form of the reason."""
    reason = offboarding.reason
    if reason is None:
        return None
    return ReasonData(code=reason.code, text=reason.text, operator_action=reason.operator_action or None)


def joined_to(offboarding: Offboarding) -> str | None:
    """The offboarding that this request joined."""
    return offboarding.other_id if offboarding.status is Status.JOINED else None


def live_offboarding_id(offboarding: Offboarding) -> str | None:
    """The live offboarding that this request was refused for."""
    return offboarding.other_id if offboarding.status is Status.REJECTED else None


def event_message(offboarding: Offboarding, blockers: tuple[Blocker, ...], now: datetime) -> OutboundMessage:
    """The outbox message of the event that this state owes."""
    outcome = offboarding.status in TERMINAL
    name = "outcome" if outcome else f"transition/{offboarding.timeline_length}"
    return _message(offboarding, _type_of(offboarding.status), name, _data(offboarding, blockers), now)


def window_closing_message(offboarding: Offboarding, closes_at: datetime, text: str, now: datetime) -> OutboundMessage:
    """The warning that a cancellation window closes unused; one id for each window."""
    data = _data(offboarding, offboarding.blockers).model_copy(update={"window_closes_at": closes_at, "notice": text})
    return _message(offboarding, EventType.WINDOW_CLOSING, f"window/{closes_at.isoformat()}", data, now)


def _message(offboarding: Offboarding, kind: EventType, name: str, data: EventData, now: datetime) -> OutboundMessage:
    event = Event(
        id=event_id(offboarding.id, name),
        source=SOURCE,
        type=kind,
        subject=offboarding.id,
        time=now,
        correlationid=offboarding.request.correlation_id,
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
        properties=(("type", kind.value), ("offboardingId", offboarding.id), ("outcome", str(outcome).lower())),
    )


def _type_of(status: Status) -> EventType:
    if status in TERMINAL or status in (Status.WAITING, Status.NEEDS_ATTENTION):
        return EventType(f"offboarding.{status.value}.v1")
    return EventType.PROGRESS


def _data(offboarding: Offboarding, blockers: tuple[Blocker, ...]) -> EventData:
    return EventData(
        offboarding_id=offboarding.id,
        request_id=offboarding.request.request_id,
        dry_run=offboarding.request.dry_run,
        status=offboarding.status.value,
        stage=offboarding.stage.value if offboarding.stage else None,
        customer=customer_data(offboarding),
        reason=reason_data(offboarding),
        next_attempt_at=offboarding.next_attempt_at,
        paid_until=offboarding.paid_until,
        plan=plan_data(offboarding),
        blockers=tuple(blocker_data(item) for item in blockers[:BLOCKERS_SHOWN]) or None,
        blocker_count=max(len(blockers), offboarding.blocker_count) or None,
        proofs=proof_data(offboarding) or None,
        reestablish_url=offboarding.reestablish_url or None,
        joined_to=joined_to(offboarding),
        live_offboarding_id=live_offboarding_id(offboarding),
        survivors=offboarding.survivors or None,
    )
