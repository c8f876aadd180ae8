"""What keeps a relationship from being removed, by the documentation's preconditions (strict or lenient)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from local.simulator.knobs import Knobs
from local.simulator.rules.conditions import Condition, condition
from local.simulator.rules.outcomes import Removal
from local.simulator.rules.table import row
from local.simulator.rules.terms import DISABLED_FOR, PERPETUAL_WINDOW
from local.simulator.tenant.kinds import (
    RUNNING_AZURE,
    STOPPED_AZURE,
    ActionType,
    EntitlementStatus,
    Kind,
    LineKind,
    OrderStatus,
    Status,
    TransferStatus,
)
from local.simulator.tenant.records import Order
from local.simulator.tenant.store import Store
from local.simulator.tenant.subscription import Subscription

OPEN_ORDERS = frozenset(
    {
        OrderStatus.PENDING,
        OrderStatus.PENDING_REVIEW,
        OrderStatus.PENDING_PO_UPLOAD,
        OrderStatus.PARTIAL_SUCCESS,
    }
)
RESERVED_INSTANCE_STYLE = frozenset({"reservation", "azurePlan", "azureEntitlement"})
"""Kinds that the service words as "active Azure reserved instances", naming orders (an Azure plan too)."""

ENDED_PLANS = frozenset({Status.DELETED, Status.EXPIRED, Status.DISABLED})
"""Of an Azure plan: nothing below it goes on."""
_ENDED = frozenset({Condition.EXPIRED, Condition.DISABLED})
_OWN_STRICTNESS = {
    Kind.SOFTWARE_SUBSCRIPTION: "suspended_software",
    Kind.MARKETPLACE: "suspended_marketplace",
    Kind.SAVINGS_PLAN: "savings_plans",
}


@dataclass(frozen=True, slots=True)
class Blocker:
    """One reason against removal; *until* is when it passes by itself, if it does."""

    kind: str
    id: str
    reason: str
    until: datetime | None
    order_id: str | None


def blockers(store: Store, customer_id: str, knobs: Knobs, now: datetime) -> tuple[Blocker, ...]:
    """Everything that blocks removal at *now*; empty means that the service would remove."""
    return (
        *_subscriptions(store, customer_id, knobs, now),
        *_entitlements(store, customer_id, knobs),
        *_reservations(store, customer_id, now),
        *_orders(store, customer_id, knobs, now),
        *_transfers(store, customer_id),
    )


def active_entitlements(store: Store, customer_id: str, plan_id: str, knobs: Knobs) -> int:
    """How many Azure subscriptions under the plan count as active."""
    return sum(1 for one in store.entitlements.of(customer_id) if one.plan_id == plan_id and _counts(one.status, knobs))


def _counts(status: EntitlementStatus, knobs: Knobs) -> bool:
    return status in RUNNING_AZURE or (status in STOPPED_AZURE and knobs.stopped_azure == "blocks")


def _subscriptions(store: Store, customer_id: str, knobs: Knobs, now: datetime) -> Iterator[Blocker]:
    for one in store.subscriptions.of(customer_id):
        in_use = active_entitlements(store, customer_id, one.id, knobs) if one.kind is Kind.AZURE_PLAN else 0
        state = condition(one, now, in_use)
        if _blocks(one.kind, row(one.kind, state).removal, knobs):
            yield Blocker(one.kind, one.id, state, _ends(one, state, knobs), one.order_id)


def _blocks(kind: Kind, removal: Removal, knobs: Knobs) -> bool:
    if removal is Removal.ENDED:
        return knobs.ended_blocks
    if removal is Removal.STRICT:
        own = getattr(knobs, _OWN_STRICTNESS[kind]) if kind in _OWN_STRICTNESS else "asStrictNce"
        return knobs.strict_nce if own == "asStrictNce" else bool(own == "block")
    return removal is Removal.BLOCKED


def _ends(subscription: Subscription, state: Condition, knobs: Knobs) -> datetime | None:
    if state is Condition.PENDING_OPERATION:
        return None
    if state in _ENDED and subscription.phase_ends_at is not None:
        return subscription.phase_ends_at + (DISABLED_FOR if state is Condition.EXPIRED else timedelta(0))
    ends = subscription.term_ends_at
    if ends is None:
        return None
    if subscription.scheduled(ActionType.CANCEL) or state is Condition.EXPIRING:
        return ends + knobs.renewal_job
    suspended_windowed = state in {Condition.SUSPENDED_IN_WINDOW, Condition.SUSPENDED_PAST_WINDOW}
    if suspended_windowed and knobs.suspended_at_term_end != "est":
        return ends + knobs.renewal_job
    if subscription.kind is Kind.SAVINGS_PLAN and not subscription.auto_renew:
        return ends + knobs.renewal_job
    return None


def _entitlements(store: Store, customer_id: str, knobs: Knobs) -> Iterator[Blocker]:
    for one in store.entitlements.of(customer_id):
        plan = store.subscriptions.get(one.plan_id)
        if _counts(one.status, knobs) and (plan is None or plan.status not in ENDED_PLANS):
            yield Blocker("azureEntitlement", one.id, one.status, one.changes_at, plan.order_id if plan else None)


def _reservations(store: Store, customer_id: str, now: datetime) -> Iterator[Blocker]:
    for one in store.reservations.of(customer_id):
        if one.live and now < one.expires_at:
            until = one.returned_at or (None if one.renew else one.expires_at)
            yield Blocker("reservation", one.id, one.state, until, one.order_id or one.reservation_order_id)


def _orders(store: Store, customer_id: str, knobs: Knobs, now: datetime) -> Iterator[Blocker]:
    for order in store.orders.of(customer_id):
        if order.status in OPEN_ORDERS:
            yield Blocker("order", order.id, order.status, order.settles_at, order.id)
        elif _holds_perpetual(order):
            window_ends = order.created_at + PERPETUAL_WINDOW
            if now < window_ends:
                until = None if knobs.perpetual_past_window_blocks else window_ends
                yield Blocker("perpetualSoftware", order.id, "inWindow", until, order.id)
            elif knobs.perpetual_past_window_blocks:
                yield Blocker("perpetualSoftware", order.id, "pastWindow", None, order.id)


def _holds_perpetual(order: Order) -> bool:
    return order.status is not OrderStatus.CANCELLED and any(
        line.kind is LineKind.PERPETUAL and not line.cancelled and line.quantity > 0 for line in order.lines
    )


def _transfers(store: Store, customer_id: str) -> Iterator[Blocker]:
    for one in store.transfers.of(customer_id):
        if one.status is TransferStatus.ACTIVE:
            yield Blocker("transfer", one.id, one.status, None, None)
