"""Microsoft.BillingBenefits: savings plans. They cannot be cancelled; only their renewal can be turned off.

Source: Azure REST reference, billing benefits 2022-11-01.
"""

from dataclasses import replace

from local.simulator.errors import ApiError
from local.simulator.messages import Json
from local.simulator.services.arm.access import customer_of_token
from local.simulator.services.call import Call, Reply, Route, Service
from local.simulator.tenant.kinds import Kind, Status
from local.simulator.tenant.subscription import Subscription
from local.simulator.times import iso7

_ROOT = "/providers/Microsoft.BillingBenefits"
_COUNTS = (
    "noBenefitCount",
    "warningCount",
    "succeededCount",
    "failedCount",
    "expiringCount",
    "expiredCount",
    "pendingCount",
    "cancelledCount",
    "processingCount",
)
_STATES = {Status.ACTIVE: "Succeeded", Status.EXPIRED: "Expired", Status.DISABLED: "Expired"}


def list_savings_plans(call: Call) -> Reply:
    """All of the customer's savings plans; the summary sits in additionalProperties."""
    customer = customer_of_token(call)
    found = [one for one in call.store.subscriptions.of(customer.id) if one.kind is Kind.SAVINGS_PLAN]
    live = sum(1 for one in found if one.status is Status.ACTIVE)
    summary = dict.fromkeys(_COUNTS, 0) | {"succeededCount": live, "expiredCount": len(found) - live}
    body = {
        "value": [_body(one) for one in found],
        "additionalProperties": [{"name": "summary", "value": summary}],
    }
    return Reply(200, body)


def patch_savings_plan(call: Call) -> Reply:
    """``{"properties": {"renew": false}}``. 404 with an empty body for an unknown one."""
    customer = customer_of_token(call)
    order, plan = call.args["order"].lower(), call.args["plan"].lower()
    call.holding = plan
    for one in call.store.subscriptions.of(customer.id):
        if (one.savings_order_id, one.savings_plan_id) == (order, plan):
            return _renewal(call, one)
    return Reply(404, raw=b"")


def _renewal(call: Call, one: Subscription) -> Reply:
    call.holding = one.id
    properties = call.json_object().get("properties")
    renew = properties.get("renew") if isinstance(properties, dict) else None
    if not isinstance(renew, bool):
        raise ApiError(400, "BadRequest", "properties.renew must be true or false.")
    if one.status is not Status.ACTIVE:
        raise ApiError(400, "OperationNotAllowed", f"The savings plan is {one.status}.")
    if one.auto_renew != renew:
        one = replace(one, auto_renew=renew, version=one.version + 1)
        call.store.put(one)
        call.effect(f"savingsplan.renew_{'on' if renew else 'off'}", one.id)
    return Reply(200, _body(one))


def _body(one: Subscription) -> Json:
    state = _STATES.get(one.status, "Cancelled")
    scope = f"/subscriptions/{one.id}"
    account = f"/providers/Microsoft.Billing/billingAccounts/{one.customer_id}"
    ends = one.term_ends_at or one.term_started_at
    return {
        "id": f"{_ROOT}/savingsPlanOrders/{one.savings_order_id}/savingsPlans/{one.savings_plan_id}",
        "name": f"{one.savings_order_id}/{one.savings_plan_id}",
        "type": "Microsoft.BillingBenefits/savingsPlanOrders/savingsPlans",
        "sku": {"name": "Compute_Savings_Plan"},
        "properties": {
            "displayName": one.friendly_name or one.name,
            "provisioningState": state,
            "displayProvisioningState": state,
            "commitment": {
                "grain": "Hourly",
                "currencyCode": "USD",
                "amount": one.commitment_per_hour,
            },
            "renew": one.auto_renew,
            "appliedScopeType": "Single",
            "appliedScopeProperties": {"subscriptionId": scope, "displayName": "Azure subscription"},
            "userFriendlyAppliedScopeType": "Single",
            "billingScopeId": scope,
            "billingProfileId": f"{account}/billingProfiles/{one.savings_order_id}",
            "billingAccountId": account,
            "term": one.term_duration,
            "billingPlan": "P1M",
            "expiryDateTime": iso7(ends),
            "purchaseDateTime": iso7(one.created_at),
            "effectiveDateTime": iso7(one.term_started_at),
        },
    }


ROUTES = (
    Route("GET", f"{_ROOT}/savingsPlans", list_savings_plans, Service.ARM),
    Route("PATCH", f"{_ROOT}/savingsPlanOrders/{{order}}/savingsPlans/{{plan}}", patch_savings_plan, Service.ARM),
)
