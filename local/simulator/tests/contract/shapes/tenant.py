"""A tenant that holds one of everything, and the calls that the documentation shows, made to it."""

from collections.abc import Callable
from typing import Any

from local.simulator.messages import Response
from local.simulator.scenario import builder as b
from local.simulator.scenario.models import LineSpec
from local.simulator.tenant.kinds import GdapStatus, LineKind, OrderStatus, TransferStatus
from local.simulator.tenant.subscription import Subscription
from local.simulator.tests.unit.tenant import Tenant

Ask = Callable[[Tenant], Response]
EMPTY = "e0000000-0000-4000-8000-000000000000"
RESELLER = {"id": "5d9c1f0e-2222-4000-8000-000000000001", "name": "First Shop", "mpnId": "4847383"}
_NEXT_TERM = {"product": {"productId": "P", "skuId": "S", "availabilityId": "A"}, "quantity": 1}


def tenant(**knobs: Any) -> Tenant:
    """Holdings are found by name."""
    perpetual = LineSpec(kind=LineKind.PERPETUAL)
    holdings: tuple[b.Holding, ...] = (
        b.legacy(name="Legacy"),
        b.legacy_add_on("Legacy"),
        b.nce(name="Licence", quantity=10),
        b.nce_expired(name="Expired", cancel_until="+P1D"),
        b.azure_plan(1, 1, name="Plan"),
        b.software(name="Software"),
        b.marketplace(name="SaaS"),
        b.savings_plan(name="Savings"),
        b.legacy_azure(name="Azure"),
        b.legacy(name="Moving"),
        b.reservation(name="Reservation"),
        b.perpetual(),
        b.order(OrderStatus.COMPLETED, perpetual, perpetual),
        b.gdap(),
        b.gdap(status=GdapStatus.APPROVAL_PENDING, reseller_type=True),
        b.transfer("Moving"),
        b.transfer("Moving", status=TransferStatus.COMPLETE),
        b.transfer("Legacy", "Moving", status=TransferStatus.PARTIALLY_COMPLETE),
    )
    contoso = b.customer("Contoso", *holdings, resellers=(RESELLER,))
    made = Tenant(
        b.scenario(
            contoso,
            b.customer("Empty", id=EMPTY),
            partner=b.partner(resellers=(RESELLER,)),
            **{"removal_lag": "PT0S"} | knobs,
        )
    )
    made.simulator.settle()
    return made


def _named(one: Tenant, name: str) -> Subscription:
    return next(item for item in one.simulator.store.subscriptions if item.name == name)


def _path(one: Tenant, name: str, tail: str = "") -> str:
    return f"/v1/customers/{one.customer}/subscriptions/{_named(one, name).id}{tail}"


def get(tail: str) -> Ask:
    """Below the customer."""
    return lambda one: one.call("GET", f"/v1/customers/{one.customer}{tail}")


def get_root(path: str) -> Ask:
    return lambda one: one.call("GET", path)


def of_subscription(name: str, tail: str = "") -> Ask:
    return lambda one: one.call("GET", _path(one, name, tail))


def change(name: str, **fields: Any) -> Ask:
    """The whole resource with that change."""

    def ask(one: Tenant) -> Response:
        body = one.get(_path(one, name))
        return one.call("PATCH", _path(one, name), body | fields)

    return ask


def only(name: str, ask: Ask) -> Ask:
    """A list that shows nothing but that subscription, as the documented one."""

    def narrowed(one: Tenant) -> Response:
        for other in list(one.simulator.store.subscriptions):
            if other.name != name:
                one.simulator.store.delete(other)
        return ask(one)

    return narrowed


def azure(kind: str, index: int = 0) -> Ask:
    """get or cancel of an Azure subscription."""

    def ask(one: Tenant) -> Response:
        child = list(one.simulator.store.entitlements)[index].id
        path = _path(one, "Plan", f"/azureEntitlements/{child}")
        if kind == "get":
            return one.call("GET", path)
        return one.call("POST", f"{path}/cancel", {"cancellationReason": "compromise"})

    return ask


