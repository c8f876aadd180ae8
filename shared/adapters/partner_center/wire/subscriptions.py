"""Subscriptions (subscription resources): licences, trials, add-ons, Azure plans, software, marketplace."""

from __future__ import annotations

from datetime import datetime, time

from shared.adapters.http.moments import OPEN_ENDED_YEAR, end_of_day
from shared.adapters.http.record import Record
from shared.adapters.partner_center.images import as_image
from shared.adapters.partner_center.wire.next_terms import next_term
from shared.adapters.partner_center.wire.window_signs import window_signs
from shared.domain.holdings.records import ScheduledAction, Subscription


def subscription(record: Record) -> Subscription:
    """One subscription. An absent status or offer is "", which the classification takes as unknown, so it blocks."""
    product = record.child("productType")
    return Subscription(
        id=record.required("id"),
        offer_id=record.text("offerId") or "",
        name=record.text("friendlyName") or record.text("offerName") or "",
        status=record.text("status") or "",
        quantity=record.integer("quantity"),
        product_type=product.text("id"),
        product_subtype=product.child("subType").text("id"),
        unit_type=record.text("unitType"),
        billing_type=record.text("billingType"),
        is_trial=record.flag("isTrial"),
        is_microsoft_product=record.flag("isMicrosoftProduct"),
        parent_id=record.reference("parentSubscriptionId"),
        order_id=record.reference("orderId"),
        auto_renew=record.flag("autoRenewEnabled"),
        term_end=term_end(record),
        cancellable_until=record.moment("cancellationAllowedUntilDate"),
        **window_signs(record),
        scheduled_actions=tuple(
            ScheduledAction(item.text("scheduleType") or "", item.text("actionType") or "")
            for item in record.children("scheduledActions")
        ),
        next_term=next_term(record),
        reseller=record.reference("partnerId") or None,
        product_order_id=record.reference("productOrderId") or None,
        attention_needed=record.flag("attentionNeeded") or False,
        image=as_image(record.raw),
    )


def term_end(record: Record) -> datetime | None:
    """The last second of the commitment, None when open-ended.

    commitmentEndDate is the last day, inclusive. commitmentEndDateTime is the exact end, except that some documented
    bodies show midnight of the last day there as well: that is read as the whole day, because a term taken for over too
    early looks like a licence that Microsoft failed to end.
    """
    exact = record.moment("commitmentEndDateTime")
    end = exact or record.moment("commitmentEndDate")
    if end is None or end.year == OPEN_ENDED_YEAR:
        return None
    return end if exact is not None and exact.time() != time.min else end_of_day(end)
