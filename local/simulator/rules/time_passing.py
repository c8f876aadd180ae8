"""When something next happens to a record of any type, and what: lags that end, orders that settle."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from local.simulator.journal import Effect
from local.simulator.knobs import Knobs
from local.simulator.rules.lifecycle import advance_subscription, subscription_due
from local.simulator.tenant.kinds import GdapStatus, Job, OrderStatus, Relationship, ReservationState
from local.simulator.tenant.records import (
    AzureEntitlement,
    Customer,
    Gdap,
    Order,
    Reservation,
)
from local.simulator.tenant.store import Record
from local.simulator.tenant.subscription import Subscription
from local.simulator.times import parse_period

_GDAP_LIVE = frozenset({GdapStatus.ACTIVE, GdapStatus.EXPIRING})
_GDAP_COMING = {GdapStatus.APPROVED: GdapStatus.ACTIVATING, GdapStatus.ACTIVATING: GdapStatus.ACTIVE}
_GDAP_ENDING = frozenset({GdapStatus.TERMINATION_REQUESTED, GdapStatus.TERMINATING})
_APPROVAL_LASTS = timedelta(days=90)


def due(record: Record, knobs: Knobs) -> datetime | None:
    """When the record next changes by itself, or None."""
    if isinstance(record, Subscription):
        return subscription_due(record, knobs)
    if isinstance(record, AzureEntitlement):
        return record.changes_at
    if isinstance(record, Order):
        return _earliest(record.changes_at, record.settles_at)
    if isinstance(record, Reservation):
        return _earliest(record.returned_at, record.settles_at, record.expires_at if record.live else None)
    if isinstance(record, Gdap):
        return _gdap_due(record, knobs)
    if isinstance(record, Customer):
        return record.visible_at
    return None


def advance(record: Record, at: datetime, knobs: Knobs) -> tuple[Record, ...]:
    """The record after what is due at *at*, and what came into being with it."""
    if isinstance(record, Reservation) and record.returned_at == at:
        return _returned(record)
    return (_advanced(record, at, knobs),)


def new_terms(before: Record, after: tuple[Record, ...]) -> tuple[Effect, ...]:
    """The paid terms that began with this step, each with its length: renewed, or extended month by month."""
    if not isinstance(before, Subscription) or before.job is not Job.RENEWING:
        return ()
    return tuple(
        Effect("subscription.extended" if one.extended else "subscription.renewed", one.id, one.term_duration)
        for one in after
        if isinstance(one, Subscription) and one.job is None and one.term_ends_at != before.term_ends_at
    )


def _advanced(record: Record, at: datetime, knobs: Knobs) -> Record:
    if isinstance(record, Subscription):
        return advance_subscription(record, at, knobs)
    if isinstance(record, AzureEntitlement):
        status = record.next_status or record.status
        return replace(record, status=status, next_status=None, changes_at=None)
    if isinstance(record, Order):
        return _advance_order(record, at)
    if isinstance(record, Reservation):
        return _advance_reservation(record, at)
    if isinstance(record, Gdap):
        return _advance_gdap(record, at)
    if isinstance(record, Customer):
        return _shown(record)
    return record


def _shown(customer: Customer) -> Customer:
    """The relationship as it truly is; without one there is no delegated access (DAP) either."""
    gone = customer.relationship is Relationship.NONE
    return replace(
        customer,
        shown_relationship=customer.relationship,
        visible_at=None,
        delegated_access=customer.delegated_access and not gone,
    )


def cancelled_order(order: Order) -> Order:
    """The order once its cancelling lines are cancelled; its status says so when no line is left."""
    lines = tuple(
        replace(line, cancelled=True, shows_zero=order.cancel_shows_zero) if line.number in order.cancelling else line
        for line in order.lines
    )
    gone = all(line.cancelled for line in lines) and not order.cancel_completes
    status = OrderStatus.CANCELLED if gone else order.status
    return replace(order, lines=lines, status=status, cancelling=(), changes_at=None)


def _advance_order(order: Order, at: datetime) -> Order:
    if order.changes_at == at:
        return cancelled_order(order)
    return replace(order, status=OrderStatus.COMPLETED, settles_at=None)


def _returned(reservation: Reservation) -> tuple[Reservation, ...]:
    """A return always cancels the reservation; the rest of a partial one is a new reservation of the same order."""
    left = reservation.quantity - reservation.returning
    gone = replace(
        reservation,
        quantity=0,
        state=ReservationState.CANCELLED,
        returning=0,
        returned_at=None,
        etag=reservation.etag + 1,
    )
    if not left:
        return (gone,)
    rest = replace(reservation, id=str(uuid5(NAMESPACE_URL, f"{reservation.id}/rest")), quantity=left)
    return gone, replace(rest, returning=0, returned_at=None, etag=1)


def _advance_reservation(reservation: Reservation, at: datetime) -> Reservation:
    if reservation.settles_at == at:
        return replace(reservation, state=ReservationState.SUCCEEDED, settles_at=None, etag=reservation.etag + 1)
    if reservation.renew:
        ends = parse_period(reservation.term).after(reservation.expires_at)
        return replace(reservation, expires_at=ends, etag=reservation.etag + 1)
    return replace(reservation, state=ReservationState.EXPIRED, etag=reservation.etag + 1)


def _gdap_due(gdap: Gdap, knobs: Knobs) -> datetime | None:
    if gdap.requested_at is not None and gdap.status in _GDAP_ENDING:
        half = knobs.gdap_lag / 2 if gdap.status is GdapStatus.TERMINATION_REQUESTED else knobs.gdap_lag
        return gdap.requested_at + half
    if gdap.status in _GDAP_COMING:
        return gdap.modified_at + knobs.gdap_lag / 2
    if gdap.status is GdapStatus.APPROVAL_PENDING:
        return gdap.created_at + _APPROVAL_LASTS
    return gdap.ends_at if gdap.status in _GDAP_LIVE else None


def _advance_gdap(gdap: Gdap, at: datetime) -> Gdap:
    changed = replace(gdap, modified_at=at, version=gdap.version + 1)
    if gdap.status in _GDAP_COMING:
        return replace(changed, status=_GDAP_COMING[gdap.status])
    if gdap.status is GdapStatus.TERMINATION_REQUESTED:
        return replace(changed, status=GdapStatus.TERMINATING)
    if gdap.status is GdapStatus.TERMINATING:
        return replace(changed, status=GdapStatus.TERMINATED, ends_at=at)
    if gdap.auto_extend != "PT0S" and gdap.ends_at is not None:
        return replace(changed, ends_at=parse_period(gdap.auto_extend).after(gdap.ends_at))
    return replace(changed, status=GdapStatus.EXPIRED)


def _earliest(*moments: datetime | None) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)
