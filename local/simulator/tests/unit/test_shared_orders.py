"""Orders that several purchases share: several reservations of one, and reservations beside software."""

from typing import Any

import pytest

from local.simulator.scenario import builder as b
from local.simulator.scenario.holdings.azure import ONE_RESERVATION_ORDER
from local.simulator.tests.unit.tenant import Tenant


def _tenant(*holdings: b.Holding, **knobs: Any) -> Tenant:
    return Tenant(b.scenario(b.customer("Contoso", *holdings), **knobs))


def _below(tenant: Tenant, tail: str) -> list[Any]:
    return list(tenant.get(f"/v1/customers/{tenant.customer}{tail}")["items"])


def test_a_split_reservation_is_one_line_and_one_entitlement() -> None:
    tenant = _tenant(*b.reservation_split(1, 2))
    (order,) = _below(tenant, "/orders")
    assert [(line["lineItemNumber"], line["quantity"]) for line in order["lineItems"]] == [(0, 3)]
    (entitlement,) = _below(tenant, "/entitlements")
    assert (entitlement["quantity"], entitlement["referenceOrder"]["lineItemId"]) == (3, "0")
    assert entitlement["entitledArtifacts"][0]["resourceId"] == ONE_RESERVATION_ORDER
    detail = tenant.get(f"/v1{entitlement['entitledArtifacts'][0]['link']['uri']}")
    assert [one["quantity"] for one in detail["virtualMachineReservations"]] == [1, 2]


def test_reservations_bought_together_are_lines_of_one_order() -> None:
    tenant = _tenant(*b.reservations_together(count=3))
    (order,) = _below(tenant, "/orders")
    assert [line["lineItemNumber"] for line in order["lineItems"]] == [0, 1, 2]
    found = _below(tenant, "/entitlements")
    assert [one["referenceOrder"]["lineItemId"] for one in found] == ["0", "1", "2"]
    assert len({one["entitledArtifacts"][0]["resourceId"] for one in found}) == 3


def test_software_beside_a_reservation_is_cancelled_by_its_line() -> None:
    tenant = _tenant(b.reservation(order_id="MixedOrder1", purchased="-P5D"), b.perpetual(order_id="MixedOrder1"))
    path = f"/v1/customers/{tenant.customer}/orders/MixedOrder1"
    assert tenant.call("PATCH", path, {"status": "cancelled"}).status == 403
    body = {"status": "cancelled", "lineItems": [{"lineItemNumber": 1}]}
    assert tenant.call("PATCH", path, body).status == 200
    order = tenant.get(path)
    assert (order["status"], [line["quantity"] for line in order["lineItems"]]) == ("completed", [1, 0])


def test_a_reservation_added_to_an_order_joins_it() -> None:
    tenant = _tenant(*b.reservation_split(1))
    before = next(iter(tenant.simulator.store.orders)).id
    added = {"reservations": [{"reservationOrderId": ONE_RESERVATION_ORDER, "quantity": 4}]}
    assert tenant.control("POST", "mutate", {"customer": tenant.customer, "add": added}).status == 200
    (order,) = _below(tenant, "/orders")
    assert (order["id"], order["lineItems"][0]["quantity"]) == (before, 5)


@pytest.mark.parametrize(
    ("fields", "status", "cycle", "prices"),
    [("documented", True, "monthly", False), ("sparse", False, "Monthly", False), ("whole", True, "monthly", True)],
)
def test_the_fields_of_orders(fields: str, status: bool, cycle: str, prices: bool) -> None:
    tenant = _tenant(b.legacy(billing="monthly"), b.perpetual(), order_fields=fields)
    legacy, other = _below(tenant, "/orders")
    assert ("status" in legacy, legacy["billingCycle"]) == (status, cycle)
    assert legacy["creationDate"].endswith("-08:00")
    assert (other["status"].lower(), other["creationDate"][-1]) == ("completed", "Z")
    assert ("pricing" in other["lineItems"][0]) == prices


def test_why_it_was_suspended_shows_until_it_is_active_again() -> None:
    tenant = _tenant(b.nce_suspended(suspension_reasons=("NonPayment",)), b.nce_suspended())
    first, second = _below(tenant, "/subscriptions")
    assert (first["suspensionReasons"], "suspensionReasons" in second) == (["NonPayment"], False)
    assert tenant.patch_subscription(0, status="active").status == 200
    assert "suspensionReasons" not in _below(tenant, "/subscriptions")[0]
    change = {"status": "suspended", "suspensionReasons": ["Fraud"]}
    body = {"customer": tenant.customer, "holding": tenant.subscription(), "set": change}
    assert tenant.control("POST", "mutate", body).status == 200
    assert _below(tenant, "/subscriptions")[0]["suspensionReasons"] == ["Fraud"]
