"""Subscriptions: list, get, PATCH, add-ons, provisioning and registration status, support contact."""

from dataclasses import replace

from local.simulator.errors import refuse
from local.simulator.rules.blockers import active_entitlements
from local.simulator.rules.outcomes import Then
from local.simulator.rules.patch import Decision, Surroundings, decide
from local.simulator.rules.patch_request import parse_patch
from local.simulator.services.call import Call, Reply, Route, Service
from local.simulator.services.partner_center.access import own_customer, own_subscription
from local.simulator.services.partner_center.auditing import Operation, audit
from local.simulator.tenant.kinds import Kind, LineKind, Status, TransferStatus
from local.simulator.tenant.records import Customer
from local.simulator.tenant.subscription import Subscription
from local.simulator.times import iso_midnight
from local.simulator.wire.shapes import collection, link
from local.simulator.wire.subscriptions import etag, subscription_body

_LEGACY = frozenset({Kind.LEGACY_LICENCE, Kind.LEGACY_AZURE})


def list_subscriptions(call: Call) -> Reply:
    """All of them, in every state, never in pages; ``?order_id=`` and ``?mpn_id=`` narrow the list."""
    customer = own_customer(call)
    params = call.request.params()
    order_id, mpn_id = params.get("order_id"), params.get("mpn_id")
    items = [
        subscription_body(one, customer.country, call.knobs, call.now)
        for one in call.store.subscriptions.of(customer.id)
        if (order_id is None or one.order_id.lower() == order_id.lower())
        and (mpn_id is None or one.partner_id == mpn_id)
    ]
    return Reply(200, collection(items, f"/customers/{customer.id}/subscriptions"))


def get_subscription(call: Call) -> Reply:
    """One subscription. 404/20003."""
    customer = own_customer(call)
    one = own_subscription(call, customer)
    return Reply(200, subscription_body(one, customer.country, call.knobs, call.now))


def patch_subscription(call: Call) -> Reply:
    """The full resource with one change; 200 with the resource, or 202 with a relative Location."""
    customer = own_customer(call)
    one = own_subscription(call, customer)
    _check_etag(call, one)
    wanted = parse_patch(call.json_object(), one, call.knobs, call.now)
    decision = decide(one, wanted, _surroundings(call, one), call.knobs, call.now)
    pascal = one.kind in _LEGACY or decision.then in {Then.SUSPEND, Then.REACTIVATE}  # as their samples
    if not decision.changed:
        body = subscription_body(one, customer.country, call.knobs, call.now)
        return Reply(200, body, pascal=pascal or wanted.status is Status.SUSPENDED)
    _store(call, customer, decision)
    if call.knobs.async_patch:
        return Reply(202, headers={"Location": f"/customers/{customer.id}/subscriptions/{one.id}"})
    body = subscription_body(decision.changed[0], customer.country, call.knobs, call.now)
    return Reply(200, body, pascal=pascal)


def list_addons(call: Call) -> Reply:
    """Add-ons of a base subscription, without their parent's id."""
    customer = own_customer(call)
    base = own_subscription(call, customer)
    items = [
        subscription_body(one, customer.country, call.knobs, call.now, in_addon_list=True)
        for one in call.store.subscriptions.of(customer.id)
        if one.parent_id == base.id
    ]
    return Reply(200, collection(items))


def provisioning_status(call: Call) -> Reply:
    """success, or pending while the subscription is pending."""
    customer = own_customer(call)
    one = own_subscription(call, customer)
    body = {
        "skuId": one.offer_id,
        "status": "pending" if one.status is Status.PENDING else "success",
        "quantity": one.quantity,
        "endDate": iso_midnight(one.term_ends_at) if one.term_ends_at else "9999-12-10T00:00:00Z",
        "attributes": {"objectType": "SubscriptionProvisioningStatus"},
    }
    return Reply(200, body)


