"""Looking over HTTP: what has not changed is not sent again, when to look again, and where."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from pytest_mock import MockerFixture

from local.world.world import World
from shared.contracts.etags import header_etag, not_modified, require_match
from shared.contracts.places import place_of
from shared.domain.errors import PreconditionError
from shared.domain.holdings.windows import SeatWindow, WindowSigns
from shared.domain.offboarding.states import Stage, Status
from tests.unit.functions.support import KEY, Answer, call
from tests.unit.functions.test_http_api import body_of, create
from tests.unit.support.heads import IDENTITY, head_of, keep, licence, request_of

OWN = "app.azurewebsites.net"


def look(name: str, identity: str = "", none_match: str | None = None, **query: str) -> Answer:
    headers = KEY if none_match is None else KEY | {"if-none-match": none_match}
    return call(name, route={"id": identity} if identity else {}, query=query, headers=headers)


def in_a_batch(world: World) -> str:
    request = json.loads(body_of(world))
    return str(call("create_batch", json.dumps({"requests": [request]}).encode(), headers=KEY).json["batchId"])


@pytest.mark.parametrize("name", ["get_offboarding", "list_offboardings", "get_batch"])
def test_what_has_not_changed_is_not_sent_again(world: World, name: str) -> None:
    batch, [head] = in_a_batch(world), world.all()
    identity = {"get_offboarding": head.id, "get_batch": batch}.get(name, "")
    first = look(name, identity)
    etag = first.headers["ETag"]

    assert (first.status, first.headers["Cache-Control"]) == (200, "private, no-cache")
    for said in (etag, f"W/{etag.removeprefix('W/')}", f'"x", {etag} ,W/"y"', "*", f'"a,b",{etag}'):
        again = look(name, identity, said)
        assert (again.status, again.body) == (304, b"")
        assert again.headers["ETag"] == etag
    for other in ('"x"', "", "x", etag.strip('W/"'), '"*"', etag[:-1]):
        assert (look(name, identity, other).status, look(name, identity, other).json) == (200, first.json)
    world.run(for_at_most=timedelta(hours=1))
    changed = look(name, identity, etag)
    assert changed.status == 200
    assert changed.headers["ETag"] != etag


@pytest.mark.parametrize("name", ["get_offboarding", "get_batch"])
def test_what_is_not_there_is_not_found_whatever_is_known_of_it(world: World, name: str) -> None:
    assert look(name, "nobody", "*").status == 404


def test_a_list_that_asks_for_something_else_is_another(world: World) -> None:
    create(world)
    etag = look("list_offboardings").headers["ETag"]
    assert look("list_offboardings", none_match=etag, status="removed").status == 200
    assert (
        look("list_offboardings", none_match=etag, limit="7").status == 304
    )  # the same offboardings in the same words


def test_what_time_alone_changes_is_sent_and_still_decided_about(world: World) -> None:
    """Seats that can be given back until then are no longer shown after it, though nothing was stored."""
    head = head_of(Status.WAITING, Stage.VERIFY, next_attempt_at=world.clock.now() + timedelta(days=7))
    record = licence("A", timedelta(days=300))
    signs = WindowSigns(seats=(SeatWindow(3, world.clock.now() + timedelta(hours=2)),))
    session = keep(world, head, replace(record, holding=replace(record.holding, quantity=25, signs=signs)))
    first = look("get_offboarding", IDENTITY)
    assert first.json["holdings"][0]["refundableSeats"]
    world.clock.advance(timedelta(hours=3))
    later = look("get_offboarding", IDENTITY, first.headers["ETag"])

    assert later.status == 200
    assert "refundableSeats" not in later.json["holdings"][0] or not later.json["holdings"][0]["refundableSeats"]
    assert look("get_offboarding", IDENTITY, later.headers["ETag"]).status == 304
    for etag in (first.headers["ETag"], later.headers["ETag"]):
        require_match(etag, session.etag)


def test_a_decision_needs_the_record_not_what_time_made_of_it() -> None:
    require_match(header_etag("1", "0123456789abcdef"), "1")
    for other in (header_etag("2", "0123456789abcdef"), '"-0123456789abcdef"', header_etag("1")[:-1] + '-x"'):
        with pytest.raises(PreconditionError):
            require_match(other, "1")
    assert not not_modified({}, '"a"')


@pytest.mark.parametrize(
    ("status", "after", "seconds"),
    [
        (Status.RECEIVED, timedelta(0), "5"),
        (Status.RUNNING, timedelta(days=-1), "5"),
        (Status.RUNNING, None, "5"),
        (Status.RUNNING, timedelta(seconds=90.9), "90"),
        (Status.WAITING, timedelta(days=7), "3600"),
        (Status.NEEDS_ATTENTION, timedelta(minutes=20), "1200"),
        (Status.REMOVED, None, None),
        (Status.REJECTED, None, None),
        (Status.WITHDRAWN, None, None),
    ],
)
def test_until_it_has_ended_it_says_when_to_look_again(
    world: World, status: Status, after: timedelta | None, seconds: str | None
) -> None:
    at = world.clock.now() + after if after is not None else None
    stage = None if seconds is None else Stage.VERIFY
    keep(world, head_of(status, stage, request=request_of(), next_attempt_at=at))
    answer = look("get_offboarding", IDENTITY)
    assert answer.headers.get("Retry-After") == seconds
    assert look("get_offboarding", IDENTITY, answer.headers["ETag"]).headers.get("Retry-After") == seconds


@pytest.mark.parametrize(
    ("called", "own", "expected"),
    [
        (f"https://{OWN}/api/offboardings?code=secret", OWN, f"https://{OWN}/p"),
        (f"http://{OWN}/api/offboardings", OWN, f"https://{OWN}/p"),
        (f"https://{OWN.upper()}/x", OWN, f"https://{OWN}/p"),
        ("https://evil.example/api/offboardings", OWN, "/p"),
        (f"https://evil.example@{OWN}/api", OWN, "/p"),
        (f"https://{OWN}:8443/api", OWN, "/p"),
        (f"https://{OWN}.evil.example/api", OWN, "/p"),
        ("http://127.0.0.1:7071/api", OWN, "/p"),
        ("http://localhost/api", OWN, "/p"),
        ("http://127.0.0.1:7071/api", "127.0.0.1:7071", "http://127.0.0.1:7071/p"),
        ("http://localhost:7071/api", "127.0.0.1:7071", "http://localhost:7071/p"),
        ("http://[::1]:7071/api", "", "http://[::1]:7071/p"),
        ("https://host/api", "", "/p"),
        ("http://localhost.evil.example/api", "", "/p"),
        ("ftp://localhost/api", "", "/p"),
        ("http://localhost:port/api", "", "/p"),
        ("http://[::1/api", "", "/p"),
        ("/api/offboardings", "", "/p"),
        ("", OWN, "/p"),
    ],
)
def test_an_address_is_absolute_only_where_it_is_certainly_ours(called: str, own: str, expected: str) -> None:
    assert place_of("/p", called, own) == expected


def test_a_new_offboarding_and_a_batch_are_found_at_an_address(world: World, mocker: MockerFixture) -> None:
    mocker.patch("shared.composition.bootstrap.own_host", return_value=OWN)
    forged = KEY | {"x-forwarded-host": "evil.example", "host": "evil.example", "forwarded": "host=evil.example"}
    answer = call("create_offboarding", body_of(world), headers=forged, url=f"https://{OWN}/api/offboardings")
    place = f"https://{OWN}/api/offboardings/{answer.json['offboardingId']}"
    assert answer.headers["Location"] == answer.headers["Operation-Location"] == place
    body = json.dumps({"batchId": "b-1", "requests": [json.loads(body_of(world))]}).encode()
    assert call("create_batch", body, headers=forged, url=f"https://{OWN}/api/batches").headers["Location"] == (
        f"https://{OWN}/api/batches/b-1"
    )
