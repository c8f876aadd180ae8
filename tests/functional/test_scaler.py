"""Thirty offboardings that wait keep no other from being started, although the scaler may not read counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from local.simulator.scenario.models import CustomerSpec, ReservationSpec
from local.simulator.tenant.kinds import ReservationState
from local.world.world import PACE
from shared.domain.offboarding.states import Status
from shared.domain.pace import Pace
from tests.functional.blind_scaler import BlindWorld
from tests.functional.checks import check_invariants
from tests.functional.customers import legacy

WAITING = tuple(
    CustomerSpec(name=f"W{number}", reservations=(ReservationSpec(state=ReservationState.CREATING),))
    for number in range(30)
)
QUICK = CustomerSpec(name="Quick", subscriptions=(legacy(),))
STAGES = 6


def beside(*others: CustomerSpec, pace: Pace = PACE) -> tuple[BlindWorld, timedelta]:
    """How long the quick one takes beside others that wait for something to pass."""
    world = BlindWorld(*others, QUICK, pace=pace)
    for other in others:
        world.ask(other)
    world.run(for_at_most=timedelta(hours=5))
    assert {item.status for item in world.all()} <= {Status.WAITING}
    began = world.clock.now()
    request = world.ask(QUICK)
    while all(item.request.request_id != request or not item.finished for item in world.all()):
        assert world.step(began + timedelta(days=2)), "it never ends"
    assert world.offboarding(request).status is Status.REMOVED
    return world, world.clock.now() - began


@pytest.mark.long
def test_what_waits_does_not_hide_what_is_active() -> None:
    _, alone = beside()
    world, took = beside(*WAITING)
    assert took <= alone + STAGES * PACE.longest_scheduled
    check_invariants(world)


@pytest.mark.long
def test_messages_that_lie_for_hours_would_hide_it() -> None:
    """Why `longest_scheduled` is short: this is what it prevents."""
    _, alone = beside()
    _, took = beside(*WAITING, pace=replace(PACE, longest_scheduled=timedelta(days=1)))
    assert took > alone + STAGES * PACE.longest_scheduled


@pytest.mark.long
@pytest.mark.parametrize("number", [0, 30])
def test_no_message_lies_on_a_queue_for_longer_than_five_minutes(number: int) -> None:
    world = BlindWorld(*WAITING[:number], QUICK)
    for customer in (*WAITING[:number], QUICK):
        world.ask(customer)
    ends = world.clock.now() + timedelta(hours=9)
    while world.step(ends):
        for message in world.bus.queued:
            assert (message.scheduled_at or message.created_at) - world.clock.now() <= timedelta(minutes=5)
