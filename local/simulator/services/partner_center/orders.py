"""Orders and entitlements: list, get, provisioning status, cancelling software, reservation details.

Source: "Cancel software purchases", "Cancel an order from the integration sandbox" (its matrix of products
and channels), "Get a collection of entitlements".
"""

from dataclasses import replace
from typing import Any

from local.simulator.errors import ApiError, refuse
from local.simulator.messages import Json
from local.simulator.rules.blockers import OPEN_ORDERS
from local.simulator.rules.conditions import in_window
from local.simulator.rules.terms import PERPETUAL_WINDOW, WINDOWS, window_hours
from local.simulator.rules.time_passing import cancelled_order
from local.simulator.services.call import Call, Reply, Route, Service
from local.simulator.services.partner_center.access import own_customer, own_order
from local.simulator.services.partner_center.auditing import Operation, audit
from local.simulator.tenant.kinds import Kind, LineKind, OrderStatus, ReservationState, Status
from local.simulator.tenant.records import Order, OrderLine, Reservation
from local.simulator.wire.orders import (
    artifact_body,
    order_body,
    provisioning_body,
    reservation_entitlement,
    software_entitlements,
)
from local.simulator.wire.shapes import collection

_BILLING_NAMES = {"onetime": "one_time"}


def list_orders(call: Call) -> Reply:
    """All orders, oldest first; ``?billingType=`` narrows the list."""
    customer = own_customer(call)
    wanted = call.request.params().get("billingType", "").lower()
    wanted = _BILLING_NAMES.get(wanted, wanted)
    items = [
        order_body(order, customer.country, call.knobs)
        for order in call.store.orders.of(customer.id)
        if not wanted or order.billing_cycle == wanted
    ]
    return Reply(200, collection(items, f"/customers/{customer.id}/orders"))


def get_order(call: Call) -> Reply:
    """One order. 404/20000."""
    customer = own_customer(call)
    return Reply(200, order_body(own_order(call, customer), customer.country, call.knobs))


def order_provisioning(call: Call) -> Reply:
    """Fulfilment by line."""
    return Reply(200, provisioning_body(own_order(call, own_customer(call))))


def patch_order(call: Call) -> Reply:
    """Cancels software lines (all without lineItems). The answer shows it at once, readers after orderLag."""
    customer = own_customer(call)
    order = own_order(call, customer)
    numbers = _wanted_lines(call.json_object(), order)
    _check(call, order, numbers)
    whole = numbers is None
    lines = tuple(line.number for line in order.lines) if numbers is None else numbers
    shape = call.knobs.cancelled_order
    marked = replace(
        order,
        cancelling=lines,
        cancel_shows_zero=shape != "statusOnly" and not (whole and shape == "documented"),
        cancel_completes=shape == "quantityOnly",
        changes_at=call.now + call.knobs.order_lag,
    )
    done = cancelled_order(marked)
    call.store.put(marked if call.knobs.order_lag else done)
    call.effect("order.cancelled", order.id)
    for line in order.lines:
        if line.number in lines:
            _end_purchase(call, line)
    audit(call, customer, Operation("order", "update_order", (("OrderId", order.id), ("Status", "cancelled"))))
    return Reply(200, order_body(done, customer.country, call.knobs))


def list_entitlements(call: Call) -> Reply:
    """Reservations and perpetual software; ``?entitlementType=`` in any casing, ``?showExpiry=true``."""
    customer = own_customer(call)
    params = call.request.params()
    wanted = params.get("entitlementType", "").lower()
    show_expiry = params.get("showExpiry", "").lower() == "true"
    items: list[Json] = []
    if wanted in {"", "reservedinstance", "virtualmachinereservedinstance"}:
        bought: dict[tuple[str | None, str], list[Reservation]] = {}
        for one in call.store.reservations.of(customer.id):
            bought.setdefault((one.order_id, one.reservation_order_id), []).append(one)
        for (order_id, _), held in bought.items():
            order = call.store.orders.get(order_id) if order_id else None
            body = reservation_entitlement(held, order, show_expiry, call.knobs)
            items += [body] if body is not None else []
    if wanted in {"", "software"}:
        for bought_with in call.store.orders.of(customer.id):
            items += software_entitlements(bought_with, call.knobs)
    return Reply(200, collection(items))


