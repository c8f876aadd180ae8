"""The token endpoint, versions 1 and 2: refresh_token, client_credentials, device_code.

Source: "Enable the Secure Application Model"; errors carry an AADSTS number in error_description.
"""

from local.simulator.errors import ApiError
from local.simulator.messages import Json
from local.simulator.services.call import Call, Reply, Route, Service
from local.simulator.services.entra.clients import check_client
from local.simulator.services.entra.device_code import GRANT as DEVICE_CODE
from local.simulator.services.entra.device_code import check_device
from local.simulator.services.entra.discovery import usable_tenant
from local.simulator.services.entra.failures import refusal
from local.simulator.services.entra.forms import audience_of_scope, form_of
from local.simulator.services.entra.people import asks_for_a_person, person_token
from local.simulator.services.tokens import AUDIENCES, Grant, Refresh, issue, issue_refresh, read_refresh


def token_v2(call: Call) -> Reply:
    """``/{tenant}/oauth2/v2.0/token``: numbers are numbers; resource comes from scope."""
    if asks_for_a_person(call):
        return person_token(call)
    form = form_of(call)
    # Polling with a device code repeats no scope: it was named when the code was asked for.
    default = "https://api.partnercenter.microsoft.com/user_impersonation" if _is_device(form) else ""
    audience, scope = audience_of_scope(form.get("scope", default))
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
    form = form_of(call)
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
    tenant = usable_tenant(call, form.get("grant_type") == "client_credentials")
    if sign_in.failure is not None:
        raise refusal(sign_in.failure)
    check_client(call, form)
    grant = form.get("grant_type")
    key, now = call.signing_key, call.machine_now
    app_only = Grant(tenant, partner.client_id, audience, None)
    if grant == "client_credentials":
        return issue(app_only, sign_in, key, now), None
    if grant == DEVICE_CODE:
        check_device(call, form.get("device_code", ""))
        held = Refresh(partner.client_id, sign_in.mfa)
    elif grant == "refresh_token":
        held = _held(call, form.get("refresh_token", ""))
    else:
        raise ApiError(400, "unsupported_grant_type", f"AADSTS70003: The grant type {grant!r} is unknown.")
    user = Grant(tenant, partner.client_id, audience, partner.user, held.mfa)
    token = issue(app_only if sign_in.app_only else user, sign_in, key, now)
    keeps = grant == "refresh_token" and not sign_in.rotate_refresh_token
    return token, None if keeps else issue_refresh(held, key)


def _held(call: Call, given: str) -> Refresh:
    """The refresh token, if we issued it to this application or the scenario names it."""
    if given == call.partner.refresh_token:
        return Refresh(call.partner.client_id, mfa=True)
    held = read_refresh(given, call.signing_key)
    if held is None or held.app_id != call.partner.client_id:
        raise ApiError(400, "invalid_grant", "AADSTS9002313: The refresh token is malformed or invalid.")
    return held


def _is_device(form: dict[str, str]) -> bool:
    return form.get("grant_type") == DEVICE_CODE


def _no_store(body: dict[str, Json]) -> Reply:
    return Reply(200, body, {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"})


ROUTES = (
    Route("POST", "/{tenant}/oauth2/v2.0/token", token_v2, Service.TOKEN),
    Route("POST", "/{tenant}/oauth2/token", token_v1, Service.TOKEN),
)