def old_artifact(one: Tenant) -> Response:
    """By the path that older entitlements link to."""
    found = next(iter(one.simulator.store.reservations))
    tail = f"groups/g/lineitems/l/resource/{found.reservation_order_id}"
    return one.call("GET", f"/v1/customers/{one.customer}/artifacts/virtualmachinereservedinstance/{tail}")


def artifact(one: Tenant) -> Response:
    items = one.get(f"/v1/customers/{one.customer}/entitlements?entitlementType=reservedinstance")["items"]
    return one.call("GET", f"/v1{items[0]['entitledArtifacts'][0]['link']['uri']}")


def order(kind: LineKind, *cancelled: int, cancel: bool = False, tail: str = "") -> Ask:
    """get or cancel of the first order of that kind; *cancelled* names lines of the one with two lines."""

    def ask(one: Tenant) -> Response:
        lines = 2 if cancelled else 1
        found = next(
            item for item in one.simulator.store.orders if item.lines[0].kind is kind and len(item.lines) == lines
        )
        path = f"/v1/customers/{one.customer}/orders/{found.id}{tail}"
        if not cancel:
            return one.call("GET", path)
        body: dict[str, Any] = {"status": "cancelled"}
        if cancelled:
            body["lineItems"] = [{"lineItemNumber": number} for number in cancelled]
        return one.call("PATCH", path, body)

    return ask


def removal(one: Tenant) -> Response:
    return one.call("PATCH", f"/v1/customers/{EMPTY}", {"relationshipToPartner": "none"})


def dap_off(one: Tenant) -> Response:
    return one.call("PATCH", f"/v1/customers/{EMPTY}", {"AllowDelegatedAccess": False})


def gone(one: Tenant) -> Response:
    removal(one)
    return one.call("GET", f"/v1/customers/{EMPTY}/subscriptions")


def transfer(one: Tenant) -> Response:
    found = next(iter(one.simulator.store.transfers))
    return one.call("GET", f"/v1/customers/{one.customer}/transfers/{found.id}")


def audit(one: Tenant) -> Response:
    change("Legacy", status="suspended")(one)
    return one.call("GET", "/v1/auditrecords?startDate=2026-11-01")


def gdap(method: str = "GET", tail: str = "", body: Any = None, *, listed: bool = False) -> Ask:
    def ask(one: Tenant) -> Response:
        first = next(iter(one.simulator.store.gdap)).id
        return one.graph(method, "" if listed else f"/{first}{tail}", body)

    return ask


def gdap_requests(one: Tenant) -> Response:
    gdap("POST", "/requests", {"action": "terminate"})(one)
    one.advance(minutes=1)
    return gdap("GET", "/requests")(one)


def reservation(method: str, tail: str, body: Any = None) -> Ask:
    """Below Microsoft.Capacity; {o} and {r} stand for the reservation order and the reservation."""

    def ask(one: Tenant) -> Response:
        found = next(iter(one.simulator.store.reservations))
        path = tail.replace("{o}", found.reservation_order_id).replace("{r}", found.id)
        return one.arm(method, f"Microsoft.Capacity/{path}", body)

    return ask


def refund(verb: str) -> Ask:
    def ask(one: Tenant) -> Response:
        found = next(iter(one.simulator.store.reservations))
        wanted: dict[str, Any] = {"reservationToReturn": {"reservationId": found.id, "quantity": 1}}
        calculate = reservation("POST", "reservationOrders/{o}/calculateRefund", {"properties": wanted})(one)
        if verb == "calculateRefund":
            return calculate
        wanted["sessionId"] = calculate.json()["properties"]["sessionId"]
        return reservation("POST", "reservationOrders/{o}/return", {"properties": wanted})(one)

    return ask


def savings_plan(one: Tenant) -> Response:
    held = _named(one, "Savings")
    path = f"Microsoft.BillingBenefits/savingsPlanOrders/{held.savings_order_id}/savingsPlans/{held.savings_plan_id}"
    return one.arm("PATCH", path, {"properties": {"renew": False}})


def throttled(one: Tenant) -> Response:
    one.call("GET", "/v1/customers")
    return one.call("GET", "/v1/customers")
