"""Every way of client authentication, through MSAL, against a token endpoint that verifies it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import jwt
import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError

from local.simulator.certificates import Certificate
from local.simulator.knobs import Knobs
from local.simulator.scenario.models import FederatedSpec, PartnerSpec, Scenario, SignInSpec
from local.simulator.simulator import Simulator
from local.simulator.transport import simulator_session
from local.world.clock import WorldClock
from local.world.vault import MemoryVault
from shared.adapters.entra.application import Application
from shared.adapters.entra.credentials import (
    EXCHANGE,
    ClientCertificate,
    ClientCredential,
    ClientSecret,
    FederatedIdentity,
)
from shared.adapters.entra.device_code import DeviceCodeSignIn
from shared.adapters.entra.http import LoginHttp
from shared.adapters.entra.source import RefreshTokenSource
from shared.adapters.http.tokens import Audience
from shared.adapters.http.transport import Timeouts
from shared.domain.errors import SettingsError, SignInRequiredError
from tests.unit.adapters.login import AUTHORITY, RESOURCES

REGISTERED, STRANGER = Certificate.make("offboarding"), Certificate.make("stranger")
ISSUER, SUBJECT = "https://login.microsoftonline.com/9a57e000/v2.0", "object-id-of-the-identity"
SIGN_IN = SignInSpec(
    certificate=REGISTERED.certificate,
    federated=FederatedSpec(issuer=ISSUER, subject=SUBJECT, certificate=REGISTERED.certificate),
)


@dataclass(frozen=True, slots=True)
class Identity:
    """A managed identity: tokens signed by the issuer that the registration trusts."""

    key: Certificate = REGISTERED
    subject: str = SUBJECT

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        assert scopes == (EXCHANGE,)
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "sub": self.subject,
            "aud": EXCHANGE.removesuffix("/.default"),
            "nbf": now,
            "exp": now + 600,
        }
        return AccessToken(jwt.encode(claims, self.key.key, "RS256"), now + 600)


class Nobody:
    """A managed identity that is not there."""

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        raise ClientAuthenticationError("no identity endpoint, and a recognisable detail")


def parts(credential: ClientCredential) -> tuple[RefreshTokenSource, LoginHttp, Application]:
    scenario = Scenario(
        partner=PartnerSpec(sign_in=SIGN_IN), knobs=Knobs.model_validate({"signIn": {"deviceLag": "PT0S"}})
    )
    clock, partner = WorldClock(), scenario.partner
    # Assertions live in machine time, so the simulator takes this machine's.
    simulator = Simulator(scenario, clock)
    login_http = LoginHttp(AUTHORITY, "http://127.0.0.1:9", simulator_session(simulator), Timeouts(), clock.now)
    application = Application(partner.tenant_id, partner.sign_in.client_id, credential, RESOURCES)
    return (
        RefreshTokenSource(login_http, application, MemoryVault(clock.now, SIGN_IN.refresh_token)),
        login_http,
        application,
    )


GOOD: dict[str, ClientCredential] = {
    "secret": ClientSecret(SIGN_IN.client_secret),
    "certificate": ClientCertificate(REGISTERED.pem),
    "federated": FederatedIdentity(Identity()),
}


@pytest.mark.parametrize("kind", GOOD)
def test_each_kind_redeems_the_refresh_token(kind: str) -> None:
    tokens, _, application = parts(GOOD[kind])
    assert tokens.token(Audience.PARTNER_CENTER, application.partner_tenant_id)


@pytest.mark.parametrize("kind", GOOD)
def test_each_kind_signs_in_with_a_device_code(kind: str) -> None:
    _, login_http, application = parts(GOOD[kind])
    sign_in = DeviceCodeSignIn(login_http, application, sleep=lambda _: None)
    assert "devicelogin" in sign_in.start()
    assert sign_in.wait().refresh_token


@pytest.mark.parametrize(
    ("credential", "code"),
    [
        (ClientSecret("wrong"), "AADSTS7000215"),
        (ClientCertificate(STRANGER.pem), "AADSTS700027"),
        (FederatedIdentity(Identity(key=STRANGER)), "AADSTS700027"),
        (FederatedIdentity(Identity(subject="another")), "AADSTS700213"),
        (FederatedIdentity(Nobody()), ""),
    ],
)
def test_each_kind_is_refused_when_it_is_not_the_registered_one(credential: ClientCredential, code: str) -> None:
    tokens, _, application = parts(credential)
    with pytest.raises(SignInRequiredError) as caught:
        tokens.token(Audience.PARTNER_CENTER, application.partner_tenant_id)
    assert caught.value.remote_code == code
    assert "recognisable" not in str(caught.value)


@pytest.mark.parametrize("pem", ["", "no pem", REGISTERED.key, REGISTERED.certificate])
def test_a_certificate_that_cannot_be_used_is_told_and_not_quoted(pem: str) -> None:
    with pytest.raises(SettingsError) as caught:
        ClientCertificate(pem)
    assert "openssl" in str(caught.value)
    assert caught.value.__context__ is None


def test_no_credential_is_shown() -> None:
    shown = "".join(repr(one) for one in GOOD.values())
    assert SIGN_IN.client_secret not in shown
    assert "BEGIN" not in shown
