"""A brake strands nothing: wherever it stops an offboarding, it goes on by itself when the brake is released, or ends.

An offboarding is stopped before each of its steps (a message, or a date) in turn.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest

from local.simulator.scenario.models import CustomerSpec, GdapSpec
from local.world.world import World
from shared.adapters.stores.codec import dump_offboarding, load_offboarding
from shared.domain.codes import ReasonCode
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Stage, Status
from shared.domain.policy import Mode
from shared.operations.resume import resume
from shared.ports.store import Change
from tests.functional.checks import check_invariants, effects
from tests.functional.customers import late, legacy, nce
from tests.functional.people import OPERATOR
from tests.functional.trouble import arm

CUSTOMER = CustomerSpec(name="Braked", subscriptions=(legacy(), nce(), late("Late", "+P5D")), gdap=(GdapSpec(),))
DAY = timedelta(days=1)
FOREVER = timedelta(days=60)
MOST_STEPS = 500


def started() -> tuple[World, str]:
    world = World(CUSTOMER)
    return world, world.ask(CUSTOMER)


@cache
def steps() -> tuple[Stage | None, ...]:
    """The stage before each step of an offboarding that nothing stops, the request's own message left out."""
    world, request = started()
    ends, found = world.clock.now() + FOREVER, list[Stage | None]()
    while world.step(ends):
        found.append(world.offboarding(request).stage)
        assert len(found) < MOST_STEPS, "it goes round in circles"
    assert world.offboarding(request).status is Status.REMOVED
    return tuple(found)


POINTS = range(1, len(steps()))


def stopped_before(point: int) -> tuple[World, str, Offboarding]:
    world, request = started()
    for _ in range(point):
        assert world.step(world.clock.now() + FOREVER)
    return world, request, world.offboarding(request)


def test_every_stage_is_a_stopping_point() -> None:
    assert {*steps()[:-1]} == {*Stage} - {Stage.RESTORE}


@pytest.mark.long
@pytest.mark.parametrize("point", POINTS)
def test_mode_plan_holds_work_where_it_is_and_live_lets_it_go_on(point: int) -> None:
    world, request, before = stopped_before(point)
    written, live = Counter(effects(world)), world.services
    world.services = replace(live, mode=Mode.PLAN)
    world.run(for_at_most=3 * DAY, looks=2)
    held = world.offboarding(request)
    assert Counter(effects(world)) == written, "nothing is written in mode plan"
    if not before.finished and not held.finished:
        assert held.reason is not None
        assert (held.reason.code, held.status) in (
            (ReasonCode.MODE_PLAN, Status.WAITING),
            (ReasonCode.MODE_PLAN, Status.SCHEDULED),
            (ReasonCode.IN_TERM, Status.WAITING),
        )
    world.services = live
    world.run(for_at_most=FOREVER, looks=2)
    if held.status is Status.SCHEDULED:
        asked = world.offboarding(request)
        assert asked.reason is not None
        assert (asked.status, asked.reason.code) == (Status.NEEDS_ATTENTION, ReasonCode.WENT_LIVE)
        assert effects(world) == []
        resume(asked.id, OPERATOR, world.services)
        world.run(for_at_most=FOREVER, looks=2)
    assert world.offboarding(request).status is Status.REMOVED
    check_invariants(world)


@pytest.mark.parametrize("point", POINTS)
def test_a_protected_customer_is_left_as_it_is(point: int) -> None:
    world, request, before = stopped_before(point)
    written = Counter(effects(world))
    tenant = world.tenant()[0]["id"]
    partner = replace(world.services.partner, protected_customers=frozenset({tenant}))
    world.services = replace(world.services, partner=partner)
    world.run(for_at_most=FOREVER, looks=2)
    ended = world.offboarding(request)

    assert Counter(effects(world)) == written, "nothing is written to a protected customer"
    assert ended.finished
    assert ended.reason is not None
    if before.stage is Stage.PLAN:
        assert (ended.status, ended.reason.code) == (Status.REJECTED, ReasonCode.PROTECTED_CUSTOMER)
    elif before.stage is Stage.CONFIRM and ended.reason.code is not ReasonCode.PROTECTED_CUSTOMER:
        assert ended.status is Status.REMOVED
    else:
        assert (ended.status, ended.reason.code) == (Status.STOPPED, ReasonCode.PROTECTED_CUSTOMER)
        assert ("the removal of the relationship had been sent" in ended.reason.text) is (ended.removal is not None)
    removed = [event for event in world.events(request) if event["type"] == "offboarding.removed.v1"]
    assert len(removed) == (ended.status is Status.REMOVED)


