"""Customers for tests, by what they hold."""

from __future__ import annotations

from local.simulator.scenario.models import (
    AzureSubscriptionSpec,
    CustomerSpec,
    GdapSpec,
    PerpetualSpec,
    ReservationSpec,
    SubscriptionSpec,
)
from local.simulator.tenant.kinds import Kind, Status


def legacy(name: str = "Legacy E3", status: Status = Status.ACTIVE) -> SubscriptionSpec:
    return SubscriptionSpec(kind=Kind.LEGACY_LICENCE, name=name, status=status)


def nce(name: str = "Business Basic", started: str = "-P2D", term: str = "P1Y", **fields: object) -> SubscriptionSpec:
    return SubscriptionSpec(kind=Kind.NCE_LICENCE, name=name, started=started, term=term, **fields)  # type: ignore[arg-type]


def late(name: str = "Business Premium", ends: str = "+P40D", **fields: object) -> SubscriptionSpec:
    """An NCE licence outside its cancellation window."""
    return SubscriptionSpec(kind=Kind.NCE_LICENCE, name=name, started="-P325D", term_ends=ends, **fields)  # type: ignore[arg-type]


def azure_plan(*names: str) -> SubscriptionSpec:
    below = tuple(AzureSubscriptionSpec(name=name) for name in names)
    return SubscriptionSpec(kind=Kind.AZURE_PLAN, name="Azure plan", azure_subscriptions=below)


def trial() -> SubscriptionSpec:
    return SubscriptionSpec(kind=Kind.NCE_TRIAL, name="Visio trial", started="-P10D")


def removable(name: str = "Contoso Bakery") -> CustomerSpec:
    """One of everything that can be ended today."""
    return CustomerSpec(
        name=name,
        subscriptions=(
            legacy(),
            nce("Base"),
            nce("Add-on", parent="Base"),
            trial(),
            azure_plan("Production", "Test"),
        ),
        reservations=(ReservationSpec(),),
        perpetual_software=(PerpetualSpec(),),
        gdap=(GdapSpec(),),
    )


def waiting(name: str = "Fabrikam Logistics") -> CustomerSpec:
    """Has to wait for a term end."""
    return CustomerSpec(name=name, subscriptions=(nce(), late(), legacy()))


def empty(name: str = "Tailspin Toys") -> CustomerSpec:
    return CustomerSpec(name=name)
