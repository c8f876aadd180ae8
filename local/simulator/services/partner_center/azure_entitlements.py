"""Azure subscriptions under an Azure plan: list, get, cancel, reactivate.

Source: "Cancel an Azure subscription": the reason must be "compromise", the change takes about ten minutes and
the answer still says active.
"""

from dataclasses import replace

from local.simulator.errors import refuse
from local.simulator.knobs import Knobs
from local.simulator.messages import Json
from local.simulator.services.call import Call, Reply, Route, Service
from local.simulator.services.partner_center.access import own_customer, own_plan
from local.simulator.services.partner_center.auditing import Operation, audit
from local.simulator.tenant.kinds import RUNNING_AZURE, EntitlementStatus, Status
from local.simulator.tenant.records import AzureEntitlement, Customer
from local.simulator.tenant.subscription import Subscription
from local.simulator.wire.shapes import collection, link

_GONE = frozenset({EntitlementStatus.EXPIRED, EntitlementStatus.DELETED})
_OVER = _GONE | {EntitlementStatus.INACTIVE}
_AZURE_WORDS = {EntitlementStatus.ACTIVE: "Enabled", EntitlementStatus.INACTIVE: "Expired"}


def list_entitlements(call: Call) -> Reply:
    """All Azure subscriptions of the plan, active or not; items carry no links."""
    plan = own_plan(call, own_customer(call))
    found = [one for one in call.store.entitlements.of(plan.customer_id) if one.plan_id == plan.id]
    return Reply(200, collection([_item(call, one) for one in found]))


def get_entitlement(call: Call) -> Reply:
    """One Azure subscription. 404/800111."""
    return Reply(200, _body(call, _own(call, own_plan(call, own_customer(call)))))


def cancel_entitlement(call: Call) -> Reply:
    """Starts the cancellation; inactive after the entitlementLag. 400/900307 for another reason."""
    customer = own_customer(call)
    one = _own(call, own_plan(call, customer))
    reason = call.json_object().get("cancellationreason")
    if not isinstance(reason, str):
        raise refuse("800002", text="cancellationReason is missing")
    if reason.lower() != "compromise" and call.knobs.other_cancellation_reason == "refuse":
        raise refuse("900307", text=reason)
    if one.status in _OVER and one.next_status is None:
        if call.knobs.inactive_entitlement_cancel == "refuse":
            raise refuse("800040", id=one.id, status=one.status, wanted="inactive")
    elif one.next_status is not EntitlementStatus.INACTIVE:
        _change(call, customer, one, EntitlementStatus.INACTIVE)
        call.effect("entitlement.cancelled", one.id)
    return _accepted(call, one)


def reactivate_entitlement(call: Call) -> Reply:
    """Undoes a cancellation while the plan is active. 400/900337 otherwise."""
    customer = own_customer(call)
    plan = own_plan(call, customer)
    one = _own(call, plan)
    status = one.next_status or one.status
    if plan.status is not Status.ACTIVE or status in _GONE:
        raise refuse("900337", id=one.id)
    if status not in RUNNING_AZURE:
        _change(call, customer, one, EntitlementStatus.ACTIVE)
        call.effect("entitlement.reactivated", one.id)
    return Reply(202)


def _own(call: Call, plan: Subscription) -> AzureEntitlement:
    id_ = call.args["entitlement"].lower()
    call.holding = id_
    one = call.store.entitlements.get_of(plan.customer_id, id_)
    if one is None or one.plan_id != plan.id:
        raise refuse("800111", id=id_)
    return one


def _change(call: Call, customer: Customer, one: AzureEntitlement, status: EntitlementStatus) -> None:
    changes_at = call.now + call.knobs.entitlement_lag
    call.store.put(replace(one, next_status=status, changes_at=changes_at))
    change = (("AzureEntitlementId", one.id), ("Status", status.value))
    audit(call, customer, Operation("azureEntitlement", "update_azure_entitlement", change))


def _accepted(call: Call, one: AzureEntitlement) -> Reply:
    if call.knobs.entitlement_cancel_status == 202:
        return Reply(202)
    return Reply(200, _body(call, one))


def _word(status: EntitlementStatus, knobs: Knobs) -> str:
    if knobs.azure_words == "partnerCenter":
        return status
    return _AZURE_WORDS.get(status, f"{status[:1].upper()}{status[1:]}")


def _item(call: Call, one: AzureEntitlement) -> dict[str, Json]:
    return {
        "id": one.id,
        "friendlyName": one.name,
        "status": _word(one.status, call.knobs),
        "subscriptionId": one.plan_id,
    }


def _body(call: Call, one: AzureEntitlement) -> Json:
    uri = f"/customers/{one.customer_id}/subscriptions/{one.plan_id}/azureEntitlements/{one.id}"
    return _item(call, one) | {"links": {"self": link(uri)}}


_ALL = "/v1/customers/{customer}/subscriptions/{subscription}/azureEntitlements"
_ONE = f"{_ALL}/{{entitlement}}"
_PC = Service.PARTNER_CENTER
ROUTES = (
    Route("GET", _ALL, list_entitlements, _PC),
    Route("GET", _ONE, get_entitlement, _PC),
    Route("POST", f"{_ONE}/cancel", cancel_entitlement, _PC),
    Route("POST", f"{_ONE}/reactivate", reactivate_entitlement, _PC),
)
