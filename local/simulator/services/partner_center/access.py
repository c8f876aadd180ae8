"""Finding what a path names, and refusing what the caller may not see."""

import re

from local.simulator.errors import refuse
from local.simulator.rules.blockers import ENDED_PLANS
from local.simulator.services.call import Call
from local.simulator.tenant.kinds import Kind, Relationship
from local.simulator.tenant.records import Customer, Order
from local.simulator.tenant.subscription import Subscription

_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def named_customer(call: Call) -> Customer:
    """The customer in the path, by tenant id or default domain, whatever the relationship.

    ApiError 400/900118 for a bad id, 404/60003 (knob unknownTenant) for an unknown tenant, 403/20002 for
    another partner's customer and for the partner's own tenant.
    """
    named = call.args["customer"].lower()
    if named == call.partner.tenant_id:
        call.customer = named
        raise refuse("20002")
    customer = call.store.customers.get(named)
    if customer is None and "." in named:
        found = (one for one in call.store.customers if one.domain.lower() == named)
        customer = next(found, None)
    if customer is None:
        if not _GUID.fullmatch(named) and "." not in named:
            raise refuse("900118", id=named)
        if call.knobs.unknown_tenant == "noRelationship":
            raise refuse("20002")
        raise refuse("60003", id=named)
    call.customer = customer.id
    if customer.relationship is Relationship.OTHER_PARTNER:
        raise refuse("20002")
    return customer


def own_customer(call: Call) -> Customer:
    """The customer in the path, if the relationship (as shown) still stands. ApiError 403/20002
    (knob goneCollections) if not."""
    customer = named_customer(call)
    if customer.shown_relationship is not Relationship.RESELLER:
        raise refuse(call.knobs.gone_collections)
    return customer


def own_subscription(call: Call, customer: Customer) -> Subscription:
    """The subscription in the path. ApiError 404/20003."""
    id_ = call.args["subscription"].lower()
    call.holding = id_
    subscription = call.store.subscriptions.get_of(customer.id, id_)
    if subscription is None:
        if not _GUID.fullmatch(id_):
            raise refuse("800002", text="the subscription id is not a GUID")
        raise refuse("20003", id=id_)
    return subscription


def own_plan(call: Call, customer: Customer) -> Subscription:
    """The subscription in the path, which must be an Azure plan. One that has ended is refused (knob endedPlan)."""
    plan = own_subscription(call, customer)
    if plan.kind is not Kind.AZURE_PLAN:
        raise refuse("800002", text="the subscription is not an Azure plan")
    if plan.status in ENDED_PLANS and call.knobs.ended_plan != "listed":
        raise refuse("20003" if call.knobs.ended_plan == "404" else "20002", id=plan.id)
    return plan


def own_order(call: Call, customer: Customer) -> Order:
    """The order in the path; order ids keep their case, legacy ones are GUIDs. ApiError 404/20000."""
    id_ = call.args["order"]
    call.holding = id_
    order = call.store.orders.get_of(customer.id, id_) or call.store.orders.get_of(customer.id, id_.lower())
    if order is None:
        raise refuse("20000", id=id_)
    call.holding = order.id
    return order
