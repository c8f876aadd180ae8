from __future__ import annotations

import logging
from datetime import datetime, timedelta

import pytest
import requests

from shared.adapters.http.call import Call
from shared.adapters.http.correlation import correlated
from shared.adapters.http.rate import RateLimiter
from shared.adapters.partner_center.error_map import partner_center_rules
from shared.domain.errors import (
    NoAnswerError,
    RefusedError,
    RemoteError,
    SignInRequiredError,
    ThrottledError,
    UnavailableError,
    UnreadableAnswerError,
)
from tests.unit.adapters.fake_http import (
    BASE,
    CUSTOMER,
    NOW,
    PARTNER,
    REQUEST_ID,
    TOKEN,
    Reply,
    Script,
    Tokens,
    service_of,
)

READ = Call("GET", "/v1/x", PARTNER, "size=2")
WRITE = Call("PATCH", "/v1/x", PARTNER, body={"a": "é"}, effect=True, request_id=REQUEST_ID)


def test_a_call_carries_its_ids_its_token_and_its_body() -> None:
    script = Script([Reply({})])
    with correlated(CUSTOMER):
        service_of(script).exchange(WRITE)
    sent = script.asked[0]
    assert (sent.method, sent.url) == ("PATCH", f"{BASE}/v1/x")
    assert sent.headers["MS-RequestId"] == REQUEST_ID
    assert sent.headers["MS-CorrelationId"] == CUSTOMER
    assert sent.headers["Authorization"] == f"Bearer {TOKEN}"
    assert (sent.headers["Accept"], sent.headers["Content-Type"]) == ("application/json", "application/json")
    assert script.body() == {"a": "é"}


def test_reads_get_a_fresh_request_id_each() -> None:
    script = Script([Reply({}), Reply({})])
    service = service_of(script)
    assert (service.read(READ), service.read(READ)) == ({}, {})
    assert script.asked[0].url == f"{BASE}/v1/x?size=2"
    assert script.asked[0].headers["MS-RequestId"] != script.asked[1].headers["MS-RequestId"]


def test_an_expired_token_is_renewed_once_with_the_same_request_id() -> None:
    script, tokens = Script([Reply({"code": 400}, 401), Reply({"ok": True})]), Tokens()
    assert service_of(script, tokens=tokens).exchange(WRITE).ok
    assert tokens.refused == [TOKEN]
    assert script.asked[1].headers["Authorization"] == f"Bearer {TOKEN}-renewed"
    assert {sent.headers["MS-RequestId"] for sent in script.asked} == {REQUEST_ID}


def test_a_second_401_is_final() -> None:
    script = Script([Reply(b"", 401), Reply(b"", 401)])
    with pytest.raises(SignInRequiredError, match="also when renewed"):
        service_of(script).exchange(READ)


@pytest.mark.parametrize("code", [900420, 900421])
def test_a_sign_in_that_lacks_something_is_not_tried_again(code: int) -> None:
    script, tokens = Script([Reply({"code": code, "description": "no"}, 401)]), Tokens()
    with pytest.raises(SignInRequiredError):
        service_of(script, partner_center_rules, tokens).exchange(READ)
    assert tokens.refused == []
    assert tokens.forgotten == [TOKEN], "the next attempt needs another one"


@pytest.mark.parametrize(
    ("status", "code", "forgotten"),
    [
        (400, 900316, True),
        (403, 900329, True),
        (403, 900150, True),
        (403, 2032, True),
        (403, 20002, False),
        (400, 2000, False),
        (429, "", False),
        (500, 900421, False),
    ],
)
def test_a_token_is_dropped_when_another_one_could_change_the_answer(
    status: int, code: object, forgotten: bool
) -> None:
    script, tokens = Script([Reply({"code": code, "description": "no"}, status)]), Tokens()
    with pytest.raises(RemoteError):
        service_of(script, partner_center_rules, tokens).exchange(READ)
    assert (len(script.asked), tokens.forgotten) == (1, [TOKEN] if forgotten else [])


def test_of_two_refused_tokens_the_second_is_dropped_too() -> None:
    script, tokens = Script([Reply(b"", 401), Reply(b"", 401)]), Tokens()
    with pytest.raises(SignInRequiredError):
        service_of(script, tokens=tokens).exchange(READ)
    assert (tokens.refused, tokens.forgotten) == ([TOKEN], [f"{TOKEN}-renewed"])


