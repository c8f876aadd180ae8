"""What the HTTP interface shows of one holding."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from shared.contracts.base import UtcTime, WireModel
from shared.contracts.event_data import actor_data, blocker_data, not_restored_data, planned_data
from shared.contracts.events import ActorData, BlockerData, NotRestoredData, PlannedData
from shared.domain.decisions.open_seats import open_seats
from shared.domain.decisions.planned_work import PlannedWork
from shared.domain.decisions.seats import given_back_until
from shared.domain.decisions.undo import Undo
from shared.domain.holdings.ledger import ActionRecord, HoldingRecord, Override
from shared.domain.holdings.paying import paid_until
from shared.domain.holdings.products import sku_of
from shared.domain.money import ToldRefund


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


class OverrideView(WireModel):
    """A person's word that a blocker has ended; it counts while Microsoft's answer is the same."""

    cause: str
    seen: str
    by: str
    why: str
    at: UtcTime
    actor: ActorData | None = None


class SeatsView(WireModel):
    """So many seats can be given back until then; without a date where Microsoft shows none."""

    quantity: int
    until: UtcTime | None = None


class RefundView(WireModel):
    """What a return would give, as Azure told it: an amount as text, exactly as far as it was told."""

    amount: str
    currency: str
    quoted_at: UtcTime


class RefundedView(WireModel):
    """What a return was answered to give."""

    amount: str
    currency: str
    told_at: UtcTime


class HoldingView(WireModel):
    """One holding: what it is, what was done about it, what it still blocks."""

    key: str
    kind: str
    name: str
    offer_id: str | None = None
    status: str
    quantity: int | None = None
    term_ends_at: UtcTime | None = None
    paid_until: UtcTime | None = None
    cancellable_until: UtcTime | None = None
    auto_renew: bool | None = None
    missing_since: UtcTime | None = None
    refundable_seats: tuple[SeatsView, ...] = ()
    refund: RefundView | None = None
    refunded: RefundedView | None = None
    actions: tuple[ActionView, ...] = ()
    blocker: BlockerData | None = None
    planned: PlannedData | None = None
    override: OverrideView | None = None
    not_restored: NotRestoredData | None = None
    if_withdrawn: Literal["put_back", "stays"] | None = None


def holding_view(
    record: HoldingRecord, now: datetime, planned: PlannedWork | None = None, undo: Undo | None = None
) -> HoldingView:
    """The record of a holding, as of `now` (aware UTC, business time); `planned`: what an approval is asked for;
    `undo`: what a withdrawal would do."""
    holding = record.holding
    return HoldingView(
        key=holding.key,
        kind=holding.kind.value,
        name=holding.name,
        offer_id=sku_of(holding) or None,
        status=holding.raw_status or holding.status.value,
        quantity=holding.quantity,
        term_ends_at=holding.term_end,
        paid_until=paid_until(record, now),
        cancellable_until=holding.cancellable_until,
        auto_renew=holding.auto_renew,
        missing_since=record.missing_since,
        refundable_seats=_seats(record, now),
        refund=_refund(record.refund) if record.refund else None,
        refunded=_refunded(record.refunded) if record.refunded else None,
        actions=tuple(_action(item) for item in record.actions),
        blocker=blocker_data(record.blocker) if record.blocker else None,
        planned=planned_data(planned) if planned is not None else None,
        override=_override(record.override) if record.override else None,
        not_restored=not_restored_data(record.not_restored) if record.not_restored else None,
        if_withdrawn=undo.value if undo is not None else None,
    )


def _seats(record: HoldingRecord, now: datetime) -> tuple[SeatsView, ...]:
    seats = open_seats(record.holding, now, given_back_until(record)) if record.missing_since is None else None
    return tuple(SeatsView(quantity=quantity, until=until) for quantity, until in seats.parts) if seats else ()


def _refund(told: ToldRefund) -> RefundView:
    return RefundView(amount=f"{told.money.amount:f}", currency=told.money.currency, quoted_at=told.at)


def _refunded(told: ToldRefund) -> RefundedView:
    return RefundedView(amount=f"{told.money.amount:f}", currency=told.money.currency, told_at=told.at)


def _override(said: Override) -> OverrideView:
    actor = actor_data(said.actor) if said.actor else None
    return OverrideView(cause=said.cause.value, seen=said.seen, by=said.by, why=said.why, at=said.at, actor=actor)


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
