"""Dead letters: shown where they stopped something, left alone where they did not; nothing is raised, nothing lost."""

from __future__ import annotations

import contextlib
import json
from datetime import timedelta
from typing import Any

import pytest
from pytest_mock import MockerFixture

from local.world.crash import CrashError
from local.world.world import World
from shared.domain.offboarding.messages import Destination
from shared.domain.offboarding.states import Stage, Status
from shared.operations.resume import resume
from shared.ports.bus import DeadLetter
from shared.upkeep.dead_letters import watch, watch_request, watch_stage
from tests.functional.people import OPERATOR
from tests.unit.support.worlds import SMALL, StoreSwitch, head, received, waiting, wake_up, whats

REASON, DESCRIPTION = "MaxDeliveryCountExceeded", "10 deliveries"


def letter(body: bytes, *, readable: bool = True) -> DeadLetter:
    return DeadLetter(body, readable, "m-1", REASON, DESCRIPTION)


def body(world: World, identity: str, **changed: Any) -> bytes:
    wake = wake_up(world, identity)
    fields = {"offboardingId": wake.offboarding_id, "stage": wake.stage.value, "attempt": wake.attempt}
    return json.dumps({**fields, **changed}).encode()


def test_a_dead_wake_up_is_shown_on_its_offboarding_and_can_be_resumed() -> None:
    world, identity = received()
    world.bus.queued.clear()
    assert watch_stage(Stage.PLAN, letter(body(world, identity)), world.services)

    found = head(world, identity)
    assert found.status is Status.NEEDS_ATTENTION
    assert found.reason is not None
    assert found.reason.code == "dead_lettered"
    assert "MaxDeliveryCountExceeded: 10 deliveries" in found.reason.text
    assert found.next_attempt_at == world.clock.now() + timedelta(days=1)
    assert world.events()[-1]["data"]["status"] == "needs_attention"

    resume(identity, OPERATOR, world.services)
    world.run()
    assert head(world, identity).status is Status.REMOVED


def test_the_same_dead_letter_twice_is_shown_once() -> None:
    world, identity = received()
    for _ in range(2):
        assert watch_stage(Stage.PLAN, letter(body(world, identity)), world.services)

    assert whats(world, identity).count("state.needs_attention") == 1


@pytest.mark.parametrize(("stage", "changed"), [(Stage.VERIFY, {"attempt": 1}), (Stage.PLAN, {"stage": "plan"})])
def test_an_old_dead_letter_does_not_stop_what_went_on_without_it(stage: Stage, changed: dict[str, Any]) -> None:
    world, identity = waiting()
    assert watch_stage(stage, letter(body(world, identity, **changed)), world.services)

    assert head(world, identity).status is Status.WAITING


def test_a_dead_letter_of_a_finished_offboarding_changes_nothing() -> None:
    world, identity = received()
    old = body(world, identity)
    world.run()
    before = head(world, identity)
    assert watch_stage(Stage.PLAN, letter(old), world.services)

    assert head(world, identity) == before


def test_while_somebody_works_on_it_a_dead_letter_says_nothing() -> None:
    world, identity = received()
    store = StoreSwitch(world)
    store.refuses = lambda change: change.offboarding.claim is None
    dead = body(world, identity)
    world.deliver(world.bus.queued.pop())
    store.refuses = lambda _: False
    assert watch_stage(Stage.PLAN, letter(dead), world.services)

    assert head(world, identity).status is Status.RECEIVED


@pytest.mark.parametrize(
    "dead", [b"", b"{", b"{}", b'{"offboardingId":"x","stage":"remove","attempt":1}', b"\xff" * 10, b"[" * 5000]
)
def test_an_unreadable_or_foreign_dead_letter_is_only_logged(dead: bytes, caplog: pytest.LogCaptureFixture) -> None:
    world, identity = received()
    before = head(world, identity)
    assert watch_stage(Stage.PLAN, DeadLetter(dead), world.services)

    assert head(world, identity) == before
    assert any("no reason given" in record.getMessage() for record in caplog.records)


