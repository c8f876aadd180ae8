"""The device code flow: a code, and polling until the person has signed in elsewhere. Here a knob is the person.

Source: "OAuth 2.0 device authorization grant" (RFC 8628 and Entra's page). Codes are signed instead of stored.
"""

from uuid import uuid4

import jwt

from local.simulator.errors import ApiError
from local.simulator.knobs.sign_in import DeviceAnswer
from local.simulator.services.call import Call, Reply, Route, Service
from local.simulator.services.entra.discovery import usable_tenant
from local.simulator.services.entra.failures import refusal
from local.simulator.services.entra.forms import audience_of_scope, form_of

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_LIFE = 900
_ALGORITHM = "HS256"


def device_code(call: Call) -> Reply:
    """``/{tenant}/oauth2/v2.0/devicecode``: both codes, valid for 15 minutes of machine time."""
    form = form_of(call)
    usable_tenant(call)
    if call.knobs.sign_in.failure is not None:
        raise refusal(call.knobs.sign_in.failure)
    if form.get("client_id", "").lower() != call.partner.client_id.lower():
        raise ApiError(400, "unauthorized_client", "AADSTS700016: The application was not found.")
    audience_of_scope(form.get("scope", ""))
    issued = int(call.machine_now.timestamp())
    claims = {"use": "device", "appid": call.partner.client_id, "iat": issued, "jti": uuid4().hex}
    user_code = uuid4().hex[:9].upper()
    page = f"{call.request.origin}/devicelogin"
    return Reply(
        200,
        {
            "user_code": user_code,
            "device_code": jwt.encode(claims, call.signing_key, _ALGORITHM),
            "verification_uri": page,
            "expires_in": _LIFE,
            "interval": call.knobs.sign_in.device_interval,
            "message": f"To sign in, open {page} and enter the code {user_code}.",
        },
    )


def check_device(call: Call, code: str) -> None:
    """Returns when the person has signed in; else ApiError, as polling clients know them."""
    sign_in = call.knobs.sign_in
    try:
        options = {"verify_iat": False}
        claims = jwt.decode(code, call.signing_key, [_ALGORITHM], options=options)  # type: ignore[arg-type]
        issued = float(claims["iat"]) if claims.get("use") == "device" else None
    except (jwt.InvalidTokenError, KeyError, ValueError):
        issued = None
    if issued is None:
        raise ApiError(400, "bad_verification_code", "AADSTS90019: The device code is not known.")
    passed = call.machine_now.timestamp() - issued
    if sign_in.device_answer is DeviceAnswer.DECLINED:
        raise ApiError(400, "authorization_declined", "AADSTS65004: The user declined the consent.")
    if sign_in.device_answer is DeviceAnswer.EXPIRED or passed > _LIFE:
        raise ApiError(400, "expired_token", "AADSTS70020: The device code has expired.")
    if sign_in.device_answer is DeviceAnswer.NEVER or passed < sign_in.device_lag.total_seconds():
        raise ApiError(400, "authorization_pending", "AADSTS70016: The authorization is pending. Continue polling.")


ROUTES = (Route("POST", "/{tenant}/oauth2/v2.0/devicecode", device_code, Service.TOKEN),)
