"""AzureReservationsClient: the Reservations port over Azure Resource Manager.

Every call is signed with a token of the customer's tenant; the list shows what that token may see. A 202 of `return`
has no Retry-After, and a 200 may still show the order as live, so a return is always read back.
"""

from __future__ import annotations

from dataclasses import replace

from shared.adapters.http.call import Call, encoded, guid, segment
from shared.adapters.http.failures import Refusal
from shared.adapters.http.pages import odata_page, read_all
from shared.adapters.http.record import Record
from shared.adapters.http.service import ServiceClient
from shared.adapters.http.writes import ACCEPTED, shown, written
from shared.adapters.reservations.error_map import SUPPORT, azure_rules
from shared.adapters.reservations.wire import policy_error, refund_amount, reservation, savings_plan
from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError, RefusedError, Verdict
from shared.domain.holdings.records import Collection, Reservation, SavingsPlan, WriteAnswer
from shared.domain.money import Money
from shared.ports.partner import CommitmentKind

CAPACITY = "/providers/Microsoft.Capacity"
BENEFITS = "/providers/Microsoft.BillingBenefits"
VERSION = encoded({"api-version": "2022-11-01"})
_FOLDERS = {
    CommitmentKind.RESERVATION: (f"{CAPACITY}/reservationOrders", "reservations"),
    CommitmentKind.SAVINGS_PLAN: (f"{BENEFITS}/savingsPlanOrders", "savingsPlans"),
}
PRICING = "/calculateRefund"
REASON = "The customer relationship ends"


class AzureReservationsClient:
    """Needs a role on the reservation orders (Reservations reader, or owner to return one) in the customer's tenant."""

    def __init__(self, service: ServiceClient) -> None:
        self._service = service

    def list_reservations(self, customer_id: str) -> Collection[Reservation]:
        return read_all(self._service, _get(customer_id, f"{CAPACITY}/reservations"), odata_page, reservation)

    def list_savings_plans(self, customer_id: str) -> Collection[SavingsPlan]:
        return read_all(self._service, _get(customer_id, f"{BENEFITS}/savingsPlans"), odata_page, savings_plan)

    def price_refund(self, customer_id: str, order_id: str, reservation_id: str, quantity: int) -> Money | None:
        asking, _ = _asking(customer_id, order_id, reservation_id, quantity)
        return refund_amount(self._priced(asking))

    def return_reservation(
        self, customer_id: str, order_id: str, reservation_id: str, quantity: int, request_id: str
    ) -> WriteAnswer:
        """The price calculation changes nothing, so losing its answer is not a lost write; only the return is one."""
        request_id = guid("requestId", request_id)
        asking, scope = _asking(customer_id, order_id, reservation_id, quantity)
        session = _session(self._priced(asking))
        body = {"properties": {**scope, "sessionId": session, "returnReason": REASON}}
        headers = {"x-ms-client-request-id": request_id}
        path = asking.path.removesuffix(PRICING) + "/return"
        returning = replace(asking, path=path, body=body, headers=headers, effect=True, request_id=request_id)
        answer = self._service.exchange(returning)
        record = shown(answer)
        if record is not None and answer.status != ACCEPTED:
            self._check_policy(record, returning)
        refund = refund_amount(record) if record is not None else None
        told = written(answer)
        if refund is None:
            return told
        detail = "; ".join(part for part in (told.detail, f"refund {refund.text}") if part)
        return replace(told, detail=detail, refund=refund)

    def stop_renewal(
        self, customer_id: str, kind: CommitmentKind, order_id: str, commitment_id: str, request_id: str
    ) -> WriteAnswer:
        return self._renew(customer_id, kind, order_id, commitment_id, request_id, renew=False)

    def restore_renewal(
        self, customer_id: str, kind: CommitmentKind, order_id: str, commitment_id: str, request_id: str
    ) -> WriteAnswer:
        return self._renew(customer_id, kind, order_id, commitment_id, request_id, renew=True)

    def _renew(
        self, customer_id: str, kind: CommitmentKind, order_id: str, commitment_id: str, request_id: str, *, renew: bool
    ) -> WriteAnswer:
        orders, items = _FOLDERS[kind]
        path = f"{orders}/{segment('orderId', order_id)}/{items}/{segment('commitmentId', commitment_id)}"
        request_id = guid("requestId", request_id)
        call = Call(
            "PATCH",
            path,
            guid("customerId", customer_id),
            VERSION,
            body={"properties": {"renew": renew}},
            headers={"x-ms-client-request-id": request_id},
            effect=True,
            request_id=request_id,
        )
        return written(self._service.exchange(call))

    def _priced(self, asking: Call) -> Record:
        """The price, with the session in which the return is asked for; that lives for minutes only."""
        refund = Record(self._service.read(asking), self._service.where(asking))
        self._check_policy(refund, asking)
        _session(refund)
        return refund

    def _check_policy(self, record: Record, call: Call) -> None:
        problem = policy_error(record)
        if problem is None:
            return
        refusal = Refusal(self._service.service, call.method, call.path, 200, *problem)
        raise azure_rules(refusal) or refusal.as_error(
            RefusedError, "the refund is refused", advice=SUPPORT, verdict=Verdict.CANNOT_NOW
        )


def _asking(customer_id: str, order_id: str, reservation_id: str, quantity: int) -> tuple[Call, dict[str, object]]:
    """The call that prices a refund, and the part of its body that the return repeats."""
    if quantity < 1:
        raise InvalidRequestError(ReasonCode.INVALID_QUANTITY, "quantity", "must be at least 1", str(quantity))
    order = f"{CAPACITY}/reservationOrders/{segment('reservationOrderId', order_id)}"
    reservation = f"{order}/reservations/{segment('reservationId', reservation_id)}"
    returned = {"reservationId": reservation, "quantity": quantity}
    scope: dict[str, object] = {"scope": "Reservation", "reservationToReturn": returned}
    tenant = guid("customerId", customer_id)
    return Call("POST", f"{order}{PRICING}", tenant, VERSION, body={"id": order, "properties": scope}), scope


def _session(refund: Record) -> str:
    return refund.child("properties").required("sessionId")


def _get(customer_id: str, path: str) -> Call:
    return Call("GET", path, guid("customerId", customer_id), VERSION)
