"""What the HTTP interface shows of an offboarding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from shared.contracts.base import UtcTime, WireModel
from shared.contracts.event_data import (
    actor_data,
    blocker_data,
    customer_data,
    evidence_data,
    joined_to,
    live_offboarding_id,
    not_restored_data,
    plan_data,
    proof_data,
    reason_data,
)
from shared.contracts.events import (
    ActorData,
    BlockerData,
    CustomerData,
    EvidenceData,
    NotRestoredData,
    PlanData,
    ProofData,
    ReasonData,
)
from shared.contracts.holding_views import HoldingView, holding_view
from shared.domain.approval import Approval
from shared.domain.decisions.planned_work import PlannedWork
from shared.domain.decisions.undo import Undo
from shared.domain.evidence.entry import Aside
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.offboarding.messages import TimelineEntry, Who
from shared.domain.offboarding.record import Offboarding, Withdrawal
from shared.domain.people.actor import Actor, system


class ApprovalView(WireModel):
    """The newest approval: who approved which plan, when and why."""

    actor: ActorData
    plan_digest: str
    reason: str
    at: UtcTime


class WithdrawalView(WireModel):
    """Who called the offboarding off, why and when."""

    actor: ActorData
    reason: str
    at: UtcTime


class EntryView(WireModel):
    """One line of the timeline."""

    seq: int
    at: UtcTime
    who: str
    actor: ActorData | None = None
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
    paid_until: UtcTime | None = None
    joined_to: str | None = None
    live_offboarding_id: str | None = None


class OffboardingView(SummaryView):
    """An offboarding with everything that is known about it."""

    requested_by: str
    requester: ActorData | None = None
    request_reason: str
    approval_reference: str | None = None
    commitments: str
    not_before: UtcTime | None = None
    reseller_mpn_id: str | None = None
    restrictions: tuple[str, ...] = ()
    suspended_licences: str
    renewals: str | None = None
    reduce_seats: bool
    grace_seconds: int | None = None
    attempt: int
    plan: PlanData | None = None
    approval: ApprovalView | None = None
    blockers: tuple[BlockerData, ...] = ()
    proofs: tuple[ProofData, ...] = ()
    reestablish_url: str | None = None
    survivors: tuple[str, ...] = ()
    withdrawal: WithdrawalView | None = None
    not_restored: tuple[NotRestoredData, ...] = ()
    not_restored_count: int = 0
    holdings: tuple[HoldingView, ...] = ()
    timeline: tuple[EntryView, ...] = ()


class TextLine(WireModel):
    """A personal text beside the evidence: its entry has SHA-256 of salt and text at `field`."""

    seq: int
    field: str
    salt: str
    text: str

    @classmethod
    def of(cls, aside: Aside) -> TextLine:
        """The wire form of one text."""
        return cls(seq=aside.seq, field=aside.field, salt=aside.salt, text=aside.text)


def summary_view(offboarding: Offboarding) -> SummaryView:
    """The list form."""
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
        paid_until=offboarding.paid_until,
        joined_to=joined_to(offboarding),
        live_offboarding_id=live_offboarding_id(offboarding),
    )


def offboarding_view(
    offboarding: Offboarding,
    holdings: Mapping[str, HoldingRecord],
    timeline: Sequence[TimelineEntry],
    now: datetime,
    planned: Iterable[PlannedWork] = (),
    undo: Mapping[str, Undo] = MappingProxyType({}),
) -> OffboardingView:
    """The full form, as of `now` (aware UTC, business time); `planned`: what an approval is asked for; `undo`: what a
    withdrawal would do, by key."""
    works = {work.key: work for work in planned}
    request = offboarding.request
    blocking = [record.blocker for record in holdings.values() if record.blocker is not None]
    blocking += [item for item in offboarding.blockers if item.key not in holdings]
    return OffboardingView(
        **{name: getattr(summary_view(offboarding), name) for name in SummaryView.model_fields},
        requested_by=request.requested_by,
        requester=_actor(offboarding.requester),
        request_reason=request.reason,
        approval_reference=request.approval_reference,
        commitments=request.commitments.value,
        not_before=request.not_before,
        reseller_mpn_id=request.reseller,
        restrictions=tuple(item.value for item in request.restrictions),
        suspended_licences="reactivate_to_end" if request.reactivate_suspended else "leave",
        renewals=request.renewals.value if request.renewals else None,
        reduce_seats=request.reduce_seats,
        grace_seconds=int(request.grace.total_seconds()) if request.grace is not None else None,
        attempt=offboarding.attempt,
        plan=plan_data(offboarding),
        approval=_approval(offboarding.approval),
        blockers=tuple(blocker_data(item) for item in blocking),
        proofs=proof_data(offboarding),
        reestablish_url=offboarding.reestablish_url or None,
        survivors=offboarding.survivors,
        holdings=tuple(holding_view(record, now, works.get(key), undo.get(key)) for key, record in holdings.items()),
        withdrawal=_withdrawal(offboarding.withdrawal) if offboarding.withdrawal else None,
        not_restored=tuple(not_restored_data(item) for item in offboarding.not_restored),
        not_restored_count=offboarding.not_restored_count,
        timeline=tuple(_entry(entry) for entry in timeline),
    )


def _approval(given: Approval | None) -> ApprovalView | None:
    if given is None:
        return None
    return ApprovalView(actor=actor_data(given.by), plan_digest=given.digest, reason=given.why, at=given.at)


def _withdrawal(said: Withdrawal) -> WithdrawalView:
    return WithdrawalView(actor=actor_data(said.by), reason=said.why, at=said.at)


def _entry(entry: TimelineEntry) -> EntryView:
    return EntryView(
        seq=entry.seq,
        at=entry.at,
        who=entry.actor.value,
        actor=_actor(_cause(entry)),
        stage=entry.stage.value if entry.stage else None,
        what=entry.what,
        holding=entry.holding,
        answer=entry.status,
        detail=entry.detail or None,
        ms_request_id=entry.request_id,
    )


def _cause(entry: TimelineEntry) -> Actor | None:
    """None where it was not kept yet who asked."""
    return entry.by or (None if entry.actor in (Who.REQUEST, Who.OPERATOR) else system(entry.actor.value))


def _actor(actor: Actor | None) -> ActorData | None:
    return actor_data(actor) if actor else None
