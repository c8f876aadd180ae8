"""The whole way, by hand: the first customer of the default scenario is emptied, removed, and proven gone."""

from pathlib import Path
from typing import Any

import local.simulator.scenario.load as load_module
from local.simulator.scenario.load import load_scenario
from local.simulator.tests.unit.tenant import Tenant, code_of

DEFAULT = Path(load_module.__file__).parents[1] / "scenarios" / "default.json"


def _return_reservations(tenant: Tenant) -> None:
    for one in tenant.arm("GET", "Microsoft.Capacity/reservations").json()["value"]:
        order = one["id"].split("/reservations/")[0].removeprefix("/providers/")
        wanted: dict[str, Any] = {"reservationToReturn": {"reservationId": one["id"], "quantity": 1}}
        calculated = tenant.arm("POST", f"{order}/calculateRefund", {"properties": wanted}).json()
        wanted["sessionId"] = calculated["properties"]["sessionId"]
        assert tenant.arm("POST", f"{order}/return", {"properties": wanted}).status == 202


def test_contoso_can_be_removed_today() -> None:
    tenant = Tenant(load_scenario(DEFAULT))
    path = f"/v1/customers/{tenant.customer}"
    for index in (0, 1):
        assert tenant.patch_subscription(index, status="suspended").status == 200
    for index in (3, 2, 4, 5):
        assert tenant.patch_subscription(index, status="deleted").status == 200
    plan = f"{path}/subscriptions/{tenant.subscription(6)}"
    for child in tenant.get(f"{plan}/azureEntitlements")["items"]:
        cancel = f"{plan}/azureEntitlements/{child['id']}/cancel"
        assert tenant.call("POST", cancel, {"cancellationReason": "compromise"}).status == 202
    _return_reservations(tenant)
    software = [one for one in tenant.get(f"{path}/entitlements")["items"] if one["entitlementType"] == "software"]
    order = software[0]["referenceOrder"]["id"]
    assert tenant.call("PATCH", f"{path}/orders/{order}", {"status": "cancelled"}).status == 200
    assert code_of(tenant.remove()) == "2000"
    tenant.advance(seconds=30)
    assert tenant.patch_subscription(6, status="suspended").status == 200
    assert tenant.control("GET", f"state?customer={tenant.customer}").json()["customers"][0]["blockers"] == []
    assert tenant.remove().status == 200
    tenant.advance(seconds=2)
    names = [one["companyProfile"]["companyName"] for one in tenant.get("/v1/customers?size=3")["items"]]
    assert "Contoso Bakery" not in names
    relationship = next(iter(tenant.simulator.store.gdap)).id
    assert tenant.graph("POST", f"/{relationship}/requests", {"action": "terminate"}).status == 201
    tenant.advance(seconds=2)
    assert tenant.graph("GET", f"/{relationship}").json()["status"] == "terminated"
    assert tenant.effects() == [
        *["subscription.suspended"] * 2,
        *["subscription.cancelled"] * 4,
        *["entitlement.cancelled"] * 2,
        "reservation.returned",
        "order.cancelled",
        "subscription.suspended",
        "relationship.removed",
        "gdap.terminated",
    ]
