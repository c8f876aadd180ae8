"""Returning a reservation: calculateRefund, then return within a few minutes.

Source: Azure REST reference, "Calculate Refund" and "Return": a refusal by policy arrives with status 200 in
policyErrors; return answers 202 with a Location that points at the reservation order and no Retry-After.
"""

from dataclasses import replace
from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

from local.simulator.errors import ApiError
from local.simulator.messages import Json
from local.simulator.services.arm.access import API_VERSION
from local.simulator.services.arm.capacity import in_order, of_order, order_body, reservation_id
from local.simulator.services.call import Call, Reply, Route, Service
from local.simulator.tenant.kinds import ReservationState
from local.simulator.tenant.records import RefundSession, Reservation

_SESSION_LASTS = timedelta(minutes=15)
_YEAR = timedelta(days=365)
_RETURNABLE = frozenset({ReservationState.SUCCEEDED, ReservationState.CREATED})
_TEXTS = {
    "SelfServiceRefundNotSupported": "Self-service refunds are not supported for this resource.",
    "RefundLimitExceeded": "The refund would exceed the limit of the last twelve months.",
}


def calculate_refund(call: Call) -> Reply:
    """The amount, the policy's objections, and a session for the return."""
    one = _named(call)
    quantity = _quantity(call, one)
    refund = round(one.refund_usd * quantity / max(one.original_quantity, 1), 2)
    errors = _objections(call, one, refund)
    count = len(call.store.refund_sessions)
    session = RefundSession(
        id=str(uuid5(NAMESPACE_URL, f"{one.id}/{count}")),
        customer_id=one.customer_id,
        reservation_id=one.id,
        quantity=quantity,
        refund_usd=refund,
        errors=errors,
        expires_at=call.now + _SESSION_LASTS,
    )
    call.store.put(session)
    return Reply(200, _refund_body(call, one, session))


def return_reservation(call: Call) -> Reply:
    """Accepts the return; Cancelled after the returnLag. ApiError 400 for a bad session or by policy.

    After a partial return the order shows a new reservation with the rest."""
    one = _named(call)
    quantity = _quantity(call, one)
    named = str(_properties(call).get("sessionid", "")).lower()
    session = call.store.refund_sessions.get_of(one.customer_id, named)
    if session is None or session.reservation_id != one.id or session.quantity != quantity:
        raise ApiError(400, "BadRequest", "The session does not belong to this return.")
    if call.now >= session.expires_at:
        raise ApiError(400, "BadRequest", "The session has expired; calculate the refund again.")
    errors = _objections(call, one, session.refund_usd)
    if errors:
        raise ApiError(400, errors[0], _TEXTS.get(errors[0], errors[0]))
    call.store.put(replace(one, returning=quantity, returned_at=call.now + call.knobs.return_lag))
    call.store.put(replace(session, used_at=call.now))
    call.effect("reservation.returned", one.id)
    if call.knobs.return_status == 200:
        return Reply(200, order_body(of_order(call)))
    location = (
        f"{call.request.origin}/providers/Microsoft.Capacity/reservationorders/"
        f"{one.reservation_order_id}?api-version={API_VERSION}"
    )
    return Reply(202, _refund_body(call, one, session), {"Location": location})


def _properties(call: Call) -> dict[str, Json]:
    properties = call.json_object().get("properties")
    if not isinstance(properties, dict):
        raise ApiError(400, "InvalidRequestContent", "The body must hold properties.")
    return properties


def _wanted(call: Call) -> dict[str, Json]:
    wanted = _properties(call).get("reservationtoreturn")
    if not isinstance(wanted, dict):
        raise ApiError(400, "InvalidRequestContent", "properties.reservationToReturn is missing.")
    return wanted


def _named(call: Call) -> Reservation:
    """The reservation to return; an order may hold several."""
    of_order(call)  # an unknown order is answered first
    return in_order(call, str(_wanted(call).get("reservationid", "")).rstrip("/").rsplit("/", 1)[-1])


def _quantity(call: Call, one: Reservation) -> int:
    """The quantity to return. ApiError 400 for a bad quantity or state."""
    quantity = _wanted(call).get("quantity")
    if not isinstance(quantity, int) or isinstance(quantity, bool) or not 1 <= quantity <= one.quantity:
        raise ApiError(400, "InvalidRefundQuantity", f"quantity must be from 1 to {one.quantity}.")
    if one.state not in _RETURNABLE or one.returned_at is not None:
        text = f"The reservation is {one.state}; it cannot be returned now."
        raise ApiError(400, "OperationCannotBePerformedInCurrentState", text)
    return quantity


def _objections(call: Call, one: Reservation, refund: float) -> tuple[str, ...]:
    if one.refund_error is not None:
        return (one.refund_error,)
    if _consumed(call, one.customer_id) + refund > call.knobs.refund_limit_usd:
        return ("RefundLimitExceeded",)
    return ()


def _consumed(call: Call, customer_id: str) -> float:
    """What was returned in the last twelve months, in USD."""
    return sum(
        one.refund_usd
        for one in call.store.refund_sessions.of(customer_id)
        if one.used_at is not None and call.now - one.used_at < _YEAR
    )


def _refund_body(call: Call, one: Reservation, session: RefundSession) -> Json:
    return {
        "id": reservation_id(one),
        "properties": {
            "billingInformation": {
                "billingCurrencyProratedAmount": _money(one.refund_usd - session.refund_usd),
                "billingCurrencyRemainingCommitmentAmount": _money(0.0),
                "billingCurrencyTotalPaidAmount": _money(one.refund_usd),
                "billingPlan": one.billing_plan,
                "completedTransactions": 1,
                "totalTransactions": 1,
            },
            "billingRefundAmount": _money(session.refund_usd),
            "policyResult": {
                "properties": {
                    "consumedRefundsTotal": _money(_consumed(call, one.customer_id)),
                    "maxRefundLimit": _money(call.knobs.refund_limit_usd),
                    "policyErrors": [{"code": code, "message": _TEXTS.get(code, code)} for code in session.errors],
                }
            },
            "pricingRefundAmount": _money(session.refund_usd),
            "quantity": session.quantity,
            "sessionId": session.id,
        },
    }


def _money(amount: float) -> Json:
    return {"currencyCode": "USD", "amount": round(amount, 2)}


_ORDER = "/providers/Microsoft.Capacity/reservationOrders/{order}"
ROUTES = (
    Route("POST", f"{_ORDER}/calculateRefund", calculate_refund, Service.ARM),
    Route("POST", f"{_ORDER}/return", return_reservation, Service.ARM),
)
