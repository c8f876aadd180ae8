"""What the HTTP interface shows of an offboarding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.contracts.base import UtcTime, WireModel
from shared.contracts.events import (
    BlockerData,
    CustomerData,
    PlanData,
    ProofData,
    ReasonData,
    blocker_data,
    customer_data,
    joined_to,
    live_offboarding_id,
    plan_data,
    proof_data,
    reason_data,
)
from shared.domain.ledger import ActionRecord, HoldingRecord
from shared.domain.messages import TimelineEntry
from shared.domain.offboarding import Offboarding


class ActionView(WireModel):
    """One write to a holding and its answer."""

    action: str
    state: str
    number: int
    intended_at: UtcTime
    answered_at: UtcTime | None = None
    http_status: int | None = None
    code: str | None = None
    detail: str | None = None
    ms_request_id: str


class HoldingView(WireModel):
    """One holding: what it is, what was done about it, what it still blocks."""

    key: str
    kind: str
    name: str
    status: str
    quantity: int | None = None
    term_ends_at: UtcTime | None = None
    cancellable_until: UtcTime | None = None
    auto_renew: bool | None = None
    missing_since: UtcTime | None = None
    actions: tuple[ActionView, ...] = ()
    blocker: BlockerData | None = None


class EntryView(WireModel):
    """One line of the timeline."""

    seq: int
    at: UtcTime
    who: str
    stage: str | None = None
    what: str
    holding: str | None = None
    answer: int | None = None
    detail: str | None = None
    ms_request_id: str | None = None


class SummaryView(WireModel):
    """An offboarding in a list."""

    offboarding_id: str
    request_id: str
    status: str
    stage: str | None = None
    customer: CustomerData
    dry_run: bool
    created_at: UtcTime
    updated_at: UtcTime
    reason: ReasonData | None = None
    next_attempt_at: UtcTime | None = None
    paid_until: UtcTime | None = None
    joined_to: str | None = None
    live_offboarding_id: str | None = None


class OffboardingView(SummaryView):
    """An offboarding with everything that is known about it."""

    requested_by: str
    request_reason: str
    commitments: str
    not_before: UtcTime | None = None
    reseller_mpn_id: str | None = None
    restrictions: tuple[str, ...] = ()
    suspended_licences: str
    correlation_id: str
    attempt: int
    plan: PlanData | None = None
    blockers: tuple[BlockerData, ...] = ()
    proofs: tuple[ProofData, ...] = ()
    reestablish_url: str | None = None
    survivors: tuple[str, ...] = ()
    holdings: tuple[HoldingView, ...] = ()
    timeline: tuple[EntryView, ...] = ()


class PageView(WireModel):
    """One page of a list; `next` is the path of the next one."""

    items: tuple[SummaryView, ...]
    next: str | None = None


def summary_view(offboarding: Offboarding) -> SummaryView:
    """The list form."""
    return SummaryView(
        offboarding_id=offboarding.id,
        request_id=offboarding.request.request_id,
        status=offboarding.status.value,
        stage=offboarding.stage.value if offboarding.stage else None,
        customer=customer_data(offboarding),
        dry_run=offboarding.request.dry_run,
        created_at=offboarding.created_at,
        updated_at=offboarding.updated_at,
        reason=reason_data(offboarding),
        next_attempt_at=offboarding.next_attempt_at,
        paid_until=offboarding.paid_until,
        joined_to=joined_to(offboarding),
        live_offboarding_id=live_offboarding_id(offboarding),
    )


def offboarding_view(
    offboarding: Offboarding, holdings: Mapping[str, HoldingRecord], timeline: Sequence[TimelineEntry]
) -> OffboardingView:
    """The full form."""
    request = offboarding.request
    blocking = [record.blocker for record in holdings.values() if record.blocker is not None]
    blocking += [item for item in offboarding.blockers if item.key not in holdings]
    return OffboardingView(
        **{name: getattr(summary_view(offboarding), name) for name in SummaryView.model_fields},
        requested_by=request.requested_by,
        request_reason=request.reason,
        commitments=request.commitments.value,
        not_before=request.not_before,
        reseller_mpn_id=request.reseller,
        restrictions=tuple(item.value for item in request.restrictions),
        suspended_licences="reactivate_to_end" if request.reactivate_suspended else "leave",
        correlation_id=request.correlation_id,
        attempt=offboarding.attempt,
        plan=plan_data(offboarding),
        blockers=tuple(blocker_data(item) for item in blocking),
        proofs=proof_data(offboarding),
        reestablish_url=offboarding.reestablish_url or None,
        survivors=offboarding.survivors,
        holdings=tuple(_holding(record) for record in holdings.values()),
        timeline=tuple(_entry(entry) for entry in timeline),
    )


def _holding(record: HoldingRecord) -> HoldingView:
    holding = record.holding
    return HoldingView(
        key=holding.key,
        kind=holding.kind.value,
        name=holding.name,
        status=holding.raw_status or holding.status.value,
        quantity=holding.quantity,
        term_ends_at=holding.term_end,
        cancellable_until=holding.cancellable_until,
        auto_renew=holding.auto_renew,
        missing_since=record.missing_since,
        actions=tuple(_action(item) for item in record.actions),
        blocker=blocker_data(record.blocker) if record.blocker else None,
    )


def _action(action: ActionRecord) -> ActionView:
    return ActionView(
        action=action.kind.value,
        state=action.state.value,
        number=action.n,
        intended_at=action.intended_at,
        answered_at=action.answered_at,
        http_status=action.status,
        code=action.code or None,
        detail=action.detail or None,
        ms_request_id=action.request_id,
    )


def _entry(entry: TimelineEntry) -> EntryView:
    return EntryView(
        seq=entry.seq,
        at=entry.at,
        who=entry.actor.value,
        stage=entry.stage.value if entry.stage else None,
        what=entry.what,
        holding=entry.holding,
        answer=entry.status,
        detail=entry.detail or None,
        ms_request_id=entry.request_id,
    )
