"""Software, marketplace, orders, delegated admin relationships, transfers."""

from typing import Any

from local.simulator.scenario.models import (
    GdapSpec,
    LineSpec,
    OrderSpec,
    PerpetualSpec,
    SubscriptionSpec,
    TransferSpec,
)
from local.simulator.tenant.kinds import GdapStatus, Kind, OrderStatus, Status, TransferStatus


def software(**fields: Any) -> SubscriptionSpec:
    """A software subscription in its window."""
    return SubscriptionSpec(kind=Kind.SOFTWARE_SUBSCRIPTION, **fields)


def software_past_window(started: str = "-P8D", **fields: Any) -> SubscriptionSpec:
    """A software subscription that can no longer be cancelled."""
    return software(started=started, **fields)


def software_suspended(**fields: Any) -> SubscriptionSpec:
    """Suspended in its window."""
    return software(status=Status.SUSPENDED, **fields)


def software_suspended_past_window(started: str = "-P8D", **fields: Any) -> SubscriptionSpec:
    """Suspended after its window."""
    return software(started=started, status=Status.SUSPENDED, **fields)


def marketplace(**fields: Any) -> SubscriptionSpec:
    """A commercial marketplace SaaS subscription, one day into a monthly term."""
    return SubscriptionSpec(kind=Kind.MARKETPLACE, **{"started": "-P1D"} | fields)


def marketplace_past_window(annual: bool = False, started: str = "-P4D", **fields: Any) -> SubscriptionSpec:
    """Marketplace SaaS after its 72 hours, monthly or annual."""
    return marketplace(**{"started": started, "term": "P1Y" if annual else "P1M"} | fields)


def marketplace_suspended(**fields: Any) -> SubscriptionSpec:
    """Suspended in its window."""
    return marketplace(status=Status.SUSPENDED, **fields)


def marketplace_suspended_past_window(annual: bool = False, **fields: Any) -> SubscriptionSpec:
    """Suspended after its window."""
    return marketplace_past_window(annual, status=Status.SUSPENDED, **fields)


def marketplace_pending(**fields: Any) -> SubscriptionSpec:
    """Waits for its activation with the publisher: 400/800081."""
    return marketplace(status=Status.PENDING, **fields)


def perpetual(**fields: Any) -> PerpetualSpec:
    """An order of perpetual software, five days old: its order can be cancelled."""
    return PerpetualSpec(**fields)


def perpetual_past_window(bought: str = "-P31D", **fields: Any) -> PerpetualSpec:
    """Perpetual software that is the customer's for good."""
    return perpetual(bought=bought, **fields)


def perpetual_cancelled(**fields: Any) -> PerpetualSpec:
    """Perpetual software whose order was cancelled."""
    return perpetual(cancelled=True, **fields)


def order(status: OrderStatus = OrderStatus.PENDING, *lines: LineSpec, **fields: Any) -> OrderSpec:
    """An order on its own."""
    return OrderSpec(status=status, lines=lines or (LineSpec(),), **fields)


def gdap(**fields: Any) -> GdapSpec:
    """A granular delegated admin relationship, active unless told otherwise."""
    return GdapSpec(**fields)


def gdap_ended(status: GdapStatus = GdapStatus.TERMINATED, **fields: Any) -> GdapSpec:
    """One that is terminated or expired."""
    return gdap(status=status, **fields)


def transfer(*subscriptions: str, **fields: Any) -> TransferSpec:
    """A transfer of subscriptions (by id or name) to another partner, open unless told otherwise."""
    return TransferSpec(subscriptions=subscriptions, **fields)


def transfer_settled(*subscriptions: str, status: TransferStatus = TransferStatus.COMPLETE) -> TransferSpec:
    """A transfer that is over; what it names is still here, so name nothing for one that truly completed."""
    return transfer(*subscriptions, status=status)
