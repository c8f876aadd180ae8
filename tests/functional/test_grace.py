"""The grace period: reversible things first, and nothing that nothing puts back before its end; money is not wasted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from local.simulator.scenario import builder as b
from local.world.world import World
from shared.domain.codes import ReasonCode
from shared.domain.decisions.planned_work import LAST_CALL
from shared.domain.offboarding.states import Stage, Status
from shared.domain.people.actor import Actor, ActorType
from shared.operations.approve import Decision, decide_plan
from shared.operations.withdraw import CalledOff, withdraw
from tests.functional.calling_off import REQUESTER, differences, state
from tests.functional.checks import check_invariants, effects
from tests.functional.trouble import mutate

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
FINAL = {"subscription.cancelled", "order.cancelled", "reservation.returned", "relationship.removed"}
AN_HOUR: dict[str, Any] = {"OFFBOARDING_GRACE_SECONDS": "3600"}


def asked(*holdings: b.Holding, settings: dict[str, Any] | None = None, **fields: Any) -> tuple[World, str]:
    customer = b.customer("Grace", *holdings)
    world = World(scenario=b.scenario(customer), **(AN_HOUR if settings is None else settings))
    return world, world.ask(customer, **fields)


def first_final(world: World) -> datetime:
    """When the first irreversible effect happened."""
    return next(
        datetime.fromisoformat(entry["time"])
        for entry in world.journal()
        if any(effect["effect"] in FINAL for effect in entry["effects"])
    )


ALL = (b.legacy(), b.nce(), b.nce_past_window(), b.azure_plan(1), b.perpetual(), b.reservation())


def test_reversible_things_first_and_the_rest_after_the_grace_period() -> None:
    world, request = asked(*ALL)
    began = world.clock.now()
    world.run(for_at_most=59 * MINUTE)
    held = world.offboarding(request)
    done = {name for name, _, _ in effects(world)}
    assert done >= {"subscription.suspended", "entitlement.cancelled", "subscription.autorenew_off"}
    assert not done & FINAL
    assert (held.status, held.stage, held.next_attempt_at) == (Status.WAITING, Stage.CANCEL, began + HOUR)
    assert held.reason is not None
    assert held.reason.code is ReasonCode.GRACE_PERIOD
    assert "holds 3 irreversible writes: " in held.reason.text
    assert world.events(request)[-1]["data"]["reason"]["code"] == "grace_period"

    world.run(for_at_most=2 * DAY)
    assert began + HOUR <= first_final(world) <= began + HOUR + 10 * MINUTE
    assert world.offboarding(request).reason is not None
    check_invariants(world)


def test_withdrawn_in_the_grace_period_everything_is_as_it_was() -> None:
    world, request = asked(*ALL)
    before = state(world)
    world.run(for_at_most=59 * MINUTE)
    assert differences(before, state(world))
    withdraw(world.offboarding(request).id, CalledOff(REQUESTER, "a mistake"), world.services)
    world.run(for_at_most=DAY)
    assert (world.offboarding(request).status, world.offboarding(request).not_restored) == (Status.WITHDRAWN, ())
    assert differences(before, state(world)) == set()


def test_the_removal_waits_too() -> None:
    world, request = asked(b.legacy())
    began = world.clock.now()
    world.run(for_at_most=30 * MINUTE)
    held = world.offboarding(request)
    assert (held.status, held.stage, held.next_attempt_at) == (Status.WAITING, Stage.REMOVE, began + HOUR)
    assert held.reason is not None
    assert "holds the removal of the relationship" in held.reason.text
    world.run(for_at_most=DAY)
    assert world.offboarding(request).status is Status.REMOVED
    assert first_final(world) >= began + HOUR


def test_without_the_setting_nothing_waits() -> None:
    world, request = asked(b.nce(), settings={})
    began = world.clock.now()
    world.run(for_at_most=30 * MINUTE)
    assert first_final(world) == began
    assert world.offboarding(request).status is Status.REMOVED


@pytest.mark.parametrize(("seconds", "hours"), [(7200, 2), (60, 1), (0, 1)])
def test_a_request_lengthens_it_and_never_shortens_it(seconds: int, hours: int) -> None:
    world, _ = asked(b.nce(), graceSeconds=seconds)
    began = world.clock.now()
    world.run(for_at_most=DAY)
    assert hours * HOUR <= first_final(world) - began <= hours * HOUR + 10 * MINUTE


@pytest.mark.parametrize("left", [timedelta(hours=30), timedelta(hours=90)])
def test_a_window_that_closes_before_is_used_shortly_before_it_closes(left: timedelta) -> None:
    """Unused it costs a whole term, which nothing takes back either."""
    started = f"-PT{int((timedelta(days=7) - left) / HOUR)}H"
    world, request = asked(b.nce(started=started), b.perpetual(bought="-P1D"), graceSeconds=20 * 24 * 3600)
    began = world.clock.now()
    world.run(for_at_most=HOUR)
    reason = world.offboarding(request).reason
    assert reason is not None
    assert "a cancellation window closes before, and is used from" in reason.text
    world.run(for_at_most=15 * DAY)
    at = first_final(world)
    assert began + left - LAST_CALL - HOUR <= at < began + left
    assert not [event for event in world.events(request) if event["type"] == "offboarding.window_closing.v1"]
    assert "order.cancelled" not in {name for name, _, _ in effects(world)}
    world.run(for_at_most=30 * DAY)
    assert world.offboarding(request).status is Status.REMOVED
    assert "order.cancelled" in {name for name, _, _ in effects(world)}
    check_invariants(world)


def test_what_changed_in_a_long_grace_period_is_seen_before_it_ends() -> None:
    world, request = asked(b.perpetual(), graceSeconds=5 * 24 * 3600)
    world.run(for_at_most=DAY)
    reads = sum(entry["path"].endswith("/entitlements") for entry in world.journal())
    world.run(for_at_most=30 * DAY)
    paths = [entry["path"] for entry in world.journal()]
    cancelled = next(n for n, entry in enumerate(world.journal()) if entry["effects"])
    assert sum(path.endswith("/entitlements") for path in paths[:cancelled]) > reads
    assert world.offboarding(request).status is Status.REMOVED


def test_an_approval_that_is_missing_does_not_hold_up_what_was_approved() -> None:
    """Something new asks for a word, and is looked at daily; what was approved goes on when the grace period ends."""
    settings: dict[str, Any] = {
        "OFFBOARDING_GRACE_SECONDS": str(12 * 24 * 3600),
        "OFFBOARDING_APPROVAL": "irreversible",
    }
    world, request = asked(b.perpetual(), settings=settings)
    world.run(for_at_most=HOUR)
    shown = world.offboarding(request)
    assert shown.plan is not None
    decide_plan(
        shown.id,
        Decision(True, shown.plan.digest, Actor(ActorType.PERSON, "p-2", "Mr. Second"), "agreed"),
        world.services,
    )
    began = world.clock.now()
    world.run(for_at_most=5 * DAY)
    world.clock.advance(6 * DAY)
    new = {"subscriptions": [{"kind": "nceLicence", "name": "New"}]}
    mutate(world, {"customer": world.tenant()[0]["id"], "add": new})
    world.run(for_at_most=2 * DAY)
    both = world.offboarding(request)
    assert (both.status, both.stage) == (Status.AWAITING_APPROVAL, Stage.CANCEL)
    assert both.next_attempt_at is not None
    assert both.next_attempt_at <= began + 12 * DAY
    world.run(for_at_most=10 * DAY)
    assert {name for name, _, _ in effects(world)} == {"order.cancelled"}
    assert first_final(world) >= began + 12 * DAY
    assert world.offboarding(request).status is Status.AWAITING_APPROVAL
