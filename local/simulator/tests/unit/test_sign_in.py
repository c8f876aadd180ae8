"""Tokens: issuing, refusing, and what each service accepts."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from local.simulator.messages import Request
from local.simulator.scenario import builder as b
from local.simulator.simulator import Simulator
from local.simulator.tests.unit.tenant import ARM, GRAPH, PARTNER_CENTER, Tenant, code_of


def _tenant(**knobs: Any) -> Tenant:
    return Tenant(b.scenario(b.customer("Contoso", b.legacy(), b.gdap()), **knobs))


def _claims(token: str) -> Any:
    return jwt.decode(token, options={"verify_signature": False})


def test_a_user_token_carries_the_multifactor_claim() -> None:
    tenant = _tenant()
    body = tenant.redeem(PARTNER_CENTER, tenant.scenario.partner.tenant_id).json()
    claims = _claims(body["access_token"])
    assert (claims["aud"], claims["tid"]) == (PARTNER_CENTER, tenant.scenario.partner.tenant_id)
    assert "mfa" in claims["amr"]
    assert body["expires_in"] == 3599
    again = tenant.redeem(PARTNER_CENTER, tenant.scenario.partner.tenant_id, refresh_token=body["refresh_token"])
    assert again.status == 200


def test_version_one_writes_numbers_as_strings() -> None:
    tenant = _tenant(sign_in={"rotate_refresh_token": False})
    form = "&".join(
        (
            "grant_type=refresh_token",
            f"client_id={tenant.scenario.partner.sign_in.client_id}",
            f"client_secret={tenant.scenario.partner.sign_in.client_secret}",
            f"refresh_token={tenant.scenario.partner.sign_in.refresh_token}",
            "resource=https://api.partnercenter.microsoft.com",
        )
    )
    path = f"/{tenant.scenario.partner.domain}/oauth2/token"
    body = tenant.simulator.handle(Request.of("POST", path, {}, form.encode())).json()
    assert (body["expires_in"], body["resource"]) == ("3599", PARTNER_CENTER)
    assert (body["scope"], "refresh_token" in body) == ("user_impersonation", False)


@pytest.mark.parametrize(
    ("scope", "tenant_id", "form", "status", "error"),
    [
        (PARTNER_CENTER, "nobody", {}, 400, "invalid_request"),
        ("https://example.com", None, {}, 400, "invalid_scope"),
        (PARTNER_CENTER, None, {"client_secret": "wrong"}, 401, "invalid_client"),
        (PARTNER_CENTER, None, {"client_id": "wrong"}, 400, "unauthorized_client"),
        (PARTNER_CENTER, None, {"refresh_token": "wrong"}, 400, "invalid_grant"),
        (PARTNER_CENTER, None, {"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_sign_in_is_refused(scope: str, tenant_id: str | None, form: dict[str, Any], status: int, error: str) -> None:
    tenant = _tenant()
    answer = tenant.redeem(scope, tenant_id or tenant.scenario.partner.tenant_id, **form)
    body = answer.json()
    assert (answer.status, body["error"]) == (status, error)
    assert body["error_description"].startswith("AADSTS")
    assert body["error_codes"]


@pytest.mark.parametrize(
    ("failure", "status"),
    [("invalidGrant", 400), ("interactionRequired", 400), ("invalidClient", 401), ("unavailable", 503)],
)
def test_sign_in_can_be_broken_and_mended(failure: str, status: int) -> None:
    tenant = _tenant()
    assert tenant.control("PATCH", "knobs", {"signIn": {"failure": failure}}).status == 200
    assert tenant.redeem(PARTNER_CENTER, tenant.scenario.partner.tenant_id).status == status
    tenant.control("PATCH", "knobs", {"signIn": {}})
    assert tenant.redeem(PARTNER_CENTER, tenant.scenario.partner.tenant_id).status == 200


@pytest.mark.parametrize(
    ("sign_in", "code"),
    [({"mfa": False}, "900421"), ({"audience": "https://graph.windows.net"}, "900420")],
)
def test_partner_center_refuses_weak_tokens(sign_in: dict[str, Any], code: str) -> None:
    answer = _tenant(sign_in=sign_in).call("GET", "/v1/customers")
    assert (answer.status, code_of(answer)) == (401, code)
    assert "WWW-Authenticate" in answer.headers


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic abc", "Bearer a.b.c"])
def test_partner_center_refuses_bad_tokens(header: str) -> None:
    tenant = _tenant()
    answer = tenant.simulator.handle(Request.of("GET", "/v1/customers", {"authorization": header}))
    assert (answer.status, code_of(answer) in {"400", "800001"}) == (401, True)


def test_tokens_of_another_service_or_tenant_are_refused() -> None:
    tenant = _tenant()
    for token in (tenant.token(GRAPH), tenant.token(PARTNER_CENTER, tenant.customer)):
        assert tenant.call("GET", "/v1/customers", token=token).status == 401
    wrong = tenant.call("GET", "/v1.0/tenantRelationships/delegatedAdminRelationships")
    assert (wrong.status, code_of(wrong)) == (401, "InvalidAuthenticationToken")
    path = "/providers/Microsoft.Capacity/reservations?api-version=2022-11-01"
    assert code_of(tenant.call("GET", path)) == "InvalidAuthenticationTokenAudience"
    partner_arm = tenant.call("GET", path, token=tenant.token(ARM))
    assert (partner_arm.status, code_of(partner_arm)) == (403, "AuthorizationFailed")
    no_version = tenant.call("GET", path.split("?")[0], token=tenant.token(ARM, tenant.customer))
    assert code_of(no_version) == "MissingApiVersionParameter"


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "", True),
        ("GET", "/subscriptions", True),
        ("GET", "/orders", True),
        ("GET", "/transfers", True),
        ("GET", "/entitlements", False),
        ("GET", "/relationships", False),
        ("PATCH", "", False),
    ],
)
def test_what_an_application_alone_may_do(method: str, path: str, allowed: bool) -> None:
    tenant = _tenant()
    token = tenant.token(PARTNER_CENTER, app_only=True)
    url = f"/v1/customers/{tenant.customer}{path}"
    answer = tenant.call(method, url, {"relationshipToPartner": "none"}, token)
    assert (answer.status, code_of(answer)) == ((200, None) if allowed else (403, "900329"))
    assert tenant.effects() == []


def test_another_partners_tenant_gives_no_token() -> None:
    tenant = Tenant(b.scenario(b.customer("Proseware", relationship="otherPartner")))
    answer = tenant.redeem(ARM, tenant.customer)
    assert (answer.status, answer.json()["error"]) == (400, "invalid_grant")


def test_tokens_live_on_machine_time() -> None:
    machine = datetime(2026, 11, 2, tzinfo=UTC)
    tenant = _tenant()
    tenant.simulator.machine_clock = lambda: machine
    tenant.token(PARTNER_CENTER)
    tenant.advance(days=30)
    assert tenant.call("GET", "/v1/customers").status == 200
    tenant.simulator.machine_clock = lambda: machine + timedelta(hours=1)
    assert code_of(tenant.call("GET", "/v1/customers")) == "400"


def test_no_secret_reaches_the_journal_or_the_state() -> None:
    tenant = _tenant()
    tenant.get("/v1/customers")
    sign_in = tenant.scenario.partner.sign_in
    seen = tenant.control("GET", "journal").body.decode() + tenant.control("GET", "state").body.decode()
    for secret in (sign_in.client_secret, sign_in.refresh_token, tenant.token(PARTNER_CENTER)):
        assert secret not in seen
    assert json.loads(seen.splitlines()[0])["path"].endswith("/oauth2/v2.0/token")


def test_the_request_limit() -> None:
    tenant = _tenant(rate_limit_per_minute=3)
    for _ in range(3):
        assert tenant.call("GET", "/v1/customers").status == 200
    answer = tenant.call("GET", "/v1/customers")
    assert (answer.status, set(answer.json())) == (429, {"statusCode", "message"})
    tenant.advance(seconds=int(answer.headers["Retry-After"]))
    assert tenant.call("GET", "/v1/customers").status == 200


def test_a_failure_inside_changes_nothing() -> None:
    tenant = _tenant()
    simulator: Simulator = tenant.simulator
    tenant.token(PARTNER_CENTER)
    change = {"customer": tenant.customer, "holding": tenant.subscription(), "set": {"status": "suspended"}}
    assert tenant.control("POST", "mutate", change).status == 200
    simulator.knobs = simulator.knobs.model_copy(update={"removal_lag": "broken"})
    before = [list(table) for table in simulator.store.tables]
    answer = tenant.remove()
    assert (answer.status, code_of(answer)) == (500, "800003")
    assert [list(table) for table in simulator.store.tables] == before
