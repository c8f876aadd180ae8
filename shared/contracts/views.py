"""What the HTTP interface shows of an offboarding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from shared.contracts.base import UtcTime, WireModel
from shared.contracts.event_data import (
    actor_data,
    blocker_data,
    not_restored_data,
    plan_data,
    proof_data,
)
from shared.contracts.events import (
    ActorData,
    BlockerData,
    NotRestoredData,
    PlanData,
    ProofData,
)
from shared.contracts.holding_views import HoldingView, holding_view
from shared.contracts.summary import SummaryView, actor_view, summary_view
from shared.domain.decisions.blockers import Blocker
from shared.domain.decisions.planned_work import PlannedWork
from shared.domain.decisions.undo import Undo
from shared.domain.evidence.entry import Aside
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.offboarding.messages import TimelineEntry, Who
from shared.domain.offboarding.paid import as_told
from shared.domain.offboarding.record import Offboarding, Withdrawal
from shared.domain.people.actor import Actor, system


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


class OffboardingView(SummaryView):
    """An offboarding with everything that is known about it."""

    requested_by: str
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
    request, summary = offboarding.request, summary_view(offboarding, holdings.values())
    told = {key: replace(record, blocker=_told(offboarding, record)) for key, record in holdings.items()}
    blocking = [record.blocker for record in told.values() if record.blocker is not None]
    blocking += [as_told(offboarding, item) for item in offboarding.blockers if item.key not in holdings]
    return OffboardingView(
        **{name: getattr(summary, name) for name in SummaryView.model_fields},
        requested_by=request.requested_by,
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
        blockers=tuple(blocker_data(item) for item in blocking),
        proofs=proof_data(offboarding),
        reestablish_url=offboarding.reestablish_url or None,
        survivors=offboarding.survivors,
        holdings=tuple(holding_view(record, now, works.get(key), undo.get(key)) for key, record in told.items()),
        withdrawal=_withdrawal(offboarding.withdrawal) if offboarding.withdrawal else None,
        not_restored=tuple(not_restored_data(item) for item in offboarding.not_restored),
        not_restored_count=offboarding.not_restored_count,
        timeline=tuple(_entry(entry) for entry in timeline),
    )


def _told(offboarding: Offboarding, record: HoldingRecord) -> Blocker | None:
    return as_told(offboarding, record.blocker, record) if record.blocker is not None else None


def _withdrawal(said: Withdrawal) -> WithdrawalView:
    return WithdrawalView(actor=actor_data(said.by), reason=said.why, at=said.at)


def _entry(entry: TimelineEntry) -> EntryView:
    return EntryView(
        seq=entry.seq,
        at=entry.at,
        who=entry.actor.value,
        actor=actor_view(_cause(entry)),
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
