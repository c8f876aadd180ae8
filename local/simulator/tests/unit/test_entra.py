"""The simulated Microsoft Entra ID: discovery, refusals on demand, client authentication, device codes."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest

from local.simulator.certificates import Certificate
from local.simulator.knobs import Knobs, SignIn
from local.simulator.messages import Request, Response
from local.simulator.scenario import builder as b
from local.simulator.scenario.models import FederatedSpec, PartnerSpec, Scenario, SignInSpec
from local.simulator.tests.unit.tenant import PARTNER_CENTER, Tenant, code_of

MACHINE = datetime(2026, 11, 2, tzinfo=UTC)
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def tenant_of(**sign_in: Any) -> Tenant:
    return Tenant(b.scenario(b.customer("Contoso", b.legacy()), sign_in=sign_in))


def post(tenant: Tenant, end: str, **form: str) -> Response:
    path = f"/{tenant.scenario.partner.tenant_id}/oauth2/v2.0/{end}"
    return tenant.simulator.handle(Request.of("POST", path, {}, urlencode(form).encode()))


def numbers(answer: Response) -> list[int]:
    return list(answer.json()["error_codes"])


def test_the_configuration_names_the_host_that_was_asked() -> None:
    tenant = tenant_of()
    identity = tenant.scenario.partner.tenant_id
    path = f"/{tenant.scenario.partner.domain}/v2.0/.well-known/openid-configuration"
    answer = tenant.simulator.handle(Request.of("GET", f"http://127.0.0.1:9{path}"))
    assert answer.json()["token_endpoint"] == f"http://127.0.0.1:9/{identity}/oauth2/v2.0/token"
    unknown = tenant.simulator.handle(Request.of("GET", "/nobody/v2.0/.well-known/openid-configuration"))
    assert (unknown.status, numbers(unknown)) == (400, [90002])


@pytest.mark.parametrize(
    ("failure", "number"),
    [
        ("expiredRefreshToken", 700082),
        ("revokedRefreshToken", 50173),
        ("mfaRequired", 50076),
        ("mfaNotRegistered", 50079),
        ("wrongSecret", 7000215),
        ("expiredSecret", 7000222),
        ("noConsent", 65001),
        ("unknownApplication", 700016),
        ("unknownTenant", 90002),
        ("conditionalAccess", 53003),
        ("disabledUser", 50057),
        ("noServicePrincipal", 500011),
        ("unavailable", 90033),
    ],
)
def test_each_refusal_has_its_documented_code(failure: str, number: int) -> None:
    tenant = tenant_of(failure=failure)
    assert numbers(tenant.redeem(PARTNER_CENTER, tenant.scenario.partner.tenant_id)) == [number]


@pytest.mark.parametrize(
    ("sign_in", "expected"),
    [({"adminAgent": False}, (403, "900150")), ({"appOnly": True}, (403, "900329")), ({"mfa": False}, (401, "900421"))],
)
def test_tokens_that_are_not_enough(sign_in: dict[str, Any], expected: tuple[int, str]) -> None:
    tenant = Tenant(b.scenario(b.customer("Contoso", b.legacy()), sign_in=SignIn.model_validate(sign_in)))
    answer = tenant.call("GET", "/v1/customers/relationshiprequests")
    assert (answer.status, code_of(answer)) == expected


def coded(tenant: Tenant) -> dict[str, Any]:
    answer = post(
        tenant,
        "devicecode",
        client_id=tenant.scenario.partner.sign_in.client_id,
        scope=f"{PARTNER_CENTER}/.default openid",
    )
    assert answer.status == 200, answer
    return dict(answer.json())


def poll(tenant: Tenant, code: str, **form: str) -> Response:
    sign_in = tenant.scenario.partner.sign_in
    given = {"client_id": sign_in.client_id, "client_secret": sign_in.client_secret}
    return post(tenant, "token", grant_type=DEVICE, device_code=code, **(given | form))


def test_a_device_code_is_pending_until_the_person_has_signed_in() -> None:
    tenant = tenant_of(device_lag=timedelta(seconds=10))
    machine = MACHINE
    tenant.simulator.machine_clock = lambda: machine
    code = coded(tenant)["device_code"]
    assert poll(tenant, code).json()["error"] == "authorization_pending"
    machine += timedelta(seconds=11)
    granted = poll(tenant, code).json()
    assert "mfa" in jwt.decode(granted["access_token"], options={"verify_signature": False})["amr"]
    again = tenant.redeem(PARTNER_CENTER, tenant.scenario.partner.tenant_id, refresh_token=granted["refresh_token"])
    assert again.status == 200
    machine += timedelta(hours=1)
    assert poll(tenant, code).json()["error"] == "expired_token"


@pytest.mark.parametrize(
    ("answer", "error"),
    [("declined", "authorization_declined"), ("expired", "expired_token"), ("never", "authorization_pending")],
)
def test_a_device_code_that_leads_nowhere(answer: str, error: str) -> None:
    tenant = tenant_of(device_lag=timedelta(0), device_answer=answer)
    assert poll(tenant, coded(tenant)["device_code"]).json()["error"] == error


def test_device_codes_are_checked() -> None:
    tenant = tenant_of(device_lag=timedelta(0))
    assert poll(tenant, "invented").json()["error"] == "bad_verification_code"
    assert numbers(poll(tenant, coded(tenant)["device_code"], client_secret="wrong")) == [7000215]


def test_a_sign_in_without_mfa_gives_a_refresh_token_without_it() -> None:
    tenant = tenant_of(device_lag=timedelta(0), mfa=False)
    granted = poll(tenant, coded(tenant)["device_code"]).json()
    tenant.control("PATCH", "knobs", {"signIn": {"mfa": True}})
    redeemed = tenant.redeem(PARTNER_CENTER, tenant.scenario.partner.tenant_id, refresh_token=granted["refresh_token"])
    assert jwt.decode(redeemed.json()["access_token"], options={"verify_signature": False})["amr"] == ["pwd"]


REGISTERED, STRANGER = Certificate.make("offboarding"), Certificate.make("stranger")
ISSUER, SUBJECT = "https://login.microsoftonline.com/9a57e000/v2.0", "object-id-of-the-identity"


def trusting() -> Tenant:
    spec = SignInSpec(
        certificate=REGISTERED.certificate,
        federated=FederatedSpec(issuer=ISSUER, subject=SUBJECT, certificate=REGISTERED.certificate),
    )
    return Tenant(Scenario(partner=PartnerSpec(sign_in=spec), knobs=Knobs()))


def asserted(tenant: Tenant, key: Certificate, **claims: Any) -> Response:
    sign_in, now = tenant.scenario.partner.sign_in, int(time.time())
    own = {
        "iss": sign_in.client_id,
        "sub": sign_in.client_id,
        "aud": f"https://login.microsoftonline.com/{tenant.scenario.partner.tenant_id}/oauth2/v2.0/token",
        "nbf": now,
        "exp": now + 600,
    }
    return post(
        tenant,
        "token",
        grant_type="refresh_token",
        refresh_token=sign_in.refresh_token,
        client_id=sign_in.client_id,
        scope=f"{PARTNER_CENTER}/user_impersonation",
        client_assertion_type=ASSERTION,
        client_assertion=jwt.encode(own | claims, key.key, "PS256"),
    )


FEDERATED = {"iss": ISSUER, "sub": SUBJECT, "aud": "api://AzureADTokenExchange"}


@pytest.mark.parametrize(
    ("key", "claims", "number"),
    [
        (REGISTERED, {}, 0),
        (STRANGER, {}, 700027),
        (REGISTERED, {"aud": "https://login.microsoftonline.com/elsewhere/oauth2/v2.0/token"}, 700027),
        (REGISTERED, {"sub": "another"}, 700027),
        (REGISTERED, {"nbf": 1, "exp": 2}, 700024),
        (REGISTERED, FEDERATED, 0),
        (STRANGER, FEDERATED, 700027),
        (REGISTERED, FEDERATED | {"iss": "https://issuer.example"}, 700211),
        (REGISTERED, FEDERATED | {"sub": "another"}, 700213),
        (REGISTERED, FEDERATED | {"aud": "another"}, 700212),
    ],
)
def test_client_assertions_are_verified(key: Certificate, claims: dict[str, Any], number: int) -> None:
    answer = asserted(trusting(), key, **claims)
    assert (answer.status, numbers(answer) if number else []) == ((401, [number]) if number else (200, []))


def test_a_request_without_any_credential_is_refused() -> None:
    tenant = tenant_of()
    answer = post(
        tenant,
        "token",
        grant_type="refresh_token",
        client_id=tenant.scenario.partner.sign_in.client_id,
        scope=f"{PARTNER_CENTER}/.default",
    )
    assert numbers(answer) == [7000218]
