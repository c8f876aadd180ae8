"""The HTTP functions: what they answer, and that no error leaves them as an exception."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pytest_mock import MockerFixture

from local.world.world import World
from offboard.verify_evidence import read
from shared.domain.errors import SettingsError, UnavailableError
from shared.domain.offboarding.states import Status
from shared.domain.policy import Mode
from tests.functional.trouble import arm
from tests.unit.functions.support import KEY, OPERATOR, Answer, call, seen
from tests.unit.support.worlds import SMALL, StoreSwitch, head, with_pace


def body_of(world: World, **fields: Any) -> bytes:
    world.ask(SMALL, **fields)
    return world.bus.queued.pop().body


def create(world: World, **fields: Any) -> Answer:
    return call("create_offboarding", body_of(world, **fields), headers=KEY)


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
        (b"[]", 422),
        (b"\xff", 400),
        (b'{"version":"1","version":"1"}', 422),
        (b"{}", 422),
        (b'{"version":"2"}', 422),
        (b" " * 70_000, 413),
    ],
)
def test_what_cannot_work_is_a_problem_and_leaves_no_trace(world: World, body: bytes, status: int) -> None:
    answer = call("create_offboarding", body)

    assert (answer.status, answer.type) == (status, "application/problem+json")
    assert (answer.headers["X-Content-Type-Options"], answer.headers["Cache-Control"]) == ("nosniff", "no-store")
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


def test_where_it_was_agreed_is_shown_and_approves_nothing(world: World) -> None:
    answer = create(world, approvalReference="CAB-1")
    shown = call("get_offboarding", route={"id": answer.json["offboardingId"]}).json
    assert (shown["approvalReference"], shown.get("approval")) == ("CAB-1", None)


def test_evidence_is_a_file_that_its_verifier_reads(world: World) -> None:
    identity = create(world, reason="Ada wants it").json["offboardingId"]
    world.run()
    answer = call("get_evidence", route={"id": identity})

    assert (answer.status, answer.type) == (200, "application/jsonl")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{identity}.evidence.jsonl"'
    found = read(answer.body)
    shown = call("get_offboarding", route={"id": identity}).json["evidence"]
    assert (len(found.entries), found.head) == (shown["entries"], shown["head"])
    assert b"Ada" not in answer.body
    texts = call("get_evidence", route={"id": identity}, query={"part": "texts", "code": "key"})
    assert texts.headers["Content-Disposition"] == f'attachment; filename="{identity}.texts.jsonl"'
    assert "Ada wants it" in [json.loads(line)["text"] for line in texts.body.splitlines()]


@pytest.mark.parametrize("query", [{"part": "all"}, {"other": "texts"}])
def test_another_part_of_the_evidence_is_refused(world: World, query: dict[str, str]) -> None:
    identity = create(world).json["offboardingId"]
    answer = call("get_evidence", route={"id": identity}, query=query)
    assert (answer.status, answer.json["code"]) == (422, "wrong_value")


@pytest.mark.parametrize("name", ["get_offboarding", "get_evidence", "resume_offboarding"])
@pytest.mark.parametrize("identity", ["unknown", "../x", "x" * 500])
def test_what_is_not_there_is_not_found(world: World, name: str, identity: str) -> None:
    answer = call(name, BODIES.get(name, b""), route={"id": identity})

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


def test_every_state_is_a_filter_and_nothing_else(world: World) -> None:
    answer = call("list_offboardings", query={"status": "gone"})

    assert (answer.status, answer.json["code"], answer.json["field"]) == (422, "wrong_value", "status")
    words = answer.json["detail"].partition("must be one of ")[2].partition(" (got ")[0].split(", ")
    assert words == list(Status)
    for word in words:
        assert call("list_offboardings", query={"status": word}).status == 200


def resumed(identity: str) -> Answer:
    """Resumed by whoever looked at it a moment ago."""
    headers = OPERATOR | seen(identity)
    return call("resume_offboarding", BODIES["resume_offboarding"], route={"id": identity}, headers=headers)


def test_resuming(world: World) -> None:
    identity = create(world).json["offboardingId"]
    early = resumed(identity)
    assert (early.status, early.json["code"]) == (409, "not_resumable")

    with_pace(world, faults_before_attention=1)
    arm(world, {"match": {"pathRegex": "/orders$"}, "action": {"type": "html"}})
    world.run(timedelta(hours=1))
    assert head(world, identity).status is Status.NEEDS_ATTENTION
    answer = resumed(identity)
    assert (answer.status, answer.json["status"]) == (202, "planning")
    world.run()
    assert head(world, identity).status is Status.REMOVED


def test_several_are_resumed_by_one_call_and_each_has_its_answer(world: World) -> None:
    """Going live starts nothing; a list of those that were looked at does."""
    live = world.services
    world.services = replace(live, mode=Mode.PLAN)
    identity = create(world).json["offboardingId"]
    dry = create(world, requestId="dry", dryRun=True).json["offboardingId"]
    world.run(timedelta(hours=2))
    world.services = live
    world.run(timedelta(hours=2))
    assert head(world, identity).status is Status.NEEDS_ATTENTION

    ids = [identity, "unknown", dry, identity]
    other = call("resume_offboardings", listed([identity], "refused"))
    assert [item["problem"]["code"] for item in other.json["items"]] == ["not_resumable"]
    answer = call("resume_offboardings", listed(ids, "went_live"))
    assert answer.status == 200
    assert [(item["offboardingId"], item["resumed"]) for item in answer.json["items"]] == [
        (identity, True),
        ("unknown", False),
        (dry, False),
    ]
    assert [item["problem"]["code"] for item in answer.json["items"][1:]] == ["not_found", "not_resumable"]
    world.run()
    assert head(world, identity).status is Status.REMOVED


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"offboardingIds": None}, "offboardingIds", "missing_field"),
        ({"reason": None}, "reason", "missing_field"),
        ({"reason": "   "}, "reason", "wrong_value"),
        ({"offboardingIds": []}, "offboardingIds", "wrong_value"),
        ({"offboardingIds": ["x"] * 101}, "offboardingIds", "wrong_value"),
        ({"offboardingIds": "x"}, "offboardingIds", "wrong_type"),
        ({"offboardingIds": [1]}, "offboardingIds.0", "wrong_type"),
        ({"offboardingIds": [""]}, "offboardingIds.0", "wrong_value"),
        ({"offboardingIds": ["x"], "reasonCode": "nothing"}, "reasonCode", "wrong_value"),
        ({"offboardingIds": ["x"], "all": True}, "all", "unknown_field"),
    ],
)
def test_a_list_that_is_not_understood_resumes_nothing(
    world: World, body: dict[str, Any], field: str, code: str
) -> None:
    answer = call("resume_offboardings", json.dumps(changed(LIST, body)).encode())
    assert (answer.status, answer.json["field"], answer.json["code"]) == (422, field, code)


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"blockerKey": None}, "blockerKey", "missing_field"),
        ({"by": "somebody else"}, "by", "unknown_field"),
        ({"reason": None}, "reason", "missing_field"),
        ({"reason": "x" * 1001}, "reason", "wrong_value"),
        ({"cause": "in_term"}, "cause", "wrong_value"),
        ({"all": True}, "all", "unknown_field"),
    ],
)
def test_a_word_that_is_not_understood_is_refused(world: World, change: dict[str, Any], field: str, code: str) -> None:
    answer = call("override_blocker", json.dumps(changed(WORD, change)).encode(), route={"id": "x"})
    assert (answer.status, answer.json["field"], answer.json["code"]) == (422, field, code)


def test_a_word_about_what_blocks_not_is_a_conflict(world: World) -> None:
    identity = create(world).json["offboardingId"]
    headers = OPERATOR | seen(identity)
    answer = call("override_blocker", BODIES["override_blocker"], route={"id": identity}, headers=headers)
    assert (answer.status, answer.json["code"], answer.json["offboardingId"]) == (409, "not_overridable", identity)
    unknown = call("override_blocker", BODIES["override_blocker"], route={"id": "none"})
    assert (unknown.status, unknown.json["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"", 400, "byte 0"),
        (b"[]", 422, "$"),
        (b"{}", 422, "reason"),
        (b'{"reason": 1}', 422, "reason"),
        (b'{"reason": ""}', 422, "reason"),
        (b'{"reason": "x", "by": "me"}', 422, "by"),
    ],
)
def test_a_resume_needs_a_reason(world: World, body: bytes, status: int, field: str) -> None:
    answer = call("resume_offboarding", body, route={"id": create(world).json["offboardingId"]})
    assert (answer.status, answer.json["field"]) == (status, field)


def listed(ids: list[str], code: str) -> bytes:
    return json.dumps({**LIST, "offboardingIds": ids, "reasonCode": code}).encode()


def changed(body: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """The body with the change; None takes a field away."""
    return {name: value for name, value in {**body, **change}.items() if value is not None}


CALLS: dict[str, dict[str, Any]] = {
    "create_offboarding": {},
    "list_offboardings": {},
    "get_offboarding": {"route": {"id": "x"}},
    "get_evidence": {"route": {"id": "x"}},
    "resume_offboarding": {"route": {"id": "x"}},
    "resume_offboardings": {},
    "override_blocker": {"route": {"id": "x"}},
    "create_batch": {},
    "get_batch": {"route": {"id": "x"}},
    "doctor": {},
    "describe_http": {},
    "describe_messages": {},
    "get_report": {"route": {"id": "x"}},
    "list_moments": {},
    "get_month_report": {"query": {"month": "2026-11"}},
    "redrive_dead_letters": {},
}
ALONE = {"describe_http", "describe_messages"}
"""They need nothing of what the others need."""
WORD = {"blockerKey": "x", "cause": "unknown_status", "reason": "case 123"}
LIST = {"offboardingIds": ["x"], "reason": "case 123"}
BODIES = {
    "resume_offboarding": b'{"reason": "case 123"}',
    "resume_offboardings": json.dumps(LIST).encode(),
    "override_blocker": json.dumps(WORD).encode(),
    "create_batch": b'{"requests": [{}]}',
    "redrive_dead_letters": b'{"reason": "case 123"}',
}


@pytest.mark.parametrize("name", sorted({*CALLS} - ALONE - {"doctor"}))
def test_while_the_store_is_down_the_caller_is_asked_to_come_back(world: World, name: str) -> None:
    body = body_of(world) if name == "create_offboarding" else BODIES.get(name, b"")
    StoreSwitch(world).down = True
    answer = call(name, body, **CALLS[name])

    assert (answer.status, answer.json["code"]) == (503, UnavailableError.code)
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("error", "code"), [(SettingsError("names"), "settings_invalid"), (ZeroDivisionError("secret"), "internal_error")]
)
@pytest.mark.parametrize("name", sorted({*CALLS} - ALONE))
def test_no_error_leaves_as_an_exception(mocker: MockerFixture, name: str, error: Exception, code: str) -> None:
    world = World(SMALL)
    body = body_of(world) if name == "create_offboarding" else BODIES.get(name, b"")
    mocker.patch("shared.composition.bootstrap.services", side_effect=error)
    answer = call(name, body, **CALLS[name])

    assert (answer.status, answer.json["code"]) == (500, code)
    assert "secret" not in json.dumps(answer.json)
