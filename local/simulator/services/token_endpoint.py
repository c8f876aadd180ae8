"""The token endpoint of Microsoft Entra ID, versions 1 and 2: refresh_token and client_credentials.

Source: "Enable the Secure Application Model"; errors carry an AADSTS number in error_description.
"""

from urllib.parse import parse_qsl

from local.simulator.errors import ApiError
from local.simulator.knobs import SignInFailure
from local.simulator.messages import Json
from local.simulator.services.call import Call, Reply, Route, Service
from local.simulator.services.tokens import AUDIENCES, Grant, is_refresh, issue, issue_refresh
from local.simulator.tenant.kinds import Relationship

_SCOPE_ENDINGS = ("/.default", "/user_impersonation", "/DelegatedAdminRelationship.ReadWrite.All")
_PLAIN_SCOPES = frozenset({"openid", "profile", "offline_access", "email"})
_FAILURES = {
    SignInFailure.INVALID_GRANT: (
        400,
        "invalid_grant",
        "AADSTS700082: The refresh token has expired or was revoked.",
    ),
    SignInFailure.INTERACTION_REQUIRED: (
        400,
        "invalid_grant",
        "AADSTS50076: Multifactor authentication is required; sign in again.",
    ),
    SignInFailure.INVALID_CLIENT: (
        401,
        "invalid_client",
        "AADSTS7000222: The client secret has expired.",
    ),
    SignInFailure.UNAVAILABLE: (
        503,
        "temporarily_unavailable",
        "AADSTS90033: A transient error has occurred. Please try again.",
    ),
}


def token_v2(call: Call) -> Reply:
    """``/{tenant}/oauth2/v2.0/token``: numbers are numbers; resource comes from scope."""
    form = _form(call)
    audience, scope = _audience_of_scope(form.get("scope", ""))
    token, refresh = _redeem(call, form, audience)
    lifetime = int(call.knobs.sign_in.token_lifetime.total_seconds())
    body: dict[str, Json] = {
        "token_type": "Bearer",
        "scope": scope,
        "expires_in": lifetime,
        "ext_expires_in": lifetime,
        "access_token": token,
    }
    if refresh is not None:
        body["refresh_token"] = refresh
    return _no_store(body)


def token_v1(call: Call) -> Reply:
    """``/{tenant}/oauth2/token``: numbers are strings; the answer may lack a refresh token."""
    form = _form(call)
    resource = form.get("resource", "")
    audience = AUDIENCES.get(resource.rstrip("/"))
    if audience is None:
        text = f"AADSTS500011: The resource principal named {resource} was not found."
        raise ApiError(400, "invalid_resource", text)
    token, refresh = _redeem(call, form, audience)
    lifetime = int(call.knobs.sign_in.token_lifetime.total_seconds())
    issued = int(call.machine_now.timestamp())
    body: dict[str, Json] = {
        "token_type": "Bearer",
        "expires_in": str(lifetime),
        "ext_expires_in": str(lifetime),
        "expires_on": str(issued + lifetime),
        "not_before": str(issued),
        "resource": resource,
        "access_token": token,
    }
    if form.get("grant_type") == "refresh_token":
        body["scope"] = "user_impersonation"
    if refresh is not None:
        body["refresh_token"] = refresh
    return _no_store(body)


def _redeem(call: Call, form: dict[str, str], audience: str) -> tuple[str, str | None]:
    partner, sign_in = call.partner, call.knobs.sign_in
    tenant = _tenant(call)
    if sign_in.failure is not None:
        raise ApiError(*_FAILURES[sign_in.failure])
    if form.get("client_id", "").lower() != partner.client_id.lower():
        raise ApiError(400, "unauthorized_client", "AADSTS700016: The application was not found.")
    if form.get("client_secret") != partner.client_secret:
        raise ApiError(401, "invalid_client", "AADSTS7000215: An invalid client secret was given.")
    grant = form.get("grant_type")
    key, now = call.signing_key, call.machine_now
    if grant == "client_credentials":
        return issue(Grant(tenant, partner.client_id, audience, None), sign_in, key, now), None
    if grant != "refresh_token":
        raise ApiError(400, "unsupported_grant_type", f"AADSTS70003: The grant type {grant!r} is unknown.")
    given = form.get("refresh_token", "")
    if given != partner.refresh_token and not is_refresh(given, partner.client_id, key):
        raise ApiError(400, "invalid_grant", "AADSTS9002313: The refresh token is malformed or invalid.")
    token = issue(Grant(tenant, partner.client_id, audience, partner.user), sign_in, key, now)
    return token, issue_refresh(partner.client_id, key) if sign_in.rotate_refresh_token else None


def _tenant(call: Call) -> str:
    """The tenant in the path, by id or domain: the partner's own, or a customer's (for Azure)."""
    named = call.args["tenant"].lower()
    if named in {call.partner.tenant_id, call.partner.domain.lower()}:
        return call.partner.tenant_id
    customer = call.store.customers.get(named)
    if customer is None:
        found = (one for one in call.store.customers if one.domain.lower() == named)
        customer = next(found, None)
    if customer is None:
        raise ApiError(400, "invalid_request", f"AADSTS90002: Tenant {named!r} was not found.")
    if customer.relationship is Relationship.OTHER_PARTNER:
        raise ApiError(400, "invalid_grant", "AADSTS50020: The user does not exist in that tenant.")
    return customer.id


def _audience_of_scope(scope: str) -> tuple[str, str]:
    for one in scope.split():
        if one in _PLAIN_SCOPES:
            continue
        resource = one
        for ending in _SCOPE_ENDINGS:
            resource = resource.removesuffix(ending)
        audience = AUDIENCES.get(resource.rstrip("/"))
        if audience is not None:
            return audience, one
        raise ApiError(400, "invalid_scope", f"AADSTS70011: The scope {one!r} is not valid.")
    raise ApiError(400, "invalid_request", "AADSTS900144: The request body must contain 'scope'.")


def _form(call: Call) -> dict[str, str]:
    try:
        return dict(parse_qsl(call.request.body.decode("utf-8"), max_num_fields=50))
    except (UnicodeDecodeError, ValueError):
        raise ApiError(400, "invalid_request", "AADSTS900144: The request body is not a form.") from None


def _no_store(body: dict[str, Json]) -> Reply:
    return Reply(200, body, {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"})


ROUTES = (
    Route("POST", "/{tenant}/oauth2/v2.0/token", token_v2, Service.TOKEN),
    Route("POST", "/{tenant}/oauth2/token", token_v1, Service.TOKEN),
)
