"""An offboarding as a list shows it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from shared.contracts.base import UtcTime, WireModel
from shared.contracts.event_data import (
    actor_data,
    customer_data,
    evidence_data,
    joined_to,
    live_offboarding_id,
    reason_data,
)
from shared.contracts.events import ActorData, CustomerData, EvidenceData, ReasonData
from shared.domain.approval import Approval
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.offboarding.paid import paid_of
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.settled import Payment
from shared.domain.people.actor import Actor


class ApprovalView(WireModel):
    """The newest approval: who approved which plan, when and why."""

    actor: ActorData
    plan_digest: str
    reason: str
    at: UtcTime


class SummaryView(WireModel):
    """An offboarding in a list."""

    offboarding_id: str
    request_id: str
    batch_id: str | None = None
    correlation_id: str
    status: str
    stage: str | None = None
    customer: CustomerData
    evidence: EvidenceData
    dry_run: bool
    created_at: UtcTime
    updated_at: UtcTime
    reason: ReasonData | None = None
    next_attempt_at: UtcTime | None = None
    payment: Annotated[Payment, Field(description="What is paid on, and why there is no date where there is none.")]
    paid_until: Annotated[
        UtcTime | None, Field(description="The last moment that is, or was, paid for; only with until_date.")
    ] = None
    requester: ActorData | None = None
    approval: ApprovalView | None = None
    joined_to: str | None = None
    live_offboarding_id: str | None = None


def summary_view(offboarding: Offboarding, records: Iterable[HoldingRecord] | None = None) -> SummaryView:
    """The list form; `records`: its holdings, where they are at hand."""
    paid = paid_of(offboarding, records)
    return SummaryView(
        offboarding_id=offboarding.id,
        request_id=offboarding.request.request_id,
        batch_id=offboarding.request.batch_id,
        correlation_id=offboarding.request.correlation_id,
        status=offboarding.status.value,
        stage=offboarding.stage.value if offboarding.stage else None,
        customer=customer_data(offboarding),
        evidence=evidence_data(offboarding),
        dry_run=offboarding.request.dry_run,
        created_at=offboarding.created_at,
        updated_at=offboarding.updated_at,
        reason=reason_data(offboarding),
        next_attempt_at=offboarding.next_attempt_at,
        payment=paid.payment,
        paid_until=paid.until,
        requester=actor_view(offboarding.requester),
        approval=_approval(offboarding.approval),
        joined_to=joined_to(offboarding),
        live_offboarding_id=live_offboarding_id(offboarding),
    )


def _approval(given: Approval | None) -> ApprovalView | None:
    if given is None:
        return None
    return ApprovalView(actor=actor_data(given.by), plan_digest=given.digest, reason=given.why, at=given.at)


def actor_view(actor: Actor | None) -> ActorData | None:
    """The wire form of who acts, where that is known."""
    return actor_data(actor) if actor else None
