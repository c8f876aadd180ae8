"""Customers: list, get, and the two changes that PATCH allows: delegated access off, relationship none."""

import json
from collections.abc import Callable
from dataclasses import replace

from local.simulator.errors import ApiError, refuse
from local.simulator.messages import Json, lower_keys
from local.simulator.rules.blockers import RESERVED_INSTANCE_STYLE, Blocker, blockers
from local.simulator.services.call import Call, Reply, Route, Service
from local.simulator.services.partner_center.access import named_customer, own_customer
from local.simulator.services.partner_center.auditing import Operation, audit
from local.simulator.services.partner_center.paging import page
from local.simulator.tenant.kinds import GdapStatus, Relationship
from local.simulator.tenant.records import Customer
from local.simulator.wire.customers import (
    REMOVAL_ANSWER,
    billing_profile,
    company_profile,
    customer_body,
    customer_item,
)

_GONE = {"notFound": "1000", "tenantNotFound": "60003", "noRelationship": "20002"}
_GDAP_COUNTS = frozenset({GdapStatus.ACTIVE, GdapStatus.EXPIRING})


def list_customers(call: Call) -> Reply:
    """``GET /v1/customers``: reseller customers only, in pages."""
    text = call.request.params().get("filter", "")
    matches = _filter(text)
    found = [
        one
        for one in call.store.customers
        if one.shown_relationship is Relationship.RESELLER
        and one.relationship is not Relationship.OTHER_PARTNER
        and matches(one)
    ]
    if call.knobs.pages_go_by == "position":
        found.sort(key=lambda one: one.name.casefold())  # who comes or goes shifts the others
    else:
        found.sort(key=lambda one: one.ordinal)
    return Reply(200, page(call, "/customers", found, lambda one: one.ordinal, customer_item, text))


def get_customer(call: Call) -> Reply:
    """``GET /v1/customers/{id}``: 404/1000 (knob goneCustomer) once the relationship is gone."""
    customer = named_customer(call)
    if customer.shown_relationship is not Relationship.RESELLER:
        raise refuse(_GONE[call.knobs.gone_customer], id=customer.id)
    until = customer.unreadable_until
    if customer.unreadable is not None and (until is None or call.now < until):
        raise refuse(customer.unreadable, id=customer.id, text="")
    return Reply(200, customer_body(customer, has_delegation(call, customer)))


def patch_customer(call: Call) -> Reply:
    """``PATCH /v1/customers/{id}``: the full resource or a stub with the one changed property."""
    customer = named_customer(call)
    fields = call.json_object()
    if str(fields.get("relationshiptopartner", "")).lower() == "none":
        return _remove_relationship(call, customer)
    if customer.shown_relationship is not Relationship.RESELLER:
        raise refuse("20002")
    if fields.get("allowdelegatedaccess") is False:
        return _remove_delegated_access(call, customer)
    raise refuse("800002", text="only relationshipToPartner none and allowDelegatedAccess false can be set")


def has_delegation(call: Call, customer: Customer) -> bool:
    """Whether the partner holds delegated admin rights in the customer's tenant, of either sort."""
    granted = any(one.status in _GDAP_COUNTS for one in call.store.gdap.of(customer.id))
    return customer.delegated_access or granted


def _remove_relationship(call: Call, customer: Customer) -> Reply:
    if customer.relationship is not Relationship.RESELLER:
        raise refuse("3000", call.knobs.repeated_removal_status)
    if call.partner.providers:  # "Remove a reseller relationship": an indirect reseller leaves that to its provider
        raise refuse("900150")
    found = blockers(call.store, customer.id, call.knobs, call.now)
    change = (("RelationshipToPartner", "none"),)
    if found and call.knobs.removal_preconditions == "enforced":
        audit(call, customer, Operation("customer", "remove_partner_customer_relationship", change, False))
        raise _removal_refusal(found, call.knobs.removal_refusal)
    visible_at = call.now + call.knobs.removal_lag
    call.store.put(replace(customer, relationship=Relationship.NONE, visible_at=visible_at))
    if call.knobs.gdap_ends_with_relationship:
        for gdap in call.store.gdap.of(customer.id):
            if gdap.status in _GDAP_COUNTS:
                call.store.put(replace(gdap, status=GdapStatus.TERMINATION_REQUESTED, requested_at=call.now))
    audit(call, customer, Operation("customer", "remove_partner_customer_relationship", change))
    call.effect("relationship.removed", customer.id)
    return Reply(200, REMOVAL_ANSWER, pascal=True)


def _remove_delegated_access(call: Call, customer: Customer) -> Reply:
    after = replace(customer, delegated_access=False)
    if customer.delegated_access:
        call.store.put(after)
        change = (("AllowDelegatedAccess", "false"),)
        audit(call, customer, Operation("customer", "dap_admin_relationship_terminated", change))
        call.effect("dap.removed", customer.id)
    if call.knobs.dap_answer == "documented":
        return Reply(200, raw=b"}")  # documented like that: not JSON
    return Reply(200, customer_body(after, has_delegation(call, after)))


def _removal_refusal(found: tuple[Blocker, ...], code: str) -> ApiError:
    reserved = [one for one in found if one.kind in RESERVED_INSTANCE_STYLE]
    if reserved:
        orders = dict.fromkeys(one.order_id for one in reserved if one.order_id)
        text = (
            "Customer relationship cannot be removed due to active Azure reserved instances."
            f"Please cancel the following orders: {','.join(orders)}"
        )
    else:
        named = ", ".join(f"{one.kind} {one.id} ({one.reason})" for one in found)
        text = f"Customer relationship cannot be removed due to active purchases. Please end: {named}"
    error = refuse(code, text=text)
    error.text = text[:1024]
    error.data = tuple(f"{one.kind}:{one.id}" for one in found)
    return error


def _filter(text: str) -> Callable[[Customer], bool]:
    if not text:
        return lambda _: True
    try:
        parsed: Json = lower_keys(json.loads(text))
        field, value, operator = (str(parsed[key]).lower() for key in ("field", "value", "operator"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise refuse("2000", text="filter must be JSON with Field, Value and Operator") from None
    if field in {"companyname", "domain"} and operator in {"starts_with", "equals"}:
        exact = operator == "equals"

        def matches(customer: Customer) -> bool:
            own = (customer.name if field == "companyname" else customer.domain).lower()
            return own == value if exact else own.startswith(value)

        return matches
    if field == "indirectreseller" and operator in {"starts_with", "equals"}:
        return lambda customer: any(value in {one.id, one.mpn_id} for one in customer.resellers)
    raise refuse("2000", text="Customer search allows starts_with and equals on CompanyName and Domain.")


def get_company_profile(call: Call) -> Reply:
    """``GET …/profiles/company``: where the links of every customer lead."""
    customer = own_customer(call)
    return Reply(200, company_profile(customer, has_delegation(call, customer)))


def get_billing_profile(call: Call) -> Reply:
    """``GET …/profiles/billing``: with an etag, unlike the rest of the customer."""
    return Reply(200, billing_profile(own_customer(call)))


ROUTES = (
    Route("GET", "/v1/customers", list_customers, Service.PARTNER_CENTER),
    Route("GET", "/v1/customers/{customer}", get_customer, Service.PARTNER_CENTER),
    Route("GET", "/v1/customers/{customer}/profiles/company", get_company_profile, Service.PARTNER_CENTER),
    Route("GET", "/v1/customers/{customer}/profiles/billing", get_billing_profile, Service.PARTNER_CENTER),
    Route("PATCH", "/v1/customers/{customer}", patch_customer, Service.PARTNER_CENTER, app_only=False),
)
