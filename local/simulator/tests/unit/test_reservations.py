"""Reservations and savings plans in Azure: refunds, limits, expiry, renewal, rights."""

from typing import Any

import pytest

from local.simulator.scenario import builder as b
from local.simulator.scenario.models import Scenario
from local.simulator.tenant.kinds import ReservationState
from local.simulator.tests.unit.tenant import Tenant, code_of


def _one(*holdings: b.Holding, **knobs: Any) -> Scenario:
    return b.scenario(b.customer("Contoso", *holdings), **knobs)


def _orders(tenant: Tenant) -> list[Any]:
    items: list[Any] = tenant.get(f"/v1/customers/{tenant.customer}/orders")["items"]
    return items


def _entitled(tenant: Tenant) -> list[Any]:
    items: list[Any] = tenant.get(f"/v1/customers/{tenant.customer}/entitlements")["items"]
    return items


def _return(tenant: Tenant, quantity: int = 1, session: str | None = None, which: int = 0) -> Any:
    one = list(tenant.simulator.store.reservations.of(tenant.customer))[which]
    path = f"Microsoft.Capacity/reservationOrders/{one.reservation_order_id}"
    full = f"/providers/Microsoft.Capacity/reservationOrders/{one.reservation_order_id}/reservations/{one.id}"
    wanted = {"scope": "Reservation", "reservationToReturn": {"reservationId": full, "quantity": quantity}}
    if session is None:
        body = {"id": path, "properties": wanted}
        return tenant.arm("POST", f"{path}/calculateRefund", body)
    properties = wanted | {"sessionId": session, "returnReason": "Offboarding"}
    return tenant.arm("POST", f"{path}/return", {"properties": properties})


def _session(answer: Any) -> str:
    return str(answer.json()["properties"]["sessionId"])


def test_a_reservation_is_returned_in_two_steps() -> None:
    tenant = Tenant(_one(b.reservation(quantity=2, refund_usd=500)))
    assert "reserved instances" in tenant.remove().json()["description"]
    calculated = _return(tenant, 2)
    assert calculated.json()["properties"]["billingRefundAmount"]["amount"] == 500
    assert tenant.effects() == []
    answer = _return(tenant, 2, _session(calculated))
    assert (answer.status, "Retry-After" in answer.headers) == (202, False)
    assert answer.headers["Location"].startswith("http://127.0.0.1/providers/Microsoft.Capacity/reservationorders/")
    assert code_of(_return(tenant, 2)) == "OperationCannotBePerformedInCurrentState"
    assert code_of(tenant.remove()) == "2000"
    tenant.advance(seconds=30)
    tenant.simulator.settle()
    one = next(iter(tenant.simulator.store.reservations))
    assert (one.state, one.quantity) == (ReservationState.CANCELLED, 0)
    assert [item["quantity"] for item in _entitled(tenant)] == [0]
    assert tenant.remove().status == 200
    assert tenant.effects() == ["reservation.returned", "relationship.removed"]


def test_part_of_a_reservation() -> None:
    tenant = Tenant(_one(b.reservation(quantity=3), return_status=200, return_lag="PT0S"))
    answer = _return(tenant, 1, _session(_return(tenant, 1)))
    assert (answer.status, answer.json()["properties"]["provisioningState"]) == (200, "Succeeded")
    assert [item["quantity"] for item in _entitled(tenant)] == [2]
    assert code_of(tenant.remove()) == "2000"


def test_the_rest_of_a_partial_return_is_a_new_reservation_of_the_same_order() -> None:
    """Azure cancels what a partial return names and shows the rest beside it (azure-docs#109556)."""
    tenant = Tenant(_one(b.reservation(quantity=3, refund_usd=300), return_lag="PT0S"))
    _return(tenant, 1, _session(_return(tenant, 1)))
    tenant.simulator.settle()
    gone, rest = tenant.simulator.store.reservations
    assert (gone.state, gone.quantity, rest.state, rest.quantity) == ("Cancelled", 0, "Succeeded", 2)
    assert (rest.reservation_order_id, rest.order_id) == (gone.reservation_order_id, gone.order_id)
    order = f"Microsoft.Capacity/reservationOrders/{gone.reservation_order_id}"
    listed = tenant.arm("GET", f"{order}/reservations").json()["value"]
    assert [item["properties"]["quantity"] for item in listed] == [0, 2]
    assert len(tenant.arm("GET", order).json()["properties"]["reservations"]) == 2
    assert len(tenant.arm("GET", "Microsoft.Capacity/reservationOrders").json()["value"]) == 1
    calculated = _return(tenant, 2, which=1)
    assert calculated.json()["properties"]["billingRefundAmount"]["amount"] == 200
    _return(tenant, 2, _session(calculated), which=1)
    assert [item["quantity"] for item in _entitled(tenant)] == [0]
    assert tenant.remove().status == 200


