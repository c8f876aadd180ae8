"""Withdrawn at any call, killed at any point: the tenant is as it was, or the difference is listed item by item."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from local.simulator.scenario import builder as b
from local.world.world import World
from shared.domain.offboarding.states import Status
from shared.operations.withdraw import CalledOff, withdraw
from tests.functional.calling_off import REQUESTER, CallsOff, differences, everything, listed, state
from tests.functional.checks import check_outcomes, effects
from tests.functional.sampling import some_of

LONG = timedelta(days=40)
CUSTOMER = everything()


def asked(crash: CallsOff) -> tuple[World, str]:
    world = World(CUSTOMER, crash=crash)
    request = world.ask(CUSTOMER, suspendedLicences="reactivate_to_end", reduceSeats=True)
    crash.watch(world, request)
    return world, request


def size() -> tuple[int, int]:
    """Calls that the tenant sees until everything waits for a term, and crash points of such a run."""
    world, _ = asked(crash := CallsOff(10**9))
    world.run(for_at_most=timedelta(days=2))
    return len(world.journal()), len(crash.passed)


CALLS, POINTS = size()
PARTS = 8


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_withdrawn_at_any_call_and_killed_once_everything_is_back_or_listed(part: int) -> None:
    for call in some_of(range(1, CALLS + 1))[part::PARTS]:
        judge(call, random.Random(call).randrange(1, 2 * POINTS))


YEARLY = b.customer("Yearly", b.nce_past_window("+P40D", name="Yearly"), b.nce_past_window("+P50D", name="Later"))


@pytest.mark.parametrize("renewals", ["monthly", "end_with_term"])
def test_what_was_written_before_a_later_start_is_taken_back(renewals: str) -> None:
    """Those writes come before the start, and while the offboarding is only planned."""
    world = World(scenario=b.scenario(YEARLY))
    start = (world.clock.now() + timedelta(days=200)).isoformat()
    request = world.ask(YEARLY, notBefore=start, renewals=renewals)
    before = state(world)
    world.run(for_at_most=timedelta(days=2))
    shown = world.offboarding(request)
    assert shown.status is Status.SCHEDULED
    assert differences(before, state(world))
    withdraw(shown.id, CalledOff(REQUESTER, "a mistake"), world.services)
    world.run(for_at_most=timedelta(days=2))
    assert world.offboarding(request).status is Status.WITHDRAWN
    assert differences(before, state(world)) == set()


def judge(call: int, killed: int | None = None) -> None:
    place = f"withdrawn at call {call}, killed at {killed}"
    world, request = asked(crash := CallsOff(call, killed))
    before = state(world)
    world.run(for_at_most=LONG)
    crash.at = None

    ended = world.offboarding(request)
    assert crash.said, place
    assert ended.status is Status.WITHDRAWN, f"{place}: {ended.reason}"
    assert differences(before, state(world)) == listed(ended), f"{place}: {ended.not_restored}"
    outcome = world.events(request)[-1]
    assert (outcome["type"], listed(outcome["data"])) == ("offboarding.withdrawn.v1", listed(ended)), place
    assert not any(name == "relationship.removed" for name, _, _ in effects(world)), place
    check_outcomes(world)
