"""Microsoft.Capacity: reservations and reservation orders: list, get, renew off.

Source: Azure REST reference, reservations 2022-11-01.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from local.simulator.errors import ApiError
from local.simulator.messages import Json
from local.simulator.services.arm.access import customer_of_token
from local.simulator.services.call import Call, Reply, Route, Service
from local.simulator.tenant.kinds import ReservationState
from local.simulator.tenant.records import Reservation
from local.simulator.times import iso7

_ROOT = "/providers/Microsoft.Capacity"
_PAID = frozenset({ReservationState.SUCCEEDED, ReservationState.CREATED})


def list_reservations(call: Call) -> Reply:
    """All of the customer's reservations, cancelled ones too; nextLink is null, not absent."""
    customer = customer_of_token(call)
    found = list(call.store.reservations.of(customer.id))
    states = Counter(one.state for one in found)
    paid = sum(states[state] for state in _PAID)
    dead = states[ReservationState.CANCELLED] + states[ReservationState.EXPIRED]
    summary = {
        "succeededCount": paid,
        "failedCount": states[ReservationState.FAILED],
        "expiringCount": 0,
        "expiredCount": states[ReservationState.EXPIRED],
        "pendingCount": len(found) - paid - dead - states[ReservationState.FAILED],
        "cancelledCount": states[ReservationState.CANCELLED],
    }
    value = [reservation_body(one) for one in found]
    for item in value:
        del item["etag"]  # the wide list shows none
    body = {"value": value, "summary": summary, "nextLink": None}
    return Reply(200, body)


def list_orders(call: Call) -> Reply:
    """All reservation orders."""
    customer = customer_of_token(call)
    orders: dict[str, list[Reservation]] = {}
    for one in call.store.reservations.of(customer.id):
        orders.setdefault(one.reservation_order_id, []).append(one)
    value = [order_body(held) for held in orders.values()]
    return Reply(200, {"value": value, "nextLink": None})


def get_order(call: Call) -> Reply:
    """One reservation order: its state does not show a return."""
    return Reply(200, order_body(of_order(call)))


def list_of_order(call: Call) -> Reply:
    """The reservations of one order."""
    return Reply(200, {"value": [reservation_body(one) for one in of_order(call)]})


def get_reservation(call: Call) -> Reply:
    """One reservation: named by its own id alone, with expiryDateTime only."""
    body = reservation_body(_own(call))
    body["name"] = body["name"].split("/")[1]
    del body["properties"]["expiryDate"]
    return Reply(200, body)


def patch_reservation(call: Call) -> Reply:
    """``{"properties": {"renew": false}}``."""
    one = _own(call)
    properties = call.json_object().get("properties")
    renew = properties.get("renew") if isinstance(properties, dict) else None
    if not isinstance(renew, bool):
        raise ApiError(400, "InvalidRequestContent", "properties.renew must be true or false.")
    if one.renew != renew:
        one = replace(one, renew=renew, etag=one.etag + 1)
        call.store.put(one)
        call.effect(f"reservation.renew_{'on' if renew else 'off'}", one.id)
    return Reply(200, reservation_body(one))


def of_order(call: Call) -> list[Reservation]:
    """The reservations of the order in the path, cancelled ones too: several after a split or a partial return.
    ApiError 404 ReservationOrderNotFound."""
    customer = customer_of_token(call)
    id_ = call.args["order"].lower()
    call.holding = id_
    found = [one for one in call.store.reservations.of(customer.id) if one.reservation_order_id == id_]
    if not found:
        raise ApiError(404, "ReservationOrderNotFound", "The reservation order was not found.")
    if len(found) == 1:
        call.holding = found[0].id
    return found


def in_order(call: Call, id_: str) -> Reservation:
    """The reservation *id_* of the order in the path. ApiError 400 ReservationIdNotInReservationOrder."""
    for one in of_order(call):
        if one.id == id_.lower():
            call.holding = one.id
            return one
    raise ApiError(400, "ReservationIdNotInReservationOrder", "The order has no such reservation.")


def reservation_id(one: Reservation, order_only: bool = False) -> str:
    """The ARM id, in the casing that lists use."""
    base = f"/providers/microsoft.capacity/reservationOrders/{one.reservation_order_id}"
    return base if order_only else f"{base}/reservations/{one.id}"


def reservation_body(one: Reservation) -> dict[str, Json]:
    """A reservation as the list shows it."""
    return {
        "sku": {"name": one.sku_name},
        "id": reservation_id(one),
        "type": "Microsoft.Capacity/reservationOrders/reservations",
        "name": f"{one.reservation_order_id}/{one.id}",
        "etag": one.etag,
        "location": "westeurope",
        "properties": {
            "appliedScopeType": "Shared",
            "displayName": one.name,
            "displayProvisioningState": one.state,
            "effectiveDateTime": iso7(one.purchased_at),
            "expiryDate": f"{one.expires_at:%Y-%m-%d}",
            "expiryDateTime": iso7(one.expires_at),
            "provisioningState": one.state,
            "purchaseDateTime": iso7(one.purchased_at),
            "quantity": one.quantity,
            "renew": one.renew,
            "reservedResourceType": one.resource_type,
            "skuDescription": one.sku_name,
            "billingPlan": one.billing_plan,
            "term": one.term,
            "userFriendlyAppliedScopeType": "Shared",
            "userFriendlyRenewState": "On" if one.renew else "Off",
        },
    }


def order_body(held: Sequence[Reservation]) -> Json:
    """A reservation order with its reservations."""
    one = held[0]
    return {
        "id": reservation_id(one, order_only=True),
        "type": "Microsoft.Capacity/reservationOrders",
        "name": one.reservation_order_id,
        "etag": one.etag,
        "properties": {
            "displayName": one.name,
            "requestDateTime": iso7(one.purchased_at),
            "createdDateTime": iso7(one.purchased_at),
            "expiryDate": f"{one.expires_at:%Y-%m-%d}",
            "expiryDateTime": iso7(one.expires_at),
            "term": one.term,
            "billingPlan": one.billing_plan,
            "provisioningState": "Succeeded",
            "reservations": [{"id": reservation_id(each)} for each in held],
            "originalQuantity": one.original_quantity,
        },
    }


def _own(call: Call) -> Reservation:
    return in_order(call, call.args["reservation"])


_ORDER = f"{_ROOT}/reservationOrders/{{order}}"
ROUTES = (
    Route("GET", f"{_ROOT}/reservations", list_reservations, Service.ARM),
    Route("GET", f"{_ROOT}/reservationOrders", list_orders, Service.ARM),
    Route("GET", _ORDER, get_order, Service.ARM),
    Route("GET", f"{_ORDER}/reservations", list_of_order, Service.ARM),
    Route("GET", f"{_ORDER}/reservations/{{reservation}}", get_reservation, Service.ARM),
    Route("PATCH", f"{_ORDER}/reservations/{{reservation}}", patch_reservation, Service.ARM),
)
