"""Who may call Azure Resource Manager: a user's token for the customer's tenant, with delegated rights."""

from local.simulator.errors import ApiError
from local.simulator.services.call import Call
from local.simulator.services.partner_center.customers import has_delegation
from local.simulator.tenant.kinds import Relationship
from local.simulator.tenant.records import Customer

API_VERSION = "2022-11-01"


def customer_of_token(call: Call) -> Customer:
    """The customer whose tenant the token is for.

    ApiError 400 without an api-version, 403 AuthorizationFailed without rights: app-only, no delegated admin
    relationship (knob armAccess), or no role on the reservations (armRole of the customer).
    """
    if "api-version" not in {name.lower() for name in call.request.params()}:
        raise ApiError(400, "MissingApiVersionParameter", "The api-version query parameter is required.")
    identity = call.identity
    customer = call.store.customers.get(identity.tenant_id) if identity else None
    if identity is None or customer is None:
        raise ApiError(403, "AuthorizationFailed", "The token is not for a customer's tenant.")
    call.customer = customer.id
    access: str = call.knobs.arm_access
    if customer.relationship is Relationship.OTHER_PARTNER:
        access = "never"
    delegated = access == "always" or (access == "delegated" and has_delegation(call, customer))
    if identity.app_only or not delegated or not customer.arm_role:
        raise ApiError(403, "AuthorizationFailed", "The client has no authorization over the scope.")
    return customer
