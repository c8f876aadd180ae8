"""What waits for a person, and the kill switch, are told once an hour."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from local.world.world import World
from shared.domain.brake import Brake
from shared.domain.offboarding.states import Status
from shared.upkeep.rounds import last_round, sweep_round
from shared.upkeep.unattended import tell_what_waits
from tests.functional.people import OPERATOR
from tests.functional.test_approval import asking
from tests.unit.support.worlds import StoreSwitch, waiting

ROUND = timedelta(minutes=5)


@pytest.fixture(autouse=True)
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, logger="offboarding")
    return caplog


def told(log: pytest.LogCaptureFixture, word: str) -> list[str]:
    return [record.getMessage() for record in log.records if word in record.getMessage()]


def rounds(world: World, lasting: timedelta) -> None:
    ends = world.clock.machine() + lasting
    while world.clock.machine() < ends:
        sweep_round(world.services)
        world.clock.pass_machine(ROUND)


def test_a_plan_that_waits_for_approval_is_told_with_what_it_would_end(log: pytest.LogCaptureFixture) -> None:
    world, request = asking()
    head = world.offboarding(request)
    assert head.status is Status.AWAITING_APPROVAL
    assert head.plan is not None
    tell_what_waits(world.services)
    [line] = told(log, "waits_for_person")
    assert line.startswith(f"{head.id} plan waits_for_person status=awaiting_approval reason=approval_needed active=")
    assert f"active={sum(count for _, count in head.plan.actions)} " in line
    assert head.plan.first_window_closes_at is not None
    assert line.endswith(f"closes_at={head.plan.first_window_closes_at.date()}")


def test_what_waits_for_a_date_is_not_told(log: pytest.LogCaptureFixture) -> None:
    world, _ = waiting()
    tell_what_waits(world.services)
    assert told(log, "waits_for_person") == []


def test_it_is_told_in_the_first_round_of_each_hour(log: pytest.LogCaptureFixture) -> None:
    world, _ = asking()
    log.clear()
    rounds(world, timedelta(hours=3))
    assert len(told(log, "swept ")) == 36
    assert len(told(log, "waits_for_person")) == 3


def test_a_kill_switch_is_told_with_its_age_while_it_is_held(log: pytest.LogCaptureFixture) -> None:
    world = World()
    tell_what_waits(world.services)
    held = Brake(held=True, by=OPERATOR, why="a test", at=world.clock.now())
    stored = world.services.brakes.move(held, world.services.brakes.read().etag)
    world.clock.pass_machine(timedelta(hours=5, minutes=59))
    tell_what_waits(world.services)
    world.services.brakes.move(Brake(held=False, by=OPERATOR, at=world.clock.now()), stored.etag)
    tell_what_waits(world.services)
    assert told(log, "kill_switch") == ["kill_switch_held hours=5"]


def test_a_store_that_cannot_be_read_fails_no_round(log: pytest.LogCaptureFixture) -> None:
    world, _ = asking()
    switch = StoreSwitch(world)
    switch.down = True
    tell_what_waits(world.services)
    switch.down = False
    assert len(told(log, "could not be read")) == 1
    sweep_round(world.services)
    assert last_round(world.services.store) == world.clock.machine()
