"""From what the services say to holdings: which kind a record is and which state it is in.

`productType.id` "Azure" stands for Azure plans and savings plans alike, so the offer id prefix, the unit type and the
sub-type decide (Partner Center subscription resources). An unknown word never becomes a safe state (I8).
"""

from __future__ import annotations

import re
from datetime import timedelta

from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.domain.holdings.records import AzureSubscription, Refundable, Reservation, SavingsPlan, Subscription
from shared.domain.holdings.windows import SEVEN_DAYS, SeatWindow, WindowSigns, latest_start, months_of
from shared.domain.holdings.words import CANCELLED, azure_status, plain

AZURE_PLAN_OFFER = "DZH318Z0BPS6"
SAVINGS_PLAN_OFFER = "DZH318Z09V6F"
LEGACY_AZURE_OFFER = re.compile(r"^MS-AZR-\d{4}P$", re.IGNORECASE)
GUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", re.IGNORECASE)
NCE_OFFER = re.compile(r"^[A-Z0-9]{12}:[A-Z0-9]{4}(:[A-Z0-9]{12})?$", re.IGNORECASE)

SUBSCRIPTION_STATUSES = {
    **{word: HoldingStatus(word) for word in ("active", "pending", "suspended", "expired", "disabled", "deleted")},
    # The portal's life-cycle page says Canceled where the API says deleted.
    CANCELLED: HoldingStatus.DELETED,
}
AZURE_KINDS = frozenset({HoldingKind.AZURE_PLAN, HoldingKind.LEGACY_AZURE})
ENDS_WITHOUT_RENEWAL = frozenset({HoldingKind.SOFTWARE_SUBSCRIPTION, HoldingKind.MARKETPLACE})
"""No paid extended service term exists for these: auto-renew off ends them (extended service terms, out of scope)."""
WINDOWS = {HoldingKind.MARKETPLACE: timedelta(hours=72)}
"""From the start of each term; seven days for everything else (new-commerce cancellation policy)."""
MARKETPLACE_YEARLY = timedelta(days=14)
"""What an older page says of terms longer than a month."""
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
    """The holding of a subscription; `active_children` counts a plan's Azure subscriptions that have not ended."""
    kind = subscription_kind(record)
    return Holding(
        key=subscription_key(record.id),
        kind=kind,
        id=record.id,
        name=record.name or record.offer_id,
        status=subscription_status(record),
        raw_status=record.status,
        quantity=record.quantity,
        parent_id=record.parent_id,
        order_id=record.order_id,
        term_end=record.term_end,
        cancellable_until=record.cancellable_until,
        signs=_signs(record, kind),
        auto_renew=record.auto_renew,
        ends_at_term=record.auto_renew is False and (kind in ENDS_WITHOUT_RENEWAL or _cancel_recorded(record)),
        next_term=record.next_term,
        active_children=active_children,
        reseller=record.reseller,
        note="Microsoft shows it as needing action" if record.attention_needed else "",
        image=record.image,
    )


def _signs(record: Subscription, kind: HoldingKind) -> WindowSigns:
    months = months_of(record.term_duration)
    window = WINDOWS.get(kind, SEVEN_DAYS)
    yearly_software = kind is HoldingKind.MARKETPLACE and months != 1
    refundable = record.refundable or Refundable(0)
    ends = sorted(until for quantity, until in refundable.details if quantity and until is not None)
    return WindowSigns(
        refunds_until=record.refunds_until,
        units_refundable=refundable.total > 0 and refundable.total == record.quantity,
        units_until=ends[0] if ends else None,
        cancel_listed="cancel" in {word.casefold() for word in record.allowed},
        term_started=latest_start(record.started_at, record.created_at, record.term_end, months),
        window=window,
        longest_window=MARKETPLACE_YEARLY if yearly_software else window,
        any_day=months == 1 and _extends(record),
        seats=tuple(SeatWindow(quantity, until) for quantity, until in refundable.details),
    )


def _extends(record: Subscription) -> bool:
    """A month that follows month after month, as an extended service term does, by what is planned at its end."""
    return any(item.action_type.casefold() == "renewtoextendedserviceterm" for item in record.scheduled_actions)


def subscription_status(record: Subscription) -> HoldingStatus:
    """The state of a subscription; an Azure plan and legacy Azure may show Azure's own words for a running one."""
    word = plain(record.status)
    status = SUBSCRIPTION_STATUSES.get(word, HoldingStatus.UNKNOWN)
    if status is HoldingStatus.UNKNOWN and subscription_kind(record) in AZURE_KINDS:
        return HoldingStatus.ACTIVE if azure_status(word) is HoldingStatus.ACTIVE else status
    return status


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
    return Holding(
        key=f"azure:{record.plan_id.lower()}/{record.id.lower()}",
        kind=HoldingKind.AZURE_SUBSCRIPTION,
        id=record.id,
        name=record.name,
        status=azure_status(record.status),
        raw_status=record.status,
        parent_id=record.plan_id,
        reseller=reseller,
    )


def reservation_holding(record: Reservation) -> Holding:
    """The holding of an Azure reservation, by its provisioning state (Microsoft.Capacity 2022-11-01)."""
    word = plain(record.state)
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
    word = plain(record.state)
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