def test_what_cannot_be_shown_now_stays_for_the_next_round() -> None:
    world, identity = received()
    dead, store = letter(body(world, identity)), StoreSwitch(world)
    store.down = True
    assert not watch_stage(Stage.PLAN, dead, world.services)
    store.down = False
    assert head(world, identity).status is Status.RECEIVED
    assert watch_stage(Stage.PLAN, dead, world.services)
    assert head(world, identity).status is Status.NEEDS_ATTENTION


def bug() -> None:
    raise ZeroDivisionError


def test_a_defect_is_told_once_for_a_stage_message() -> None:
    world, identity = received()
    dead = letter(body(world, identity))
    StoreSwitch(world).before["load"] = bug
    assert watch_stage(Stage.PLAN, dead, world.services)


def test_a_request_that_can_be_kept_nowhere_stays_on_the_dead_letter_queue() -> None:
    world = World(SMALL)
    StoreSwitch(world).down = True
    world.bus.failing |= set(Destination)
    for readable in (True, False):
        assert not watch_request(letter(b"{", readable=readable), world.services)


def test_a_dead_request_is_taken_in_once_more() -> None:
    world = World(SMALL)
    request = world.ask(SMALL)
    assert watch_request(letter(world.bus.queued.pop().body), world.services)

    assert world.offboarding(request).status is Status.RECEIVED


def test_a_request_that_keeps_failing_is_kept_for_people() -> None:
    world = World(SMALL)
    world.ask(SMALL)
    request, store = world.bus.queued.pop().body, StoreSwitch(world)
    store.before["load"] = bug
    assert watch_request(letter(request), world.services)

    assert [item.body for item in world.bus.rejected] == [request]
    [rejected] = world.all()
    assert rejected.status is Status.REJECTED
    assert rejected.reason is not None
    assert "MaxDeliveryCountExceeded" in rejected.reason.text


def test_a_body_that_no_function_can_be_given_is_kept_and_told_once() -> None:
    """Even if its content is a good request: what arrives must not depend on who reads it."""
    world = World(SMALL)
    world.ask(SMALL)
    request = world.bus.queued.pop().body
    for _ in range(2):
        assert watch_request(letter(request, readable=False), world.services)

    [copy] = world.bus.rejected
    assert (copy.body, copy.subject, copy.correlation_id) == (request, "unreadable_body", "m-1")
    [rejected] = world.all()
    assert rejected.status is Status.REJECTED
    [event] = world.events()
    assert event["type"] == "offboarding.rejected.v1"
    assert event["data"]["reason"]["code"] == "unreadable_body"


def test_one_round_looks_at_every_queue() -> None:
    world, identity = received()
    dead = {stage: letter(body(world, identity, stage=stage.value)) for stage in Stage}
    world.bus.dead = {None: [letter(b"{"), letter(b"text", readable=False)], **{one: [dead[one]] for one in Stage}}
    assert watch(world.services) == len(Stage) + 2
    assert not any(world.bus.dead.values())
    assert head(world, identity).status is Status.NEEDS_ATTENTION
    assert watch(world.services) == 0


@pytest.mark.parametrize("point", range(1, 21))
def test_dying_anywhere_loses_nothing_and_tells_nothing_twice(point: int) -> None:
    world = World(SMALL)
    world.bus.dead = {None: [letter(b"text", readable=False)]}
    world.crash.passed.clear()
    world.crash.at = point
    with contextlib.suppress(CrashError):
        watch(world.services)
        return  # no such point: the round came to its end
    world.crash.at = None
    watch(world.services)
    world.clock.advance(timedelta(minutes=10))
    world.sweep()
    assert not world.bus.dead[None]
    assert {item.body for item in world.bus.rejected} == {b"text"}
    assert len({event["id"] for event in world.events()}) == len(world.all()) == 1


def test_a_bus_that_cannot_be_read_and_a_round_without_time_leave_everything(mocker: MockerFixture) -> None:
    world = World(SMALL)
    world.bus.dead = {None: [letter(b"{")]}
    world.bus.cut_off = True
    assert watch(world.services) == 0
    world.bus.cut_off = False
    mocker.patch.object(world.clock, "monotonic", side_effect=[0.0, 1.0, *[10_000.0] * 20])
    assert watch(world.services) == 0
    assert len(world.bus.dead[None]) == 1
