"""Access and refresh tokens: issuing them, and checking what comes in."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import uuid4

import jwt

from local.simulator.errors import ApiError, refuse
from local.simulator.knobs.sign_in import SignIn
from local.simulator.services.call import Call, Identity, Service

PARTNER_CENTER = "https://api.partnercenter.microsoft.com"
GRAPH = "https://graph.microsoft.com"
ARM = "https://management.azure.com"
_PARTNER_CENTER_APP = "fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd"
AUDIENCES = {
    PARTNER_CENTER: PARTNER_CENTER,
    _PARTNER_CENTER_APP: PARTNER_CENTER,
    f"api://{_PARTNER_CENTER_APP}": PARTNER_CENTER,
    GRAPH: GRAPH,
    ARM: ARM,
    "https://management.core.windows.net": ARM,
    "https://graph.windows.net": "https://graph.windows.net",
}
_ALGORITHM = "HS256"
_REFRESH = "refresh"


@dataclass(frozen=True, slots=True)
class Grant:
    """What an access token is issued for. *mfa*: whether the sign-in behind it used multifactor authentication."""

    tenant_id: str
    app_id: str
    audience: str
    user: str | None
    mfa: bool = True


@dataclass(frozen=True, slots=True)
class Refresh:
    """What a refresh token stands for."""

    app_id: str
    mfa: bool


def issue(grant: Grant, sign_in: SignIn, key: bytes, machine_now: datetime) -> str:
    """A signed access token; app-only if no user stands behind it. Life is machine time."""
    issued = int(machine_now.timestamp())
    claims: dict[str, Any] = {
        "aud": sign_in.audience or grant.audience,
        "iss": f"https://sts.windows.net/{grant.tenant_id}/",
        "iat": issued,
        "nbf": issued,
        "exp": issued + int(sign_in.token_lifetime.total_seconds()),
        "tid": grant.tenant_id,
        "appid": grant.app_id,
        "jti": uuid4().hex,
    }
    if grant.user is None:
        claims["idtyp"] = "app"
    else:
        scopes = sign_in.graph_scopes if grant.audience == GRAPH else "user_impersonation"
        claims |= {"upn": grant.user, "scp": scopes}
        claims["amr"] = ["pwd", "mfa"] if sign_in.mfa and grant.mfa else ["pwd"]
        claims["role"] = "AdminAgents" if sign_in.admin_agent else ""
    return jwt.encode(claims, key, _ALGORITHM)


def issue_refresh(held: Refresh, key: bytes) -> str:
    """A refresh token: signed instead of stored, so that it survives a restart."""
    claims = {"use": _REFRESH, "appid": held.app_id, "mfa": held.mfa, "jti": uuid4().hex}
    return jwt.encode(claims, key, _ALGORITHM)


def read_refresh(token: str, key: bytes) -> Refresh | None:
    """What a refresh token of ours stands for; None for any other."""
    claims = _claims(token, key)
    if claims is None or claims.get("use") != _REFRESH:
        return None
    return Refresh(str(claims.get("appid")), bool(claims.get("mfa", True)))


def authenticate(call: Call, service: Service) -> Identity:
    """Check the bearer token for the service. ApiError 401 as the service words it."""
    token = _bearer(call.request.header("authorization"))
    if token is None:
        raise _unauthorized(service, "800001")
    claims = _claims(token, call.signing_key)
    if claims is None or "aud" not in claims:
        raise _unauthorized(service, "400")
    if float(claims["exp"]) <= call.machine_now.timestamp():
        raise _unauthorized(service, "400")
    audience = {Service.PARTNER_CENTER: PARTNER_CENTER, Service.GRAPH: GRAPH, Service.ARM: ARM}[service]
    if claims["aud"] != audience:
        raise _unauthorized(service, "900420")
    app_only = claims.get("idtyp") == "app"
    tenant_id = str(claims["tid"])
    if service is not Service.ARM and tenant_id != call.partner.tenant_id:
        raise _unauthorized(service, "400")
    if service is Service.PARTNER_CENTER and not app_only and "mfa" not in claims.get("amr", ()):
        raise refuse("900421")
    if service is Service.PARTNER_CENTER and not app_only and not claims.get("role"):
        raise refuse("900150")
    return Identity(tenant_id, str(claims["appid"]), app_only, frozenset(str(claims.get("scp") or "").split()))


def _unauthorized(service: Service, code: str) -> ApiError:
    if service is Service.PARTNER_CENTER:
        return refuse(code)
    header = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    if service is Service.GRAPH:
        return ApiError(401, "InvalidAuthenticationToken", "The access token is missing or invalid.", header)
    name = {"800001": "AuthenticationFailed", "900420": "InvalidAuthenticationTokenAudience"}.get(code)
    return ApiError(401, name or "ExpiredAuthenticationToken", "The access token cannot be used.", header)


def _bearer(header: str | None) -> str | None:
    scheme, _, token = (header or "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


@lru_cache(maxsize=256)
def _claims(token: str, key: bytes) -> dict[str, Any] | None:
    """The claims of a token that we signed, whatever its age; None for any other."""
    try:
        return jwt.decode(
            token, key, [_ALGORITHM], options={"verify_exp": False, "verify_nbf": False, "verify_aud": False}
        )
    except jwt.InvalidTokenError:
        return None
