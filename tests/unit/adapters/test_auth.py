from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from urllib.parse import parse_qs

import pytest
import requests

from shared.adapters.http.tokens import Audience
from shared.adapters.http.transport import Timeouts
from shared.adapters.partner_center.auth import Application, RefreshTokenSource
from shared.domain.errors import (
    RefusedError,
    RemoteError,
    SignInRequiredError,
    ThrottledError,
    UnavailableError,
    UnreadableAnswerError,
)
from tests.unit.adapters.fake_http import CUSTOMER, NOW, PARTNER, Reply, Script, session_of

SECRET, REFRESH, ACCESS = "client~secret", "0.refresh-token", "eyJhbGciOi.access.token"
GRANTED = {"token_type": "Bearer", "expires_in": 3599, "access_token": ACCESS}


def source(
    script: Script, renewed: Callable[[str], None] = lambda _: None, stored: str = REFRESH
) -> RefreshTokenSource:
    return RefreshTokenSource(
        "https://login.example.test",
        Application(PARTNER, "client-id", SECRET),
        lambda: stored,
        session_of(script),
        Timeouts(),
        now=lambda: NOW,
        renewed=renewed,
    )


def form(script: Script, index: int = -1) -> dict[str, list[str]]:
    return parse_qs(str(script.asked[index].body))


@pytest.mark.parametrize(
    ("audience", "tenant", "scope"),
    [
        (Audience.PARTNER_CENTER, PARTNER, "https://api.partnercenter.microsoft.com/user_impersonation offline_access"),
        (Audience.GRAPH, PARTNER, "https://graph.microsoft.com/.default offline_access"),
        (Audience.AZURE, CUSTOMER, "https://management.azure.com/user_impersonation offline_access"),
    ],
)
def test_a_refresh_token_is_redeemed_for_each_audience(audience: Audience, tenant: str, scope: str) -> None:
    script = Script([Reply(GRANTED)])
    tokens = source(script)
    assert tokens.token(audience, tenant) == tokens.token(audience, tenant) == ACCESS
    assert script.asked[0].url == f"https://login.example.test/{tenant}/oauth2/v2.0/token"
    assert form(script) == {
        "grant_type": ["refresh_token"],
        "client_id": ["client-id"],
        "client_secret": [SECRET],
        "refresh_token": [REFRESH],
        "scope": [scope],
    }
    assert "Authorization" not in script.asked[0].headers


@pytest.mark.parametrize(
    ("extra", "kept"), [({}, []), ({"refresh_token": REFRESH}, []), ({"refresh_token": "1.new"}, ["1.new"])]
)
def test_an_answer_without_a_refresh_token_keeps_the_old_one(extra: dict[str, str], kept: list[str]) -> None:
    stored: list[str] = []
    source(Script([Reply(GRANTED | extra)]), stored.append).token(Audience.GRAPH, PARTNER)
    assert stored == kept


@pytest.mark.parametrize("life", [3600, "3600"])
def test_the_life_may_be_written_as_text(life: object) -> None:
    issued = source(Script([Reply(GRANTED | {"expires_in": life})])).redeem(Audience.GRAPH, PARTNER)
    assert issued.life == 3600.0


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
        source(Script([Reply(body, status)])).token(Audience.AZURE, tenant)
    assert type(caught.value) is expected
    assert caught.value.remote_code == code


def test_after_a_429_the_token_endpoint_is_left_alone() -> None:
    script = Script([Reply(b"", 429, {"Retry-After": "30"})])
    tokens = source(script)
    for _ in range(2):
        with pytest.raises(ThrottledError):
            tokens.token(Audience.GRAPH, PARTNER)
    assert len(script.asked) == 1


@pytest.mark.parametrize("body", [b"<html>", b"", {"token_type": "Bearer"}, {"access_token": 7.5}])
def test_an_answer_without_a_token_is_unreadable(body: object) -> None:
    with pytest.raises(UnreadableAnswerError):
        source(Script([Reply(body)])).token(Audience.GRAPH, PARTNER)


def test_losing_the_answer_is_harmless() -> None:
    with pytest.raises(UnavailableError):
        source(Script([Reply(error=requests.ReadTimeout())])).token(Audience.GRAPH, PARTNER)


def test_no_stored_refresh_token() -> None:
    with pytest.raises(SignInRequiredError, match="no refresh token"):
        source(Script([]), stored=" \n").token(Audience.GRAPH, PARTNER)


def test_no_secret_is_shown_anywhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    echo = {"error": "invalid_grant", "error_description": f"AADSTS9002313: bad {REFRESH} and {SECRET} and {ACCESS}"}
    script = Script([Reply(GRANTED), Reply(echo, 400)])
    tokens = source(script)
    tokens.token(Audience.GRAPH, PARTNER)
    with pytest.raises(SignInRequiredError) as caught:
        tokens.token(Audience.AZURE, CUSTOMER)
    shown = caplog.text + "".join(traceback.format_exception(caught.value)) + repr(tokens) + repr(caught.value.__dict__)
    shown += repr(Application(PARTNER, "client-id", SECRET)) + "".join(str(sent.url) for sent in script.asked)
    for secret in (SECRET, REFRESH, ACCESS):
        assert secret not in shown
