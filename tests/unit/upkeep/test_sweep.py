"""The sweeper: wakes what is overdue, sends what is owed, reminds; one that fails does not stop the others."""

from __future__ import annotations

from datetime import timedelta

import pytest

from local.simulator.scenario.models import CustomerSpec
from local.world.world import World
from shared.domain.offboarding.messages import Destination
from shared.domain.offboarding.states import Status
from shared.upkeep.sweep import sweep
from tests.functional.customers import legacy
from tests.functional.trouble import arm
from tests.unit.support.worlds import StoreSwitch, head, on_queue, received, waiting, whats, with_pace

GRACE = timedelta(minutes=5)
STEP = timedelta(seconds=1)


def test_a_lost_wake_up_is_replaced_by_a_new_one_once_in_each_grace() -> None:
    world, identity = received()
    world.bus.queued.clear()
    world.clock.advance(GRACE - STEP)
    assert sweep(world.services) == 0

    world.clock.advance(STEP)
    assert sweep(world.services) == 1
    assert sweep(world.services) == 0
    assert [item.id for item in on_queue(world, Destination.STAGE)] == [f"{identity}:plan:2"]

    world.clock.advance(GRACE)
    assert sweep(world.services) == 1
    assert head(world, identity).attempt == 3


def test_what_waits_longer_than_a_message_can_be_scheduled_is_woken_on_its_day() -> None:
    world, identity = waiting()
    due = head(world, identity).next_attempt_at
    assert due is not None
    assert on_queue(world, Destination.STAGE) == []

    world.clock.advance(due - world.clock.now() - STEP)
    assert sweep(world.services) == 0
    world.clock.advance(STEP)
    assert sweep(world.services) == 1, "at its date: no message can be on its way"
    assert sweep(world.services) == 0, "the wake-up that was sent now has its time to arrive"
    assert world.store.timeline(identity)[-1].detail == "its date has come"


def test_a_claim_that_is_held_is_left_alone_and_an_expired_one_is_woken_at_once() -> None:
    world, identity = received()
    store = StoreSwitch(world)
    store.refuses = lambda change: change.offboarding.claim is None
    world.deliver(world.bus.queued.pop())
    store.refuses = lambda _: False
    claim = head(world, identity).claim
    assert claim is not None

    world.clock.advance(timedelta(days=1))
    assert sweep(world.services) == 0
    world.clock.pass_machine(claim.expires_at - world.clock.machine())
    assert sweep(world.services) == 1
    world.run(timedelta(hours=1))
    assert head(world, identity).status is Status.WAITING


def test_a_person_is_told_every_day_until_somebody_acts_or_it_passes() -> None:
    world, identity = received()
    with_pace(world, faults_before_attention=1)
    arm(world, {"match": {"pathRegex": "/orders$", "times": None}, "action": {"type": "html"}})
    world.run(timedelta(hours=1))
    assert head(world, identity).status is Status.NEEDS_ATTENTION
    events = len(world.events())

    for day in range(1, 4):
        world.clock.advance(timedelta(days=1))
        assert sweep(world.services) == 1
        world.run(timedelta(hours=1))
        assert head(world, identity).status is Status.NEEDS_ATTENTION
        assert len(world.events()) == events + day
    assert whats(world, identity).count("looked_again") == 3
    assert len({event["id"] for event in world.events()}) == len(world.events())

    world.simulator.faults.clear()
    world.clock.advance(timedelta(days=1))
    sweep(world.services)
    world.run(timedelta(hours=1))
    assert head(world, identity).status is not Status.NEEDS_ATTENTION


def test_the_outcome_of_a_finished_offboarding_is_sent_when_the_topic_is_back() -> None:
    world, identity = received(CustomerSpec(name="Quick", subscriptions=(legacy(),)))
    world.bus.failing.add(Destination.EVENTS)
    world.run(timedelta(minutes=5))
    assert head(world, identity).status is Status.REMOVED
    assert not any(event["data"]["status"] == "removed" for event in world.events())

    world.bus.failing.clear()
    world.clock.advance(GRACE)
    assert sweep(world.services) == 1
    assert sum(event["data"]["status"] == "removed" for event in world.events()) == 1
    assert sweep(world.services) == 0


@pytest.mark.parametrize("position", [0, 1, 2])
def test_one_that_cannot_be_woken_does_not_stop_the_others(position: int) -> None:
    customers = [CustomerSpec(name=f"C{number}", subscriptions=(legacy(),)) for number in range(3)]
    world = World(*customers)
    for customer in customers:
        world.ask(customer)
    while message := world.bus.take():
        if message.destination is Destination.REQUESTS:
            world.deliver(message)
    world.bus.queued.clear()
    world.clock.advance(GRACE)
    unlucky = world.all()[position].id
    store = StoreSwitch(world)
    store.refuses = lambda change: change.offboarding.id == unlucky

    assert sweep(world.services) == 2
    store.refuses = lambda _: False
    assert sweep(world.services) == 1
    assert {item.attempt for item in world.all()} == {2}


def test_somebody_else_at_the_same_moment_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    world, identity = received()
    world.bus.queued.clear()
    world.clock.advance(GRACE)
    store, services = StoreSwitch(world), world.services
    inner = [True]

    def race() -> None:
        if inner.pop():
            sweep(services)

    store.before["commit"] = race
    sweep(world.services)

    assert head(world, identity).attempt == 2
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
