"""The HTTP functions: what they answer, and that no error leaves them as an exception."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pytest_mock import MockerFixture

from local.world.world import World
from shared.domain.errors import SettingsError, UnavailableError
from shared.domain.offboarding import Status
from tests.functional.trouble import arm
from tests.unit.functions.support import Answer, call
from tests.unit.stages.support import SMALL, StoreSwitch, head, with_pace


def body_of(world: World, **fields: Any) -> bytes:
    world.ask(SMALL, **fields)
    return world.bus.queued.pop().body


def create(world: World, **fields: Any) -> Answer:
    return call("create_offboarding", body_of(world, **fields))


def test_a_request_is_accepted_with_the_place_to_look(world: World) -> None:
    answer = create(world)

    assert answer.status == 202
    assert answer.json["status"] == "received"
    place = f"/api/offboardings/{answer.json['offboardingId']}"
    assert answer.headers["Location"] == answer.headers["Operation-Location"] == place
    assert int(answer.headers["Retry-After"]) > 0


def test_a_repeated_request_is_the_same_offboarding(world: World) -> None:
    first, second = create(world), create(world)

    assert (first.status, second.status) == (202, 202)
    assert first.json["offboardingId"] == second.json["offboardingId"]
    assert len(world.all()) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[]", 400),
        (b"\xff", 400),
        (b'{"version":"1","version":"1"}', 400),
        (b"{}", 422),
        (b'{"version":"2"}', 422),
        (b" " * 70_000, 413),
    ],
)
def test_what_cannot_work_is_a_problem_and_leaves_no_trace(world: World, body: bytes, status: int) -> None:
    answer = call("create_offboarding", body)

    assert (answer.status, answer.type) == (status, "application/problem+json")
    assert answer.json["status"] == status
    assert answer.json["code"]
    assert answer.json["detail"]
    assert answer.json["operatorAction"]
    assert world.all() == []


def test_a_reused_id_and_a_customer_that_is_busy_are_conflicts(world: World) -> None:
    first = create(world)
    reused = create(world, dryRun=True)
    world.deliver(world.bus.take() or pytest.fail("no wake-up"))  # the customer is identified now
    busy = create(world, requestId="second", commitments="stop_and_report")
    again = create(world, requestId="second", commitments="stop_and_report")

    assert (reused.status, reused.json["code"]) == (409, "request_id_reused")
    assert reused.json["offboardingId"] == first.json["offboardingId"]
    assert (busy.status, busy.json["code"]) == (409, "live_with_other_options")
    assert first.json["offboardingId"] in busy.json["detail"]
    assert again.status == 409


def test_one_offboarding_is_shown_with_everything(world: World) -> None:
    identity = create(world).json["offboardingId"]
    world.run()
    answer = call("get_offboarding", route={"id": identity})

    assert (answer.status, answer.json["status"]) == (200, "removed")
    assert {item["kind"] for item in answer.json["holdings"]} == {"legacy_licence", "nce_licence"}
    assert all(proof["holds"] for proof in answer.json["proofs"])
    assert [entry["seq"] for entry in answer.json["timeline"]] == list(range(1, len(answer.json["timeline"]) + 1))


@pytest.mark.parametrize("name", ["get_offboarding", "resume_offboarding"])
@pytest.mark.parametrize("identity", ["unknown", "../x", "x" * 500])
def test_what_is_not_there_is_not_found(world: World, name: str, identity: str) -> None:
    answer = call(name, route={"id": identity})

    assert (answer.status, answer.json["code"]) == (404, "not_found")
    assert len(answer.json["detail"]) < 200


def test_a_list_is_paged_and_filtered(world: World) -> None:
    for number in range(5):
        create(world, requestId=f"r-{number}", dryRun=True)
    first = call("list_offboardings", query={"limit": "2", "status": "received,planned"})
    assert [item["requestId"] for item in first.json["items"]] == ["r-4", "r-3"]

    following = dict(part.split("=") for part in first.json["next"].partition("?")[2].split("&"))
    second = call("list_offboardings", query={**following, "status": "received,planned"})
    assert [item["requestId"] for item in second.json["items"]] == ["r-2", "r-1"]
    assert call("list_offboardings", query={"status": "removed"}).json["items"] == []


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=-1", "limit=x", "limit=²", "after=x", "status=gone", "colour=red"],
)
def test_a_query_that_is_not_understood_is_refused(world: World, query: str) -> None:
    name, _, value = query.partition("=")
    answer = call("list_offboardings", query={name: value})

    assert answer.status == 422
    assert answer.json["field"] == name


def test_resuming(world: World) -> None:
    identity = create(world).json["offboardingId"]
    early = call("resume_offboarding", route={"id": identity})
    assert (early.status, early.json["code"]) == (409, "not_resumable")

    with_pace(world, faults_before_attention=1)
    arm(world, {"match": {"pathRegex": "/orders$"}, "action": {"type": "html"}})
    world.run()
    assert head(world, identity).status is Status.NEEDS_ATTENTION
    answer = call("resume_offboarding", route={"id": identity})
    assert (answer.status, answer.json["status"]) == (202, "planning")
    world.run()
    assert head(world, identity).status is Status.REMOVED


CALLS: dict[str, dict[str, Any]] = {
    "create_offboarding": {},
    "list_offboardings": {},
    "get_offboarding": {"route": {"id": "x"}},
    "resume_offboarding": {"route": {"id": "x"}},
}


@pytest.mark.parametrize("name", CALLS)
def test_while_the_store_is_down_the_caller_is_asked_to_come_back(world: World, name: str) -> None:
    body = body_of(world) if name == "create_offboarding" else b""
    StoreSwitch(world).down = True
    answer = call(name, body, **CALLS[name])

    assert (answer.status, answer.json["code"]) == (503, UnavailableError.code)
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("error", "code"), [(SettingsError("names"), "settings_invalid"), (ZeroDivisionError("secret"), "internal_error")]
)
@pytest.mark.parametrize("name", CALLS)
def test_no_error_leaves_as_an_exception(mocker: MockerFixture, name: str, error: Exception, code: str) -> None:
    world = World(SMALL)
    body = body_of(world) if name == "create_offboarding" else b""
    mocker.patch("shared.bootstrap.services", side_effect=error)
    answer = call(name, body, **CALLS[name])

    assert (answer.status, answer.json["code"]) == (500, code)
    assert "secret" not in json.dumps(answer.json)
