"""I12 at the token endpoint: whatever it answers, nothing of what was sent or granted is quoted."""

from __future__ import annotations

import html
import json
import logging
import traceback
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.entra.credentials import ClientSecret
from shared.adapters.entra.secrecy import granted, silenced
from shared.adapters.http.answer import Answer, error_report
from shared.adapters.http.tokens import Audience
from shared.domain.errors import RemoteError, UnreadableAnswerError
from tests.unit.adapters.fake_http import PARTNER, Reply
from tests.unit.adapters.login import Login, source_of

SECRET = 'a~Q/+x=w" \\1&<ü>%25 9876543'
REFRESH = "0.AXoA-ref_resh~tok/en+z==.of-many-characters"
ENCODINGS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "form": quote_plus,
    "path": lambda text: quote(text, safe=""),
    "lower case": lambda text: quote_plus(text).replace("%2F", "%2f").replace("%2B", "%2b"),
    "twice": lambda text: quote(quote(text)),
    "json": lambda text: json.dumps(text)[1:-1],
    "json in json": lambda text: json.dumps(json.dumps(text)),
    "slashes": lambda text: json.dumps(text, ensure_ascii=False)[1:-1].replace("/", "\\/"),
    "repr": repr,
    "html": html.escape,
    "shortened": lambda text: f"{text[:20]}…",
    "the end of it": lambda text: f"…{text[-22:]}",
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("secret", [SECRET, REFRESH])
@pytest.mark.parametrize("shape", ["json", "text"])
def test_a_refusal_that_repeats_a_secret_loses_its_text_and_keeps_its_codes(
    encoding: str, secret: str, shape: str
) -> None:
    quoted = ENCODINGS[encoding](secret)
    said = f"AADSTS50173: bad {quoted} in AADSTS9002313"
    body = json.dumps({"error": "invalid_grant", "error_description": said}) if shape == "json" else said
    report = error_report(silenced(Answer(400, {}, body.encode()), [REFRESH, SECRET]))
    assert quoted not in report.message
    assert secret[3:12] not in report.message
    assert "AADSTS50173 AADSTS9002313" in report.message
    assert report.code == ("invalid_grant" if shape == "json" else "")


def test_an_error_code_may_be_a_secret_too() -> None:
    answer = silenced(Answer(400, {}, json.dumps({"error": REFRESH, "error_description": "no"}).encode()), [REFRESH])
    assert error_report(answer).code == ""


def test_a_refusal_without_a_secret_is_told_as_it_is() -> None:
    body = b'{"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided."}'
    answer = Answer(401, {}, body)
    assert silenced(answer, [SECRET, REFRESH]) is answer


def test_a_refusal_too_long_to_look_through_is_not_told() -> None:
    answer = silenced(Answer(400, {}, b"AADSTS50173 " + b"x" * 100_000), [SECRET])
    assert error_report(answer).message.startswith("AADSTS50173 (")


GOOD = {"token_type": "Bearer", "expires_in": 3599, "access_token": "opaque-access-token", "refresh_token": REFRESH}
ODD: dict[str, bytes] = {
    "a token as the life": json.dumps(GOOD | {"expires_in": REFRESH}).encode(),
    "a negative life": json.dumps(GOOD | {"expires_in": -1}).encode(),
    "a life of its own": json.dumps(GOOD | {"expires_in": {"x": REFRESH}}).encode(),
    "a list": json.dumps(GOOD | {"refresh_token": [REFRESH]}).encode(),
    "an object": json.dumps(GOOD | {"access_token": {"x": REFRESH}}).encode(),
    "scopes as a list": json.dumps(GOOD | {"scope": [REFRESH]}).encode(),
    "broken off": json.dumps(GOOD).encode()[:-3],
    "in a list": f"[{json.dumps(GOOD)}]".encode(),
    "only the token": REFRESH.encode(),
    "no UTF-8": REFRESH.encode() + b"\xff",
    "nothing": b"",
}


@pytest.mark.parametrize("body", ODD.values(), ids=ODD)
def test_an_odd_grant_is_unreadable_and_never_quoted(body: bytes, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    tokens, _ = source_of(Login([Reply(body)]), REFRESH, ClientSecret(SECRET))
    with pytest.raises(UnreadableAnswerError) as caught:
        tokens.token(Audience.PARTNER_CENTER, PARTNER)
    shown = "".join(traceback.format_exception(caught.value)) + caplog.text + repr(vars(caught.value))
    for part in (REFRESH, REFRESH[:12], SECRET, "opaque-access"):
        assert part not in shown


@pytest.mark.long
@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=9),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.sampled_from([*GOOD, "device_code", "interval", "id_token"]), inner)
        ),
    )
)
def test_any_json_is_taken_or_refused(value: object) -> None:
    try:
        known = granted(Answer(200, {}, json.dumps(value).encode()), "x")
    except UnreadableAnswerError:
        return
    assert isinstance(value, dict)
    assert known.items() <= value.items()


@given(st.binary(max_size=300), st.text(min_size=1, max_size=40))
def test_any_refusal_can_be_read(body: bytes, secret: str) -> None:
    report = error_report(silenced(Answer(400, {}, body), [secret]))
    assert isinstance(report.message, str)


def test_a_refusal_with_a_form_in_it_still_says_what_to_do() -> None:
    echo = f"AADSTS7000215: client_id=x&client_secret={quote_plus(SECRET)}&refresh_token={quote_plus(REFRESH)}"
    reply = Reply({"error": "invalid_client", "error_description": echo}, 401)
    tokens, _ = source_of(Login([reply]), REFRESH, ClientSecret(SECRET))
    with pytest.raises(RemoteError, match="The client secret is wrong") as caught:
        tokens.token(Audience.PARTNER_CENTER, PARTNER)
    assert caught.value.remote_code == "AADSTS7000215"
    assert quote_plus(SECRET)[:12] not in repr(vars(caught.value))
