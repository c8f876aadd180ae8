"""How an application proves itself: a secret, an assertion signed with its certificate, or one of a trusted identity.

Sources: "Certificate credentials", "Workload identity federation".
"""

from typing import Any

import jwt
from cryptography.x509 import load_pem_x509_certificate

from local.simulator.errors import ApiError
from local.simulator.services.call import Call

EXCHANGE = "api://AzureADTokenExchange"
_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ALGORITHMS = ["PS256", "RS256"]
_LEEWAY = 300


def check_client(call: Call, form: dict[str, str]) -> None:
    """ApiError with the documented AADSTS code unless the form proves the application."""
    partner = call.partner
    if form.get("client_id", "").lower() != partner.client_id.lower():
        raise ApiError(400, "unauthorized_client", "AADSTS700016: The application was not found.")
    assertion = form.get("client_assertion")
    if assertion is not None:
        if form.get("client_assertion_type") != _TYPE:
            raise _refused("700027", "client_assertion_type is missing or unknown.")
        return _check_assertion(call, assertion)
    if "client_secret" not in form:
        raise _refused("7000218", "The body must contain client_assertion or client_secret.")
    if form["client_secret"] != partner.client_secret:
        raise _refused("7000215", "An invalid client secret was given.")
    return None


def _check_assertion(call: Call, assertion: str) -> None:
    partner = call.partner
    try:
        issuer = str(jwt.decode(assertion, options={"verify_signature": False}).get("iss", ""))
    except jwt.InvalidTokenError:
        raise _refused("700027", "The client assertion is no signed token.") from None
    if issuer.lower() == partner.client_id.lower():
        claims = _verified(call, assertion, partner.certificate)
        audiences = {
            f"{root}{call.request.path}".lower() for root in (call.request.origin, "https://login.microsoftonline.com")
        }
        if str(claims.get("aud", "")).lower() not in audiences:
            raise _refused("700027", "The audience of the client assertion is not this endpoint.")
        if str(claims.get("sub", "")).lower() != partner.client_id.lower():
            raise _refused("700027", "Issuer and subject of the client assertion must both be the application.")
        return
    trusted = partner.federated
    if trusted is None or issuer != trusted.issuer:
        raise _refused("700211", "No federated identity record fits the issuer of the assertion.")
    claims = _verified(call, assertion, trusted.certificate)
    if claims.get("sub") != trusted.subject:
        raise _refused("700213", "No federated identity record fits the subject of the assertion.")
    if claims.get("aud") != EXCHANGE:
        raise _refused("700212", "No federated identity record fits the audience of the assertion.")


def _verified(call: Call, assertion: str, certificate: str) -> dict[str, Any]:
    """The claims, if the registered certificate's key signed them and their time has not passed (machine time)."""
    if not certificate:
        raise _refused("700027", "No certificate is registered for the application.")
    key: Any = load_pem_x509_certificate(certificate.encode()).public_key()
    options: Any = {"verify_aud": False, "verify_exp": False, "verify_nbf": False, "verify_iat": False}
    try:
        claims: dict[str, Any] = jwt.decode(assertion, key, _ALGORITHMS, options=options)
        begins, ends = float(claims.get("nbf", 0)), float(claims["exp"])
    except (jwt.InvalidTokenError, KeyError, TypeError, ValueError):
        raise _refused("700027", "The signature of the client assertion is wrong.") from None
    now = call.machine_now.timestamp()
    if not begins - _LEEWAY <= now <= ends + _LEEWAY:
        raise _refused("700024", "The client assertion is not within its valid time range.")
    return claims


def _refused(number: str, text: str) -> ApiError:
    return ApiError(401, "invalid_client", f"AADSTS{number}: {text}")
