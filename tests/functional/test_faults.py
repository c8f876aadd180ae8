"""Crashes at every point, messages that lie, and a tenant that changes under our hands."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from local.simulator.scenario.models import CustomerSpec
from local.world.crash import CrashPoints
from local.world.world import World
from shared.domain.offboarding.messages import Destination, WakeUp
from shared.domain.offboarding.states import Stage, Status
from shared.pipeline.runner import handle_wake_up
from tests.functional.checks import check_invariants, effects
from tests.functional.customers import azure_plan, late, legacy, nce, removable, waiting
from tests.functional.sampling import some_of

SMALL = CustomerSpec(name="Small", subscriptions=(legacy(), nce(), azure_plan("one")))


WRITES = (" PATCH ", " DELETE ")


def points(customer: CustomerSpec) -> list[int]:
    """Every n-th commit, message and call, right before or right after; the tenant's writes from both sides always."""
    world = World(customer)
    world.ask(customer)
    world.run()
    names = dict(enumerate(world.crash.passed, 1))
    writes = [at for at, name in names.items() if any(write in name for write in WRITES)]
    assert writes
    return sorted({*some_of(names), *writes})


POINTS = points(SMALL)
PARTS = 8


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_killed_at_any_point_it_finishes_without_a_double_effect(part: int) -> None:
    """Once in the course of a whole offboarding (I1, I2, I5)."""
    for at in POINTS[part::PARTS]:
        world = World(SMALL, crash=CrashPoints(at))
        request = world.ask(SMALL)
        world.run()

        assert world.restarts == 1, f"point {at} was not reached"
        place = f"killed {world.crash.passed[at - 1]} ({at})"
        assert world.offboarding(request).status is Status.REMOVED, place
        check_invariants(world)


@pytest.mark.parametrize("kind", ["duplicate", "lost", "late"])
def test_messages_may_come_twice_late_or_never(kind: str) -> None:
    world = World(customer := removable())
    request = world.ask(customer)
    original = world.bus.take

    def unreliable() -> Any:
        message = original()
        if message is None or message.destination is not Destination.STAGE:
            return message
        if kind == "duplicate" and message.correlation_id != "again":
            world.bus.queued.append(replace(message, correlation_id="again"))
        if kind == "lost" and not message.id.endswith(("2", "5", "8")):
            return original()
        if kind == "late" and message.correlation_id != "again":
            late_at = world.clock.now() + timedelta(minutes=20)
            world.bus.queued.append(replace(message, correlation_id="again", scheduled_at=late_at))
            return original()
        return message

    world.bus.take = unreliable  # type: ignore[method-assign]
    world.run()

    assert world.offboarding(request).status is Status.REMOVED
    check_invariants(world)


def wake(world: World, request: str, stage: Stage) -> str:
    return handle_wake_up(WakeUp(world.offboarding(request).id, stage, 99), world.services)


def test_a_message_on_the_remove_queue_by_hand_never_removes() -> None:
    world = World(active := removable("Active"), term := waiting("Term"), odd := CustomerSpec(name="Odd"))
    fresh = world.ask(active)
    world.deliver(world.bus.take() or pytest.fail("no message"))
    assert wake(world, fresh, Stage.REMOVE) == "its stage is plan, not remove"

    waits = world.ask(term)
    world.bus.queued = [item for item in world.bus.queued if item.destination is Destination.REQUESTS]
    world.run(for_at_most=timedelta(hours=1))
    assert wake(world, waits, Stage.REMOVE) == "its stage is verify, not remove"
    assert wake(world, waits, Stage.VERIFY).startswith("not due before")

    assert handle_wake_up(WakeUp("unknown", Stage.REMOVE, 1), world.services) == "no such offboarding"
    assert odd.name == "Odd"
    assert not [name for name, customer, _ in effects(world) if name == "relationship.removed" and customer == waits]


def test_needs_attention_is_not_woken_by_a_message() -> None:
    world = World(customer := removable())
    request = world.ask(customer)
    world.services = replace(world.services, pace=replace(world.services.pace, loops_before_attention=0))
    world.run(for_at_most=timedelta(hours=12))

    assert world.offboarding(request).status is Status.NEEDS_ATTENTION
    stage = world.offboarding(request).stage or Stage.VERIFY
    assert wake(world, request, stage) == "the offboarding is needs_attention"
    assert wake(world, request, Stage.REMOVE) == "the offboarding is needs_attention"


def fault(world: World, **rule: Any) -> None:
    from local.simulator.messages import Request, encode

    answer = world.simulator.handle(Request.of("POST", "/_simulator/faults", {}, encode([rule])))
    assert answer.status < 300, answer.body


def test_no_call_is_made_before_retry_after() -> None:
    world = World(customer := removable())
    fault(world, match={"pathRegex": "/subscriptions$", "nth": 2}, action={"type": "throttle", "retryAfter": 57})
    request = world.ask(customer)
    world.run()

    assert world.offboarding(request).status is Status.REMOVED
    entries = world.journal()
    throttled = next(number for number, entry in enumerate(entries) if entry["status"] == 429)
    assert entries[throttled + 1]["time"] > entries[throttled]["time"]
    check_invariants(world)


@pytest.mark.parametrize("event_outage", [Destination.EVENTS])
def test_a_failing_event_topic_never_holds_up_a_stage(event_outage: Destination) -> None:
    world = World(customer := removable())
    world.bus.failing.add(event_outage)
    request = world.ask(customer)
    _run_some(world)

    assert world.offboarding(request).status is Status.REMOVED
    assert world.bus.events == []

    world.bus.failing.clear()
    world.run()
    check_invariants(world)


def _run_some(world: World) -> None:
    for _ in range(200):
        message = world.bus.take()
        if message is not None:
            world.deliver(message)
        else:
            world.clock.advance(timedelta(minutes=6))
            from shared.upkeep.sweep import sweep

            sweep(world.services)


def test_a_licence_that_comes_back_after_verify_is_not_removed_over() -> None:
    customer = CustomerSpec(name="Flicker", subscriptions=(legacy("L"), late("T", "+P5D")))
    world = World(customer)
    request = world.ask(customer)
    world.run()

    assert world.offboarding(request).status is Status.REMOVED
    check_invariants(world)