def test_after_a_429_nothing_leaves_before_the_time_has_come() -> None:
    clock = [NOW]
    script = Script([Reply(b"", 429, {"Retry-After": "57"}), Reply({})])
    service = service_of(script, now=lambda: clock[0])
    with pytest.raises(ThrottledError):
        service.exchange(READ)
    clock[0] += timedelta(seconds=50)
    with pytest.raises(ThrottledError, match="not called") as caught:
        service.exchange(WRITE)
    assert caught.value.retry_after == timedelta(seconds=7)
    assert len(script.asked) == 1
    clock[0] += timedelta(seconds=7)
    assert service.read(READ) == {}


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("call", [READ, WRITE], ids=["read", "write"])
def test_an_outage_that_names_a_time_silences_the_whole_service(status: int, call: Call) -> None:
    clock = [NOW]
    script = Script([Reply(b"", status, {"Retry-After": "60"}), Reply({})])
    service = service_of(script, now=lambda: clock[0])
    with pytest.raises((UnavailableError, NoAnswerError)):
        service.exchange(call)
    with pytest.raises(ThrottledError, match="not called"):
        service.read(READ)
    assert len(script.asked) == 1
    clock[0] += timedelta(seconds=60)
    assert service.read(READ) == {}


@pytest.mark.parametrize("status", [400, 403, 409, 500, 503])
def test_nothing_else_silences_the_whole_service(status: int) -> None:
    """A 409 names a time for one object, and an outage without a time says nothing about the next call."""
    headers = {"Retry-After": "60"} if status < 500 else {}
    service = service_of(Script([Reply(b"", status, headers), Reply({})]))
    with pytest.raises((RefusedError, UnavailableError)):
        service.exchange(WRITE)
    assert service.read(READ) == {}


def test_a_lost_write_is_unknown_and_a_lost_read_is_unavailable() -> None:
    service = service_of(Script([Reply(error=requests.ReadTimeout()), Reply(error=requests.ConnectionError())]))
    with pytest.raises(NoAnswerError):
        service.exchange(WRITE)
    with pytest.raises(UnavailableError):
        service.exchange(READ)


def test_a_read_needs_a_body_and_a_write_does_not() -> None:
    service = service_of(Script([Reply(b""), Reply(b"")]))
    assert service.exchange(WRITE).status == 200
    with pytest.raises(UnreadableAnswerError, match=r"Service GET /v1/x"):
        service.read(READ)


def test_one_line_for_each_exchange_and_no_token_in_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    script = Script([Reply({}, 200, {"MS-CV": "vector.0"})])
    with correlated(CUSTOMER):
        service_of(script).exchange(WRITE)
    lines = [record.getMessage() for record in caplog.records if record.name.startswith("shared")]
    assert lines == [f"Service PATCH /v1/x -> 200 MS-RequestId={REQUEST_ID} MS-CorrelationId={CUSTOMER} MS-CV=vector.0"]
    assert TOKEN not in caplog.text


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("/v1/x?a=b", ("/v1/x", "a=b")),
        ("https://API.example.test:443/root/v1/x?t=%2b", ("/v1/x", "t=%2b")),
        ("x?seekOperation=Next", ("x", "seekOperation=Next")),
    ],
)
def test_links_on_the_own_host(link: str, expected: tuple[str, str]) -> None:
    service = service_of(Script([]), base_url=f"{BASE}/root")
    assert service.local_link(link, READ) == expected


@pytest.mark.parametrize(
    "link",
    ["https://evil.test/v1/x", "http://api.example.test/v1/x", "//evil.test/v1/x", "https://api.example.test:8443/"],
)
def test_links_to_another_host_are_refused(link: str) -> None:
    with pytest.raises(UnreadableAnswerError, match="another host"):
        service_of(Script([])).local_link(link, READ)


@pytest.mark.parametrize("link", ["https://api.example.test:99999/v1/x", "https://[v1/x"])
def test_malformed_links_are_refused(link: str) -> None:
    with pytest.raises(UnreadableAnswerError, match="malformed"):
        service_of(Script([])).local_link(link, READ)


def test_the_share_of_requests_is_kept() -> None:
    script = Script([Reply({})])
    service = service_of(script, limiter=RateLimiter(2))
    assert service.read(READ) == {}
    with pytest.raises(ThrottledError, match="share"):
        service.read(READ)
    assert len(script.asked) == 1


def test_times_of_the_guard_are_business_time() -> None:
    def now() -> datetime:
        return NOW + timedelta(days=400)

    service = service_of(
        Script([Reply(b"", 429, {"Retry-After": "Tue, 01 Sep 2026 12:05:00 GMT"}), Reply({})]), now=now
    )
    with pytest.raises(ThrottledError) as caught:
        service.exchange(READ)
    assert caught.value.retry_after == timedelta()
    assert service.read(READ) == {}
