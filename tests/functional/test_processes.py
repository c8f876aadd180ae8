"""Several processes over one store: what one of them is asked to wait for, all of them wait for (I7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from local.simulator.scenario.models import CustomerSpec
from local.world.crash import CrashPoints
from local.world.world import World
from shared.domain.offboarding.states import Status
from tests.functional.checks import check_invariants
from tests.functional.customers import azure_plan, legacy, nce
from tests.functional.processes import Processes
from tests.functional.trouble import arm, assert_waited
from tests.unit.support.worlds import whats

WAIT = timedelta(seconds=57)
CUSTOMERS = tuple(
    CustomerSpec(name=f"Customer {number}", subscriptions=(legacy(), nce(), azure_plan("one"))) for number in range(3)
)


@pytest.mark.long
@pytest.mark.parametrize("nth", [1, 4, 9, 23])
@pytest.mark.parametrize(
    "answer",
    [
        {"type": "throttle", "retryAfter": WAIT.seconds},
        {"type": "status", "status": 503, "headers": {"Retry-After": str(WAIT.seconds)}},
    ],
    ids=["429", "503"],
)
def test_no_process_calls_before_the_time_that_another_was_told(nth: int, answer: dict[str, Any]) -> None:
    world = Processes(3, *CUSTOMERS)
    arm(world, {"match": {"pathRegex": "^/v1/customers", "nth": nth}, "action": answer})
    requests = [world.ask(customer) for customer in CUSTOMERS]
    world.run()

    assert {world.offboarding(request).status for request in requests} == {Status.REMOVED}
    assert_waited(world, WAIT)
    calls = [entry for entry in world.journal() if entry["path"].startswith("/v1/customers")]
    told = datetime.fromisoformat(calls[nth - 1]["time"])
    assert calls[nth - 1]["status"] in {429, 503}
    assert datetime.fromisoformat(calls[nth]["time"]) >= told + WAIT
    check_invariants(world)


def test_a_wait_is_visible_and_no_fault() -> None:
    world = Processes(2, *CUSTOMERS)
    arm(
        world,
        {"match": {"pathRegex": "/subscriptions$", "nth": 1}, "action": {"type": "throttle", "retryAfter": 600}},
    )
    requests = [world.ask(customer) for customer in CUSTOMERS]
    world.run(for_at_most=timedelta(minutes=5))

    for request in requests:
        offboarding = world.offboarding(request)
        assert offboarding.reason is not None
        assert (offboarding.reason.code, offboarding.counters.faults) == ("throttled", 0)
        assert offboarding.next_attempt_at is not None
    held = [world.offboarding(request).reason for request in requests]
    assert sum("asked this partner to make no calls before" in (reason.text if reason else "") for reason in held) == 2


def test_a_wait_survives_the_process_that_was_told() -> None:
    """Killed right after the 429: the next process knows it from the store."""
    crash = CrashPoints()
    world = World(CUSTOMERS[0], crash=crash)
    arm(world, {"match": {"pathRegex": "/orders$", "nth": 1}, "action": {"type": "throttle", "retryAfter": 1200}})
    request = world.ask(CUSTOMERS[0])
    original = crash.here

    def die_at_the_next_commit(name: str) -> None:
        if name == "before commit" and world.store.holds() and crash.at is None and not world.restarts:
            crash.at = len(crash.passed) + 1
        original(name)

    crash.here = die_at_the_next_commit  # type: ignore[method-assign]
    world.run()

    assert world.restarts == 1
    assert world.offboarding(request).status is Status.REMOVED
    assert_waited(world, timedelta(seconds=1200))
    check_invariants(world)


def test_a_date_that_no_service_asks_for_holds_for_a_day() -> None:
    """A clock was wrong, or somebody wrote the row: it is not waited for, in no process and after no restart."""
    world = Processes(2, CUSTOMERS[0])
    began = world.clock.now()
    world.store.hold("Partner Center", began + timedelta(days=29))
    request = world.ask(CUSTOMERS[0])
    world.run(for_at_most=timedelta(hours=23))

    offboarding = world.offboarding(request)
    assert offboarding.next_attempt_at is not None
    assert offboarding.next_attempt_at <= began + timedelta(days=1, minutes=1)
    assert not any(entry["path"].startswith("/v1/") for entry in world.journal())
    world.run()
    first = next(entry for entry in world.journal() if entry["path"].startswith("/v1/"))
    waited = datetime.fromisoformat(first["time"]) - began
    assert timedelta(days=1) <= waited <= timedelta(days=1, minutes=10)
    assert world.offboarding(request).status is Status.REMOVED
    assert "fault.throttled" not in whats(world, offboarding.id)


@pytest.mark.parametrize("answer", ["99999999999", "1e308", "Fri, 31 Dec 9999 23:59:59 GMT"])
@pytest.mark.parametrize("status", [429, 503])
def test_an_absurd_wait_ends_after_a_day(status: int, answer: str) -> None:
    world = World(CUSTOMERS[0])
    action = {"type": "status", "status": status, "headers": {"Retry-After": answer}}
    arm(world, {"match": {"pathRegex": "^/v1/customers", "nth": 2}, "action": action})
    request = world.ask(CUSTOMERS[0])
    world.run(for_at_most=timedelta(hours=27))
    assert world.offboarding(request).status is Status.REMOVED
    assert_waited(world, timedelta(hours=24))


def test_a_hold_that_a_person_lifts_is_lifted_for_a_running_process() -> None:
    world = World(*CUSTOMERS[:3])
    action = {"type": "throttle", "retryAfter": 80_000}
    arm(world, {"match": {"pathRegex": "^/v1/customers", "nth": 2}, "action": action})
    requests = [world.ask(CUSTOMERS[0]), world.ask(CUSTOMERS[1])]
    world.run(for_at_most=timedelta(minutes=5))
    assert not any(world.offboarding(request).finished for request in requests)
    world.store.hold("Partner Center", world.clock.now(), at_most=world.clock.now())

    later = world.ask(CUSTOMERS[2])
    world.run(for_at_most=timedelta(hours=3))
    assert world.offboarding(later).status is Status.REMOVED


@pytest.mark.long
def test_a_throttled_write_is_no_try_and_is_repeated_at_once_when_the_time_has_come() -> None:
    world = World(customer := CustomerSpec(name="Throttled", subscriptions=tuple(nce(f"N {n}") for n in range(10))))
    match = {"method": "PATCH", "pathRegex": "/subscriptions/", "times": 30}
    arm(world, {"match": match, "action": {"type": "throttle", "retryAfter": WAIT.seconds}})
    world.services = replace(world.services, pace=replace(world.services.pace, faults_before_attention=3))
    request = world.ask(customer)
    world.run()

    assert world.offboarding(request).status is Status.REMOVED
    assert_waited(world, WAIT)
    throttled = [entry for entry in world.journal() if entry["status"] == 429]
    assert len(throttled) == 30
    inventories = sum(entry["path"].endswith("/entitlements") for entry in world.journal())
    assert inventories == 3, "plan, verify and remove: nothing is read again because of a throttled write"
    check_invariants(world)
