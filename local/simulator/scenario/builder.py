"""Scenarios in a few words, for tests: ``scenario(customer("Contoso", nce(), legacy()), strict_nce=False)``."""

from typing import Any

from local.simulator.knobs import Knobs
from local.simulator.scenario.models import (
    AzureSubscriptionSpec,
    CustomerSpec,
    GdapSpec,
    LineSpec,
    OrderSpec,
    PartnerSpec,
    PerpetualSpec,
    ReservationSpec,
    Scenario,
    SubscriptionSpec,
    TransferSpec,
)
from local.simulator.tenant.kinds import Kind, OrderStatus

Holding = SubscriptionSpec | ReservationSpec | PerpetualSpec | OrderSpec | GdapSpec | TransferSpec
_PLACES: dict[type, str] = {
    SubscriptionSpec: "subscriptions",
    ReservationSpec: "reservations",
    PerpetualSpec: "perpetual_software",
    OrderSpec: "orders",
    GdapSpec: "gdap",
    TransferSpec: "transfers",
}


def scenario(*customers: CustomerSpec, partner: PartnerSpec | None = None, **knobs: Any) -> Scenario:
    """A scenario; keyword arguments are knobs by their Python names."""
    return Scenario(partner=partner or PartnerSpec(), knobs=Knobs(**knobs), customers=customers)


def customer(name: str, *holdings: Holding, **fields: Any) -> CustomerSpec:
    """A customer with its holdings in any order; keyword arguments are fields of the customer."""
    sorted_out: dict[str, Any] = {}
    for one in holdings:
        place = _PLACES[type(one)]
        sorted_out[place] = (*sorted_out.get(place, ()), one)
    return CustomerSpec(name=name, **sorted_out, **fields)


def nce(**fields: Any) -> SubscriptionSpec:
    """A new-commerce licence, two days into an annual term unless told otherwise."""
    return SubscriptionSpec(kind=Kind.NCE_LICENCE, **fields)


def nce_past_window(term_ends: str = "+P200D", **fields: Any) -> SubscriptionSpec:
    """A new-commerce licence whose cancellation window has closed."""
    return nce(term_ends=term_ends, **fields)


def trial(**fields: Any) -> SubscriptionSpec:
    """A new-commerce trial."""
    return SubscriptionSpec(kind=Kind.NCE_TRIAL, **fields)


def extended(**fields: Any) -> SubscriptionSpec:
    """A licence in its extended service term."""
    return nce(**{"started": "-P5D", "extended": True} | fields)


def legacy(**fields: Any) -> SubscriptionSpec:
    """A legacy licence."""
    return SubscriptionSpec(kind=Kind.LEGACY_LICENCE, **{"started": "-P100D"} | fields)


def legacy_azure(**fields: Any) -> SubscriptionSpec:
    """A legacy Azure subscription (MS-AZR-0145P)."""
    return SubscriptionSpec(kind=Kind.LEGACY_AZURE, **fields)


def azure_plan(active: int = 1, inactive: int = 0, **fields: Any) -> SubscriptionSpec:
    """An Azure plan with so many active and inactive Azure subscriptions."""
    children = [AzureSubscriptionSpec(name=f"Azure {number}") for number in range(active)]
    children += [
        AzureSubscriptionSpec.model_validate({"name": f"Azure off {number}", "status": "inactive"})
        for number in range(inactive)
    ]
    return SubscriptionSpec(kind=Kind.AZURE_PLAN, azure_subscriptions=tuple(children), **fields)


def software(**fields: Any) -> SubscriptionSpec:
    """A software subscription."""
    return SubscriptionSpec(kind=Kind.SOFTWARE_SUBSCRIPTION, **fields)


def marketplace(**fields: Any) -> SubscriptionSpec:
    """A commercial marketplace SaaS subscription, one day into its term."""
    return SubscriptionSpec(kind=Kind.MARKETPLACE, **{"started": "-P1D"} | fields)


def savings_plan(**fields: Any) -> SubscriptionSpec:
    """An Azure savings plan."""
    return SubscriptionSpec(kind=Kind.SAVINGS_PLAN, **{"started": "-P90D"} | fields)


def reservation(**fields: Any) -> ReservationSpec:
    """An Azure reservation."""
    return ReservationSpec(**fields)


def perpetual(**fields: Any) -> PerpetualSpec:
    """An order of perpetual software, five days old."""
    return PerpetualSpec(**fields)


def order(status: OrderStatus = OrderStatus.PENDING, *lines: LineSpec, **fields: Any) -> OrderSpec:
    """An order on its own."""
    return OrderSpec(status=status, lines=lines or (LineSpec(),), **fields)


def gdap(**fields: Any) -> GdapSpec:
    """A granular delegated admin relationship."""
    return GdapSpec(**fields)


def transfer(*subscriptions: str, **fields: Any) -> TransferSpec:
    """A transfer of subscriptions (by id or name)."""
    return TransferSpec(subscriptions=subscriptions, **fields)