def get_artifact(call: Call) -> Reply:
    """The reservations of a reservation order, as the entitlement's artifact link names it."""
    customer = own_customer(call)
    wanted = call.args["resource"].lower()
    call.holding = wanted
    held = [one for one in call.store.reservations.of(customer.id) if one.reservation_order_id == wanted]
    if not any(one.order_id is not None for one in held):
        raise refuse("1000")
    call.holding = held[0].id
    return Reply(200, artifact_body(held, call.args["type"]))


def refuse_purchase(call: Call) -> Reply:
    """Nothing can be bought here: 403/20002 without a relationship, else 501/0."""
    own_customer(call)
    raise refuse("0")


def _wanted_lines(fields: dict[str, Json], order: Order) -> tuple[int, ...] | None:
    if str(fields.get("status", "")).lower() != OrderStatus.CANCELLED:
        raise refuse("800002", text="status must be cancelled")
    if str(fields.get("id") or order.id).lower() != order.id.lower():
        raise refuse("800002", text="id differs from the order in the path")
    items = fields.get("lineitems")
    if items is None:
        return None
    known = {line.number for line in order.lines}
    if not isinstance(items, list) or not items:
        raise refuse("800002", text="lineItems must be a list of lines")
    numbers: list[Any] = [item.get("lineitemnumber") if isinstance(item, dict) else None for item in items]
    if not all(isinstance(number, int) and number in known for number in numbers):
        raise refuse("800002", text="lineItems must name lines of the order by lineItemNumber")
    return tuple(numbers)


def _check(call: Call, order: Order, numbers: tuple[int, ...] | None) -> None:
    if order.status in OPEN_ORDERS or order.changes_at is not None:
        raise refuse("800060", id=order.id)
    if order.status is not OrderStatus.COMPLETED:
        raise refuse("800061", id=order.id)
    for line in order.lines:
        if numbers is None or line.number in numbers:
            error = _line_error(call, order, line)
            if error is not None:
                raise error


def _line_error(call: Call, order: Order, line: OrderLine) -> ApiError | None:
    if line.cancelled:
        return refuse("800061", id=order.id)
    age = call.now - order.created_at
    if line.kind is LineKind.PERPETUAL:
        return None if age <= PERPETUAL_WINDOW else refuse("900117", days=PERPETUAL_WINDOW.days)
    if line.kind is LineKind.SOFTWARE_SUBSCRIPTION:
        kind = Kind.SOFTWARE_SUBSCRIPTION
        held = call.store.subscriptions.get(line.subscription_id) if line.subscription_id else None
        open_ = in_window(held, call.now) if held is not None else age < WINDOWS[kind]
        return None if open_ else refuse("900213", hours=window_hours(kind))
    if line.kind is LineKind.RESERVATION and call.knobs.environment == "sandbox":
        return None
    if line.kind in {LineKind.RESERVATION, LineKind.AZURE_PLAN, LineKind.SAVINGS_PLAN}:
        return refuse("800019")
    return refuse("800077")


def _end_purchase(call: Call, line: OrderLine) -> None:
    subscription = call.store.subscriptions.get(line.subscription_id) if line.subscription_id else None
    if subscription is not None and line.kind is LineKind.SOFTWARE_SUBSCRIPTION:
        gone = replace(subscription, status=Status.DELETED, auto_renew=False, version=subscription.version + 1)
        call.store.put(gone)
        call.effect("subscription.cancelled", gone.id)
    for reservation in call.store.reservations.of(call.customer or ""):
        if line.kind is LineKind.RESERVATION and (reservation.reservation_order_id == line.reservation_order_id):
            call.store.put(replace(reservation, quantity=0, state=ReservationState.CANCELLED))


_CUSTOMER = "/v1/customers/{customer}"
_PC = Service.PARTNER_CENTER
ROUTES = (
    Route("GET", f"{_CUSTOMER}/orders", list_orders, _PC),
    Route("GET", f"{_CUSTOMER}/orders/{{order}}", get_order, _PC),
    Route("PATCH", f"{_CUSTOMER}/orders/{{order}}", patch_order, _PC),
    Route("GET", f"{_CUSTOMER}/orders/{{order}}/provisioningstatus", order_provisioning, _PC, app_only=False),
    Route("GET", f"{_CUSTOMER}/entitlements", list_entitlements, _PC, app_only=False),
    Route(
        "GET",
        f"{_CUSTOMER}/artifacts/{{type}}/groups/{{group}}/lineitems/{{line}}/resource/{{resource}}",
        get_artifact,
        _PC,
        app_only=False,
    ),
    Route("POST", f"{_CUSTOMER}/orders", refuse_purchase, _PC),
    Route("POST", f"{_CUSTOMER}/carts", refuse_purchase, _PC),
)
