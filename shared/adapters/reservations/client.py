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
from shared.adapters.reservations.wire import policy_error, reservation, savings_plan
from shared.domain.errors import InvalidRequestError, RefusedError, RemoteError
from shared.domain.partner import Collection, Reservation, SavingsPlan, WriteAnswer

CAPACITY = "/providers/Microsoft.Capacity"
BENEFITS = "/providers/Microsoft.BillingBenefits"
VERSION = encoded({"api-version": "2022-11-01"})
REASON = "The customer relationship ends"


def azure_rules(refusal: Refusal) -> RemoteError | None:
    """A token of the wrong tenant concerns this customer alone: it is no reason to stop every other offboarding."""
    if refusal.code == "InvalidAuthenticationTokenTenant":
        return refusal.as_error(RefusedError, "the token is not of the customer's tenant")
    return None


class AzureReservationsClient:
    """Needs a role on the reservation orders (Reservations reader, or owner to return one) in the customer's tenant."""

    def __init__(self, service: ServiceClient) -> None:
        self._service = service

    def list_reservations(self, customer_id: str) -> Collection[Reservation]:
        return read_all(self._service, _get(customer_id, f"{CAPACITY}/reservations"), odata_page, reservation)

    def list_savings_plans(self, customer_id: str) -> Collection[SavingsPlan]:
        return read_all(self._service, _get(customer_id, f"{BENEFITS}/savingsPlans"), odata_page, savings_plan)

    def return_reservation(
        self, customer_id: str, order_id: str, reservation_id: str, quantity: int, request_id: str
    ) -> WriteAnswer:
        """The price calculation changes nothing, so losing its answer is not a lost write; only the return is one."""
        if quantity < 1:
            raise InvalidRequestError("invalid_quantity", "quantity", "must be at least 1", str(quantity))
        request_id = guid("requestId", request_id)
        order = f"{CAPACITY}/reservationOrders/{segment('reservationOrderId', order_id)}"
        returned = {
            "reservationId": f"{order}/reservations/{segment('reservationId', reservation_id)}",
            "quantity": quantity,
        }
        scope = {"scope": "Reservation", "reservationToReturn": returned}
        tenant = guid("customerId", customer_id)
        asking = Call("POST", f"{order}/calculateRefund", tenant, VERSION, body={"id": order, "properties": scope})
        refund = Record(self._service.read(asking), self._service.where(asking))
        self._check_policy(refund)
        session = refund.child("properties").required("sessionId")
        body = {"properties": {**scope, "sessionId": session, "returnReason": REASON}}
        headers = {"x-ms-client-request-id": request_id}
        returning = replace(
            asking, path=f"{order}/return", body=body, headers=headers, effect=True, request_id=request_id
        )
        answer = self._service.exchange(returning)
        record = shown(answer)
        if record is not None and answer.status != ACCEPTED:
            self._check_policy(record)
        return written(answer)

    def _check_policy(self, record: Record) -> None:
        problem = policy_error(record)
        if problem is not None:
            code, message = problem
            raise RefusedError(message, service=self._service.service, status=200, remote_code=code)


def _get(customer_id: str, path: str) -> Call:
    return Call("GET", path, guid("customerId", customer_id), VERSION)
