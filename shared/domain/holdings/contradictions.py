"""Where the collections of one read contradict each other or themselves: each is a problem that blocks (I8)."""

from __future__ import annotations

from datetime import datetime

from shared.domain.decisions.transfers import moved_away
from shared.domain.holdings.classify import subscription_key
from shared.domain.holdings.inventory import AZURE_SUBSCRIPTIONS, InventoryProblem
from shared.domain.holdings.reads import AzureRead, PartnerCenterRead, is_reservation, ordered_holdings
from shared.domain.holdings.records import Entitlement, Reservation
from shared.domain.wording import count_of


def incomplete(read: PartnerCenterRead, azure: AzureRead | None) -> list[InventoryProblem]:
    """Collections with fewer or more items than the total that the service named."""
    named: list[tuple[str, int, int | None]] = [
        ("subscriptions", len(read.subscriptions.items), read.subscriptions.total),
        ("entitlements", len(read.entitlements.items), read.entitlements.total),
        ("orders", len(read.orders.items), read.orders.total),
        ("transfers", len(read.transfers.items), read.transfers.total),
        (AZURE_SUBSCRIPTIONS, len(read.azure_subscriptions.items), read.azure_subscriptions.total),
    ]
    if azure is not None:
        named.append(("reservations", len(azure.reservations.items), azure.reservations.total))
        named.append(("savingsPlans", len(azure.savings_plans.items), azure.savings_plans.total))
    return [
        InventoryProblem(name, "incomplete", f"{name}: {got} items were read but the answer says {total}")
        for name, got, total in named
        if total is not None and total != got
    ]


def none_of_the_ordered(read: PartnerCenterRead) -> list[InventoryProblem]:
    """Orders name subscriptions and not one of them is listed, in any state: such a list is not believed."""
    ordered = ordered_holdings(read.orders.items) - moved_away(read.transfers.items).keys()
    wanted = {key for key in ordered if key.startswith("subscription:")}
    listed = {subscription_key(item.id) for item in read.subscriptions.items}
    if not wanted or wanted & listed:
        return []
    detail = f"orders name {count_of(len(wanted), 'subscription')}, and the list of subscriptions shows none"
    return [InventoryProblem("subscriptions", "none_of_the_ordered", detail)]


def unseen_reservations(
    entitlements: tuple[Entitlement, ...],
    reservations: tuple[Reservation, ...],
    now: datetime,
    seen_before: frozenset[str],
) -> list[InventoryProblem]:
    """Reservation orders that Partner Center lists and Azure does not show.

    `seen_before`: orders that the last read showed.
    """
    seen = {item.order_id.lower() for item in reservations}
    problems = []
    for item in entitlements:
        live = item.quantity != 0 and (item.expires_at is None or item.expires_at > now)
        order = (item.resource_id or "").lower()
        if is_reservation(item) and live and order not in seen:
            problems.append(
                InventoryProblem(
                    "reservations",
                    "reservation_not_visible",
                    f"Partner Center lists reservation order {item.resource_id or item.order_id}; Azure shows none",
                    "Grant the Admin agents group the Reservations Reader role on this order, then resume.",
                    # Shown a moment ago: one odd answer is read again before anybody is asked.
                    passes_by_itself=order in seen_before,
                )
            )
    return problems
