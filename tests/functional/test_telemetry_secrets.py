"""I12 for telemetry: whatever a call or an answer carries, no secret and no address of a person is exported."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import requests

from local.simulator.knobs import Knobs, SignIn, SignInFailure
from local.simulator.messages import Request, encode
from local.simulator.scenario.models import PartnerSpec, Scenario, SignInSpec
from local.world.world import World
from shared.adapters.telemetry.redaction import hide, redacted
from shared.domain.errors import OffboardingError
from tests.functional.customers import removable
from tests.unit.support.told import Told, ToldWorld, telling, texts_of
from tests.unit.test_secrets import Spy

CLIENT_SECRET = "recognisable-client-secret"
REFRESH_TOKEN = "recognisable-refresh-token"
EMAIL = "maria.recognisable@partner.example"
KEY = "q0Rec0gnisableKey0123456789ABCDEFabcdefghijk="  # pragma: allowlist secret
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJyZWNvZ25pc2FibGUiOjF9.c2lnbmF0dXJl"  # pragma: allowlist secret
PLANTED = (CLIENT_SECRET, REFRESH_TOKEN, EMAIL, KEY, JWT)
CUSTOMER = removable("Secretive")
QUOTE = f"refused for Bearer {JWT}, AccountKey={KEY}, mail {EMAIL}"


def world_of(knobs: Knobs | None = None) -> tuple[ToldWorld, Spy]:
    partner = PartnerSpec(sign_in=SignInSpec(client_secret=CLIENT_SECRET, refresh_token=REFRESH_TOKEN))
    # As a process does with its settings.
    hide((CLIENT_SECRET,))
    world = ToldWorld(scenario=Scenario(partner=partner, customers=(CUSTOMER,), knobs=knobs or Knobs()))
    return world, Spy(world)


def assert_kept(told: Told, spy: Spy) -> None:
    texts = texts_of(told)
    assert len(texts) > 40
    for secret in {*PLANTED, *spy.tokens}:
        found = [text for text in texts if secret in text]
        assert not found, found[0][:1500].replace(secret, "<secret>")
    for row in (*told.rows(), *told.lines()):
        assert "?" not in row.get("Name", ""), row


def offboarded(told_world: ToldWorld) -> None:
    told_world.ask(CUSTOMER, requestedBy=EMAIL, reason=f"Agreed, see {EMAIL}; key={KEY}")
    told_world.run()


def _status(status: int, code: str) -> dict[str, Any]:
    return {"type": "status", "status": status, "code": code, "body": {"code": code, "description": QUOTE}}


@pytest.mark.long
@pytest.mark.parametrize("code", ["900420", JWT, KEY, EMAIL, CLIENT_SECRET])
def test_every_call_is_refused_once_with_secrets_in_the_answer(code: str) -> None:
    """Each call in turn, tokens included: the answer quotes secrets, and has one for an error code."""
    with telling() as told:
        world, spy = world_of()
        for nth in range(1, 40, 3):
            rule = {"match": {"nth": nth}, "action": _status(400 if nth % 2 else 503, code)}
            answer = world.simulator.handle(Request.of("POST", "/_simulator/faults", {}, encode([rule])))
            assert answer.status < 300, answer.body
        offboarded(world)
        assert_kept(told, spy)
    assert "requested by [e-mail]: Agreed, see [e-mail]; key=[secret]" in repr(told.lines())
    codes = {row["Properties"].get("code") for row in told.rows() if not row["Success"]}
    assert ("other" in codes) == (code != "900420")


@pytest.mark.long
@pytest.mark.parametrize("failure", SignInFailure)
def test_a_refused_sign_in_exports_no_secret(failure: SignInFailure) -> None:
    with telling() as told:
        world, spy = world_of(Knobs(sign_in=SignIn(failure=failure)))
        offboarded(world)
        assert_kept(told, spy)


@pytest.mark.parametrize("text", [f"Authorization: Bearer {REFRESH_TOKEN}", REFRESH_TOKEN, CLIENT_SECRET, QUOTE])
def test_of_an_unexpected_exception_the_type_and_the_place_are_exported_and_nothing_else(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError(text)

    monkeypatch.setattr(requests.Session, "send", broken)
    with telling() as told:
        world, spy = world_of()
        world.ask(CUSTOMER)
        world.run()
        assert_kept(told, spy)
    [line, *_] = [line for line in told.lines() if line["Properties"].get("exceptionType")]
    assert line["Properties"]["exceptionType"] == "RuntimeError"
    assert "test_telemetry_secrets.py" in line["Properties"]["frames"]
    assert {row["Properties"]["exceptionType"] for row in told.of("GET ")} == {"RuntimeError"}


def test_what_a_library_logs_is_filtered_too() -> None:
    with telling() as told:
        logging.getLogger("some.library").warning("GET https://x.example/a?sig=%s&b=1 for %s, %s", KEY, EMAIL, JWT)
    [line] = told.lines()
    assert line["Message"] == "GET https://x.example/a?[query] for [e-mail], [secret]"
    assert line["SeverityLevel"] == 2


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"Bearer {REFRESH_TOKEN}", "Bearer [secret]"),
        (f"client_secret={CLIENT_SECRET}&x=1", "client_secret=[secret]&x=1"),
        (f'"refresh_token": "{REFRESH_TOKEN}"', '"refresh_token": "[secret]"'),
        (
            "Endpoint=sb://x;SharedAccessKeyName=k;SharedAccessKey=abc",
            "Endpoint=sb://x;SharedAccessKeyName=k;SharedAccessKey=[secret]",
        ),
        ("SharedAccessSignature sr=x&sig=y", "SharedAccessSignature [secret]"),
        (f"at {EMAIL}.", "at [e-mail]."),
        (KEY, "[secret]"),
        # What people and queries need stays.
        ("c0000001-0000-4000-8000-000000000001:verify:12", "c0000001-0000-4000-8000-000000000001:verify:12"),
        ("GET /v1/customers/c0000001-0000-4000-8000-000000000001/subscriptions: no answer in time",) * 2,
        ("the refresh token was not renewed: AADSTS50076", "the refresh token was not renewed: AADSTS50076"),
        ("refresh_token_age_days=61; it dies after 90 days without use",) * 2,
        ("the answer has no body?", "the answer has no body?"),
    ],
)
def test_the_filter(text: str, shown: str) -> None:
    assert redacted(text) == shown
    assert redacted(shown) == shown, "twice is once"


def test_long_texts_are_cut() -> None:
    assert len(redacted("word " * 5000)) == 4000


def test_an_error_of_the_app_keeps_its_place_in_the_log() -> None:
    """Not a secret in sight: the filter takes nothing away from what the app itself says."""
    assert issubclass(OffboardingError, Exception)
    assert redacted("3 attempts in a row failed; last: GET /v1/customers: 503") == (
        "3 attempts in a row failed; last: GET /v1/customers: 503"
    )


def test_off_is_off() -> None:
    world = World(CUSTOMER)
    with telling() as told:
        pass
    world.ask(CUSTOMER)
    world.run()
    assert texts_of(told) == []
