"""A window that is open is used wherever it shows; one that is closed is tried once in a term at most (I13)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from local.simulator.messages import Request
from local.simulator.scenario import builder as b
from local.world.world import World
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status
from tests.functional.checks import check_invariants, effects
from tests.functional.test_windows import closing
from tests.functional.trouble import arm

PLACES = ["date", "refundOptions", "refundableQuantity", "action", "nowhere", "everywhere"]
OPEN = {
    "licence": b.nce(started="-P6D", term="P3Y"),
    "licence that does not renew": b.nce(started="-P2D", auto_renew=False),
    "suspended licence": b.nce_suspended(started="-P2D"),
    "trial": b.trial(started="-P10D"),
    "extended term": b.extended(),
    "software": b.software(started="-P6D"),
    "marketplace, yearly": b.marketplace(started="-P2D", term="P1Y"),
    "marketplace, monthly": b.marketplace(started="-P2D", term="P1M"),
}
CLOSED = {
    "licence": b.nce(started="-P300D"),
    "licence that does not renew": b.nce(started="-P300D", auto_renew=False),
    "software": b.software(started="-P300D", term="P1Y"),
    "marketplace, yearly": b.marketplace(started="-P300D", term="P1Y"),
    "marketplace, monthly": b.marketplace(started="-P20D", term="P1M"),
}


def asked(held: b.Holding, place: str, within: timedelta, **knobs: Any) -> tuple[World, Offboarding]:
    customer = b.customer("Signs", held)
    world = World(scenario=b.scenario(customer, window_shows=place, **knobs))
    request = world.ask(customer)
    world.run(for_at_most=within)
    return world, world.offboarding(request)


def days(world: World, count: int) -> None:
    """Let days pass although a person is waited for: the sweeper looks in every six hours."""
    for _ in range(count * 4):
        world.run(for_at_most=timedelta(minutes=30))
        world.clock.advance(timedelta(hours=6))
        world.sweep()
    world.run(for_at_most=timedelta(hours=1))


def cancels(world: World) -> list[int]:
    """The answers to every cancellation that was tried."""
    return [
        entry["status"]
        for entry in world.journal()
        if entry["method"] == "PATCH"
        and "/subscriptions/" in entry["path"]
        and (
            entry["code"] in {"900213", "900117"}
            or any(e["effect"] == "subscription.cancelled" for e in entry["effects"])
        )
    ]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", OPEN)
def test_an_open_window_is_used_wherever_it_shows(name: str, place: str) -> None:
    world, ended = asked(OPEN[name], place, timedelta(days=2))

    assert ended.status is Status.REMOVED
    assert cancels(world) == [200]
    check_invariants(world)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", CLOSED)
def test_a_closed_one_ends_with_its_term_after_one_try_at_most(name: str, place: str) -> None:
    world, ended = asked(CLOSED[name], place, timedelta(days=120))

    assert ended.status is Status.REMOVED
    assert len(cancels(world)) <= 1
    assert world.tenant()[0]["subscriptions"][0]["status"] != "deleted"
    assert {name for name, _, _ in effects(world)} & {"subscription.autorenew_off", "subscription.cancel_scheduled"}


@pytest.mark.parametrize("place", PLACES)
def test_the_window_of_a_renewal_that_could_not_be_stopped_is_used(place: str) -> None:
    """Whatever is tried before is refused (800093): the new term is cancelled, not paid for three years."""
    customer = b.customer("Renews", b.nce(started="-P1095D", term="P3Y", term_ends="+P3D", auto_renew=True))
    world = World(scenario=b.scenario(customer, window_shows=place))
    refused = {"type": "status", "status": 400, "code": "800093"}
    arm(world, {"match": {"method": "PATCH", "pathRegex": "/subscriptions/", "times": None}, "action": refused})
    request = world.ask(customer)
    days(world, 3)
    world.clock.advance(timedelta(hours=16))  # past the renewal
    world.simulator.handle(Request.of("DELETE", "/_simulator/faults", {}))
    days(world, 3)

    assert world.offboarding(request).status is Status.REMOVED
    assert "subscription.cancelled" in {name for name, _, _ in effects(world)}


@pytest.mark.parametrize("place", [place for place in PLACES if place != "action"])
def test_a_window_is_warned_of_by_whatever_has_a_date(place: str) -> None:
    customer = b.customer("Later", b.nce(name="Basic"))
    world = World(scenario=b.scenario(customer, window_shows=place))
    start = world.clock.now()
    world.ask(customer, notBefore=(start + timedelta(days=20)).isoformat())
    world.run(for_at_most=timedelta(days=19))

    (told,) = closing(world)
    closes_at = datetime.fromisoformat(told["data"]["windowClosesAt"])
    assert closes_at <= start + timedelta(days=5)
    assert timedelta(hours=47) <= closes_at - datetime.fromisoformat(told["time"]) <= timedelta(hours=48)


@pytest.mark.long
@pytest.mark.parametrize("place", PLACES)
def test_stop_and_report_ends_what_is_surely_open_and_touches_nothing_else(place: str) -> None:
    for held, status in ((b.nce(started="-P2D"), Status.REMOVED), (b.nce(started="-P300D"), Status.STOPPED)):
        customer = b.customer("Stops", held)
        world = World(scenario=b.scenario(customer, window_shows=place))
        request = world.ask(customer, commitments="stop_and_report")
        world.run(for_at_most=timedelta(days=2))

        assert world.offboarding(request).status is status
        assert bool(effects(world)) is (status is Status.REMOVED)


@pytest.mark.parametrize("variant", ["A", "B", "C"])
@pytest.mark.parametrize("place", PLACES)
def test_a_yearly_marketplace_subscription_past_three_days_is_tried_and_waited_for(place: str, variant: str) -> None:
    """An older page gives it 14 days; past its window a cancel is refused, or takes effect at the renewal."""
    held = b.marketplace(started="-P5D", term="P1Y")
    world, waiting = asked(held, place, timedelta(days=20), marketplace_variant=variant)

    assert waiting.status is Status.WAITING
    assert waiting.paid_until is not None
    assert world.tenant()[0]["subscriptions"][0]["autoRenew"] is False
