"""A refusal that passes is outlasted while the window is open, whatever it says; and what never passes is told."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from local.simulator.scenario import builder as b
from local.simulator.scenario.models import CustomerSpec, OrderSpec
from local.world.world import World
from shared.domain.offboarding.states import Status
from tests.functional.trouble import arm

HALF_AN_HOUR, DAY = timedelta(minutes=30), timedelta(days=1)
WINDOW = timedelta(days=7)
STARTED = timedelta(days=3)
REFUSALS: tuple[tuple[int, str], ...] = (
    (400, "900999"),
    (400, ""),
    (400, "900280"),
    (400, "900277"),
    (409, "900278"),
    (409, "900101"),
    (409, "77777"),
    (403, "77777"),
    (403, "900416"),
    (403, "900149"),
    (404, "20003"),
    (412, ""),
    (500, "800003"),
    (503, ""),
    (504, ""),
)


def refuse(world: World, status: int, code: str) -> None:
    answer = {"type": "status", "status": status, "code": code, "description": "Check back in a few days."}
    arm(world, {"match": {"method": "PATCH", "pathRegex": "/subscriptions/", "times": None}, "action": answer})


def live(world: World, time: timedelta) -> None:
    """Let time pass as in a deployment: timers fire, and what becomes due is run."""
    until = world.clock.now() + time
    while world.clock.now() < until:
        world.clock.advance(HALF_AN_HOUR)
        world.sweep()
        world.run(for_at_most=timedelta(seconds=30))


def told(world: World) -> list[tuple[datetime, str]]:
    return [(datetime.fromisoformat(event["time"]), event["type"].split(".")[1]) for event in world.events()]


def effects(world: World) -> list[str]:
    return [item["effect"] for entry in world.journal() for item in entry["effects"]]


def customer(*more: Any) -> CustomerSpec:
    return b.customer("Review", b.nce(name="Three years", started="-P3D", term="P3Y"), *more)


@pytest.mark.long
@pytest.mark.parametrize(("status", "code"), REFUSALS)
@pytest.mark.parametrize("left", [timedelta(hours=3), timedelta(days=2)])
def test_what_passes_before_the_window_closes_costs_no_term(status: int, code: str, left: timedelta) -> None:
    one = customer()
    world = World(one)
    refuse(world, status, code)
    world.ask(one)
    live(world, WINDOW - STARTED - left)
    during = told(world)
    world.simulator.faults.clear()
    live(world, left + DAY)

    assert world.all()[0].status is Status.REMOVED
    assert "subscription.cancelled" in effects(world)
    quiet = [item for item in during if item[1] != "window_closing"]
    days = Counter((at - quiet[0][0]) // DAY for at, _ in quiet[5:])
    assert max(days.values(), default=0) <= 2, during
    assert len(quiet) <= 5 + 2 * 4, during


@pytest.mark.long
@pytest.mark.parametrize(("status", "code"), [(400, "900280"), (409, "900278"), (503, "")])
def test_what_never_passes_is_given_up_when_the_window_closes_and_ends_with_its_term(status: int, code: str) -> None:
    one = customer()
    world = World(one)
    refuse(world, status, code)
    world.ask(one)
    live(world, WINDOW - STARTED + timedelta(hours=1))
    tried = sum(entry["method"] == "PATCH" for entry in world.journal())
    world.simulator.faults.clear()
    live(world, 2 * DAY)

    found = world.all()[0]
    assert found.status is Status.WAITING
    assert found.reason is not None
    assert found.reason.code == "in_term"
    assert 10 <= tried <= 80
    assert {"subscription.cancel_scheduled", "subscription.autorenew_off"} <= set(effects(world))


@pytest.mark.long
@pytest.mark.parametrize("kind", ["order", "subscription", "beside a term"])
def test_what_stays_pending_is_told_after_three_days_looked_at_daily_and_goes_on(kind: str) -> None:
    pending = b.nce(name="Pending", status="pending")
    late = b.nce(name="Late", started="-P100D")
    one = {
        "order": CustomerSpec(name="Stuck", orders=(OrderSpec(created="-P30D"),)),
        "subscription": b.customer("Stuck", pending),
        "beside a term": b.customer("Stuck", pending, late),
    }[kind]
    world = World(one)
    world.ask(one)
    live(world, timedelta(days=2, hours=20))
    assert not [item for item in told(world) if item[1] == "needs_attention"]
    live(world, DAY)
    assert [item[1] for item in told(world)].count("needs_attention") == 1
    before = len(world.journal())
    live(world, 10 * DAY)
    assert [item[1] for item in told(world)].count("needs_attention") in (10, 11)
    assert len(world.journal()) - before <= 11 * 12
    assert world.all()[0].status is Status.NEEDS_ATTENTION