def registration_status(call: Call) -> Reply:
    """Whether an Azure subscription may use reservations; written as one word."""
    customer = own_customer(call)
    one = own_subscription(call, customer)
    attributes = {"objectType": "SubscriptionRegistrationStatus"}
    return Reply(200, {"subscriptionId": one.id, "status": "NotRegistered", "attributes": attributes})


def support_contact(call: Call) -> Reply:
    """Legacy licences only; new commerce has no support contact. Documented with a byte order mark."""
    customer = own_customer(call)
    one = own_subscription(call, customer)
    if one.kind not in _LEGACY:
        raise refuse("900141")
    uri = f"/customers/{customer.id.upper()}/subscriptions/{one.id.upper()}/supportcontact"
    body = {
        "supportTenantId": call.partner.tenant_id.upper(),
        "supportMpnId": call.partner.mpn_id,
        "name": call.partner.name,
        "links": {"self": link(uri, "Get")},
        "attributes": {"objectType": "SupportContact"},
    }
    return Reply(200, body, bom=True)


def _check_etag(call: Call, one: Subscription) -> None:
    given = call.request.header("if-match")
    if given is None or given.strip() == "*" or call.knobs.if_match == "ignored":
        return
    if given.strip().removeprefix("W/").strip('"') != (etag(one) or ""):
        raise refuse("2055", 412 if call.knobs.if_match == "412" else None)


def _surroundings(call: Call, one: Subscription) -> Surroundings:
    store = call.store
    others = store.subscriptions.of(one.customer_id)
    in_transfer = any(
        transfer.status is TransferStatus.ACTIVE and one.id in transfer.subscription_ids
        for transfer in store.transfers.of(one.customer_id)
    )
    in_use = active_entitlements(store, one.customer_id, one.id, call.knobs) if one.kind is Kind.AZURE_PLAN else 0
    return Surroundings(
        active_entitlements=in_use,
        parent=store.subscriptions.get(one.parent_id) if one.parent_id else None,
        addons=tuple(other for other in others if other.parent_id == one.id),
        in_transfer=in_transfer,
    )


def _store(call: Call, customer: Customer, decision: Decision) -> None:
    for after in decision.changed:
        before = call.store.subscriptions.get(after.id)
        if call.knobs.async_patch and before is not None:
            shows_at = call.now + call.knobs.patch_lag
            call.store.put(replace(before, pending_state=after, pending_state_at=shows_at))
        else:
            call.store.put(after)
        if after.kind is Kind.SOFTWARE_SUBSCRIPTION and after.status is Status.DELETED:
            _empty_order_line(call, after)
        change = (("SubscriptionId", after.id), ("Status", after.status.value))
        audit(call, customer, Operation("subscription", "update_subscription", change))
    for name, holding in decision.effects:
        call.effect(name, holding)


def _empty_order_line(call: Call, one: Subscription) -> None:
    order = call.store.orders.get(one.order_id)
    if order is not None:
        lines = tuple(
            replace(line, cancelled=True)
            if line.kind is LineKind.SOFTWARE_SUBSCRIPTION and line.subscription_id == one.id
            else line
            for line in order.lines
        )
        call.store.put(replace(order, lines=lines))


_BASE = "/v1/customers/{customer}/subscriptions"
_ONE = f"{_BASE}/{{subscription}}"
_PC = Service.PARTNER_CENTER
ROUTES = (
    Route("GET", _BASE, list_subscriptions, _PC),
    Route("GET", _ONE, get_subscription, _PC),
    Route("PATCH", _ONE, patch_subscription, _PC),
    Route("GET", f"{_ONE}/addons", list_addons, _PC),
    Route("GET", f"{_ONE}/provisioningstatus", provisioning_status, _PC, app_only=False),
    Route("GET", f"{_ONE}/registrationstatus", registration_status, _PC),
    Route("GET", f"{_ONE}/supportcontact", support_contact, _PC, app_only=False),
)
