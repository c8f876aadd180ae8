"""One wake-up: whether it may act, who holds the claim, what a fault, a bug or a lost claim leads to."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from local.simulator.scenario.models import CustomerSpec
from local.world.crash import CrashPoints
from local.world.world import World
from shared.domain.holdings.ledger import ActionState
from shared.domain.offboarding.messages import Destination
from shared.domain.offboarding.record import Claim
from shared.domain.offboarding.states import RUNNABLE, Stage, Status
from shared.pipeline.runner import handle_wake_up
from shared.ports.store import Change
from tests.functional.checks import check_invariants
from tests.functional.customers import late, legacy, nce
from tests.functional.trouble import arm
from tests.unit.support.worlds import (
    SMALL,
    StoreSwitch,
    head,
    received,
    unavailable,
    waiting,
    wake_up,
    whats,
    with_pace,
)


def put(world: World, identity: str, **fields: Any) -> None:
    """Change the stored head directly."""
    stored = world.store.load(identity)
    assert stored is not None
    world.store.commit(Change(replace(stored.offboarding, **fields), stored.etag))


def claim_for(world: World, seconds: float) -> Claim:
    return Claim("somebody", world.clock.machine() + timedelta(seconds=seconds))


def test_a_claim_of_another_handler_is_respected_and_a_dead_one_is_taken_over() -> None:
    world, identity = received()
    put(world, identity, claim=claim_for(world, 60))
    assert handle_wake_up(wake_up(world, identity), world.services) == "another handler holds the claim"

    world.clock.pass_machine(timedelta(seconds=60))
    assert handle_wake_up(wake_up(world, identity), world.services) == "acted"
    assert "claim.taken_over" in whats(world, identity)
    assert head(world, identity).stage is Stage.SUSPEND


def test_business_time_does_not_end_a_claim() -> None:
    world, identity = received()
    put(world, identity, claim=claim_for(world, 60))
    world.clock.advance(timedelta(days=100))

    assert handle_wake_up(wake_up(world, identity), world.services) == "another handler holds the claim"


def test_of_two_handlers_at_the_same_moment_one_acts() -> None:
    world, identity = received()
    wake, services = wake_up(world, identity), world.services
    store = StoreSwitch(world)
    store.before["commit"] = lambda: handle_wake_up(wake, services)

    assert handle_wake_up(wake, world.services) == "another handler took it at the same moment"
    assert whats(world, identity).count("planned") == 1
    assert head(world, identity).attempt == wake.attempt + 1


def test_who_lost_the_claim_stores_nothing_more() -> None:
    world, identity = received()
    wake = wake_up(world, identity)
    store = StoreSwitch(world)

    def lose() -> None:
        put(world, identity, claim=claim_for(world, 600))

    store.before["holdings"] = lose
    assert handle_wake_up(wake, world.services).startswith("the claim was lost")
    claim = head(world, identity).claim
    assert claim is not None
    assert claim.owner == "somebody"
    assert head(world, identity).stage is Stage.PLAN


@pytest.mark.parametrize("method", ["load", "commit"])
def test_while_the_store_is_down_a_wake_up_is_dropped_and_the_sweeper_brings_it_back(method: str) -> None:
    world, identity = received()
    wake = wake_up(world, identity)
    store = StoreSwitch(world)

    store.before[method] = unavailable
    assert handle_wake_up(wake, world.services).startswith("the store cannot be used")
    world.bus.queued.clear()
    world.run()
    assert head(world, identity).status is Status.REMOVED
    check_invariants(world)


def test_an_outcome_that_cannot_be_stored_is_found_again_after_the_claim() -> None:
    world, identity = received()
    store = StoreSwitch(world)
    store.refuses = lambda change: change.offboarding.claim is None
    assert handle_wake_up(wake_up(world, identity), world.services).startswith("the store cannot be used")
    store.refuses = lambda _: False
    world.bus.queued.clear()
    world.run()

    assert head(world, identity).status is Status.REMOVED
    assert "claim.taken_over" in whats(world, identity)


def test_too_many_faults_in_a_row_ask_a_person_and_resuming_starts_anew() -> None:
    world, identity = received()
    with_pace(world, faults_before_attention=3)
    arm(world, {"match": {"pathRegex": "/orders$", "times": 3}, "action": {"type": "status", "status": 500}})
    world.run(timedelta(days=1))

    found = head(world, identity)
    assert found.status is Status.NEEDS_ATTENTION
    assert found.reason is not None
    assert found.reason.code == "too_many_faults"
    assert "500" in found.reason.text
    assert found.counters.faults == 3


def test_faults_that_are_not_in_a_row_ask_nobody() -> None:
    world, identity = received()
    with_pace(world, faults_before_attention=2)
    for nth in (1, 3, 5):
        arm(world, {"match": {"pathRegex": "/orders$", "nth": nth}, "action": {"type": "status", "status": 500}})
    world.run(timedelta(days=3))

    assert head(world, identity).status is Status.WAITING
    assert head(world, identity).counters.faults == 0


def test_being_throttled_is_no_fault_however_often() -> None:
    world, identity = received()
    with_pace(world, faults_before_attention=2)
    arm(world, {"match": {"pathRegex": "/orders$", "times": 30}, "action": {"type": "throttle", "retryAfter": 30}})
    world.run(timedelta(days=3))

    assert head(world, identity).status is Status.WAITING
    assert whats(world, identity).count("fault.throttled") == 30


def test_a_bug_is_recorded_by_its_type_and_tried_again_later() -> None:
    world, identity = received()
    store = StoreSwitch(world)

    def bug() -> None:
        raise ZeroDivisionError("with a secret in it")

    store.before["holdings"] = bug
    assert handle_wake_up(wake_up(world, identity), world.services) == "acted"
    found = head(world, identity)
    assert (found.status, found.stage, found.counters.faults) == (Status.PLANNING, Stage.PLAN, 1)
    assert found.reason is not None
    assert found.reason.text == "ZeroDivisionError in stage plan"
    world.run(timedelta(days=1))
    assert head(world, identity).status is Status.WAITING


def test_backoff_doubles_up_to_its_limit() -> None:
    world, identity = received()
    arm(world, {"match": {"pathRegex": "/orders$", "times": 15}, "action": {"type": "status", "status": 500}})
    world.run(timedelta(days=1))

    entries = world.store.timeline(identity)
    times = [entry.at for entry in entries if entry.what == "fault.unavailable"]
    waits = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(times)]
    assert waits == [min(30 * 2**number, 3600) for number in range(14)]


class Slow(CrashPoints):
    """Every write takes its time (machine time)."""

    def __init__(self, each: timedelta) -> None:
        super().__init__()
        self.each = each
        self.world: World | None = None

    def here(self, name: str) -> None:
        if name.startswith("after PATCH") and self.world is not None:
            self.world.clock.pass_machine(self.each)


class SlowReads(Slow):
    """The first read of a single subscription takes very long (machine time)."""

    def here(self, name: str) -> None:
        if name.startswith("after GET") and "/subscriptions/" in name and self.world is not None:
            self.world.clock.pass_machine(self.each)
            self.each = timedelta(0)


def test_no_effect_starts_late_in_a_claim_and_the_rest_follows_by_message() -> None:
    """20 writes of 50 seconds each: no call begins when less than a time-out and the margin are left (I2 follows)."""
    slow = Slow(timedelta(seconds=50))
    customer = CustomerSpec(name="Slow", subscriptions=tuple(legacy(f"L {number}") for number in range(20)))
    world = World(customer, crash=slow)
    slow.world = world
    request = world.ask(customer)
    pace = with_pace(world, claim=timedelta(seconds=300), work_budget=timedelta(seconds=300)).pace
    stages: list[str] = []
    original = world.deliver

    def deliver(message: Any) -> None:
        began = world.clock.machine()
        original(message)
        last_call_began = world.clock.machine() - slow.each
        assert last_call_began <= began + pace.write_window
        stages.append(message.subject)

    world.deliver = deliver  # type: ignore[method-assign]
    world.run()

    offboarding = world.offboarding(request)
    assert offboarding.status is Status.REMOVED
    assert stages.count("suspend") > 3
    assert "suspend.not_started" in whats(world, offboarding.id)
    assert all(
        action.state is ActionState.CONFIRMED and action.n == 1
        for record in world.store.holdings(offboarding.id).values()
        for action in record.actions
    )
    check_invariants(world)


def test_a_write_after_slow_reads_of_the_same_operation_does_not_start() -> None:
    """The end of a term is recorded by a GET and then a PATCH: a GET that took the claim's time holds up the PATCH."""
    slow = SlowReads(timedelta(seconds=700))
    customer = CustomerSpec(name="Slow", subscriptions=(late("Late", "+P40D"),))
    world = World(customer, crash=slow)
    slow.world = world
    request = world.ask(customer)
    world.run()

    offboarding = world.offboarding(request)
    assert "end_at_term.not_started" in whats(world, offboarding.id)
    assert offboarding.status is Status.REMOVED
    check_invariants(world)


@pytest.mark.parametrize("status", [status for status in Status if status not in {Status.RUNNING, Status.WAITING}])
def test_a_wake_up_acts_in_runnable_states_only(status: Status) -> None:
    world, identity = waiting()
    world.clock.advance(timedelta(days=8))
    put(world, identity, status=status)
    before = len(world.journal())
    runnable = status in RUNNABLE
    answer = handle_wake_up(wake_up(world, identity), world.services) if not runnable else "skipped"

    assert answer == ("skipped" if runnable else f"the offboarding is {status.value}")
    assert len(world.journal()) == before


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.VERIFY])
def test_a_wake_up_of_another_stage_does_nothing(stage: Stage) -> None:
    world, identity = waiting(CustomerSpec(name="W", subscriptions=(nce(), *SMALL.subscriptions)))
    world.clock.advance(timedelta(days=8))

    assert handle_wake_up(wake_up(world, identity, stage), world.services) == f"its stage is verify, not {stage.value}"
    assert world.bus.queued == []
    assert Destination.STAGE not in {item.destination for item in world.store.outbox(identity)}
