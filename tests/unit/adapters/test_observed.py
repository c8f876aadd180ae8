"""What telemetry tells of one call: a route and never an address, a code and never whatever an answer said."""

from __future__ import annotations

import re

import pytest

from local.world.world import World
from shared.adapters.http.answer import Answer
from shared.adapters.http.call import Call
from shared.adapters.http.observed import code_of, observed
from shared.adapters.http.route import ID, route_of
from shared.domain.errors import NoAnswerError
from tests.functional.customers import removable
from tests.unit.support.told import telling

CALL = Call("PATCH", "/v1/customers/c0000001-0000-4000-8000-000000000001/subscriptions/x", "t", "a=secret")
GUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"


@pytest.mark.parametrize(
    ("path", "route"),
    [
        (CALL.path, "/v1/customers/{id}/subscriptions/{id}"),
        ("/v1/customers", "/v1/customers"),
        ("/v1/customers?filter=name", "/v1/customers"),
        ("/a-word-that-nobody-listed/v1", "/{id}/v1"),
        ("", ""),
    ],
)
def test_of_a_path_only_listed_words_are_told(path: str, route: str) -> None:
    assert route_of(path) == route


def test_no_word_of_a_service_is_missing_in_the_list() -> None:
    """Whatever is hidden in a run over every kind of holding is an id: it has digits."""
    customer = removable("Complete")
    world = World(customer)
    world.ask(customer)
    world.run()
    hidden = set()
    for entry in world.journal():
        path = str(entry["path"]).strip("/").split("/")
        shown = route_of(f"/{'/'.join(path)}").strip("/").split("/")
        hidden |= {mine for mine, told in zip(path, shown, strict=True) if told == ID}
    assert len(hidden) > 10
    assert not [part for part in hidden if not re.search(rf"{GUID}|\d", part)]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b'{"code": 800002, "description": "x"}', "800002"),
        (b'{"code": "AuthorizationFailed"}', "AuthorizationFailed"),
        (b'{"error": "invalid_grant"}', "invalid_grant"),
        (b'{"code": "maria@partner.example"}', "other"),
        (b'{"code": "eyJhbGciOiJSUzI1NiJ9.e30.x"}', "other"),  # pragma: allowlist secret
        (b'{"code": "12345678"}', "other"),
        (b"<html>", ""),
    ],
)
def test_codes_are_numbers_and_words(body: bytes, code: str) -> None:
    assert code_of(Answer(400, {}, body)) == code


def test_a_call_that_gets_no_answer_is_told_and_its_error_goes_on() -> None:
    def lost() -> Answer:
        raise NoAnswerError("no answer in time", service="x")

    with telling() as told, pytest.raises(NoAnswerError):
        observed("Partner Center", CALL, {"MS-RequestId": "r-1"}, lost)
    [row] = told.rows()
    assert (row["ResultCode"], row["Success"], row["Target"]) == ("0", False, "Partner Center")
    assert (row["Name"], row["ParentId"]) == ("PATCH /v1/customers/{id}/subscriptions/{id}", "")
    assert row["Properties"] == {
        "service": "Partner Center",
        "method": "PATCH",
        "route": "/v1/customers/{id}/subscriptions/{id}",
        "msRequestId": "r-1",
        "exceptionType": "NoAnswerError",
    }
    assert "secret" not in repr(row)
    [count] = [one for one in told.measured() if one["Name"] == "offboarding.calls"]
    assert (count["Sum"], count["Properties"]["status"]) == (1, "none")
