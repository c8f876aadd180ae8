"""Subscription bodies: what each kind shows and how it writes it.

Source: "Subscription resources" and the samples of its how-to pages: legacy items carry an etag and upper-case
GUIDs and no productType; new-commerce items carry no etag; marketplace items an empty one and +00:00 dates.
"""

import base64
import json
from datetime import datetime

from local.simulator.knobs import Knobs
from local.simulator.messages import Json
from local.simulator.rules.conditions import in_window
from local.simulator.rules.seats import refundable
from local.simulator.tenant.kinds import Kind, Status
from local.simulator.tenant.subscription import NextTerm, ScheduledAction, Subscription
from local.simulator.times import iso, iso7, iso7_offset, iso_midnight
from local.simulator.wire.shapes import link, product_links, without_none

_LEGACY = frozenset({Kind.LEGACY_LICENCE, Kind.LEGACY_AZURE})
_PRODUCT_TYPES: dict[Kind, tuple[str, str | None]] = {
    Kind.NCE_LICENCE: ("OnlineServicesNCE", None),
    Kind.NCE_TRIAL: ("OnlineServicesNCE", None),
    Kind.SOFTWARE_SUBSCRIPTION: ("Software", None),
    Kind.AZURE_PLAN: ("Azure", "Azure"),
    Kind.SAVINGS_PLAN: ("Azure", "SavingsPlan"),
}
_UNITS = {
    Kind.LEGACY_AZURE: ("Usage-based", "usage"),
    Kind.AZURE_PLAN: ("Usage-based", "usage"),
    Kind.SAVINGS_PLAN: ("Benefit", "benefit"),
    Kind.MARKETPLACE: ("License(s)", "license"),
}
_OPEN_END = "9999-12-10T00:00:00Z"


def etag(subscription: Subscription) -> str | None:
    """The etag of a legacy subscription; "" for the marketplace; None for the rest."""
    if subscription.kind in _LEGACY:
        content = json.dumps({"id": subscription.id, "version": subscription.version}, separators=(",", ":"))
        return base64.b64encode(content.encode()).decode()
    return "" if subscription.kind is Kind.MARKETPLACE else None


def subscription_body(
    one: Subscription, country: str, knobs: Knobs, now: datetime, in_addon_list: bool = False
) -> Json:
    """The resource. Items of the add-ons list are documented without their parent's id."""
    legacy = one.kind in _LEGACY
    upper = legacy and knobs.upper_case_legacy_ids

    def shown(id_: str) -> str:
        return id_.upper() if upper else id_

    unit, billing = _UNITS.get(one.kind, ("Licenses", "license"))
    return without_none(
        (
            ("id", shown(one.id)),
            ("entitlementId", one.azure_subscription_id),
            ("offerId", shown(one.offer_id)),
            ("offerName", one.name),
            ("friendlyName", one.friendly_name or one.name),
            ("productType", _product_type(one.kind)),
            ("quantity", one.quantity),
            ("unitType", unit),
            ("parentSubscriptionId", shown(one.parent_id) if one.parent_id and not in_addon_list else None),
            ("hasPurchasableAddons", None if legacy else False),
            *_dates(one, knobs, now),
            ("status", _status(one, knobs)),
            ("suspensionReasons", _suspension_reasons(one)),
            ("autoRenewEnabled", one.auto_renew),
            ("isTrial", None if one.kind is Kind.LEGACY_AZURE else one.kind is Kind.NCE_TRIAL),
            ("billingType", billing),
            ("billingCycle", None if one.kind is Kind.LEGACY_AZURE else one.billing_cycle),
            *_modern(one, knobs, now),
            *_schedule(one, knobs),
            ("partnerId", one.partner_id if one.partner_id or not legacy else None),
            ("contractType", "subscription"),
            ("links", _links(one, country, shown(one.id), upper, in_addon_list)),
            ("publisherName", None if legacy else one.publisher),
            *_savings_plan(one),
            ("orderId", shown(one.order_id)),
            ("attributes", without_none((("etag", etag(one)), ("objectType", "Subscription")))),
        )
    )


def next_term_body(plan: NextTerm | None) -> Json:
    """scheduledNextTermInstructions, or None."""
    if plan is None:
        return None
    product = without_none(
        (
            ("productId", plan.product_id),
            ("skuId", plan.sku_id),
            ("availabilityId", plan.availability_id),
            ("billingCycle", plan.billing_cycle),
            ("termDuration", plan.term_duration),
            ("promotionId", plan.promotion_id),
        )
    )
    return without_none(
        (("product", product), ("quantity", plan.quantity), ("customTermEndDate", plan.custom_term_end))
    )


def _product_type(kind: Kind) -> Json:
    if kind not in _PRODUCT_TYPES:
        return None
    name, sub_type = _PRODUCT_TYPES[kind]
    body: dict[str, Json] = {"id": name, "displayName": name}
    if sub_type is not None:
        body["subType"] = {"id": sub_type, "displayName": sub_type}
    return body


def _status(one: Subscription, knobs: Knobs) -> str:
    if one.kind is Kind.MARKETPLACE and one.status is Status.PENDING:
        return knobs.pending_marketplace_status
    return one.status


def _suspension_reasons(one: Subscription) -> Json:
    """Read-only, of a suspended one; its words are documented nowhere."""
    return list(one.suspension_reasons) if one.suspension_reasons and one.status is Status.SUSPENDED else None


