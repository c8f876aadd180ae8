"""What people decide over HTTP: plans and the kill switch."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from pytest_mock import MockerFixture

from local.world.world import World
from shared.domain.people.rights import Role
from tests.functional.checks import effects
from tests.unit.functions.support import KEY, Answer, call, person
from tests.unit.support.worlds import SMALL

APPROVER = person("Ms. Approver", Role.APPROVE)
BOTH = person("Mr. Both", Role.APPROVE, Role.REQUEST)
HOUR = timedelta(hours=1)


@pytest.fixture
def world(mocker: MockerFixture) -> World:
    """One in which every plan needs an approval."""
    found = World(SMALL, OFFBOARDING_APPROVAL="always")
    mocker.patch("shared.composition.bootstrap.services", side_effect=lambda: found.services)
    return found


def asked(world: World, headers: dict[str, str] = KEY) -> Answer:
    """An offboarding that waits for its approval, as GET shows it."""
    world.ask(SMALL)
    created = call("create_offboarding", world.bus.queued.pop().body, headers=headers)
    world.run(for_at_most=HOUR)
    shown = call("get_offboarding", route={"id": created.json["offboardingId"]})
    assert shown.json["status"] == "awaiting_approval", shown.json["reason"]
    return shown


def decide(name: str, shown: Answer, headers: dict[str, str] = APPROVER, **changed: Any) -> Answer:
    body = {"planDigest": shown.json["plan"]["digest"], "reason": "looks right", **changed}
    match = {"If-Match": shown.headers["ETag"]}
    return call(name, json.dumps(body).encode(), route={"id": shown.json["offboardingId"]}, headers=headers | match)


def test_an_approved_plan_is_carried_out_and_says_who_approved_it(world: World) -> None:
    shown = asked(world)
    answer = decide("approve_offboarding", shown)
    assert (answer.status, answer.json["status"]) == (202, "planning")
    after = call("get_offboarding", route={"id": shown.json["offboardingId"]})
    assert after.json["approval"]["actor"]["name"] == "Ms. Approver"
    assert after.json["approval"]["planDigest"] == shown.json["plan"]["digest"]
    assert after.json["approval"]["reason"] == "looks right"
    told = next(entry for entry in after.json["timeline"] if entry["what"] == "approved")
    assert told["actor"] == after.json["approval"]["actor"]
    world.run()
    ended = call("get_offboarding", route={"id": shown.json["offboardingId"]})
    assert ended.json["status"] == "removed"


def test_approving_twice_is_answered_alike(world: World) -> None:
    shown = asked(world)
    first, again = decide("approve_offboarding", shown), decide("approve_offboarding", shown)
    assert (first.status, again.status) == (202, 202)


def test_what_was_seen_is_what_is_decided_about(world: World) -> None:
    shown = asked(world)
    world.run(for_at_most=timedelta(days=2))
    stale = decide("approve_offboarding", shown)
    assert (stale.status, stale.json["code"]) == (412, "precondition_failed")
    headers = APPROVER
    body = b'{"planDigest": "%s", "reason": "x"}' % (b"0" * 64)
    missing = call("approve_offboarding", body, route={"id": shown.json["offboardingId"]}, headers=headers)
    assert (missing.status, missing.json["code"]) == (428, "precondition_required")
    now = call("get_offboarding", route={"id": shown.json["offboardingId"]})
    other = decide("approve_offboarding", now, planDigest="0" * 64)
    assert (other.status, other.json["code"]) == (409, "not_approvable")
    assert effects(world) == []


def test_nobody_approves_an_own_request(world: World) -> None:
    shown = asked(world, BOTH)
    for name in ("approve_offboarding", "reject_offboarding"):
        refused = decide(name, shown, BOTH)
        assert (refused.status, refused.json["code"]) == (403, "own_request")
    assert decide("approve_offboarding", shown).status == 202


def test_a_rejected_plan_ends(world: World) -> None:
    answer = decide("reject_offboarding", asked(world), reason="not this one")
    assert (answer.status, answer.json["status"]) == (202, "stopped")
    assert answer.json["reason"]["text"] == "Ms. Approver rejected the plan: not this one; nothing was changed"


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"planDigest": "x"}, "planDigest"), ({"reason": " "}, "reason"), ({"reason": "x" * 1001}, "reason")],
)
def test_a_mistake_is_named(world: World, changed: dict[str, Any], field: str) -> None:
    answer = decide("approve_offboarding", asked(world), **changed)
    assert (answer.status, answer.json["field"]) == (422, field)


def test_what_is_not_there_cannot_be_decided_about(world: World) -> None:
    answer = call("approve_offboarding", b"{}", route={"id": "none"}, headers=APPROVER)
    assert (answer.status, answer.json["code"]) == (404, "not_found")


def move(held: bool, etag: str, **changed: Any) -> Answer:
    headers = person("Ms. Operator", Role.OPERATE) | {"If-Match": etag}
    return call("move_brake", json.dumps({"held": held, "reason": "wrong list", **changed}).encode(), headers=headers)


def test_the_kill_switch_is_held_and_released_by_name(world: World) -> None:
    before = call("get_brake", headers=KEY)
    assert before.json == {"held": False}
    held = move(True, before.headers["ETag"])
    assert (held.status, held.json["held"], held.json["reason"]) == (200, True, "wrong list")
    assert held.json["actor"]["name"] == "Ms. Operator"
    assert held.json["since"]
    assert call("get_brake").json == held.json
    stale = move(False, before.headers["ETag"])
    assert (stale.status, stale.json["code"]) == (412, "precondition_failed")
    released = move(False, held.headers["ETag"])
    assert (released.json["held"], released.json["woken"]) == (False, 0)
    mistaken = move(True, released.headers["ETag"], reason="")
    assert (mistaken.status, mistaken.json["field"]) == (422, "reason")


def test_an_approver_may_hold_and_not_release(world: World) -> None:
    etag = call("get_brake").headers["ETag"]
    held = call("move_brake", b'{"held": true, "reason": "stop"}', headers=APPROVER | {"If-Match": etag})
    assert held.status == 200
    match = {"If-Match": held.headers["ETag"]}
    refused = call("move_brake", b'{"held": false, "reason": "go"}', headers=APPROVER | match)
    assert (refused.status, refused.json["code"]) == (403, "not_allowed")
    assert call("get_brake").json["held"] is True


def say(name: str, shown: Answer, headers: dict[str, str], **body: Any) -> Answer:
    match = {"If-Match": shown.headers["ETag"]}
    told = json.dumps({"reason": "they stay", **body}).encode()
    return call(name, told, route={"id": shown.json["offboardingId"]}, headers=headers | match)


OPERATE = person("Ms. Operator", Role.OPERATE)
REQUESTER = person("Mr. Requester", Role.REQUEST)


@pytest.mark.parametrize("headers", [OPERATE, REQUESTER], ids=["operator", "requester"])
def test_it_is_withdrawn_by_whoever_may(world: World, headers: dict[str, str]) -> None:
    shown = asked(world, REQUESTER)
    answer = say("withdraw_offboarding", shown, headers)
    assert (answer.status, answer.json["status"]) == (202, "withdrawn")
    assert answer.json["reason"]["text"].endswith("they stay; nothing had been changed")
    assert say("withdraw_offboarding", shown, headers).status == 202, "said twice"
    assert effects(world) == []


def test_nobody_withdraws_what_others_asked_for_without_the_role(world: World) -> None:
    shown = asked(world)
    for name in ("withdraw_offboarding", "reschedule_offboarding"):
        refused = say(name, shown, REQUESTER)
        assert (refused.status, refused.json["code"]) == (403, "not_allowed")
        missing = call(name, b'{"reason": "x"}', route={"id": "none"}, headers=OPERATE)
        assert (missing.status, missing.json["code"]) == (404, "not_found")


def test_what_has_ended_cannot_be_withdrawn_or_rescheduled(world: World) -> None:
    shown = asked(world)
    decide("approve_offboarding", shown)
    world.run()
    ended = call("get_offboarding", route={"id": shown.json["offboardingId"]})
    late = say("withdraw_offboarding", ended, OPERATE)
    assert (late.status, late.json["code"]) == (409, "not_withdrawable")
    assert "has ended as removed" in late.json["detail"]
    assert "https://" in late.json["detail"]
    moved = say("reschedule_offboarding", ended, OPERATE)
    assert (moved.status, moved.json["code"]) == (409, "not_reschedulable")


def test_another_start_is_given_by_name_and_the_rest_is_kept(world: World) -> None:
    shown = asked(world)
    start = (world.clock.now() + timedelta(days=30)).isoformat()
    moved = say("reschedule_offboarding", shown, OPERATE, notBefore=start, restrictions=["leave_gdap"])
    assert (moved.status, moved.json["status"]) == (202, "planning")
    world.run(for_at_most=HOUR)
    later = call("get_offboarding", route={"id": shown.json["offboardingId"]})
    assert (later.json["status"], later.json["restrictions"]) == ("scheduled", ["leave_gdap"])
    now = say("reschedule_offboarding", later, OPERATE, notBefore=None)
    assert now.status == 202
    world.run(for_at_most=HOUR)
    soon = call("get_offboarding", route={"id": shown.json["offboardingId"]})
    assert (soon.json["status"], soon.json.get("notBefore")) == ("awaiting_approval", None)
    assert soon.json["restrictions"] == ["leave_gdap"]
    mistaken = say("reschedule_offboarding", soon, OPERATE, restrictions=["everything"])
    assert (mistaken.status, mistaken.json["field"]) == (422, "restrictions.0")


@pytest.mark.parametrize("digest", ["A" * 64, "0" * 63, "0" * 64 + "\n", ""])
def test_a_digest_that_is_none_is_told_what_it_has_to_be(world: World, digest: str) -> None:
    answer = decide("approve_offboarding", asked(world), planDigest=digest)
    assert (answer.status, answer.json["code"]) == (422, "wrong_value")
    assert "planDigest: must be 64 lower-case hex digits, as plan.digest of the offboarding" in answer.json["detail"]


def test_a_condition_that_a_withdrawal_does_not_know_is_refused(world: World) -> None:
    """Only a resume asks for what the reason is now; a condition that nobody looks at must not seem to hold."""
    shown = asked(world)
    route, match = {"id": shown.json["offboardingId"]}, {"If-Match": shown.headers["ETag"]}
    body = json.dumps({"reason": "too early", "reasonCode": "brake_held"}).encode()
    answer = call("withdraw_offboarding", body, route=route, headers=KEY | match)
    assert (answer.status, answer.json["code"], answer.json["field"]) == (422, "unknown_field", "reasonCode")
    assert call("get_offboarding", route=route).json["status"] == "awaiting_approval"
