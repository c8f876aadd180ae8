"""Azure subscriptions, orders, perpetual software, transfers: what ends them and what they block."""

from typing import Any

import pytest

from local.simulator.scenario import builder as b
from local.simulator.scenario.models import LineSpec, Scenario
from local.simulator.tenant.kinds import LineKind, OrderStatus
from local.simulator.tests.unit.tenant import Tenant, code_of

REASON = {"cancellationReason": "compromise"}


def _one(*holdings: b.Holding, **knobs: Any) -> Scenario:
    return b.scenario(b.customer("Contoso", *holdings), **knobs)


def _entitlement(tenant: Tenant, index: int = 0) -> str:
    children = tenant.get(_children(tenant))["items"]
    return f"{_children(tenant)}/{children[index]['id']}"


def _children(tenant: Tenant) -> str:
    return f"/v1/customers/{tenant.customer}/subscriptions/{tenant.subscription()}/azureEntitlements"


def test_an_azure_subscription_is_inactive_after_the_lag() -> None:
    tenant = Tenant(_one(b.azure_plan(2)))
    path = _entitlement(tenant)
    assert tenant.call("POST", f"{path}/cancel", REASON).status == 202
    assert tenant.call("POST", f"{path}/cancel", REASON).status == 202
    tenant.advance(minutes=9)
    assert tenant.get(path)["status"] == "active"
    tenant.advance(minutes=1)
    assert tenant.get(path)["status"] == "inactive"
    assert tenant.effects() == ["entitlement.cancelled"]
    assert code_of(tenant.patch_subscription(0, status="suspended")) == "900115"


def test_the_plan_can_be_suspended_once_all_are_inactive_and_they_can_come_back_before() -> None:
    tenant = Tenant(_one(b.azure_plan(1), entitlement_lag="PT0S"))
    path = _entitlement(tenant)
    tenant.call("POST", f"{path}/cancel", REASON)
    assert tenant.call("POST", f"{path}/reactivate").status == 202
    assert code_of(tenant.patch_subscription(0, status="suspended")) == "900115"
    tenant.call("POST", f"{path}/cancel", REASON)
    assert tenant.patch_subscription(0, status="suspended").status == 200
    assert code_of(tenant.call("POST", f"{path}/reactivate")) == "900337"
    assert tenant.remove().status == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [({"cancellationReason": "cost"}, "900307"), ({}, "800002"), (None, "800002"), ([], "800002")],
)
def test_a_cancellation_needs_its_reason(body: Any, code: str) -> None:
    tenant = Tenant(_one(b.azure_plan(1)))
    answer = tenant.call("POST", f"{_entitlement(tenant)}/cancel", body)
    assert (answer.status, code_of(answer)) == (400, code)
    assert tenant.effects() == []


def test_entitlement_knobs() -> None:
    tenant = Tenant(_one(b.azure_plan(1, 1), entitlement_cancel_status=200, inactive_entitlement_cancel="refuse"))
    answer = tenant.call("POST", f"{_entitlement(tenant)}/cancel", REASON)
    assert (answer.status, answer.json()["status"]) == (200, "active")
    assert code_of(tenant.call("POST", f"{_entitlement(tenant, 1)}/cancel", REASON)) == "800040"
    unknown = f"{_children(tenant)}/00000000-0000-4000-8000-000000000000"
    assert (tenant.call("GET", unknown).status, code_of(tenant.call("GET", unknown))) == (404, "800111")


def _orders(tenant: Tenant) -> list[Any]:
    items: list[Any] = tenant.get(f"/v1/customers/{tenant.customer}/orders")["items"]
    return items


def _cancel(tenant: Tenant, order_id: str, *lines: int) -> Any:
    body: dict[str, Any] = {"id": order_id, "status": "cancelled"}
    if lines:
        body["lineItems"] = [{"lineItemNumber": number} for number in lines]
    return tenant.call("PATCH", f"/v1/customers/{tenant.customer}/orders/{order_id}", body)


def _entitled(tenant: Tenant, query: str = "") -> list[Any]:
    items: list[Any] = tenant.get(f"/v1/customers/{tenant.customer}/entitlements{query}")["items"]
    return items


@pytest.mark.parametrize(
    ("shape", "lines", "status", "quantity"),
    [
        ("documented", (), "cancelled", 1),
        ("documented", (0,), "cancelled", 0),
        ("lineZero", (), "cancelled", 0),
        ("statusOnly", (0,), "cancelled", 1),
        ("quantityOnly", (), "completed", 0),
    ],
)
def test_perpetual_software_is_cancelled_by_its_order(
    shape: str, lines: tuple[int, ...], status: str, quantity: int
) -> None:
    tenant = Tenant(_one(b.perpetual(), cancelled_order=shape))
    assert code_of(tenant.remove()) == "2000"
    answer = _cancel(tenant, _orders(tenant)[0]["id"], *lines)
    assert (answer.json()["status"], answer.json()["lineItems"][0]["quantity"]) == (status, quantity)
    assert [one["quantity"] for one in _entitled(tenant)] == [0]
    assert tenant.remove().status == 200
    assert tenant.effects() == ["order.cancelled", "relationship.removed"]


