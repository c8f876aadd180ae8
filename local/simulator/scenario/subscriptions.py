"""From a subscription's description to its records."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from local.simulator.rules.terms import (
    DISABLED_FOR,
    EXPIRED_FOR,
    LEGACY_SUSPENDED_FOR,
    OPEN_ENDED,
    seats_until,
    window_end,
)
from local.simulator.scenario.catalogue import OFFERS, Offer
from local.simulator.scenario.ids import made_guid, order_number
from local.simulator.scenario.models import SeatsSpec, SubscriptionSpec
from local.simulator.tenant.kinds import ActionType, Kind, LineKind, ScheduleType, Status
from local.simulator.tenant.records import AzureEntitlement, Order, OrderLine
from local.simulator.tenant.subscription import AddedSeats, NextTerm, ScheduledAction, Subscription
from local.simulator.times import end_of_day, parse_moment, parse_period

_CLOSED = frozenset({Status.EXPIRED, Status.DISABLED, Status.DELETED})
_LEGACY = frozenset({Kind.LEGACY_LICENCE, Kind.LEGACY_AZURE})
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a holding belongs: its customer, a seed for made-up ids, and the start of the scenario."""

    customer_id: str
    seed: str
    now: datetime


def subscription_id(spec: SubscriptionSpec, place: Place) -> str:
    """The given id, or one made from the seed."""
    return spec.id or made_guid(f"{place.seed}/subscription")


def build_subscription(spec: SubscriptionSpec, place: Place, parent_id: str | None) -> Subscription:
    """The record at the start of the scenario."""
    offer = OFFERS[spec.kind]
    now, id_ = place.now, subscription_id(spec, place)
    term = "P1M" if spec.extended else spec.term or offer.term
    started, ends = _term(spec, term, now)
    cancel_until = parse_moment(spec.cancel_until, now) if spec.cancel_until else None
    if cancel_until is None:
        cancel_until = ends if spec.extended else window_end(spec.kind, started, ends)
    cancel = (ScheduledAction(ScheduleType.TERM_END, ActionType.CANCEL),)
    extend = (ScheduledAction(ScheduleType.TERM_END, ActionType.EXTEND),)
    until = spec.pending_operation_until
    return Subscription(
        id=id_,
        customer_id=place.customer_id,
        kind=spec.kind,
        status=spec.status,
        offer_id=spec.offer_id or offer.offer_id,
        name=spec.name or offer.name,
        order_id=spec.order_id or order_number(f"{place.seed}/order", legacy=spec.kind in _LEGACY),
        created_at=parse_moment(spec.bought, now) if spec.bought else started,
        term_started_at=started,
        term_ends_at=ends,
        quantity=spec.quantity,
        friendly_name=spec.friendly_name or spec.name or offer.name,
        term_duration=term,
        billing_cycle=spec.billing or offer.billing,
        auto_renew=_auto_renew(spec, offer),
        job=spec.job,
        job_until=parse_moment(spec.job_until, now) if spec.job else None,
        renewal_locked=spec.renewal_locked,
        cancel_until=None if spec.status in _CLOSED else cancel_until,
        extended=spec.extended,
        parent_id=parent_id,
        scheduled_actions=cancel if spec.scheduled_cancel else extend if spec.extended else (),
        next_term=_trial_plan(spec, offer) if spec.kind is Kind.NCE_TRIAL else None,
        pending_operation_until=parse_moment(until, now) if until else None,
        phase_ends_at=_phase_end(spec, ends, now),
        updates=spec.updates,
        suspension_reasons=spec.suspension_reasons,
        added_seats=()
        if spec.status in _CLOSED
        else tuple(added_seats(one, spec.kind, now) for one in spec.seats_added),
        partner_id=spec.partner_id,
        publisher=offer.publisher,
        azure_subscription_id=made_guid(f"{id_}/azure") if spec.kind is Kind.LEGACY_AZURE else None,
        savings_order_id=made_guid(f"{id_}/order") if spec.kind is Kind.SAVINGS_PLAN else None,
        savings_plan_id=made_guid(f"{id_}/plan") if spec.kind is Kind.SAVINGS_PLAN else None,
        commitment_per_hour=spec.commitment_per_hour if spec.kind is Kind.SAVINGS_PLAN else 0.0,
    )


def added_seats(seats: SeatsSpec, kind: Kind, now: datetime) -> AddedSeats:
    """Seats that were added later, with the window that they have."""
    until = parse_moment(seats.until, now) if seats.until else seats_until(kind, parse_moment(seats.added, now))
    return AddedSeats(seats.quantity, until)


