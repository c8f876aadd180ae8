"""Access tokens from the stored refresh token: what is sent, what comes back, what a refusal means."""

from __future__ import annotations

import logging
import traceback
from urllib.parse import parse_qs

import pytest
import requests

from shared.adapters.entra.credentials import ClientSecret
from shared.adapters.http.tokens import Audience
from shared.domain.errors import (
    RefusedError,
    RemoteError,
    SignInRequiredError,
    ThrottledError,
    UnavailableError,
    UnreadableAnswerError,
)
from tests.unit.adapters.fake_http import CUSTOMER, PARTNER, Reply
from tests.unit.adapters.login import ADDRESS, REFRESH, SECRET, Login, source_of

ACCESS = "eyJhbGciOi.access.token"
GRANTED = {"token_type": "Bearer", "expires_in": 3599, "access_token": ACCESS}
PLAIN = "offline_access openid profile"


def form(script: Login, index: int = -1) -> dict[str, list[str]]:
    return parse_qs(str(script.asked[index].body))


@pytest.mark.parametrize(
    ("audience", "tenant", "scope"),
    [
        (Audience.PARTNER_CENTER, PARTNER, "https://api.partnercenter.microsoft.com/user_impersonation"),
        (Audience.GRAPH, PARTNER, "https://graph.microsoft.com/.default"),
        (Audience.AZURE, CUSTOMER, "https://management.azure.com/user_impersonation"),
    ],
)
def test_a_refresh_token_is_redeemed_for_each_audience(audience: Audience, tenant: str, scope: str) -> None:
    script = Login([Reply(GRANTED)])
    tokens, _ = source_of(script)
    assert tokens.token(audience, tenant) == tokens.token(audience, tenant) == ACCESS
    assert script.asked[0].url == f"{ADDRESS}/{tenant}/oauth2/v2.0/token"
    sent = form(script)
    assert sent.pop("client_info") == ["1"]
    assert sent == {
        "grant_type": ["refresh_token"],
        "client_id": ["client-id"],
        "client_secret": [SECRET],
        "refresh_token": [REFRESH],
        "scope": [f"{scope} {PLAIN}"],
    }
    assert "Authorization" not in script.asked[0].headers


@pytest.mark.parametrize(
    ("extra", "new"), [({}, None), ({"refresh_token": REFRESH}, None), ({"refresh_token": "1.new"}, "1.new")]
)
def test_workers_never_store_a_refresh_token(extra: dict[str, str], new: str | None) -> None:
    tokens, vault = source_of(Login([Reply(GRANTED | extra)]))
    assert tokens.redeem(Audience.GRAPH, PARTNER).refresh_token == new
    assert vault.read().value == REFRESH


def test_the_login_service_is_asked_once_where_everything_is() -> None:
    script = Login([Reply(GRANTED), Reply(GRANTED), Reply(GRANTED)])
    tokens, _ = source_of(script)
    for audience, tenant in [(Audience.GRAPH, PARTNER), (Audience.PARTNER_CENTER, PARTNER), (Audience.AZURE, CUSTOMER)]:
        tokens.token(audience, tenant)
    assert script.discoveries == 2


def test_a_login_service_that_names_another_host_gets_no_secret() -> None:
    script = Login([], discovery='{{"token_endpoint": "https://evil.example/t", "authorization_endpoint": "{0}/a"}}')
    with pytest.raises(UnreadableAnswerError, match=r"another host \(evil\.example\)"):
        source_of(script)[0].token(Audience.GRAPH, PARTNER)


@pytest.mark.parametrize("discovery", ["{{}}", "[]", "<html>", '{{"token_endpoint": 7}}', ""])
def test_a_login_service_that_describes_itself_oddly_is_unreadable(discovery: str) -> None:
    with pytest.raises(UnreadableAnswerError):
        source_of(Login([], discovery=discovery))[0].token(Audience.GRAPH, PARTNER)


