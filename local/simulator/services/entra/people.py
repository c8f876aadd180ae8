"""The people of the partner who work with the deployed application, and their tokens.

Another app registration than the one that signs in to Partner Center: the one that App Service Authentication uses.
Its tokens are signed with a key pair, as Entra's are, so that whoever checks them needs no secret.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from local.simulator.errors import ApiError
from local.simulator.messages import Json
from local.simulator.services.call import Call, Reply, Route, Service
from local.simulator.services.entra.discovery import named_tenant
from local.simulator.services.entra.forms import form_of
from local.simulator.tenant.records import Partner, Person

APP = "c0a501e0-0000-4000-8000-00000c0a501e"
GRANT = "password"
PASSWORD = "not-a-real-password"
LIFETIME = timedelta(days=30)
"""Much longer than Entra's hour: the stack prints a token once and may stay for days."""
_ALGORITHM = "ES256"
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the group of P-256: a private key is a number below it."""


def keys(call: Call) -> Reply:
    """``/{tenant}/discovery/v2.0/keys``: what the tokens of people are checked with."""
    named_tenant(call)
    return Reply(200, public_keys(call.signing_key))


def public_keys(signing_key: bytes) -> dict[str, Json]:
    """The key set (JWKS)."""
    jwk: dict[str, Any] = ECAlgorithm.to_jwk(_private(signing_key).public_key(), as_dict=True)
    return {"keys": [jwk | {"use": "sig", "alg": _ALGORITHM, "kid": _key_id(signing_key)}]}


def issuer(origin: str, partner: Partner) -> str:
    """Who issues the tokens, as the OpenID configuration says."""
    return f"{origin}/{partner.tenant_id}/v2.0"


def issue_person(person: Person, partner: Partner, origin: str, signing_key: bytes, machine_now: datetime) -> str:
    """An access token of this person for the application. Life is machine time."""
    issued = int(machine_now.timestamp())
    claims = {
        "aud": APP,
        "iss": issuer(origin, partner),
        "iat": issued,
        "nbf": issued,
        "exp": issued + int(LIFETIME.total_seconds()),
        "azp": APP,
        "name": person.name,
        "oid": person.object_id,
        "preferred_username": person.username,
        "roles": [f"Offboarding.{role}" for role in person.roles],
        "scp": "user_impersonation",
        "sub": hashlib.sha256(f"{APP}/{person.object_id}".encode()).hexdigest()[:43],
        "tid": partner.tenant_id,
        "uti": uuid4().hex,
        "ver": "2.0",
    }
    return jwt.encode(claims, _private(signing_key), _ALGORITHM, headers={"kid": _key_id(signing_key)})


def person_token(call: Call) -> Reply:
    """The password grant, by name as the directory has it: for programs of tests, which have no browser."""
    form = form_of(call)
    wanted = form.get("username", "").lower()
    found = [one for one in call.partner.people if wanted in {one.username.lower(), one.object_id}]
    if not found or form.get("password") != PASSWORD:
        raise ApiError(400, "invalid_grant", "AADSTS50126: Invalid username or password.")
    token = issue_person(found[0], call.partner, call.request.origin, call.signing_key, call.machine_now)
    lifetime = int(LIFETIME.total_seconds())
    body: dict[str, Json] = {
        "token_type": "Bearer",
        "scope": f"api://{APP}/user_impersonation",
        "expires_in": lifetime,
        "ext_expires_in": lifetime,
        "access_token": token,
    }
    return Reply(200, body, {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"})


def asks_for_a_person(call: Call) -> bool:
    """Whether a call of the token endpoint is for the application that people work with."""
    form = form_of(call)
    return form.get("grant_type") == GRANT and form.get("client_id", "").lower() == APP


def _private(signing_key: bytes) -> ec.EllipticCurvePrivateKey:
    """Follows from the tenant's key, so that it stays across restarts."""
    number = int.from_bytes(hashlib.sha512(b"people/" + signing_key).digest(), "big")
    return ec.derive_private_key(number % (_ORDER - 1) + 1, ec.SECP256R1())


def _key_id(signing_key: bytes) -> str:
    return hashlib.sha256(b"key id/" + signing_key).hexdigest()[:27]


ROUTES = (Route("GET", "/{tenant}/discovery/v2.0/keys", keys, Service.TOKEN),)
