"""The simulator's bodies have the shape of the documented ones: same keys, same nesting, same JSON types.

The documented bodies are not part of the project: OFFBOARDING_SAMPLES names their folder where it is present.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.simulator.scenario import builder as b
from local.simulator.scenario.models import LineSpec
from local.simulator.tenant.kinds import LineKind, OrderStatus
from tests.unit.simulator.tenant import Tenant

FOLDER = Path(os.environ.get("OFFBOARDING_SAMPLES", "does-not-exist"))
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="OFFBOARDING_SAMPLES names no folder")


def _paths(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """(key path, JSON type) of everything in a body; list items share a path."""
    if isinstance(value, dict):
        yield path, "object"
        for key, item in value.items():
            yield from _paths(item, f"{path}/{key}")
    elif isinstance(value, list):
        yield path, "array"
        for item in value:
            yield from _paths(item, f"{path}/*")
    elif value is not None:
        yield path, "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def _documented(name: str) -> dict[str, str]:
    return dict(_paths(json.loads((FOLDER / name).read_text(encoding="utf-8-sig"))))


def _tenant() -> Tenant:
    perpetual = LineSpec(kind=LineKind.PERPETUAL)
    return Tenant(
        b.scenario(
            b.customer(
                "Contoso",
                b.legacy(name="Base"),
                b.legacy(parent="Base"),
                b.nce(),
                b.nce(status="expired"),
                b.azure_plan(1),
                b.software(),
                b.marketplace(started="-P1D"),
                b.savings_plan(),
                b.legacy_azure(),
                b.reservation(),
                b.perpetual(),
                b.order(OrderStatus.COMPLETED, perpetual, perpetual),
                b.gdap(),
                b.gdap(status="approvalPending", reseller_type=True),
                b.transfer("Base"),
            ),
            b.customer("Empty", id="e0000000-0000-4000-8000-000000000000"),
            removal_lag="PT0S",
        )
    )


def _subscription(index: int, tail: str = "") -> Any:
    def body(tenant: Tenant) -> Any:
        return tenant.get(f"/v1/customers/{tenant.customer}/subscriptions/{tenant.subscription(index)}{tail}")

    return body


def _get(tail: str) -> Any:
    return lambda tenant: tenant.get(f"/v1/customers/{tenant.customer}{tail}")


def _artifact(tenant: Tenant) -> Any:
    items = _get("/entitlements?entitlementType=reservedinstance")(tenant)["items"]
    return tenant.get(f"/v1{items[0]['entitledArtifacts'][0]['link']['uri']}")


def _removal(tenant: Tenant) -> Any:
    path = "/v1/customers/e0000000-0000-4000-8000-000000000000"
    return tenant.call("PATCH", path, {"relationshipToPartner": "none"}).json()


def _refund(tenant: Tenant) -> Any:
    one = next(iter(tenant.simulator.store.reservations))
    wanted = {"reservationToReturn": {"reservationId": one.id, "quantity": 1}}
    path = f"Microsoft.Capacity/reservationOrders/{one.reservation_order_id}/calculateRefund"
    return tenant.arm("POST", path, {"properties": wanted}).json()


def _reservation_order(tenant: Tenant) -> Any:
    one = next(iter(tenant.simulator.store.reservations))
    return tenant.arm("GET", f"Microsoft.Capacity/reservationOrders/{one.reservation_order_id}").json()


def _request(tenant: Tenant) -> Any:
    one = next(iter(tenant.simulator.store.gdap))
    return tenant.graph("POST", f"/{one.id}/requests", {"action": "terminate"}).json()


def _software_cancelled(tenant: Tenant) -> Any:
    order = next(one for one in tenant.simulator.store.orders if len(one.lines) == 2)
    path = f"/v1/customers/{tenant.customer}/orders/{order.id}"
    return tenant.call("PATCH", path, {"status": "cancelled", "lineItems": [{"lineItemNumber": 0}]}).json()


# What the documentation of that sample does not show, though other pages or newer versions do.
SCHEDULES = {"scheduledActions", "scheduledNextTermInstructions"}
MODERN = {
    "actions",
    "attentionNeeded",
    "actionTaken",
    "billingCycleEndDate",
    "billingCycleEndDateTime",
    "cancellationAllowedUntilDate",
    "commitmentEndDateTime",
    "refundOptions",
    "refundableQuantity",
    "allowedUntilDateTime",
    "expiresAt",
    "type",
    "quantity",
    "details",
    "totalQuantity",
}
OLD = {"isTrial", "billingCycle", "commitmentEndDateTime", "parentSubscription", "hasPurchasableAddons"}
CASES: list[tuple[str, Any, set[str]]] = [
    ("customers/list-by-name.json", lambda tenant: tenant.get("/v1/customers?size=40"), set()),
    ("customers/get-reseller-dap.json", _get(""), set()),
    ("customers/patch-remove-relationship.json", _removal, set()),
    ("subscriptions/addon-legacy-active.json", _subscription(1), OLD),
    ("subscriptions/azure-legacy-active.json", _subscription(8), OLD),
    ("subscriptions/nce-expired.json", _subscription(3), MODERN),
    ("subscriptions/list-savings-plan.json", lambda tenant: {"items": [_subscription(7)(tenant)]}, {"displayName"}),
    ("subscriptions/list-software.json", lambda tenant: {"items": [_subscription(5)(tenant)]}, MODERN),
    ("updates/cancel-marketplace-deleted.json", _subscription(6), MODERN),
    ("support-contact/get.json", _subscription(0, "/supportcontact"), set()),
    ("provisioning/subscription.json", _subscription(0, "/provisioningstatus"), set()),
    ("provisioning/registration-status.json", _subscription(0, "/registrationstatus"), set()),
    ("azure-entitlements/list.json", _subscription(4, "/azureEntitlements"), set()),
    ("entitlements/list-all.json", _get("/entitlements"), {"alternateId"}),
    ("entitlements/artifact-reservedinstance.json", _artifact, {"displayName"}),
    ("orders/cancel-software-partial.json", _software_cancelled, set()),
    ("orders/list.json", _get("/orders"), {"product", "availability", "patchOperation"}),
    ("transfers/list.json", _get("/transfers"), set()),
    ("relationships/relationship-request.json", lambda t: t.get("/v1/customers/relationshiprequests"), set()),
    ("gdap/list-three-states.json", lambda tenant: tenant.graph("GET", "").json(), set()),
    ("gdap/request-201-created.json", _request, set()),
    ("arm/reservations-list.json", lambda t: t.arm("GET", "Microsoft.Capacity/reservations").json(), {"billingPlan"}),
    ("arm/calculate-refund-200-policy-error.json", _refund, set()),
    ("arm/return-200.json", _reservation_order, set()),
    (
        "arm/savings-plans-list.json",
        lambda tenant: tenant.arm("GET", "Microsoft.BillingBenefits/savingsPlans").json(),
        {"billingPlan"},
    ),
]
EXTRA_ORDER = {"alternateId", "currencySymbol", "transactionType", "termDuration", "subscription", "etag"}


@pytest.mark.parametrize(("name", "call", "newer"), CASES, ids=[name for name, _, _ in CASES])
def test_shape(name: str, call: Any, newer: set[str]) -> None:
    documented = _documented(name)
    ours = dict(_paths(call(_tenant())))
    allowed = newer | SCHEDULES | (EXTRA_ORDER if name.startswith("orders/") else set())
    strange = {
        path: kind
        for path, kind in ours.items()
        if path not in documented and path.rsplit("/", 1)[-1] not in allowed | {"*", "uri", "method", "headers"}
    }
    assert strange == {}
    wrong = {path: (kind, documented[path]) for path, kind in ours.items() if documented.get(path, kind) != kind}
    assert wrong == {}
