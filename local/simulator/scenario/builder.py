"""Scenarios in a few words, for tests: ``scenario(customer("Contoso", nce(), legacy()), strict_nce=False)``."""

from typing import Any

from local.simulator.knobs import Knobs
from local.simulator.scenario.holdings.azure import (
    azure_plan,
    azure_plan_ended,
    azure_plan_idle,
    azure_plan_of,
    azure_plan_suspended,
    legacy_azure,
    legacy_azure_suspended,
    reservation,
    reservation_ended,
    reservation_not_refundable,
    reservation_outside,
    reservation_pending,
    reservation_split,
    reservations_together,
    savings_plan,
    savings_plan_ended,
)
from local.simulator.scenario.holdings.licences import (
    add_on,
    extended,
    legacy,
    legacy_add_on,
    legacy_deleted,
    legacy_locked,
    legacy_suspended,
    nce,
    nce_busy,
    nce_deleted,
    nce_disabled,
    nce_drifting,
    nce_ending,
    nce_expired,
    nce_expiring,
    nce_past_window,
    nce_pending,
    nce_renewing,
    nce_suspended,
    nce_suspended_past_window,
    nce_worn_out,
    trial,
)
from local.simulator.scenario.holdings.purchases import (
    gdap,
    gdap_ended,
    marketplace,
    marketplace_past_window,
    marketplace_pending,
    marketplace_suspended,
    marketplace_suspended_past_window,
    order,
    perpetual,
    perpetual_cancelled,
    perpetual_past_window,
    software,
    software_past_window,
    software_suspended,
    software_suspended_past_window,
    transfer,
    transfer_settled,
)
from local.simulator.scenario.holdings.refusals import refused
from local.simulator.scenario.models import (
    CustomerSpec,
    GdapSpec,
    OrderSpec,
    PartnerSpec,
    PerpetualSpec,
    RefusalSpec,
    ReservationSpec,
    Scenario,
    SubscriptionSpec,
    TransferSpec,
)

__all__ = [
    "Holding",
    "add_on",
    "azure_plan",
    "azure_plan_ended",
    "azure_plan_idle",
    "azure_plan_of",
    "azure_plan_suspended",
    "customer",
    "extended",
    "gdap",
    "gdap_ended",
    "legacy",
    "legacy_add_on",
    "legacy_azure",
    "legacy_azure_suspended",
    "legacy_deleted",
    "legacy_locked",
    "legacy_suspended",
    "marketplace",
    "marketplace_past_window",
    "marketplace_pending",
    "marketplace_suspended",
    "marketplace_suspended_past_window",
    "nce",
    "nce_busy",
    "nce_deleted",
    "nce_disabled",
    "nce_drifting",
    "nce_ending",
    "nce_expired",
    "nce_expiring",
    "nce_past_window",
    "nce_pending",
    "nce_renewing",
    "nce_suspended",
    "nce_suspended_past_window",
    "nce_worn_out",
    "order",
    "partner",
    "perpetual",
    "perpetual_cancelled",
    "perpetual_past_window",
    "refused",
    "reservation",
    "reservation_ended",
    "reservation_not_refundable",
    "reservation_outside",
    "reservation_pending",
    "reservation_split",
    "reservations_together",
    "savings_plan",
    "savings_plan_ended",
    "scenario",
    "software",
    "software_past_window",
    "software_suspended",
    "software_suspended_past_window",
    "transfer",
    "transfer_settled",
    "trial",
]

Holding = SubscriptionSpec | ReservationSpec | PerpetualSpec | OrderSpec | GdapSpec | TransferSpec | RefusalSpec
_PLACES: dict[type, str] = {
    SubscriptionSpec: "subscriptions",
    ReservationSpec: "reservations",
    PerpetualSpec: "perpetual_software",
    OrderSpec: "orders",
    GdapSpec: "gdap",
    TransferSpec: "transfers",
    RefusalSpec: "refusals",
}


def scenario(*customers: CustomerSpec, partner: PartnerSpec | None = None, **knobs: Any) -> Scenario:
    """A scenario; keyword arguments are knobs by their Python names."""
    return Scenario(partner=partner or PartnerSpec(), knobs=Knobs(**knobs), customers=customers)


def partner(**fields: Any) -> PartnerSpec:
    """The partner: direct, an indirect provider (resellers=…), or an indirect reseller (providers=…)."""
    return PartnerSpec(**fields)


def customer(name: str, *holdings: Holding, **fields: Any) -> CustomerSpec:
    """A customer with its holdings in any order; keyword arguments are fields of the customer."""
    sorted_out: dict[str, Any] = {}
    for one in holdings:
        place = _PLACES[type(one)]
        sorted_out[place] = (*sorted_out.get(place, ()), one)
    return CustomerSpec(name=name, **sorted_out, **fields)
