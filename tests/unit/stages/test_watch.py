"""Dead letters: shown where they stopped something, left alone where they did not; a watcher never raises."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from pytest_mock import MockerFixture

from local.world.world import World
from shared.domain.errors import OffboardingError, SettingsError
from shared.domain.messages import Destination
from shared.domain.offboarding import Stage, Status
from shared.stages.operate import resume
from shared.stages.services import Services
from shared.stages.watch import watch_request, watch_stage
from tests.unit.stages.support import SMALL, StoreSwitch, head, received, waiting, wake_up, whats

WHY = {"DeadLetterReason": "MaxDeliveryCountExceeded", "DeadLetterErrorDescription": "10 deliveries"}


def body(world: World, identity: str, **changed: Any) -> bytes:
    wake = wake_up(world, identity)
    fields = {"offboardingId": wake.offboarding_id, "stage": wake.stage.value, "attempt": wake.attempt}
    return json.dumps({**fields, **changed}).encode()


def test_a_dead_wake_up_is_shown_on_its_offboarding_and_can_be_resumed() -> None:
    world, identity = received()
    world.bus.queued.clear()
    watch_stage(body(world, identity), Stage.PLAN, WHY, lambda: world.services)

    found = head(world, identity)
    assert found.status is Status.NEEDS_ATTENTION
    assert found.reason is not None
    assert found.reason.code == "dead_lettered"
    assert "MaxDeliveryCountExceeded: 10 deliveries" in found.reason.text
    assert found.next_attempt_at == world.clock.now() + timedelta(days=1)
    assert world.events()[-1]["data"]["status"] == "needs_attention"

    resume(identity, "tests", world.services)
    world.run()
    assert head(world, identity).status is Status.REMOVED


def test_the_same_dead_letter_twice_is_shown_once() -> None:
    world, identity = received()
    for _ in range(2):
        watch_stage(body(world, identity), Stage.PLAN, WHY, lambda: world.services)

    assert whats(world, identity).count("state.needs_attention") == 1


@pytest.mark.parametrize(("stage", "changed"), [(Stage.VERIFY, {"attempt": 1}), (Stage.PLAN, {"stage": "plan"})])
def test_an_old_dead_letter_does_not_stop_what_went_on_without_it(stage: Stage, changed: dict[str, Any]) -> None:
    world, identity = waiting()
    watch_stage(body(world, identity, **changed), stage, WHY, lambda: world.services)

    assert head(world, identity).status is Status.WAITING


def test_a_dead_letter_of_a_finished_offboarding_changes_nothing() -> None:
    world, identity = received()
    old = body(world, identity)
    world.run()
    before = head(world, identity)
    watch_stage(old, Stage.PLAN, WHY, lambda: world.services)

    assert head(world, identity) == before


def test_while_somebody_works_on_it_a_dead_letter_says_nothing() -> None:
    world, identity = received()
    store = StoreSwitch(world)
    store.refuses = lambda change: change.offboarding.claim is None
    dead = body(world, identity)
    world.deliver(world.bus.queued.pop())
    store.refuses = lambda _: False
    watch_stage(dead, Stage.PLAN, WHY, lambda: world.services)

    assert head(world, identity).status is Status.RECEIVED


def broken_settings() -> Services:
    raise SettingsError("3 setting(s) are wrong")


@pytest.mark.parametrize(
    "dead", [b"", b"{", b"{}", b'{"offboardingId":"x","stage":"remove","attempt":1}', b"\xff" * 10, b"[" * 5000]
)
def test_an_unreadable_or_foreign_dead_letter_is_only_logged(dead: bytes, caplog: pytest.LogCaptureFixture) -> None:
    world, identity = received()
    before = head(world, identity)
    watch_stage(dead, Stage.PLAN, {}, lambda: world.services)

    assert head(world, identity) == before
    assert any("no reason given" in record.getMessage() for record in caplog.records)


def test_a_stage_watcher_raises_for_nothing() -> None:
    world, identity = received()
    dead, store = body(world, identity), StoreSwitch(world)
    store.down = True
    world.bus.failing |= set(Destination)
    for services in (broken_settings, lambda: world.services):
        watch_stage(dead, Stage.PLAN, WHY, services)
    store.down = False
    assert head(world, identity).status is Status.RECEIVED


def test_a_request_that_can_be_kept_nowhere_stays_on_the_dead_letter_queue(mocker: MockerFixture) -> None:
    mocker.patch("shared.stages.watch.PAUSE_SECONDS", 0)
    world = World(SMALL)
    store = StoreSwitch(world)
    store.down = True
    world.bus.failing |= set(Destination)
    for services in (broken_settings, lambda: world.services):
        with pytest.raises(OffboardingError):
            watch_request(b"{", "m-1", WHY, services)


def test_a_dead_request_is_taken_in_once_more() -> None:
    world = World(SMALL)
    request = world.ask(SMALL)
    watch_request(world.bus.queued.pop().body, "m-1", WHY, lambda: world.services)

    assert world.offboarding(request).status is Status.RECEIVED


def test_a_request_that_keeps_failing_is_kept_for_people() -> None:
    world = World(SMALL)
    world.ask(SMALL)
    request, store = world.bus.queued.pop().body, StoreSwitch(world)

    def bug() -> None:
        raise ZeroDivisionError

    store.before["load"] = bug
    watch_request(request, "m-1", WHY, lambda: world.services)

    assert [item.body for item in world.bus.rejected] == [request]
    [rejected] = world.all()
    assert rejected.status is Status.REJECTED
    assert rejected.reason is not None
    assert "MaxDeliveryCountExceeded" in rejected.reason.text
