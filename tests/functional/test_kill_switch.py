"""The kill switch and the ceilings over whole offboardings; the simulator's journal is the oracle."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from local.simulator.scenario.models import CustomerSpec, GdapSpec, SubscriptionSpec
from local.simulator.tenant.kinds import Kind
from local.world.clock import START, WorldClock
from local.world.crash import CrashPoints
from local.world.world import World
from shared.adapters.brakes import SharedBrakes
from shared.domain.brake import HOUR, Brake, Ceilings, hour_of
from shared.domain.codes import ReasonCode
from shared.domain.offboarding.record import Claim, Reason
from shared.domain.offboarding.states import Stage, Status
from shared.operations.brake import Moved, move_brake, wake_what_waits
from shared.ports.store import Filter
from tests.functional.checks import check_invariants, effects
from tests.functional.customers import late, legacy, nce
from tests.functional.people import OPERATOR
from tests.unit.support.heads import NOW, head_of, keep, kept
from tests.unit.support.worlds import StoreSwitch

CUSTOMER = CustomerSpec(name="Braked", subscriptions=(legacy(), nce(), late("Late", "+P5D")), gdap=(GdapSpec(),))
FOREVER = timedelta(days=60)
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
MOST_STEPS = 500


def move(world: World, *, held: bool) -> Moved:
    stored = world.services.brakes.read()
    wanted = Brake(held, OPERATOR, "a test", world.clock.now())
    return move_brake(wanted, stored.etag, world.services)


def points() -> int:
    world = World(CUSTOMER)
    world.ask(CUSTOMER)
    found = 1
    while world.step(world.clock.now() + FOREVER):
        found += 1
        assert found < MOST_STEPS, "it goes round in circles"
    return found - 1


@pytest.mark.long
@pytest.mark.parametrize("point", range(1, points()))
def test_held_at_any_point_nothing_is_written_and_released_it_goes_on(point: int) -> None:
    world = World(CUSTOMER)
    request = world.ask(CUSTOMER)
    for _ in range(point):
        world.step(world.clock.now() + FOREVER)
    before = world.offboarding(request)
    written = list(effects(world))
    move(world, held=True)
    world.run(for_at_most=3 * DAY)
    held = world.offboarding(request)
    assert list(effects(world)) == written
    told = [entry["data"] for entry in map(json.loads, world.store.evidence(held.id)) if entry["kind"] == "brake"]
    assert all(entry == {"held": True} for entry in told)
    if not held.finished:
        assert held.reason is not None
        assert (held.status, held.reason.code) in (
            (Status.WAITING, ReasonCode.BRAKE_HELD),
            (Status.WAITING, ReasonCode.IN_TERM),
        )
        assert held.next_attempt_at is not None
    woken = move(world, held=False).woken
    assert woken == (held.reason is not None and held.reason.code is ReasonCode.BRAKE_HELD)
    if woken:
        assert world.offboarding(request).next_attempt_at == world.clock.now(), "it goes on at once"
    world.run(for_at_most=FOREVER)
    assert world.offboarding(request).status is Status.REMOVED, before.stage
    check_invariants(world)


def many(number: int) -> CustomerSpec:
    licences = tuple(SubscriptionSpec(name=f"Licence {n}", kind=Kind.NCE_LICENCE) for n in range(number))
    return CustomerSpec(name="Large", subscriptions=licences)


class Ticking(WorldClock):
    """A hundredth of a second goes by at every glance, so that what is a second old is read again."""

    def monotonic(self) -> float:
        self.pass_machine(timedelta(seconds=0.01))
        return super().monotonic()


class AfterPatches(CrashPoints):
    """Calls `then` right after so many PATCHes, as another process might; nothing dies."""

    def __init__(self, patches: int, then: Callable[[], None]) -> None:
        super().__init__()
        self._left, self._then = patches, then

    def here(self, name: str) -> None:
        super().here(name)
        if name.startswith("after PATCH"):
            self._left -= 1
            if self._left == 0:
                self._then()


@pytest.mark.long
@pytest.mark.parametrize("number", [60, pytest.param(500, marks=pytest.mark.slow)])
def test_in_the_middle_of_many_cancellations_no_write_starts_a_second_later(number: int) -> None:
    customer, clock, held_at = many(number), Ticking(), list[datetime]()

    def hold() -> None:
        SharedBrakes(world.store, clock, Ceilings()).move(Brake(held=True, by=OPERATOR, why="stop"), None)
        held_at.append(clock.machine())

    world = World(customer, crash=AfterPatches(number * 2 // 5, hold), clock=clock)
    request = world.ask(customer)
    world.run(for_at_most=timedelta(hours=3))
    written = len(effects(world))
    assert number * 2 // 5 <= written < number
    late_ones = [
        entry for entry in world.journal() if entry["effects"] and moment(entry["machineTime"]) > held_at[0] + SECOND
    ]
    assert late_ones == []
    held = world.offboarding(request)
    assert held.reason is not None
    assert (held.stage, held.status, held.reason.code) == (Stage.CANCEL, Status.WAITING, ReasonCode.BRAKE_HELD)
    assert held.reason.text == "the kill switch is held by Ms. Operator: stop; nothing is written"
    world.run(for_at_most=DAY)
    assert len(effects(world)) == written
    move(world, held=False)
    world.run(for_at_most=FOREVER)
    assert world.offboarding(request).status is Status.REMOVED
    check_invariants(world)


def by_hour(world: World, effect: str) -> Counter[datetime]:
    found = (entry for entry in world.journal() for each in entry["effects"] if each["effect"] == effect)
    return Counter(hour_of(moment(entry["time"])) for entry in found)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_ceiling_spreads_cancellations_over_the_hours() -> None:
    customer = many(25)
    world = World(customer, OFFBOARDING_IRREVERSIBLE_WRITES_PER_HOUR="10")
    request = world.ask(customer)
    world.run(for_at_most=timedelta(minutes=20))
    held = world.offboarding(request)
    assert held.reason is not None
    assert (held.status, held.reason.code) == (Status.WAITING, ReasonCode.CEILING_REACHED)
    assert held.next_attempt_at == hour_of(world.clock.now()) + HOUR
    world.run(for_at_most=FOREVER)
    assert world.offboarding(request).status is Status.REMOVED
    assert sorted(by_hour(world, "subscription.cancelled").values()) == [5, 10, 10]
    check_invariants(world)


def test_what_can_be_put_back_does_not_wait_for_a_ceiling() -> None:
    customer = CustomerSpec(name="Mixed", subscriptions=(*many(12).subscriptions, late("Late", "+P5D")))
    world = World(customer, OFFBOARDING_IRREVERSIBLE_WRITES_PER_HOUR="2")
    world.ask(customer)
    world.run(for_at_most=timedelta(minutes=20))
    assert Counter(effect for effect, *_ in effects(world)) == {
        "subscription.cancelled": 2,
        "subscription.cancel_scheduled": 1,
        "subscription.autorenew_off": 1,
    }


@pytest.mark.long
def test_a_ceiling_spreads_removals_over_the_hours() -> None:
    customers = tuple(CustomerSpec(name=f"Customer {n}", subscriptions=(nce(),)) for n in range(5))
    world = World(*customers, OFFBOARDING_REMOVALS_PER_HOUR="2")
    requests = [world.ask(customer) for customer in customers]
    world.run(for_at_most=FOREVER)
    assert {world.offboarding(request).status for request in requests} == {Status.REMOVED}
    assert sorted(by_hour(world, "relationship.removed").values()) == [1, 2, 2]
    check_invariants(world)


class AtTheRemoval(CrashPoints):
    """Holds the kill switch right after the removal's intent was stored."""

    world: World | None = None

    def here(self, name: str) -> None:
        super().here(name)
        if self.world is not None and name == "after commit" and any(one.removal for one in self.world.all()):
            world, self.world = self.world, None
            move(world, held=True)


