"""Carries out a change on the records of a store."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic.alias_generators import to_camel

from local.simulator.knobs import Knobs
from local.simulator.rules.seats import with_more
from local.simulator.rules.terms import DISABLED_FOR, EXPIRED_FOR, LEGACY_SUSPENDED_FOR
from local.simulator.rules.transfers import settle_transfer
from local.simulator.scenario.build import customer_records
from local.simulator.scenario.change import Addition, Change, Fields
from local.simulator.scenario.models import CustomerSpec, SeatsSpec
from local.simulator.scenario.subscriptions import added_seats, next_term
from local.simulator.tenant.kinds import (
    ActionType,
    EntitlementStatus,
    GdapStatus,
    Kind,
    OrderStatus,
    ReservationState,
    ScheduleType,
    Status,
    TransferStatus,
)
from local.simulator.tenant.records import (
    AzureEntitlement,
    Customer,
    Gdap,
    Order,
    Reservation,
    Transfer,
)
from local.simulator.tenant.store import Record, Store
from local.simulator.tenant.subscription import ScheduledAction, Subscription
from local.simulator.times import parse_moment

_PHASES = {Status.EXPIRED: EXPIRED_FOR, Status.DISABLED: DISABLED_FOR}


def apply_change(store: Store, change: Change, knobs: Knobs, now: datetime) -> Record:
    """Change the store; returns the record that changed. ValueError says what does not fit."""
    if change.new_customer is not None:
        return _arrives(store, change.new_customer, now)
    customer = store.customers.get(change.customer.lower())
    if customer is None:
        raise ValueError(f"customer: there is no customer {change.customer}")
    if change.add is not None:
        return _add(store, customer, change.add, now)
    if change.holding is None:
        after = _set_customer(customer, change.set or Fields())
        store.put(after)
        return after
    record = _find(store, customer, change.holding)
    if change.vanish:
        store.delete(record)
        return record
    fields = change.set or Fields()
    if isinstance(record, Transfer):
        _only(fields, {"status"}, "a transfer")
        return settle_transfer(store, record, TransferStatus(fields.status or ""), knobs, now)
    after_holding = _set(record, fields, knobs, now)
    store.put(after_holding)
    return after_holding


def _arrives(store: Store, spec: CustomerSpec, now: datetime) -> Record:
    """Another customer accepts the partner."""
    ordinal = max((one.ordinal for one in store.customers), default=0) + 1
    first, *others = customer_records(spec, ordinal, now)
    for record in (first, *others):
        if store.table(type(record)).get(record.id) is not None:
            raise ValueError(f"newCustomer: the id {record.id} is used already")
        store.put(record)
    return first


def _find(store: Store, customer: Customer, id_: str) -> Record:
    for table in (
        store.subscriptions,
        store.entitlements,
        store.orders,
        store.reservations,
        store.gdap,
        store.transfers,
        store.refusals,
    ):
        found: Record | None = table.get_of(customer.id, id_.lower()) or table.get_of(customer.id, id_)
        if found is not None:
            return found
    raise ValueError(f"holding: customer {customer.name} holds nothing with id {id_}")


def _add(store: Store, customer: Customer, addition: Addition, now: datetime) -> Record:
    serial = sum(len(table) for table in store.tables)
    spec = CustomerSpec(name=customer.name, id=customer.id, **dict(addition))
    added: Record = customer
    for record in customer_records(spec, customer.ordinal, now, f"{customer.id}/added{serial}", store):
        if isinstance(record, Customer):
            continue
        there = store.table(type(record)).get(record.id)
        if there is not None and not (isinstance(record, Order) and there.customer_id == customer.id):
            raise ValueError(f"add: the id {record.id} is used already")
        store.put(record)
        added = record if added is customer else added
    return added


def _set_customer(customer: Customer, fields: Fields) -> Customer:
    allowed = {"relationship", "allow_delegated_access", "arm_role", "consent", "name", "domain", "unreadable"}
    _only(fields, allowed, "a customer")
    values: dict[str, Any] = {}
    if fields.relationship is not None:
        values |= {
            "relationship": fields.relationship,
            "shown_relationship": fields.relationship,
            "visible_at": None,
        }
    if fields.allow_delegated_access is not None:
        values["delegated_access"] = fields.allow_delegated_access
    if fields.domain is not None and fields.domain != customer.domain:
        others = (*customer.other_domains, customer.domain)  # the tenant keeps it, though not as its default
        values["other_domains"] = tuple(name for name in others if name != fields.domain)
    if fields.unreadable is not None:
        values |= {"unreadable": fields.unreadable or None, "unreadable_until": None}
    for name in ("arm_role", "consent", "name", "domain"):
        if getattr(fields, name) is not None:
            values[name] = getattr(fields, name)
    return replace(customer, **values)


def _set(record: Record, fields: Fields, knobs: Knobs, now: datetime) -> Record:
    if isinstance(record, Subscription):
        return _set_subscription(record, fields, knobs, now)
    if isinstance(record, Reservation):
        _only(fields, {"status", "quantity", "term_ends", "auto_renew", "refund_error"}, "a reservation")
        ends = parse_moment(fields.term_ends, now) if fields.term_ends else record.expires_at
        return replace(
            record,
            state=ReservationState(fields.status) if fields.status else record.state,
            quantity=record.quantity if fields.quantity is None else fields.quantity,
            expires_at=ends,
            renew=record.renew if fields.auto_renew is None else fields.auto_renew,
            refund_error=fields.refund_error or record.refund_error,
        )
    _only(fields, {"status"}, "this holding")
    status = fields.status or ""
    if isinstance(record, AzureEntitlement):
        return replace(record, status=EntitlementStatus(status), next_status=None, changes_at=None)
    if isinstance(record, Order):
        return replace(record, status=OrderStatus(status), settles_at=None)
    if isinstance(record, Gdap):
        return replace(record, status=GdapStatus(status), modified_at=now, requested_at=None)
    raise ValueError(f"holding: {type(record).__name__} cannot be changed")


def _set_subscription(record: Subscription, fields: Fields, knobs: Knobs, now: datetime) -> Subscription:
    _only(
        fields,
        {
            "status",
            "auto_renew",
            "scheduled_cancel",
            "next_term",
            "quantity",
            "seats_added",
            "term_ends",
            "cancel_until",
            "pending_operation_until",
            "friendly_name",
            "updates",
            "suspension_reasons",
        },
        "a subscription",
    )
    values: dict[str, Any] = {"version": record.version + 1, "pending_state": None, "pending_state_at": None}
    if fields.status is not None:
        values |= _status_values(record, Status(fields.status), now)
    if fields.auto_renew is not None:
        values["auto_renew"] = fields.auto_renew
    if fields.scheduled_cancel is not None:
        cancel = (ScheduledAction(ScheduleType.TERM_END, ActionType.CANCEL),)
        values["scheduled_actions"] = cancel if fields.scheduled_cancel else ()
    if fields.next_term is not None:
        values["next_term"] = next_term(record, fields.next_term) if fields.next_term else None
    for name, text in (
        ("term_ends_at", fields.term_ends),
        ("cancel_until", fields.cancel_until),
        ("pending_operation_until", fields.pending_operation_until),
    ):
        if text is not None:
            values[name] = parse_moment(text, now)
    for name in ("quantity", "friendly_name", "updates", "suspension_reasons"):
        if getattr(fields, name) is not None:
            values[name] = getattr(fields, name)
    if fields.seats_added is not None:
        values |= _with_seats(record, fields.seats_added, knobs, now)
    return replace(record, **values)


def _with_seats(record: Subscription, seats: tuple[SeatsSpec, ...], knobs: Knobs, now: datetime) -> dict[str, Any]:
    """Seats that somebody buys: a change in the term deletes what is scheduled for its end."""
    bought = with_more(record, tuple(added_seats(one, record.kind, now) for one in seats), knobs)
    return {
        "quantity": bought.quantity,
        "added_seats": bought.added_seats,
        "scheduled_actions": bought.scheduled_actions,
        "next_term": bought.next_term,
    }


def _status_values(record: Subscription, status: Status, now: datetime) -> dict[str, Any]:
    lasts = _PHASES.get(status)
    if status is Status.SUSPENDED and record.kind in {Kind.LEGACY_LICENCE, Kind.LEGACY_AZURE}:
        lasts = LEGACY_SUSPENDED_FOR
    return {
        "status": status,
        "job": None,
        "job_until": None,
        "phase_ends_at": now + lasts if lasts is not None else None,
    }


def _only(fields: Fields, allowed: set[str], what: str) -> None:
    other = sorted(fields.model_fields_set - allowed)
    if other:
        named = ", ".join(to_camel(name) for name in other)
        raise ValueError(f"set: {named} cannot be set on {what}")
