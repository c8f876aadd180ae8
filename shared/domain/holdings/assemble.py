"""Puts the collections of one read together into an inventory, and says where they contradict each other.

A reservation that Partner Center lists but Azure does not show, software whose order is missing, a collection whose
total differs from its items: each is a problem that blocks (I8), never a smaller inventory.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.decisions.transfers import TRANSFER_OPEN, is_over
from shared.domain.holdings.classify import (
    azure_holding,
    reservation_holding,
    savings_plan_holding,
    subscription_holding,
    subscription_key,
)
from shared.domain.holdings.contradictions import incomplete, none_of_the_ordered, unseen_reservations
from shared.domain.holdings.inventory import InventoryProblem
from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.domain.holdings.reads import AzureRead, PartnerCenterRead, is_reservation, software_key
from shared.domain.holdings.records import (
    Entitlement,
    Order,
    OrderLine,
    SavingsPlan,
    Subscription,
    Transfer,
)
from shared.domain.holdings.words import CANCELLED, plain

PERPETUAL_WINDOW = timedelta(days=30)
"""Perpetual software can be cancelled through its order for 30 days (cancel software, error 900117)."""

ORDER_OPEN = frozenset({"pending", "pending review", "pending po upload", "po upload complete", "partial success"})
ORDER_SETTLED = frozenset({"completed", "cancelled", "error", "po review rejected"})


def assemble(
    read: PartnerCenterRead, azure: AzureRead | None, now: datetime, seen_before: frozenset[str] = frozenset()
) -> tuple[tuple[Holding, ...], tuple[InventoryProblem, ...]]:
    """All holdings and all contradictions of one read; `seen_before`: reservation orders that the last read showed."""
    problems = [*incomplete(read, azure), *none_of_the_ordered(read)]
    children = Counter(item.plan_id.lower() for item in read.azure_subscriptions.items if not azure_holding(item).ended)
    holdings = [subscription_holding(item, children[item.id.lower()]) for item in read.subscriptions.items]
    resellers = {item.id.lower(): item.reseller for item in read.subscriptions.items}
    holdings += [azure_holding(item, resellers.get(item.plan_id.lower())) for item in read.azure_subscriptions.items]
    software, software_problems = _perpetual_software(read)
    holdings += software
    holdings += [_order_holding(order) for order in read.orders.items if not _order_settled(order)]
    holdings += [_transfer_holding(item) for item in read.transfers.items if not is_over(item)]
    if azure is not None:
        holdings += [reservation_holding(item) for item in azure.reservations.items]
        holdings += [savings_plan_holding(item) for item in azure.savings_plans.items]
        holdings = _with_twins(holdings, read.subscriptions.items, azure.savings_plans.items)
        problems += unseen_reservations(read.entitlements.items, azure.reservations.items, now, seen_before)
    repeated = [key for key, count in Counter(item.key for item in holdings).items() if count > 1]
    problems += [
        InventoryProblem("holdings", "listed_twice", f"{key} is listed more than once") for key in sorted(repeated)
    ]
    return tuple(holdings), (*problems, *software_problems)


def _with_twins(
    holdings: list[Holding], subscriptions: tuple[Subscription, ...], plans: tuple[SavingsPlan, ...]
) -> list[Holding]:
    """Savings plans that both services list, joined by the order of the purchase: Partner Center's names Azure's."""
    orders: dict[str, tuple[str, ...]] = {}
    for plan in plans:
        if plan.order_id is not None:
            order = plan.order_id.lower()
            orders[order] = (*orders.get(order, ()), savings_plan_holding(plan).key)
    twins = {
        subscription_key(item.id): orders[item.product_order_id.lower()]
        for item in subscriptions
        if item.product_order_id is not None and item.product_order_id.lower() in orders
    }
    return [replace(item, covers=twins[item.key]) if item.key in twins else item for item in holdings]


def _perpetual_software(read: PartnerCenterRead) -> tuple[list[Holding], list[InventoryProblem]]:
    orders = {order.id.casefold(): order for order in read.orders.items}
    holdings, problems = [], []
    for item in read.entitlements.items:
        if is_reservation(item):
            continue
        if item.type.casefold() != "software":
            problems.append(
                InventoryProblem("entitlements", "unknown_entitlement", f"entitlement type {item.type!r} is not known")
            )
            continue
        order = orders.get(item.order_id.casefold())
        line = _line(order, item.line_id) if order else None
        if order is None or line is None:
            problems.append(
                InventoryProblem(
                    "orders",
                    "order_missing",
                    f"software entitlement of order {item.order_id} has no such order",
                )
            )
        elif line.subscription_id is None:
            holdings.append(_software_holding(order, line, item))
    return holdings, problems


def _line(order: Order, line_id: str) -> OrderLine | None:
    return next((line for line in order.lines if str(line.number) == line_id), None)


def _software_holding(order: Order, line: OrderLine, item: Entitlement) -> Holding:
    # Neither quantity nor status alone decides: a whole-order cancel may leave the line's quantity at 1.
    cancelled = plain(order.status) == CANCELLED or line.quantity == 0 or item.quantity == 0
    window = order.created_at + PERPETUAL_WINDOW if order.created_at else None
    return Holding(
        key=software_key(order, line),
        kind=HoldingKind.PERPETUAL_SOFTWARE,
        id=order.id,
        name=line.name or line.offer_id,
        status=HoldingStatus.CANCELLED if cancelled else HoldingStatus.ACTIVE,
        raw_status=order.status or "",
        quantity=line.quantity,
        order_id=order.id,
        cancellable_until=window,
        line_number=line.number,
        offer_id=line.offer_id,
    )


def _order_settled(order: Order) -> bool:
    # Some order answers have no status; an order that is not named as open does not block by itself.
    return order.status is None or plain(order.status) in ORDER_SETTLED


def _order_holding(order: Order) -> Holding:
    word = plain(order.status)
    return Holding(
        key=f"order:{order.id.casefold()}",
        kind=HoldingKind.PENDING_ORDER,
        id=order.id,
        name=", ".join(line.name for line in order.lines if line.name) or f"order {order.id}",
        status=HoldingStatus.PENDING if word in ORDER_OPEN else HoldingStatus.UNKNOWN,
        raw_status=order.status or "",
        order_id=order.id,
        note="" if order.lines else "without any line: what was ordered is not shown",
    )


def _transfer_holding(transfer: Transfer) -> Holding:
    word = plain(transfer.status)
    return Holding(
        key=f"transfer:{transfer.id.lower()}",
        kind=HoldingKind.OPEN_TRANSFER,
        id=transfer.id,
        name=f"transfer {transfer.id}",
        status=HoldingStatus.ACTIVE if word in TRANSFER_OPEN else HoldingStatus.UNKNOWN,
        raw_status=transfer.status,
        covers=tuple(subscription_key(identity) for identity in transfer.subscription_ids),
    )