@pytest.mark.long
def test_held_between_intent_and_removal_nothing_is_removed() -> None:
    crash = AtTheRemoval()
    world = World(CUSTOMER, crash=crash)
    crash.world = world
    request = world.ask(CUSTOMER)
    world.run(for_at_most=timedelta(days=8))
    held = world.offboarding(request)
    assert held.reason is not None
    assert (held.stage, held.reason.code, held.removal) == (Stage.REMOVE, ReasonCode.BRAKE_HELD, None)
    assert "relationship.removed" not in {effect for effect, *_ in effects(world)}
    move(world, held=False)
    world.run(for_at_most=FOREVER)
    assert world.offboarding(request).status is Status.REMOVED
    check_invariants(world)


BRAKED = Reason(ReasonCode.BRAKE_HELD, "held", "Release it.")
IN_TERM = Reason(ReasonCode.IN_TERM, "a term runs")
HELD = Claim("other", START + SECOND)


@pytest.mark.parametrize(
    ("status", "stage", "reason", "claim", "woken"),
    [
        (Status.PLANNING, Stage.PLAN, BRAKED, None, True),
        (Status.RUNNING, Stage.CANCEL, BRAKED, None, True),
        (Status.WAITING, Stage.VERIFY, BRAKED, None, True),
        (Status.RESTORING, Stage.RESTORE, BRAKED, None, True),
        (Status.NEEDS_ATTENTION, Stage.VERIFY, BRAKED, None, False),
        (Status.WAITING, Stage.VERIFY, IN_TERM, None, False),
        (Status.RUNNING, Stage.CANCEL, None, None, False),
        (Status.WAITING, Stage.VERIFY, BRAKED, HELD, False),
    ],
)
def test_a_release_wakes_what_waits_for_it_and_nothing_else(
    status: Status, stage: Stage, reason: Reason | None, claim: Claim | None, woken: bool
) -> None:
    world = World()
    before = head_of(status, stage, reason=reason, claim=claim, next_attempt_at=NOW + DAY)
    keep(world, before)
    assert wake_what_waits(OPERATOR, world.services) == int(woken)
    found = kept(world)
    assert (found == before) is not woken
    assert (found.next_attempt_at, found.stage) == (NOW if woken else NOW + DAY, stage)
    told = [line["data"] for line in map(json.loads, world.store.evidence(found.id)) if line["kind"] == "brake"]
    assert told == ([{"held": False}] if woken else [])


