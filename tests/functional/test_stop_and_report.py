"""stop_and_report: everything ends today, or nothing is touched, however long it takes until the work begins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from local.simulator.scenario.models import CustomerSpec
from local.world.crash import CrashPoints
from local.world.world import World
from shared.domain.codes import ReasonCode
from shared.domain.offboarding.states import Stage, Status
from shared.domain.policy import Mode
from shared.operations.resume import resume
from tests.functional.checks import check_invariants, effects
from tests.functional.customers import legacy, nce
from tests.functional.people import OPERATOR
from tests.functional.trouble import arm

CUSTOMER = CustomerSpec(name="Today", subscriptions=(legacy(), nce("Closing", started="-P5D")))
"""Its window closes in two days."""
DAY = timedelta(days=1)


def asked() -> tuple[World, str]:
    world = World(CUSTOMER)
    return world, world.ask(CUSTOMER, commitments="stop_and_report")


def at_stage(world: World, request: str, stage: Stage) -> None:
    """Just before the first look of the stage."""
    ends = world.clock.now() + DAY
    while not world.all() or world.offboarding(request).stage is not stage:
        assert world.step(ends)


def throttled(world: World) -> Callable[[], None]:
    """Microsoft asks to wait, again and again."""
    arm(world, {"match": {"times": None}, "action": {"type": "throttle", "retryAfter": 3600}})
    return world.simulator.faults.clear


def signed_out(world: World) -> Callable[[], None]:
    """A sign-in that is not accepted, which a person settles and resumes."""
    refused: dict[str, Any] = {"type": "status", "status": 401, "code": "900421", "description": "No."}
    arm(world, {"match": {"times": None}, "action": refused})

    def settle() -> None:
        world.simulator.faults.clear()
        [offboarding] = world.all()
        if offboarding.status is Status.NEEDS_ATTENTION:
            resume(offboarding.id, OPERATOR, world.services)

    return settle


def in_mode_plan(world: World) -> Callable[[], None]:
    live = world.services
    world.services = replace(live, mode=Mode.PLAN)

    def go_live() -> None:
        world.services = live
        world.run(for_at_most=2 * timedelta(hours=1))
        [offboarding] = world.all()
        if offboarding.status is Status.NEEDS_ATTENTION:
            resume(offboarding.id, OPERATOR, world.services)

    return go_live


DELAYS = (throttled, signed_out, in_mode_plan)


@pytest.mark.long
@pytest.mark.parametrize("delay", DELAYS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("stage", [Stage.PLAN, Stage.SUSPEND])
def test_nothing_is_touched_when_a_window_closed_before_the_work_began(
    stage: Stage, delay: Callable[[World], Callable[[], None]]
) -> None:
    world, request = asked()
    at_stage(world, request, stage)
    settle, ends = delay(world), world.clock.now() + 3 * DAY
    world.run(for_at_most=3 * DAY, looks=2)
    world.clock.advance(max(ends - world.clock.now(), timedelta(hours=1)))
    settle()
    world.run(for_at_most=10 * DAY, looks=2)

    assert effects(world) == []
    offboarding = world.offboarding(request)
    assert offboarding.reason is not None
    assert (offboarding.status, offboarding.reason.code) == (Status.STOPPED, ReasonCode.COMMITMENTS_REMAIN)
    assert "nothing was changed" in offboarding.reason.text


@pytest.mark.long
@pytest.mark.parametrize("stage", [Stage.PLAN, Stage.SUSPEND])
def test_a_word_for_something_else_is_no_word_to_wait_for_commitments(stage: Stage) -> None:
    """The window is open still, and somebody buys what cannot be cancelled today after the first write."""
    world, request = asked()
    at_stage(world, request, stage)
    settle = signed_out(world)
    world.run(for_at_most=timedelta(hours=5))
    settle()
    [offboarding] = world.all()
    assert offboarding.words == (ReasonCode.SIGN_IN_REQUIRED,)
    at_stage(world, request, Stage.CANCEL)
    world.clock.advance(3 * DAY)
    world.run(for_at_most=3 * DAY, looks=2)

    asks = world.offboarding(request)
    assert asks.reason is not None
    assert (asks.status, asks.reason.code) == (Status.NEEDS_ATTENTION, ReasonCode.COMMITMENTS_REMAIN)
    resume(asks.id, OPERATOR, world.services)
    world.run()
    assert world.offboarding(request).status is Status.REMOVED
    check_invariants(world)


def test_without_a_delay_everything_ends() -> None:
    world, request = asked()
    world.run()
    assert world.offboarding(request).status is Status.REMOVED
    check_invariants(world)


@pytest.mark.long
@pytest.mark.parametrize("renews", [True, False])
def test_time_does_not_answer_in_place_of_the_person_who_was_asked(*, renews: bool) -> None:
    """The term ends, or renews into a new window, while somebody thinks about it."""
    customer = CustomerSpec(name="Asked", subscriptions=(legacy(), nce("A", "-P5D", "P1M", auto_renew=renews)))
    world = World(customer)
    request = world.ask(customer, commitments="stop_and_report")
    at_stage(world, request, Stage.CANCEL)
    world.clock.advance(3 * DAY)
    world.run(for_at_most=60 * DAY, looks=100, steps=9000)

    asks = world.offboarding(request)
    assert asks.reason is not None
    assert (asks.status, asks.reason.code, asks.words) == (
        Status.NEEDS_ATTENTION,
        ReasonCode.COMMITMENTS_REMAIN,
        (),
    )
    assert {name for name, *_ in effects(world)} == {"subscription.suspended"}
    resume(asks.id, OPERATOR, world.services)
    world.run()
    assert world.offboarding(request).status is Status.REMOVED


@pytest.mark.parametrize("point", [66, 67])
def test_an_intent_that_was_never_sent_has_begun_nothing(point: int) -> None:
    world = World(CUSTOMER, crash=CrashPoints(point))
    request = world.ask(CUSTOMER, commitments="stop_and_report")
    ends = world.clock.now() + DAY
    while not world.restarts:
        assert world.step(ends)
    world.clock.advance(3 * DAY)
    world.run(for_at_most=10 * DAY, looks=2)
    assert effects(world) == []
    assert world.offboarding(request).status is Status.STOPPED


def test_nothing_more_is_cancelled_when_something_ends_with_its_term_as_recorded() -> None:
    closing = nce("Closing", "-P5D", auto_renew=False, scheduled_cancel=True)
    customer = CustomerSpec(name="Both", subscriptions=(nce("Open"), closing))
    world = World(customer)
    request = world.ask(customer, commitments="stop_and_report")
    at_stage(world, request, Stage.CANCEL)
    world.clock.advance(3 * DAY)
    world.run(for_at_most=2 * DAY, looks=2)
    assert effects(world) == []
    assert world.offboarding(request).status is Status.STOPPED
