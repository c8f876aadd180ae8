"""redrive: what was given up goes on; nothing is lost, nothing is done twice, wherever it dies."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from local.world.crash import CrashError
from local.world.world import World
from shared.adapters.service_bus import EntityNames
from shared.contracts.redrive import QUEUES, Redriven, RedriveV1, parse_redrive
from shared.domain.errors import InvalidRequestError
from shared.domain.offboarding.messages import Destination
from shared.domain.offboarding.states import Stage, Status
from shared.domain.people.actor import known_by_name
from shared.ports.bus import DeadLetter
from shared.upkeep.dead_letters import watch
from shared.upkeep.redrive import LONGEST, redrive
from tests.unit.support.worlds import SMALL, StoreSwitch, head, on_queue, received, waiting, wake_up, whats

ADA = known_by_name("Ada")
PLAN = "offboarding-plan"


def body(world: World, identity: str, **changed: Any) -> bytes:
    wake = wake_up(world, identity)
    fields = {"offboardingId": wake.offboarding_id, "stage": wake.stage.value, "attempt": wake.attempt}
    return json.dumps({**fields, **changed}).encode()


def given_up(world: World, stage: Stage | None, *bodies: bytes) -> None:
    world.bus.dead.setdefault(stage, []).extend(DeadLetter(one, True, "m-1", "Max", "ten") for one in bodies)


def said(world: World, **fields: Any) -> Redriven:
    return redrive(RedriveV1(reason="case 123", **fields), ADA, world.services)


def counts(answer: Redriven, queue: str = PLAN) -> tuple[int, int, int]:
    [found] = [item for item in answer.queues if item.queue == queue]
    return found.redriven, found.settled, found.left


def stuck() -> tuple[World, str]:
    """Its newest wake-up was given up, and nothing else is on its way."""
    world, identity = received()
    world.bus.queued.clear()
    given_up(world, Stage.PLAN, body(world, identity))
    return world, identity


def test_the_newest_wake_up_is_given_anew_and_the_offboarding_goes_on() -> None:
    world, identity = stuck()
    answer = said(world)

    assert counts(answer) == (1, 0, 0)
    assert (answer.redriven, answer.more) == (1, False)
    assert world.bus.dead[Stage.PLAN] == []
    [entry] = [item for item in world.store.timeline(identity) if item.what == "woken"]
    assert entry.by == ADA
    assert entry.detail == "redriven by Ada: case 123"
    [wake] = on_queue(world, Destination.STAGE)
    assert wake.id == f"{identity}:plan:2"
    world.run()
    assert head(world, identity).status is Status.REMOVED


def test_what_the_watcher_has_marked_is_resumed_with_its_letter_or_without() -> None:
    for letter_is_left in (True, False):
        world, identity = stuck()
        letters = list(world.bus.dead[Stage.PLAN])
        watch(world.services)
        assert head(world, identity).status is Status.NEEDS_ATTENTION
        if letter_is_left:
            world.bus.dead[Stage.PLAN].extend(letters)
        answer = said(world, queue=PLAN)

        assert counts(answer) == (1, 0, 0)
        assert whats(world, identity).count("resumed") == 1
        assert counts(said(world)) == (0, 0, 0)
        world.run()
        assert head(world, identity).status is Status.REMOVED


def test_another_queue_and_another_need_are_left_alone() -> None:
    world, identity = stuck()
    watch(world.services)
    assert said(world, queue="offboarding-verify").redriven == 0
    assert head(world, identity).status is Status.NEEDS_ATTENTION


def test_a_letter_of_another_stage_resumes_nothing_that_was_marked() -> None:
    world, identity = stuck()
    watch(world.services)
    world.bus.dead[Stage.PLAN].clear()
    given_up(world, Stage.VERIFY, body(world, identity, stage="verify"))
    assert counts(said(world, queue="offboarding-verify"), "offboarding-verify") == (0, 1, 0)
    assert head(world, identity).status is Status.NEEDS_ATTENTION


@pytest.mark.parametrize("changed", [{"attempt": 1}, {"offboardingId": "unknown"}, {"attempt": "x"}])
def test_a_letter_that_says_nothing_any_more_is_settled(changed: dict[str, Any]) -> None:
    world, identity = waiting()
    before = head(world, identity)
    stage = before.stage or pytest.fail("no stage")
    given_up(world, stage, body(world, identity, **changed))
    answer = said(world)

    assert counts(answer, f"offboarding-{stage}") == (0, 1, 0)
    assert head(world, identity) == before


def test_a_new_wake_up_keeps_its_date() -> None:
    world, identity = waiting()
    before = head(world, identity)
    stage = before.stage or pytest.fail("no stage")
    given_up(world, stage, body(world, identity))
    assert counts(said(world), f"offboarding-{stage}") == (1, 0, 0)
    after = head(world, identity)
    assert (after.next_attempt_at, after.attempt) == (before.next_attempt_at, before.attempt + 1)


def test_what_has_ended_and_what_is_worked_on_stay_as_they_are() -> None:
    world, identity = stuck()
    dead = world.bus.dead[Stage.PLAN].pop()
    said(world)
    world.run()
    world.bus.dead[Stage.PLAN].append(dead)
    before = head(world, identity)
    assert counts(said(world)) == (0, 1, 0)
    assert head(world, identity) == before

    world, identity = received()
    store, letter = StoreSwitch(world), body(world, identity)
    store.refuses = lambda change: change.offboarding.claim is None
    world.deliver(world.bus.queued.pop())
    store.refuses = lambda _: False
    given_up(world, Stage.PLAN, letter)
    before = head(world, identity)
    assert before.claim is not None
    assert counts(said(world)) == (0, 1, 0)
    assert head(world, identity) == before


def test_requests_are_taken_in_once() -> None:
    world = World(SMALL)
    world.ask(SMALL, requestId="one")
    request = world.bus.queued.pop().body
    given_up(world, None, request, request, b"{")
    answer = said(world)

    assert counts(answer, "offboarding-requests") == (3, 0, 0)
    assert [item.request.request_id for item in world.all() if item.status is Status.RECEIVED] == ["one"]
    assert [copy.body for copy in world.bus.rejected] == [b"{"]


def test_what_cannot_be_dealt_with_now_stays() -> None:
    world, identity = stuck()
    switch = StoreSwitch(world)
    switch.refuses = lambda _: True
    answer = said(world)
    assert counts(answer) == (0, 0, 1)
    assert answer.more is True
    assert len(world.bus.dead[Stage.PLAN]) == 1
    switch.refuses = lambda _: False
    watch(world.services)
    switch.refuses = lambda _: True
    assert counts(said(world)) == (0, 0, 1)
    assert head(world, identity).status is Status.NEEDS_ATTENTION


def test_no_more_than_asked_for_and_not_for_ever() -> None:
    world = World(SMALL)
    given_up(world, None, *[b"{" + bytes([48 + number]) for number in range(5)])
    answer = said(world, max=2)
    assert (answer.redriven, answer.more) == (2, True)
    assert len(world.bus.dead[None]) == 3
    switch = StoreSwitch(world)
    switch.before["load"] = lambda: world.clock.pass_machine(timedelta(seconds=LONGEST))
    answer = said(world)
    assert (answer.redriven, answer.more) == (1, True)
    assert len(world.bus.dead[None]) == 2
    assert said(world).more is False


def test_a_queue_that_cannot_be_read_is_said_and_holds_up_nothing() -> None:
    world, identity = stuck()
    watch(world.services)
    world.bus.cut_off = True
    answer = said(world)
    assert answer.more is True
    assert all("cannot be read" in (queue.problem or "") for queue in answer.queues)
    assert counts(answer) == (1, 0, 0), "what was marked needs no queue"
    assert head(world, identity).status is Status.PLANNING


@pytest.mark.long
@pytest.mark.parametrize("marked", [False, True])
def test_a_crash_at_any_point_loses_nothing_and_does_nothing_twice(marked: bool) -> None:
    at = 0
    while True:
        at += 1
        world, identity = stuck()
        world.ask(SMALL, requestId="lost", dryRun=True)
        given_up(world, None, world.bus.queued.pop().body)
        if marked:
            letters = list(world.bus.dead[Stage.PLAN])
            watch(world.services)
            world.bus.dead[Stage.PLAN].extend(letters)
            given_up(world, None, b"{")
        before = len(world.crash.passed)
        world.crash.at = before + at
        try:
            said(world)
            died = False
        except CrashError:
            died = True
        world.crash.at = None
        said(world)
        assert not any(world.bus.dead.values()), at
        found = whats(world, identity)
        assert found.count("resumed" if marked else "woken") == 1, at
        world.run()
        assert head(world, identity).status is Status.REMOVED, at
        assert len(world.all()) == (3 if marked else 2), at
        if not died:
            break
    assert at > 10


def test_its_queues_are_those_of_the_bus() -> None:
    names = EntityNames()
    assert {names.requests: None, **{names.stage(stage): stage for stage in Stage}} == QUEUES


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "reason"),
        ({"reason": " "}, "reason"),
        ({"reason": "x", "queue": "offboarding-events"}, "queue"),
        ({"reason": "x", "max": 0}, "max"),
        ({"reason": "x", "max": 501}, "max"),
        ({"reason": "x", "all": True}, "all"),
    ],
)
def test_what_is_asked_for_wrongly(sent: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        parse_redrive(json.dumps(sent).encode())
    assert caught.value.field == field