def build_entitlements(spec: SubscriptionSpec, plan: Subscription) -> Iterator[AzureEntitlement]:
    """The Azure subscriptions under a plan."""
    for index, one in enumerate(spec.azure_subscriptions):
        id_ = one.id or made_guid(f"{plan.id}/entitlement/{index}")
        yield AzureEntitlement(id_, plan.customer_id, plan.id, one.name, one.status)


def order_line(subscription: Subscription, number: int) -> OrderLine:
    """The line by which the subscription was bought."""
    return OrderLine(
        number=number,
        kind=OFFERS[subscription.kind].line,
        offer_id=subscription.offer_id,
        name=subscription.name,
        quantity=subscription.quantity,
        term_duration=subscription.term_duration if subscription.kind not in OPEN_ENDED else "",
        subscription_id=subscription.id,
        cancelled=subscription.status is Status.DELETED
        and OFFERS[subscription.kind].line is LineKind.SOFTWARE_SUBSCRIPTION,
    )


def build_order(subscription: Subscription, lines: tuple[OrderLine, ...]) -> Order:
    """The order that the lines belong to; shares the subscription's dates."""
    return Order(
        id=subscription.order_id,
        customer_id=subscription.customer_id,
        alternate_id=made_guid(subscription.order_id)[-12:],
        created_at=subscription.created_at,
        lines=lines,
        billing_cycle=subscription.billing_cycle,
        legacy=subscription.kind in _LEGACY,
    )


def _term(spec: SubscriptionSpec, term: str, now: datetime) -> tuple[datetime, datetime | None]:
    if spec.kind in OPEN_ENDED:
        return parse_moment(spec.started or "-P400D", now), None
    period = parse_period(term)
    ends_text = spec.term_ends
    if ends_text is None and spec.started is None and (spec.status in _CLOSED or spec.job is not None):
        ends_text = "-P5D" if spec.job is None else "-P1D"
    if ends_text is not None:
        ends = _aligned(spec.kind, parse_moment(ends_text, now))
        started = parse_moment(spec.started, now) if spec.started else period.before(ends)
        return started, ends
    started = parse_moment(spec.started or "-P2D", now)
    last_day = period.after(started) - (_DAY if spec.kind not in {*_LEGACY, Kind.MARKETPLACE} else 0 * _DAY)
    return started, _aligned(spec.kind, last_day)


def _aligned(kind: Kind, ends: datetime) -> datetime:
    """New-commerce terms end at 23:59:59, legacy ones at midnight, marketplace ones to the second."""
    if kind is Kind.MARKETPLACE:
        return ends
    if kind in _LEGACY:
        return ends.replace(hour=0, minute=0, second=0, microsecond=0)
    return end_of_day(ends)


def _auto_renew(spec: SubscriptionSpec, offer: Offer) -> bool:
    if spec.auto_renew is not None:
        return spec.auto_renew
    if spec.scheduled_cancel or spec.extended or spec.status in _CLOSED:
        return False
    if spec.status is Status.SUSPENDED and spec.kind not in _LEGACY:
        return False
    return offer.auto_renew


def _phase_end(spec: SubscriptionSpec, ends: datetime | None, now: datetime) -> datetime | None:
    since = parse_moment(spec.status_since, now) if spec.status_since else None
    if spec.status in {Status.EXPIRED, Status.DISABLED}:
        ended = ends if ends is not None and ends < now else now - _DAY
        return (since or ended) + (EXPIRED_FOR if spec.status is Status.EXPIRED else DISABLED_FOR)
    if spec.settles is not None:
        return parse_moment(spec.settles, now)
    if spec.status is Status.SUSPENDED and spec.kind in _LEGACY:
        return (since or now - _DAY) + LEGACY_SUSPENDED_FOR
    return None


def next_term(subscription: Subscription, duration: str) -> NextTerm:
    """Instructions to renew the same product for *duration*."""
    return _plan(subscription.offer_id, duration, subscription.quantity)


def _trial_plan(spec: SubscriptionSpec, offer: Offer) -> NextTerm:
    return _plan(spec.offer_id or offer.offer_id, "P1M", spec.quantity)


def _plan(offer_id: str, duration: str, quantity: int) -> NextTerm:
    product, sku, availability = (*offer_id.split(":"), "", "")[:3]
    return NextTerm(product, sku, availability, "monthly", duration, quantity)
