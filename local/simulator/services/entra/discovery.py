"""The OpenID configuration of a tenant, and finding the tenant that a path names."""

from local.simulator.errors import ApiError
from local.simulator.knobs.sign_in import SignInFailure
from local.simulator.services.call import Call, Reply, Route, Service
from local.simulator.services.entra.failures import refusal
from local.simulator.services.partner_center.customers import has_delegation
from local.simulator.tenant.kinds import Consent, Relationship


def configuration(call: Call) -> Reply:
    """``/{tenant}/v2.0/.well-known/openid-configuration``: where everything is, on the host that was asked."""
    if call.knobs.sign_in.failure is SignInFailure.UNAVAILABLE:
        raise refusal(SignInFailure.UNAVAILABLE)
    root = f"{call.request.origin}/{named_tenant(call)}"
    return Reply(
        200,
        {
            "token_endpoint": f"{root}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
            "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{root}/oauth2/v2.0/devicecode",
            "issuer": f"{root}/v2.0",
            "jwks_uri": f"{root}/discovery/v2.0/keys",
            "response_types_supported": ["code"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
        },
    )


def named_tenant(call: Call) -> str:
    """The tenant in the path, by id or domain: the partner's own, or a customer's (for Azure). ApiError 90002."""
    named = call.args["tenant"].lower()
    if named in {call.partner.tenant_id, call.partner.domain.lower()}:
        return call.partner.tenant_id
    customer = call.store.customers.get(named)
    if customer is None:
        found = (one for one in call.store.customers if one.domain.lower() == named)
        customer = next(found, None)
    if customer is None:
        raise ApiError(400, "invalid_request", f"AADSTS90002: Tenant {named!r} was not found.")
    return customer.id


def usable_tenant(call: Call, app_only: bool = False) -> str:
    """The same, if the partner may have a token of it.

    In a customer's tenant that takes consent (ApiError 65001 or 700016), and for a user delegated admin rights, of
    either sort (ApiError 50020; with knob armAccess always nobody asks for them).
    """
    tenant_id = named_tenant(call)
    customer = call.store.customers.get(tenant_id)
    if customer is None:
        return tenant_id
    known = customer.relationship is not Relationship.OTHER_PARTNER
    delegated = has_delegation(call, customer) or call.knobs.arm_access == "always"
    if not app_only and not (known and delegated):
        raise ApiError(400, "invalid_grant", "AADSTS50020: The user does not exist in that tenant.")
    if customer.consent is Consent.UNKNOWN_APPLICATION or (app_only and customer.consent is Consent.MISSING):
        raise ApiError(400, "unauthorized_client", "AADSTS700016: The application was not found in that tenant.")
    if customer.consent is Consent.MISSING:
        raise ApiError(400, "invalid_grant", "AADSTS65001: Nobody in that tenant has consented to the application.")
    return tenant_id


ROUTES = (Route("GET", "/{tenant}/v2.0/.well-known/openid-configuration", configuration, Service.TOKEN),)