@pytest.mark.parametrize(
    ("holding", "knobs", "code"),
    [
        (b.reservation(refund_error="SelfServiceRefundNotSupported"), {}, "SelfServiceRefundNotSupported"),
        (b.reservation(refund_usd=51_000), {}, "RefundLimitExceeded"),
        (b.reservation(refund_usd=11), {"refund_limit_usd": 10}, "RefundLimitExceeded"),
    ],
)
def test_policy_errors_arrive_with_status_200(holding: b.Holding, knobs: Any, code: str) -> None:
    tenant = Tenant(_one(holding, **knobs))
    calculated = _return(tenant)
    policy = calculated.json()["properties"]["policyResult"]["properties"]
    assert (calculated.status, [one["code"] for one in policy["policyErrors"]]) == (200, [code])
    assert code_of(_return(tenant, 1, _session(calculated))) == code
    assert tenant.effects() == []


def test_the_limit_counts_what_was_returned_before() -> None:
    tenant = Tenant(_one(b.reservation(quantity=2, refund_usd=20), refund_limit_usd=15, return_lag="PT0S"))
    _return(tenant, 1, _session(_return(tenant, 1)))
    tenant.simulator.settle()
    policy = _return(tenant, 1, which=1).json()["properties"]["policyResult"]["properties"]
    assert policy["consumedRefundsTotal"]["amount"] == 10
    assert policy["policyErrors"][0]["code"] == "RefundLimitExceeded"


@pytest.mark.parametrize("quantity", [0, 2, -1])
def test_bad_quantities(quantity: int) -> None:
    assert code_of(_return(Tenant(_one(b.reservation())), quantity)) == "InvalidRefundQuantity"


def test_a_session_is_short_lived_and_bound() -> None:
    tenant = Tenant(_one(b.reservation(quantity=2)))
    session = _session(_return(tenant, 1))
    assert code_of(_return(tenant, 2, session)) == "BadRequest"
    assert code_of(_return(tenant, 1, "made-up")) == "BadRequest"
    tenant.advance(minutes=15)
    assert code_of(_return(tenant, 1, session)) == "BadRequest"


def test_a_reservation_bought_in_azure_is_seen_by_azure_alone() -> None:
    tenant = Tenant(_one(b.reservation(via_partner_center=False)))
    assert (_entitled(tenant), _orders(tenant)) == ([], [])
    listed = tenant.arm("GET", "Microsoft.Capacity/reservations").json()
    assert (len(listed["value"]), listed["summary"]["succeededCount"], listed["nextLink"]) == (1, 1, None)
    assert code_of(tenant.remove()) == "2000"


def test_a_reservation_ends_or_renews_at_its_expiry() -> None:
    tenant = Tenant(_one(b.reservation(expires="+P10D"), b.reservation(expires="+P10D", renew=True)))
    second = list(tenant.simulator.store.reservations)[1]
    path = f"Microsoft.Capacity/reservationOrders/{second.reservation_order_id}/reservations/{second.id}"
    tenant.advance(days=11)
    tenant.simulator.settle()
    states = [one.state for one in tenant.simulator.store.reservations]
    assert states == [ReservationState.EXPIRED, ReservationState.SUCCEEDED]
    assert tenant.arm("PATCH", path, {"properties": {"renew": False}}).json()["properties"]["renew"] is False
    assert tenant.effects() == ["reservation.renew_off"]


@pytest.mark.parametrize("change", [{"allowDelegatedAccess": False}, {"armRole": False}])
def test_azure_needs_rights_in_the_customers_tenant(change: dict[str, bool]) -> None:
    tenant = Tenant(b.scenario(b.customer("Contoso", b.reservation())))
    assert tenant.arm("GET", "Microsoft.Capacity/reservations").status == 200
    assert tenant.control("POST", "mutate", {"customer": tenant.customer, "set": change}).status == 200
    answer = tenant.arm("GET", "Microsoft.Capacity/reservations")
    assert (answer.status, code_of(answer)) == (403, "AuthorizationFailed")


def test_a_savings_plan_can_only_stop_renewing_and_in_azure_only() -> None:
    tenant = Tenant(_one(b.savings_plan()))
    listed = tenant.arm("GET", "Microsoft.BillingBenefits/savingsPlans").json()["value"]
    path = listed[0]["id"].removeprefix("/providers/")
    answer = tenant.arm("PATCH", path, {"properties": {"renew": False}})
    assert answer.json()["properties"]["renew"] is False
    body = tenant.get(f"/v1/customers/{tenant.customer}/subscriptions")["items"][0]
    assert (body["autoRenewEnabled"], body["lineItems"][0]["autoRenewEnabled"]) == (False, False)
    assert tenant.effects() == ["savingsplan.renew_off"]
    assert tenant.arm("PATCH", f"{path}0", {"properties": {"renew": False}}).status == 404