def test_a_mended_sign_in_works_at_once() -> None:
    refused = Reply({"error": "invalid_grant", "error_description": "AADSTS65001: consent"}, 400)
    tokens, _ = source_of(Login([refused, Reply(GRANTED)]))
    with pytest.raises(SignInRequiredError):
        tokens.token(Audience.GRAPH, PARTNER)
    assert tokens.token(Audience.GRAPH, PARTNER) == ACCESS


@pytest.mark.parametrize("life", [3600, "3600"])
def test_the_life_may_be_written_as_text(life: object) -> None:
    tokens, _ = source_of(Login([Reply(GRANTED | {"expires_in": life})]))
    assert tokens.redeem(Audience.GRAPH, PARTNER).access.life == 3600.0


@pytest.mark.parametrize(
    ("status", "error", "description", "tenant", "expected", "code"),
    [
        (400, "invalid_grant", "AADSTS700082: expired", PARTNER, SignInRequiredError, "AADSTS700082"),
        (400, "invalid_grant", "AADSTS50076: needs MFA", CUSTOMER, SignInRequiredError, "AADSTS50076"),
        (400, "interaction_required", "", PARTNER, SignInRequiredError, "interaction_required"),
        (401, "invalid_client", "AADSTS7000222: secret", PARTNER, SignInRequiredError, "AADSTS7000222"),
        (400, "invalid_grant", "AADSTS65001: consent", PARTNER, SignInRequiredError, "AADSTS65001"),
        (400, "invalid_grant", "AADSTS65001: consent", CUSTOMER, RefusedError, "AADSTS65001"),
        (400, "invalid_request", "AADSTS90002: tenant", CUSTOMER, RefusedError, "AADSTS90002"),
        (429, "", "", PARTNER, ThrottledError, ""),
        (503, "temporarily_unavailable", "AADSTS90033", PARTNER, UnavailableError, "temporarily_unavailable"),
    ],
)
def test_what_a_refusal_means(
    status: int, error: str, description: str, tenant: str, expected: type[RemoteError], code: str
) -> None:
    body = {"error": error, "error_description": description, "error_codes": []}
    with pytest.raises(expected) as caught:
        source_of(Login([Reply(body, status)]))[0].token(Audience.AZURE, tenant)
    assert type(caught.value) is expected
    assert caught.value.remote_code == code


def test_after_a_429_the_token_endpoint_is_left_alone() -> None:
    script = Login([Reply(b"", 429, {"Retry-After": "30"})])
    tokens, _ = source_of(script)
    for _ in range(2):
        with pytest.raises(ThrottledError):
            tokens.token(Audience.GRAPH, PARTNER)
    assert len(script.asked) == 1


@pytest.mark.parametrize("body", [b"<html>", b"", {"token_type": "Bearer"}, {"access_token": 7.5}])
def test_an_answer_without_a_token_is_unreadable(body: object) -> None:
    with pytest.raises(UnreadableAnswerError):
        source_of(Login([Reply(body)]))[0].token(Audience.GRAPH, PARTNER)


def test_losing_the_answer_is_harmless() -> None:
    with pytest.raises(UnavailableError):
        source_of(Login([Reply(error=requests.ReadTimeout())]))[0].token(Audience.GRAPH, PARTNER)


def test_no_stored_refresh_token() -> None:
    with pytest.raises(SignInRequiredError, match="no refresh token"):
        source_of(Login([]), stored="")[0].token(Audience.GRAPH, PARTNER)


def test_no_secret_is_shown_anywhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    echo = {"error": "invalid_grant", "error_description": f"AADSTS9002313: bad {REFRESH} and {SECRET} and {ACCESS}"}
    script = Login([Reply(GRANTED), Reply(echo, 400)])
    tokens, vault = source_of(script)
    tokens.token(Audience.GRAPH, PARTNER)
    with pytest.raises(SignInRequiredError) as caught:
        tokens.token(Audience.AZURE, CUSTOMER)
    shown = caplog.text + "".join(traceback.format_exception(caught.value)) + repr(tokens) + repr(caught.value.__dict__)
    shown += repr(ClientSecret(SECRET)) + repr(vault.read()) + "".join(str(sent.url) for sent in script.asked)
    for secret in (SECRET, REFRESH, ACCESS):
        assert secret not in shown