def test_a_release_wakes_more_than_one_page_of_them() -> None:
    world = World()
    for number in range(Filter().limit + 1):
        keep(world, head_of(Status.WAITING, Stage.VERIFY, id=f"o-{number}", reason=BRAKED, next_attempt_at=NOW + DAY))
    assert wake_what_waits(OPERATOR, world.services) == Filter().limit + 1


def test_what_somebody_else_moves_in_this_moment_is_not_counted_as_woken() -> None:
    world = World()
    session = keep(world, head_of(Status.WAITING, Stage.VERIFY, reason=BRAKED, next_attempt_at=NOW + DAY))
    StoreSwitch(world).before["commit"] = lambda: session.save()
    assert wake_what_waits(OPERATOR, world.services) == 0


@pytest.mark.parametrize(
    ("status", "stage", "reason"),
    [(Status.WAITING, Stage.VERIFY, IN_TERM), (Status.WAITING, Stage.VERIFY, None), (Status.REMOVED, None, BRAKED)],
)
def test_what_waits_for_something_else_by_then_is_neither_woken_nor_counted(
    status: Status, stage: Stage | None, reason: Reason | None
) -> None:
    world = World()
    session = keep(world, head_of(Status.WAITING, Stage.VERIFY, reason=BRAKED, next_attempt_at=NOW + DAY))
    moved = replace(session.offboarding, status=status, stage=stage, reason=reason)
    StoreSwitch(world).before["load"] = lambda: session.save(moved)
    assert wake_what_waits(OPERATOR, world.services) == 0
    found = kept(world)
    assert (found.status, found.reason, found.next_attempt_at) == (status, reason, NOW + DAY)