def test_order_lag_shows_to_readers_later() -> None:
    tenant = Tenant(_one(b.perpetual(), order_lag="PT15M", cancelled_entitlement="missing"))
    order_id = _orders(tenant)[0]["id"]
    assert _cancel(tenant, order_id).json()["status"] == "cancelled"
    assert _orders(tenant)[0]["status"] == "completed"
    assert code_of(_cancel(tenant, order_id)) == "800060"
    tenant.advance(minutes=15)
    assert (_orders(tenant)[0]["status"], _entitled(tenant)) == ("cancelled", [])
    assert code_of(_cancel(tenant, order_id)) == "800061"


@pytest.mark.parametrize("blocks", [True, False])
def test_perpetual_software_past_its_window(blocks: bool) -> None:
    tenant = Tenant(_one(b.perpetual(bought="-P31D"), perpetual_past_window_blocks=blocks))
    answer = _cancel(tenant, _orders(tenant)[0]["id"])
    assert (answer.status, code_of(answer)) == (400, "900117")
    assert tenant.remove().status == (400 if blocks else 200)


@pytest.mark.parametrize(
    ("holding", "environment", "expected"),
    [
        (b.nce(), "production", (403, "800077")),
        (b.legacy(), "production", (403, "800077")),
        (b.marketplace(), "production", (403, "800077")),
        (b.azure_plan(1), "production", (403, "800019")),
        (b.savings_plan(), "production", (403, "800019")),
        (b.reservation(), "production", (403, "800019")),
        (b.reservation(), "sandbox", (200, None)),
        (b.software(), "production", (200, None)),
        (b.software(started="-P8D"), "production", (400, "900213")),
        (b.order(OrderStatus.PENDING), "production", (409, "800060")),
        (b.order(OrderStatus.ERROR), "production", (400, "800061")),
        (b.order(OrderStatus.COMPLETED, LineSpec(kind=LineKind.PERPETUAL)), "production", (200, None)),
    ],
)
def test_what_can_be_cancelled_through_the_order(
    holding: b.Holding, environment: str, expected: tuple[int, str | None]
) -> None:
    tenant = Tenant(_one(holding, environment=environment))
    answer = _cancel(tenant, _orders(tenant)[0]["id"])
    assert (answer.status, code_of(answer)) == expected
    if expected[0] == 200:
        assert tenant.effects()[0] == "order.cancelled"
        assert code_of(_cancel(tenant, _orders(tenant)[0]["id"])) == "800061"
    else:
        assert tenant.effects() == []


def test_cancelling_a_software_order_deletes_the_subscription() -> None:
    tenant = Tenant(_one(b.software()))
    _cancel(tenant, _orders(tenant)[0]["id"], 0)
    assert tenant.status() == "deleted"
    assert tenant.effects() == ["order.cancelled", "subscription.cancelled"]


@pytest.mark.parametrize(
    "body",
    [
        {"status": "completed"},
        {"status": "cancelled", "id": "another"},
        {"status": "cancelled", "lineItems": []},
        {"status": "cancelled", "lineItems": [{"lineItemNumber": 7}]},
        {"status": "cancelled", "lineItems": [{}]},
        {"status": "cancelled", "lineItems": "all"},
        "cancelled",
    ],
)
def test_a_bad_order_cancellation(body: Any) -> None:
    tenant = Tenant(_one(b.perpetual()))
    path = f"/v1/customers/{tenant.customer}/orders/{_orders(tenant)[0]['id']}"
    assert code_of(tenant.call("PATCH", path, body)) == "800002"
    assert code_of(tenant.call("PATCH", f"/v1/customers/{tenant.customer}/orders/nothing", body)) == "20000"
    assert tenant.effects() == []


def test_a_pending_order_blocks_until_it_settles() -> None:
    tenant = Tenant(_one(b.order(OrderStatus.PENDING, settles="+PT1H")))
    assert code_of(tenant.remove()) == "2000"
    path = f"/v1/customers/{tenant.customer}/orders/{_orders(tenant)[0]['id']}/provisioningstatus"
    assert tenant.get(path)["items"][0]["status"] == "prefulfillmentpending"
    tenant.advance(hours=1)
    assert tenant.get(path)["items"][0]["status"] == "fulfilled"
    assert tenant.remove().status == 200


def test_an_open_transfer_blocks_updates_and_removal() -> None:
    tenant = Tenant(_one(b.legacy(name="Mail"), b.transfer("Mail"), transferred="stay"))
    assert code_of(tenant.patch_subscription(0, status="suspended")) == "900101"
    listed = tenant.get(f"/v1/customers/{tenant.customer}/transfers")
    assert [one["status"] for one in listed] == ["Active"]
    change = {"customer": tenant.customer, "holding": listed[0]["id"], "set": {"status": "Complete"}}
    assert tenant.control("POST", "mutate", change).status == 200
    assert tenant.patch_subscription(0, status="suspended").status == 200
    assert tenant.remove().status == 200
