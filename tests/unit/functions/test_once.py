"""What is said over HTTP: about what the caller saw, and once, however often it is sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from pytest_mock import MockerFixture

from local.world.world import World
from shared.adapters.brakes import SharedBrakes
from shared.domain.brake import Ceilings
from shared.domain.offboarding.messages import Destination
from shared.domain.offboarding.once import REMEMBERED
from shared.domain.offboarding.record import Claim
from shared.domain.people.rights import Role
from shared.pipeline.core.session import Session
from shared.ports.store import Change, Stored
from tests.functional.test_override import stuck
from tests.unit.functions.support import OPERATOR, Answer, call, person, seen
from tests.unit.support.worlds import SMALL, StoreSwitch, head, on_queue, unavailable, whats

HOUR = timedelta(hours=1)
KEY_OF_CALL = {"Idempotency-Key": "case-123"}
ALL, OTHER = OPERATOR, person("Mr. Other", *Role)


def of_unknown() -> tuple[World, str]:
    return stuck("hibernated")[:2]


def of_asked() -> tuple[World, str]:
    world = World(SMALL, OFFBOARDING_APPROVAL="always")
    request = world.ask(SMALL)
    world.run(for_at_most=HOUR)
    return world, world.offboarding(request).id


@dataclass(frozen=True, slots=True)
class Say:
    """An operation where it is possible: its world, and what is sent."""

    name: str
    begin: Callable[[], tuple[World, str]]
    body: Callable[[World, str], dict[str, Any]]

    def at(self, world: World, identity: str, headers: dict[str, str], **changed: Any) -> Answer:
        body = json.dumps({**self.body(world, identity), **changed}).encode()
        return call(self.name, body, route={"id": identity}, headers=headers)


def decision(world: World, identity: str) -> dict[str, Any]:
    plan = head(world, identity).plan
    return {"planDigest": plan.digest if plan else "", "reason": "case 123"}


def word(world: World, identity: str) -> dict[str, Any]:
    [key] = [key for key, record in world.store.holdings(identity).items() if record.blocker]
    return {"blockerKey": key, "reason": "case 123"}


def why(_: World, __: str) -> dict[str, Any]:
    return {"reason": "case 123"}


SAYS = {
    "approve": Say("approve_offboarding", of_asked, decision),
    "reject": Say("reject_offboarding", of_asked, decision),
    "withdraw": Say("withdraw_offboarding", of_asked, why),
    "reschedule": Say("reschedule_offboarding", of_asked, why),
    "resume": Say("resume_offboarding", of_unknown, why),
    "override": Say("override_blocker", of_unknown, word),
}


@pytest.fixture(params=SAYS)
def say(request: pytest.FixtureRequest) -> Say:
    return SAYS[request.param]


@pytest.fixture
def begun(say: Say, mocker: MockerFixture) -> tuple[World, str]:
    world, identity = say.begin()
    mocker.patch("shared.composition.bootstrap.services", side_effect=lambda: world.services)
    return world, identity


def test_without_the_etag_of_what_was_seen_nothing_is_done(say: Say, begun: tuple[World, str]) -> None:
    world, identity = begun
    before = head(world, identity)
    for match, status, code in (({}, 428, "precondition_required"), ({"If-Match": '"x"'}, 412, "precondition_failed")):
        answer = say.at(world, identity, ALL | match)
        assert (answer.status, answer.json["code"], answer.json["offboardingId"]) == (status, code, identity)
        assert "ead" in answer.json["operatorAction"]
    assert head(world, identity) == before


def test_the_answer_has_the_etag_that_the_next_operation_takes(say: Say, begun: tuple[World, str]) -> None:
    world, identity = begun
    answer = say.at(world, identity, ALL | seen(identity))
    assert answer.status == 202, answer.json
    assert answer.headers["ETag"] == seen(identity)["If-Match"]
    called_off = call(
        "withdraw_offboarding",
        b'{"reason": "they stay"}',
        route={"id": identity},
        headers=ALL | {"If-Match": answer.headers["ETag"]},
    )
    ended = say.name == "reject_offboarding"
    assert called_off.status == (409 if ended else 202)


def test_the_same_call_again_is_answered_alike_and_done_once(say: Say, begun: tuple[World, str]) -> None:
    world, identity = begun
    headers = ALL | seen(identity) | KEY_OF_CALL
    body = say.body(world, identity)
    first = say.at(world, identity, headers)
    assert first.status == 202, first.json
    said = whats(world, identity)
    spaced = json.dumps(dict(reversed(body.items())), indent=1).encode()
    again = call(say.name, spaced, route={"id": identity}, headers=headers)
    assert (again.status, again.json) == (202, first.json)
    assert whats(world, identity) == said
    world.run(for_at_most=2 * HOUR)
    gone_on = head(world, identity)
    later = call(say.name, json.dumps(body).encode(), route={"id": identity}, headers=headers)
    assert (later.status, later.headers["ETag"]) == (202, seen(identity)["If-Match"])
    assert head(world, identity) == gone_on


def test_a_key_is_for_one_call_of_one_person(say: Say, begun: tuple[World, str]) -> None:
    world, identity = begun
    body = say.body(world, identity)
    headers = ALL | seen(identity) | KEY_OF_CALL
    assert say.at(world, identity, headers).status == 202
    after = head(world, identity)
    other_body = call(
        say.name, json.dumps(body | {"reason": "case 124"}).encode(), route={"id": identity}, headers=headers
    )
    assert (other_body.status, other_body.json["code"]) == (409, "idempotency_key_reused")
    assert "another" in other_body.json["operatorAction"]
    name = "withdraw_offboarding" if say.name != "withdraw_offboarding" else "resume_offboarding"
    other_operation = call(name, b'{"reason": "case 123"}', route={"id": identity}, headers=headers)
    assert (other_operation.status, other_operation.json["code"]) == (409, "idempotency_key_reused")
    theirs = call(say.name, json.dumps(body).encode(), route={"id": identity}, headers=headers | OTHER)
    by_effect = say.name == "withdraw_offboarding"
    assert theirs.status == (202 if by_effect else 412)
    assert head(world, identity) == after


def test_a_call_that_died_after_its_effect_is_answered_when_it_is_sent_again(
    say: Say, begun: tuple[World, str]
) -> None:
    world, identity = begun
    headers, body = ALL | seen(identity) | KEY_OF_CALL, json.dumps(say.body(world, identity)).encode()
    live, switch = world.services, StoreSwitch(world)
    switch.before["outbox"] = unavailable
    assert call(say.name, body, route={"id": identity}, headers=headers).status == 503
    world.services = live
    said = whats(world, identity)
    answer = call(say.name, body, route={"id": identity}, headers=headers)
    assert answer.status == 202, answer.json
    assert whats(world, identity) == said
    assert world.store.outbox(identity) == [], "what the first one owed is sent"
    assert on_queue(world, Destination.STAGE) or head(world, identity).finished


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "é", "a\x01b"])
def test_a_key_that_is_none_is_named(mocker: MockerFixture, key: str) -> None:
    world, identity = of_asked()
    mocker.patch("shared.composition.bootstrap.services", side_effect=lambda: world.services)
    headers = ALL | seen(identity) | {"Idempotency-Key": key}
    answer = SAYS["approve"].at(world, identity, headers)
    assert (answer.status, answer.json["code"], answer.json["field"]) == (422, "wrong_value", "Idempotency-Key")


def test_the_newest_calls_are_remembered_and_older_ones_change_nothing(mocker: MockerFixture) -> None:
    world, identity = of_asked()
    mocker.patch("shared.composition.bootstrap.services", side_effect=lambda: world.services)
    oldest = seen(identity) | {"Idempotency-Key": "number-0"}
    for number in range(REMEMBERED + 1):
        headers = ALL | seen(identity) | {"Idempotency-Key": f"number-{number}"}
        assert SAYS["reschedule"].at(world, identity, headers).status == 202
    assert len(head(world, identity).done_once) == REMEMBERED
    assert "number" not in str(head(world, identity).done_once)
    said = whats(world, identity)
    known = SAYS["reschedule"].at(world, identity, ALL | oldest | {"Idempotency-Key": "number-1"})
    forgotten = SAYS["reschedule"].at(world, identity, ALL | oldest)
    assert (known.status, forgotten.status) == (202, 412)
    assert whats(world, identity) == said


def test_a_word_that_is_kept_while_somebody_works_is_kept_once(mocker: MockerFixture) -> None:
    """Whoever holds the claim goes on, and stores what was remembered with what it stores."""
    world, identity = of_unknown()
    mocker.patch("shared.composition.bootstrap.services", side_effect=lambda: world.services)
    stored = world.store.load(identity)
    assert stored is not None
    claim = Claim("worker", world.clock.machine() + HOUR)
    claimed = world.store.commit(Change(replace(stored.offboarding, claim=claim), stored.etag))
    assert isinstance(claimed, Stored)
    worker = Session(claimed, world.services)
    resume, match = SAYS["resume"], seen(identity)
    first = resume.at(world, identity, ALL | match | KEY_OF_CALL)
    second = resume.at(world, identity, ALL | seen(identity) | {"Idempotency-Key": "another"})
    again = resume.at(world, identity, ALL | match | KEY_OF_CALL)
    assert (first.status, second.status, again.status) == (202, 202, 202)
    assert len(head(world, identity).said) == 1
    assert len(head(world, identity).done_once) == 2
    worker.save(replace(worker.offboarding, stopped_for="stored by the worker"))
    assert len(head(world, identity).done_once) == 2
    assert resume.at(world, identity, ALL | match | KEY_OF_CALL).status == 202
    unchanged = seen(identity)
    without = resume.at(world, identity, ALL | unchanged)
    assert without.status == 202
    assert seen(identity) == unchanged, "nothing new is stored: whoever works would stop for it"


def test_a_list_is_resumed_once(mocker: MockerFixture) -> None:
    world, identity = of_unknown()
    mocker.patch("shared.composition.bootstrap.services", side_effect=lambda: world.services)
    body = json.dumps({"offboardingIds": [identity], "reason": "case 123"}).encode()
    for _ in range(2):
        answer = call("resume_offboardings", body, headers=ALL | KEY_OF_CALL)
        assert [item["resumed"] for item in answer.json["items"]] == [True]
    assert whats(world, identity).count("resumed") == 1


def move(etag: str, *, held: bool = True, headers: dict[str, str] = ALL, reason: str = "wrong list") -> Answer:
    body = json.dumps({"held": held, "reason": reason}).encode()
    return call("move_brake", body, headers=headers | {"If-Match": etag})


def test_the_kill_switch_is_moved_once(world: World) -> None:
    etag = call("get_brake").headers["ETag"]
    first = move(etag, headers=ALL | KEY_OF_CALL)
    released = move(first.headers["ETag"], held=False)
    moved = world.services.brakes.read()
    again = move(etag, headers=ALL | KEY_OF_CALL)
    assert (first.json["held"], again.status, again.json["held"]) == (True, 200, False)
    assert again.headers["ETag"] == released.headers["ETag"]
    other = move(etag, held=False, headers=ALL | KEY_OF_CALL)
    assert (other.status, other.json["code"]) == (409, "idempotency_key_reused")
    by_effect = move(etag, held=False)
    assert (by_effect.status, by_effect.headers["ETag"]) == (200, released.headers["ETag"])
    assert move(etag, held=False, headers=OTHER).status == 412
    assert move(etag, held=False, reason="another").status == 412
    assert world.services.brakes.read() == moved


def test_a_release_that_died_halfway_wakes_the_rest_when_it_is_sent_again(world: World) -> None:
    held = move(call("get_brake").headers["ETag"])
    request = world.ask(SMALL)
    world.run(for_at_most=HOUR)
    reason = world.offboarding(request).reason
    assert reason is not None
    assert reason.code == "brake_held"
    live, switch = world.services, StoreSwitch(world)
    switch.before["find"] = unavailable
    assert move(held.headers["ETag"], held=False, headers=ALL | KEY_OF_CALL).status == 503
    world.services = live
    again = move(held.headers["ETag"], held=False, headers=ALL | KEY_OF_CALL)
    assert (again.status, again.json["held"], again.json["woken"]) == (200, False, 1)


def test_a_race_for_the_kill_switch_is_run_again_and_seen(world: World) -> None:
    etag = call("get_brake").headers["ETag"]
    switch = StoreSwitch(world)
    switch.before["put_shared_row"] = lambda: move(etag, headers=OTHER)
    # The brakes of this world hold the store itself: they are made anew around the switch.
    brakes = SharedBrakes(world.services.store, world.services.clock, Ceilings())
    world.services = replace(world.services, brakes=brakes)
    late = move(etag)
    assert (late.status, late.json["code"]) == (412, "precondition_failed")
    switch.before["put_shared_row"] = lambda: move(call("get_brake").headers["ETag"], reason="at once", headers=ALL)
    twice = move(call("get_brake").headers["ETag"], reason="at once")
    assert (twice.status, twice.json["reason"]) == (200, "at once")