def _dates(one: Subscription, knobs: Knobs, now: datetime) -> tuple[tuple[str, Json], ...]:
    ends = one.term_ends_at
    if one.kind is Kind.MARKETPLACE:
        return (
            ("creationDate", iso7(one.created_at)),
            ("effectiveStartDate", iso7_offset(one.term_started_at)),
            ("commitmentEndDate", iso7_offset(ends) if ends else _OPEN_END),
            ("cancellationAllowedUntilDate", _cancel_until(one, now) if _shows("date", knobs) else None),
        )
    if one.kind in _LEGACY:
        return (
            ("creationDate", iso7(one.created_at)),
            ("effectiveStartDate", iso_midnight(one.term_started_at)),
            ("commitmentEndDate", iso_midnight(ends) if ends else _OPEN_END),
            ("commitmentEndDateTime", iso_midnight(ends) if ends else None),
        )
    return (
        ("creationDate", iso7(one.created_at)),
        ("effectiveStartDate", iso7(one.term_started_at)),
        ("commitmentEndDate", iso_midnight(ends) if ends else _OPEN_END),
        ("commitmentEndDateTime", iso(ends) if ends else None),
        ("cancellationAllowedUntilDate", _cancel_until(one, now) if _shows("date", knobs) else None),
        ("billingCycleEndDate", iso_midnight(ends) if ends else None),
        ("billingCycleEndDateTime", iso(ends) if ends else None),
    )


def _cancel_until(one: Subscription, now: datetime) -> str | None:
    if one.status not in {Status.ACTIVE, Status.SUSPENDED} or not in_window(one, now):
        return None  # absent means: not cancellable now
    return iso(one.cancel_until) if one.cancel_until else None


def _shows(place: str, knobs: Knobs) -> bool:
    """Whether an open window shows there."""
    return knobs.window_shows in {"everywhere", place}


def _modern(one: Subscription, knobs: Knobs, now: datetime) -> tuple[tuple[str, Json], ...]:
    if one.kind in _LEGACY:
        return ()
    until = _cancel_until(one, now)
    licence = one.kind in {Kind.NCE_LICENCE, Kind.NCE_TRIAL}
    refunds, units = _shows("refundOptions", knobs), bool(licence or one.added_seats)
    needs_activation = one.kind is Kind.MARKETPLACE and one.status is Status.PENDING
    return (
        ("termDuration", one.term_duration if one.kind is not Kind.AZURE_PLAN else None),
        ("renewalTermDuration", "" if one.kind is not Kind.MARKETPLACE else None),
        ("refundOptions", [{"type": "Full", "expiresAt": until}] if until and refunds else None),
        ("refundableQuantity", _refundable(one, now) if units and _shows("refundableQuantity", knobs) else None),
        ("isMicrosoftProduct", one.kind is not Kind.MARKETPLACE),
        ("attentionNeeded", needs_activation),
        ("actionTaken", False),
        ("actions", (["edit", "cancel"] if until else ["edit"]) if licence and _shows("action", knobs) else None),
    )


def _refundable(one: Subscription, now: datetime) -> Json:
    open_now = refundable(one, now)
    details: list[Json] = [{"quantity": part.quantity, "allowedUntilDateTime": iso(part.until)} for part in open_now]
    return {"totalQuantity": sum(part.quantity for part in open_now), "details": details}


def _schedule(one: Subscription, knobs: Knobs) -> tuple[tuple[str, Json], ...]:
    camel, shown = knobs.scheduled_actions_case == "camel", knobs.scheduled_actions == "known"
    actions = [_action_body(entry, camel) for entry in one.scheduled_actions] if shown else []
    return (
        ("scheduledNextTermInstructions", next_term_body(one.next_term)),
        ("nextChargeInstructions", next_term_body(one.next_charge)),
        ("scheduledActions", actions or None),
    )


def _action_body(entry: ScheduledAction, camel: bool) -> Json:
    def cased(value: str) -> str:
        return value[:1].lower() + value[1:] if camel else value

    effective = iso(entry.effective_at) if entry.effective_at else None
    return without_none(
        (
            ("scheduleType", cased(entry.schedule_type)),
            ("actionType", cased(entry.action_type)),
            ("effectiveDate", effective),
        )
    )


def _links(one: Subscription, country: str, shown_id: str, upper: bool, in_addon_list: bool) -> Json:
    base = f"/customers/{one.customer_id}/subscriptions"
    if one.kind in _LEGACY:
        offer = one.offer_id.upper() if upper else one.offer_id
        links: dict[str, Json] = {"offer": link(f"/offers/{offer}?country={country}")}
    else:
        links = product_links(one.offer_id, country)
    if one.parent_id is not None and not in_addon_list:
        parent = one.parent_id.upper() if upper else one.parent_id
        links["parentSubscription"] = link(f"{base}/{parent}")
    links["self"] = link(f"{base}/{shown_id}")
    return links


def _savings_plan(one: Subscription) -> tuple[tuple[str, Json], ...]:
    if one.kind is not Kind.SAVINGS_PLAN:
        return ()
    item = {
        "id": one.savings_plan_id,
        "friendlyName": one.friendly_name or one.name,
        "scope": {"type": "single", "entitlementId": one.savings_order_id},
        "autoRenewEnabled": one.auto_renew,
        "status": one.status,
        "purchaseCommitment": {"amount": one.commitment_per_hour, "currency": "usd", "grain": "Hourly"},
    }
    return (("lineItems", [item]), ("productOrderId", one.savings_order_id))
