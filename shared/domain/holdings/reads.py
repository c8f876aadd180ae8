"""What one read of a customer answered, collection by collection, and what it names."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.holdings.classify import subscription_key, subscription_kind
from shared.domain.holdings.model import HoldingKind
from shared.domain.holdings.records import (
    AzureSubscription,
    Collection,
    Entitlement,
    Order,
    OrderLine,
    Reservation,
    SavingsPlan,
    Subscription,
    Transfer,
)
from shared.domain.holdings.words import CANCELLED, plain


@dataclass(frozen=True, slots=True)
class PartnerCenterRead:
    """What Partner Center answered for one customer."""

    subscriptions: Collection[Subscription]
    entitlements: Collection[Entitlement]
    orders: Collection[Order]
    transfers: Collection[Transfer]
    azure_subscriptions: Collection[AzureSubscription]


@dataclass(frozen=True, slots=True)
class AzureRead:
    """What Azure answered; None in `Assembly` when nothing asked for it or it could not be read."""

    reservations: Collection[Reservation]
    savings_plans: Collection[SavingsPlan]


def needs_azure(subscriptions: tuple[Subscription, ...], entitlements: tuple[Entitlement, ...]) -> bool:
    """Azure belongs to a complete inventory only where Partner Center shows an Azure subscription of any
    sort, a reservation or a savings plan: nothing else can have been bought in the Azure portal."""
    azure = {HoldingKind.AZURE_PLAN, HoldingKind.LEGACY_AZURE, HoldingKind.SAVINGS_PLAN}
    return any(subscription_kind(item) in azure for item in subscriptions) or any(
        is_reservation(item) for item in entitlements
    )


def is_reservation(item: Entitlement) -> bool:
    """Whether an entitlement is a reservation: its type is ReservedInstance, or has it in its name."""
    return "reservedinstance" in item.type.casefold()


def ordered_holdings(orders: tuple[Order, ...]) -> frozenset[str]:
    """Keys of subscriptions and software that a line with a quantity of an order which is not cancelled names.

    A missing one of them is not gone.
    """
    return frozenset(
        subscription_key(line.subscription_id) if line.subscription_id else software_key(order, line)
        for order in orders
        if plain(order.status) not in (CANCELLED, "error")
        for line in order.lines
        if line.quantity != 0
    )


def software_key(order: Order, line: OrderLine) -> str:
    """The key of perpetual software: its order and line."""
    return f"order:{order.id.casefold()}/{line.number}"
