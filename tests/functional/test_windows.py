"""A cancellation window that closes while nothing happens is told about in time, once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from local.simulator.scenario import builder as b
from local.world.clock import START
from local.world.world import World
from shared.domain.offboarding.states import Status
from tests.functional.trouble import arm, assert_waited

NO_MFA = {
    "match": {"method": "PATCH", "times": None},
    "action": {"type": "status", "status": 401, "code": "900421"},
}


def closing(world: World) -> list[dict[str, Any]]:
    return [event for event in world.events() if event["type"] == "offboarding.window_closing.v1"]


def test_while_waiting_for_its_start_date_the_window_is_told_about_two_days_before() -> None:
    customer = b.customer("Later", b.nce(name="Basic"))
    world = World(customer)
    world.ask(customer, notBefore=(START + timedelta(days=20)).isoformat())
    world.run(for_at_most=timedelta(days=19))

    told = closing(world)
    assert len(told) == 1
    closes_at = datetime.fromisoformat(told[0]["data"]["windowClosesAt"])
    told_at = datetime.fromisoformat(told[0]["time"])
    assert timedelta(hours=47) <= closes_at - told_at <= timedelta(hours=48)
    assert "Basic" in told[0]["data"]["notice"]
    assert world.all()[0].status is Status.SCHEDULED


def test_while_a_person_is_waited_for_the_window_is_told_about_once() -> None:
    """Nothing can be written until somebody signs in again, and nobody does."""
    customer = b.customer("Locked", b.nce(name="Basic"), b.nce(name="Old", started="-P300D"))
    world = World(customer)
    arm(world, NO_MFA)
    world.ask(customer)
    for _ in range(12):
        world.run(for_at_most=timedelta(days=1))
        world.clock.advance(timedelta(days=1))
        world.sweep()
    world.run(for_at_most=timedelta(hours=1))

    assert world.all()[0].status is Status.NEEDS_ATTENTION
    assert len(closing(world)) == 1
    assert closing(world)[0]["data"]["status"] == "needs_attention"
    assert "Old" not in closing(world)[0]["data"]["notice"]


def test_many_windows_are_told_about_in_time_and_together() -> None:
    """Windows of 72 hours, five and six days: each is told about before it closes, those of one day in one event."""
    licences = [b.nce(name=f"L{number:02}", started=f"-P1DT{number}H") for number in range(12)]
    customer = b.customer("Many", b.nce(name="First", started="-P4D"), *licences)
    world = World(customer)
    world.ask(customer, notBefore=(START + timedelta(days=20)).isoformat())
    world.run(for_at_most=timedelta(days=19))

    told = closing(world)
    assert len(told) == 2
    assert "First until 2026-06-04" in told[0]["data"]["notice"]
    assert "L11" in told[1]["data"]["notice"]
    assert "7 more" in told[1]["data"]["notice"]
    for event in told:
        assert datetime.fromisoformat(event["time"]) < datetime.fromisoformat(event["data"]["windowClosesAt"])


def test_a_service_that_asks_for_a_long_pause_is_news_and_delays_no_warning() -> None:
    customer = b.customer("Paused", b.nce(name="Basic", started="-P5D"))
    world = World(customer)
    rule = {"match": {"method": "PATCH", "nth": 1}, "action": {"type": "throttle", "retryAfter": 80_000}}
    arm(world, rule)
    world.ask(customer)
    world.run(for_at_most=timedelta(hours=12))

    assert world.all()[0].status is Status.WAITING
    assert "throttled" in {event["data"].get("reason", {}).get("code") for event in world.events()}
    assert len(closing(world)) == 1


def test_being_throttled_is_waited_for_even_when_a_window_closes() -> None:
    """I7 comes first: no call before Retry-After, whatever is about to close."""
    customer = b.customer("Busy", b.nce(started="-P4DT23H59M"))
    world = World(customer)
    rule = {"match": {"method": "PATCH", "nth": 1}, "action": {"type": "throttle", "retryAfter": 7200}}
    arm(world, rule)
    world.ask(customer)
    world.run(for_at_most=timedelta(days=1))

    assert_waited(world, timedelta(seconds=7200))
    assert world.all()[0].status is Status.REMOVED


def test_a_late_start_that_leaves_time_is_not_told_about() -> None:
    customer = b.customer("Soon", b.nce())
    world = World(customer)
    world.ask(customer, notBefore=(START + timedelta(days=2)).isoformat())
    world.run(for_at_most=timedelta(days=30))

    assert not closing(world)
    assert world.all()[0].status is Status.REMOVED


def test_nobody_is_told_of_windows_that_are_used_or_of_dry_runs() -> None:
    customer = b.customer("Used", b.nce(started="-P6D"), b.legacy())
    world = World(customer)
    world.ask(customer)
    world.ask(customer, requestId="dry", dryRun=True)
    world.run(for_at_most=timedelta(days=30))

    assert not closing(world)
