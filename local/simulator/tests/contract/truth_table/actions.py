"""What a caller can do, as functions from a tenant to its answer, written ``"200"`` or ``"400/2011"``."""

from collections.abc import Callable
from typing import Any

from local.simulator.messages import Response
from local.simulator.tests.unit.tenant import ARM, Tenant, code_of

Action = Callable[[Tenant], str]
REMOVAL = {"relationshipToPartner": "none", "attributes": {"objectType": "Customer"}}
NOBODY = "00000000-0000-4000-8000-000000000000"


def said(answer: Response) -> str:
    """The status, and the code of an error."""
    code = code_of(answer) if answer.body else None
    return str(answer.status) if code is None else f"{answer.status}/{code}"


def root(tenant: Tenant) -> str:
    return f"/v1/customers/{tenant.customer}"


def call(method: str, tail: str, body: Any = None, **headers: str) -> Action:
    """A call below the customer; {subscription}, {order} and {entitlement} stand for the first of each."""

    def act(tenant: Tenant) -> str:
        store = tenant.simulator.store
        values = {
            "subscription": next((one.id for one in store.subscriptions), NOBODY),
            "order": next((one.id for one in store.orders), "none"),
            "entitlement": next((one.id for one in store.entitlements), NOBODY),
        }
        return said(tenant.call(method, root(tenant) + tail.format(**values), body, **headers))

    return act


def patch(**change: Any) -> Action:
    """Change the first subscription, whole resource."""
    return lambda tenant: said(tenant.patch_subscription(0, **change))


def nothing(_: Tenant) -> str:
    return ""


def remove(tenant: Tenant) -> str:
    return said(tenant.remove())


def cancel_azure(reason: str = "compromise") -> Action:
    return call(
        "POST",
        "/subscriptions/{subscription}/azureEntitlements/{entitlement}/cancel",
        {"cancellationReason": reason},
    )


def reactivate_azure(tenant: Tenant) -> str:
    return call("POST", "/subscriptions/{subscription}/azureEntitlements/{entitlement}/reactivate")(tenant)


def cancel_order(tenant: Tenant) -> str:
    return call("PATCH", "/orders/{order}", {"status": "cancelled"})(tenant)


def _refund(tenant: Tenant, verb: str, session: str | None) -> Response:
    one = next(iter(tenant.simulator.store.reservations))
    wanted: dict[str, Any] = {"reservationToReturn": {"reservationId": one.id, "quantity": 1}}
    if session is not None:
        wanted["sessionId"] = session
    path = f"Microsoft.Capacity/reservationOrders/{one.reservation_order_id}/{verb}"
    return tenant.arm("POST", path, {"properties": wanted})


def calculate(tenant: Tenant) -> str:
    """The policy errors of a refund, or ``"200"``."""
    answer = _refund(tenant, "calculateRefund", None)
    if answer.status != 200:
        return said(answer)
    errors = answer.json()["properties"]["policyResult"]["properties"]["policyErrors"]
    return " ".join(["200", *(one["code"] for one in errors)])


def give_back(tenant: Tenant) -> str:
    """calculateRefund, then return."""
    calculated = _refund(tenant, "calculateRefund", None)
    if calculated.status != 200:
        return said(calculated)
    return said(_refund(tenant, "return", calculated.json()["properties"]["sessionId"]))


def renew_off_reservation(tenant: Tenant, renew: bool = False) -> str:
    one = next(iter(tenant.simulator.store.reservations))
    path = f"Microsoft.Capacity/reservationOrders/{one.reservation_order_id}/reservations/{one.id}"
    return said(tenant.arm("PATCH", path, {"properties": {"renew": renew}}))


def renew_on_reservation(tenant: Tenant) -> str:
    return renew_off_reservation(tenant, renew=True)


def renew_off_savings_plan(tenant: Tenant, renew: bool = False) -> str:
    one = next(iter(tenant.simulator.store.subscriptions))
    path = f"Microsoft.BillingBenefits/savingsPlanOrders/{one.savings_order_id}/savingsPlans/{one.savings_plan_id}"
    return said(tenant.arm("PATCH", path, {"properties": {"renew": renew}}))


def renew_on_savings_plan(tenant: Tenant) -> str:
    return renew_off_savings_plan(tenant, renew=True)


def terminate_gdap(tenant: Tenant) -> str:
    one = next(iter(tenant.simulator.store.gdap))
    return said(tenant.graph("POST", f"/{one.id}/requests", {"action": "terminate"}))


def mutate(**change: Any) -> Action:
    """Somebody else changes the first Azure subscription or transfer."""

    def act(tenant: Tenant) -> str:
        store = tenant.simulator.store
        holding = next(one.id for table in (store.entitlements, store.transfers) for one in table)
        body = {"customer": tenant.customer, "holding": holding, "set": change}
        return str(tenant.control("POST", "mutate", body).status)

    return act


def change_customer(**change: Any) -> Action:
    """Something about the customer itself is changed."""
    return lambda tenant: str(tenant.control("POST", "mutate", {"customer": tenant.customer, "set": change}).status)


def token_there(tenant: Tenant) -> str:
    """A user's token for Azure in the customer's tenant: 200, or the AADSTS code."""
    answer = tenant.redeem(ARM, tenant.customer)
    return "200" if answer.status == 200 else str(answer.json()["error_description"]).split(":")[0]


def after(first: Action, second: Action, **wait: float) -> Action:
    """The answer to *second*, once *first* was done and that time has passed."""

    def act(tenant: Tenant) -> str:
        first(tenant)
        tenant.advance(**wait)
        tenant.simulator.settle()
        return second(tenant)

    return act
