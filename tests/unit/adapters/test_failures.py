"""From answers to the error tree: the general mapping, and what Partner Center's codes mean."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from shared.adapters.http.answer import Answer
from shared.adapters.http.call import Call
from shared.adapters.http.failures import failure, no_rules
from shared.adapters.partner_center.error_map import partner_center_rules
from shared.domain.errors import (
    BusyError,
    NoAnswerError,
    NoRelationshipError,
    RefusedError,
    RemoteError,
    SignInRequiredError,
    ThrottledError,
    UnavailableError,
    UnreadableAnswerError,
)
from tests.unit.adapters.fake_http import CUSTOMER, NOW, PARTNER

OWN = f"/v1/customers/{CUSTOMER}"
BELOW = f"{OWN}/subscriptions/abc"


@pytest.mark.parametrize(
    ("status", "effect", "expected"),
    [
        (301, False, UnreadableAnswerError),
        (304, True, UnreadableAnswerError),
        (400, True, RefusedError),
        (401, False, SignInRequiredError),
        (404, False, RefusedError),
        (408, False, UnavailableError),
        (408, True, NoAnswerError),
        (409, True, BusyError),
        (412, True, RefusedError),
        (417, True, RefusedError),
        (429, True, ThrottledError),
        (500, True, UnavailableError),
        (501, False, UnavailableError),
        (502, False, UnavailableError),
        (502, True, NoAnswerError),
        (503, True, UnavailableError),
        (504, False, UnavailableError),
        (504, True, NoAnswerError),
    ],
)
def test_statuses(status: int, effect: bool, expected: type[RemoteError]) -> None:
    error = failure("S", Call("PATCH", "/v1/x", PARTNER, effect=effect), Answer(status, {}), NOW, no_rules)
    assert error is not None
    assert type(error) is expected or (expected is SignInRequiredError and isinstance(error, expected))
    assert error.status == status
    assert "PATCH /v1/x" in str(error)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_success_is_no_failure(status: int) -> None:
    assert failure("S", Call("GET", "/v1/x", PARTNER), Answer(status, {}), NOW, no_rules) is None


@pytest.mark.parametrize(
    ("path", "status", "code", "text", "expected"),
    [
        (OWN, 403, 20002, "", NoRelationshipError),
        (BELOW, 403, "20002", "", NoRelationshipError),
        (f"{OWN}/subscriptions", 404, "900159", "", NoRelationshipError),
        (OWN, 404, 1000, "", NoRelationshipError),
        (OWN, 404, 60003, "", NoRelationshipError),
        (BELOW, 404, 60003, "", NoRelationshipError),
        (OWN, 403, 3000, "", NoRelationshipError),
        (OWN, 400, 3000, "The relationship between you and the customer is gone", NoRelationshipError),
        (OWN, 400, 3000, "Invalid property", RefusedError),
        (BELOW, 400, 3000, "The relationship of something", RefusedError),
        (BELOW, 404, 1000, "", RefusedError),
        (BELOW, 404, 20003, "", RefusedError),
        (f"{BELOW}/azureEntitlements/e", 404, 800111, "", RefusedError),
        (f"{OWN}/orders/o", 404, 20000, "", BusyError),
        ("/v1/auditrecords", 403, 20002, "", RefusedError),
        ("/v1/profiles/mpn", 404, 3000, "", RefusedError),
        (BELOW, 401, 900420, "", SignInRequiredError),
        (BELOW, 401, 900421, "", SignInRequiredError),
        (BELOW, 401, "", "Unauthorized - MFA required", SignInRequiredError),
        (OWN, 403, 900329, "", SignInRequiredError),
        (OWN, 400, 900316, "", SignInRequiredError),
        (OWN, 403, 900309, "", SignInRequiredError),
        (BELOW, 403, 900150, "", SignInRequiredError),
        (BELOW, 403, 900115, "", BusyError),
        (BELOW, 403, 900321, "", RefusedError),
        (BELOW, 400, 900213, "", RefusedError),
        (BELOW, 400, 2011, "", RefusedError),
    ],
)
def test_partner_center_codes(path: str, status: int, code: object, text: str, expected: type[RemoteError]) -> None:
    body = json.dumps({"code": code, "description": text or "as it is"}).encode()
    error = failure("PC", Call("GET", path, PARTNER), Answer(status, {}, body), NOW, partner_center_rules)
    assert type(error) is expected
    assert error is not None
    assert error.remote_code == (str(code) or "900421")


@pytest.mark.parametrize(
    ("code", "headers", "wait"),
    [
        (900278, {}, timedelta(hours=24)),
        (800082, {}, timedelta(minutes=2)),
        (900101, {}, timedelta(hours=1)),
        (800082, {"Retry-After": "300"}, timedelta(minutes=5)),
    ],
)
def test_a_conflict_says_when_to_ask_again(code: int, headers: dict[str, str], wait: timedelta) -> None:
    body = json.dumps({"code": code, "description": "busy"}).encode()
    error = failure("PC", Call("PATCH", BELOW, PARTNER), Answer(409, headers, body), NOW, partner_center_rules)
    assert isinstance(error, BusyError)
    assert error.retry_after == wait


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"Retry-After": "57"}, b'{"statusCode":429,"message":"Rate limit is exceeded."}', 57),
        ({"retry-after": "0"}, b"", 0),
        ({"Retry-After": "2.5"}, b"", 2.5),
        ({"Retry-After": "Tue, 01 Sep 2026 12:01:30 GMT"}, b'{"code":429001,"description":"Slow down"}', 90),
        ({"Retry-After": "Tue, 01 Sep 2026 11:00:00 GMT"}, b"", 0),
        ({}, b'{"statusCode":429,"message":"Rate limit is exceeded. Try again in 42 seconds."}', 42),
        ({"Retry-After": "later"}, b"", 60),
        ({"Retry-After": "-1"}, b"", 60),
        ({"Retry-After": "nan"}, b"", 60),
        ({"Retry-After": "99999999999"}, b"", 86400),
        ({"Retry-After": "9e99"}, b"", 86400),
        ({"Retry-After": "1e308"}, b"", 86400),
        ({"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}, b"", 86400),
        ({"Retry-After": "Fri, 31 Dec 9999 23:59:59 -2359"}, b"", 86400),
        ({"Retry-After": "Fri, 31 Dec 99999999999999999999 23:59:59 GMT"}, b"", 60),
        ({"Retry-After": "Fri, 31 Dec 2026 23:59:59 +99999999999999"}, b"", 60),
        ({"Retry-After": "Fri, 31 Dec 2026 99999999999999999999:59:59 GMT"}, b"", 60),
        ({}, b'{"message":"Try again in 999999999 seconds."}', 86400),
        ({}, b"", 60),
    ],
)
def test_how_long_a_429_waits(headers: dict[str, str], body: bytes, seconds: float) -> None:
    lower = {key.title(): value for key, value in headers.items()}
    error = failure("S", Call("GET", "/v1/x", PARTNER), Answer(429, lower, body), NOW, no_rules)
    assert isinstance(error, ThrottledError)
    assert error.retry_after == timedelta(seconds=seconds)


def test_an_unavailable_service_may_name_a_time() -> None:
    answer = Answer(503, {"Retry-After": "10"})
    error = failure("S", Call("GET", "/v1/x", PARTNER), answer, NOW, no_rules)
    assert isinstance(error, UnavailableError)
    assert error.retry_after == timedelta(seconds=10)
