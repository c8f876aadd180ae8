"""From what the services say to holdings: which kind a record is and which state it is in.

`productType.id` "Azure" stands for Azure plans and savings plans alike, so the offer id prefix, the unit type and the
sub-type decide (Partner Center subscription resources). An unknown word never becomes a safe state (I8).
"""

from __future__ import annotations

import re

from shared.domain.holdings import Holding, HoldingKind, HoldingStatus
from shared.domain.partner import AzureSubscription, Reservation, SavingsPlan, Subscription

AZURE_PLAN_OFFER = "DZH318Z0BPS6"
SAVINGS_PLAN_OFFER = "DZH318Z09V6F"
LEGACY_AZURE_OFFER = re.compile(r"^MS-AZR-\d{4}P$", re.IGNORECASE)
GUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)
NCE_OFFER = re.compile(r"^[A-Z0-9]{12}:[A-Z0-9]{4}(:[A-Z0-9]{12})?$", re.IGNORECASE)

SUBSCRIPTION_STATUSES = {
    word: HoldingStatus(word) for word in ("active", "pending", "suspended", "expired", "disabled", "deleted")
}
ENDS_WITHOUT_RENEWAL = frozenset({HoldingKind.SOFTWARE_SUBSCRIPTION, HoldingKind.MARKETPLACE})
"""No paid extended service term exists for these: auto-renew off ends them (extended service terms, out of scope)."""
RESERVATION_LIVE = frozenset({"created", "succeeded"})
RESERVATION_COMING = frozenset(
    {"creating", "pendingresourcehold", "confirmedresourcehold", "pendingbilling", "confirmedbilling"}
)
"""Not there yet: a return now would be refused with OperationCannotBePerformedInCurrentState."""
RESERVATION_OVER = {
    "cancelled": HoldingStatus.CANCELLED,
    "expired": HoldingStatus.EXPIRED,
    "failed": HoldingStatus.CANCELLED,
    "billingfailed": HoldingStatus.UNKNOWN,
    "split": HoldingStatus.CANCELLED,
    "merged": HoldingStatus.CANCELLED,
}


def subscription_kind(record: Subscription) -> HoldingKind:
    """Which kind a subscription is; UNKNOWN when nothing settles it."""
    offer = record.offer_id.upper()
    product = (record.product_type or "").casefold()
    if offer.startswith(AZURE_PLAN_OFFER):
        return HoldingKind.AZURE_PLAN
    if offer.startswith(SAVINGS_PLAN_OFFER) or (record.product_subtype or "").casefold() == "savingsplan":
        return HoldingKind.SAVINGS_PLAN
    if (record.unit_type or "").casefold() == "benefit" or (record.billing_type or "").casefold() == "benefit":
        return HoldingKind.SAVINGS_PLAN
    if LEGACY_AZURE_OFFER.match(offer):
        return HoldingKind.LEGACY_AZURE
    if record.is_microsoft_product is False:
        return HoldingKind.MARKETPLACE
    if product == "software":
        return HoldingKind.SOFTWARE_SUBSCRIPTION
    if product == "onlineservicesnce" or (not product and NCE_OFFER.match(offer)):
        return HoldingKind.TRIAL if record.is_trial else HoldingKind.NCE_LICENCE
    if not product and GUID.match(offer):
        return HoldingKind.LEGACY_LICENCE
    return HoldingKind.UNKNOWN


def subscription_holding(record: Subscription, active_children: int = 0) -> Holding:
    """The holding of a subscription; `active_children` counts a plan's Azure subscriptions that are not inactive."""
    status, kind = SUBSCRIPTION_STATUSES.get(record.status.casefold(), HoldingStatus.UNKNOWN), subscription_kind(record)
    return Holding(
        key=subscription_key(record.id),
        kind=kind,
        id=record.id,
        name=record.name or record.offer_id,
        status=status,
        raw_status=record.status,
        quantity=record.quantity,
        parent_id=record.parent_id,
        order_id=record.order_id,
        term_end=record.term_end,
        cancellable_until=record.cancellable_until,
        auto_renew=record.auto_renew,
        ends_at_term=record.auto_renew is False and (kind in ENDS_WITHOUT_RENEWAL or _cancel_recorded(record)),
        active_children=active_children,
        reseller=record.reseller,
        note="Microsoft shows it as needing action" if record.attention_needed else "",
        image=record.image,
    )


def subscription_key(subscription_id: str) -> str:
    """The key of a subscription."""
    return f"subscription:{subscription_id.lower()}"


def _cancel_recorded(record: Subscription) -> bool:
    at_term_end = {
        action.action_type.casefold()
        for action in record.scheduled_actions
        if action.schedule_type.casefold() == "termend"
    }
    return at_term_end == {"cancel"}


def azure_holding(record: AzureSubscription, reseller: str | None = None) -> Holding:
    """The holding of an Azure subscription below a plan (`azureEntitlements`); it belongs to the plan's reseller."""
    known = {"active": HoldingStatus.ACTIVE, "inactive": HoldingStatus.INACTIVE}
    return Holding(
        key=f"azure:{record.plan_id.lower()}/{record.id.lower()}",
        kind=HoldingKind.AZURE_SUBSCRIPTION,
        id=record.id,
        name=record.name,
        status=known.get(record.status.casefold(), HoldingStatus.UNKNOWN),
        raw_status=record.status,
        parent_id=record.plan_id,
        reseller=reseller,
    )


def reservation_holding(record: Reservation) -> Holding:
    """The holding of an Azure reservation, by its provisioning state (Microsoft.Capacity 2022-11-01)."""
    word = record.state.casefold()
    if word in RESERVATION_COMING:
        status = HoldingStatus.PENDING
    else:
        status = HoldingStatus.ACTIVE if word in RESERVATION_LIVE else RESERVATION_OVER.get(word, HoldingStatus.UNKNOWN)
    return Holding(
        key=f"reservation:{record.order_id.lower()}/{record.id.lower()}",
        kind=HoldingKind.RESERVATION,
        id=record.id,
        name=record.name,
        status=status,
        raw_status=record.state,
        quantity=record.quantity,
        parent_id=record.order_id,
        term_end=record.expires_at,
        auto_renew=record.renew,
    )


def savings_plan_holding(record: SavingsPlan) -> Holding:
    """The holding of a savings plan that Azure lists (bought outside of Partner Center too)."""
    word = record.state.casefold()
    live = {"creating", "pendingbilling", "confirmedbilling", "created", "succeeded"}
    status = HoldingStatus.ACTIVE if word in live else RESERVATION_OVER.get(word, HoldingStatus.UNKNOWN)
    return Holding(
        key=f"savingsplan:{record.id.lower()}",
        kind=HoldingKind.SAVINGS_PLAN,
        id=record.id,
        name=record.name,
        status=status,
        raw_status=record.state,
        parent_id=record.order_id,
        term_end=record.expires_at,
        auto_renew=record.renew,
    )