ANSWERS = {
    "403": {"type": "status", "status": 403, "code": "987654", "description": "Not now."},
    "404": {"type": "status", "status": 404, "code": "987654", "description": "Not here."},
    "401": {"type": "status", "status": 401, "code": "987654", "description": "Who are you?"},
    "html": {"type": "html"},
}


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("point", POINTS)
def test_whatever_asked_for_a_person_is_looked_at_again_daily(point: int, answer: str) -> None:
    """Every read is refused for days, wherever the offboarding stands; then none is, and nobody resumes."""
    world, request, _ = stopped_before(point)
    arm(world, {"match": {"method": "GET", "times": None}, "action": ANSWERS[answer]})
    world.run(for_at_most=3 * DAY, looks=2)
    stuck = world.offboarding(request)
    if not stuck.finished and stuck.status is not Status.WAITING:
        assert stuck.status is Status.NEEDS_ATTENTION
    world.simulator.faults.clear()
    world.run(for_at_most=FOREVER, looks=2)
    assert world.offboarding(request).status is Status.REMOVED
    check_invariants(world)


def test_a_later_start_that_was_planned_in_mode_plan_asks_for_a_word_too() -> None:
    world = World(CUSTOMER, OFFBOARDING_MODE="plan")
    request = world.ask(CUSTOMER, notBefore=(world.clock.now() + 3 * DAY).isoformat())
    world.run(for_at_most=DAY)
    assert world.offboarding(request).status is Status.SCHEDULED
    world.services = replace(world.services, mode=Mode.LIVE)
    world.run(for_at_most=10 * DAY)
    asks = world.offboarding(request)
    assert asks.reason is not None
    assert (asks.status, asks.reason.code) == (Status.NEEDS_ATTENTION, ReasonCode.WENT_LIVE)
    assert effects(world) == []


def test_a_word_counts_for_one_time_in_mode_live() -> None:
    """Given, and then the mode was plan again before anything began."""
    world = World(CUSTOMER, OFFBOARDING_MODE="plan")
    request = world.ask(CUSTOMER, notBefore=(world.clock.now() + 6 * DAY).isoformat())
    world.run(for_at_most=DAY)
    planned = world.services
    live = replace(planned, mode=Mode.LIVE)
    for services in (live, planned, live):
        world.services = services
        world.clock.advance(8 * DAY if services is live else timedelta(hours=1))
        world.sweep()
        world.run(for_at_most=timedelta(hours=2))
        if services is live:
            asks = world.offboarding(request)
            assert asks.reason is not None
            assert (asks.status, asks.reason.code) == (Status.NEEDS_ATTENTION, ReasonCode.WENT_LIVE)
            world.services = planned
            resume(asks.id, OPERATOR, world.services)
            world.run(for_at_most=timedelta(hours=2))
    assert effects(world) == []


@pytest.mark.long
def test_work_that_mode_plan_holds_tells_of_the_window_that_closes() -> None:
    customer = CustomerSpec(name="Window", subscriptions=(late("Yearly", "+P40D"), nce("Win")))
    world = World(customer)
    request = world.ask(customer)
    ends = world.clock.now() + DAY
    while not world.all() or world.offboarding(request).stage is not Stage.CANCEL:
        assert world.step(ends)
    world.services = replace(world.services, mode=Mode.PLAN)
    world.run(for_at_most=39 * DAY, steps=9000)
    told = Counter(event["type"] for event in world.events(request))
    assert told["offboarding.window_closing.v1"] == 1
    assert told["offboarding.renewal_coming.v1"] == 3
    assert told["offboarding.waiting.v1"] <= 2


def test_a_record_of_before_asks_for_a_word_although_its_first_look_fails() -> None:
    world = World(CUSTOMER, OFFBOARDING_MODE="plan")
    request = world.ask(CUSTOMER)
    world.run(for_at_most=timedelta(hours=5))
    stored = world.store.load(world.offboarding(request).id)
    assert stored is not None
    text = dump_offboarding(stored.offboarding).replace(',"held_by_mode":true', "")
    world.store.commit(Change(load_offboarding(text), stored.etag))
    world.services = replace(world.services, mode=Mode.LIVE)
    arm(world, {"match": {"times": 2}, "action": {"type": "status", "status": 503}})
    world.run(for_at_most=3 * DAY, looks=2)
    asks = world.offboarding(request)
    assert asks.reason is not None
    assert asks.reason.code is ReasonCode.WENT_LIVE
    assert effects(world) == []


@pytest.mark.long
def test_a_word_ends_with_mode_plan_although_every_look_meanwhile_failed() -> None:
    world = World(CUSTOMER, OFFBOARDING_MODE="plan")
    planned = world.services
    request = world.ask(CUSTOMER, notBefore=(world.clock.now() + 30 * DAY).isoformat())
    world.run(for_at_most=DAY)
    world.services = replace(planned, mode=Mode.LIVE)
    world.run(for_at_most=8 * DAY)
    resume(world.offboarding(request).id, OPERATOR, world.services)
    world.services = planned
    arm(world, {"match": {"method": "GET", "times": None}, "action": {"type": "status", "status": 503}})
    world.run(for_at_most=35 * DAY, looks=40, steps=9000)
    world.simulator.faults.clear()
    world.services = replace(planned, mode=Mode.LIVE)
    world.run(for_at_most=5 * DAY, looks=3)
    asks = world.offboarding(request)
    assert asks.reason is not None
    assert asks.reason.code is ReasonCode.WENT_LIVE
    assert effects(world) == []
