"""Seats that were added later: given back once where the request asks for it, before the end is recorded."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from local.simulator.scenario import builder as b
from local.simulator.scenario.models import CustomerSpec, SeatsSpec
from local.world.crash import CrashPoints
from local.world.world import World
from shared.domain.decisions.blockers import ActionKind
from shared.domain.holdings.ledger import ActionState, HoldingRecord
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status
from shared.operations.show import show
from tests.functional.checks import check_invariants, effects
from tests.functional.sampling import some_of
from tests.functional.trouble import arm, mutate

REDUCED = "subscription.seats_reduced"
ENDED = "subscription.cancel_scheduled"
FIVE = (SeatsSpec(quantity=5, added="-P2D"),)
DAY = timedelta(days=1)


def late(*seats: SeatsSpec, ends: str = "+P40D", **fields: Any) -> b.Holding:
    made: dict[str, Any] = {"name": "Premium", "quantity": 25, "seats_added": seats or FIVE, **fields}
    return b.nce_past_window(ends, **made)


def offboarded(
    held: b.Holding, *others: b.Holding, within: timedelta = DAY, knobs: dict[str, Any] | None = None, **asked: Any
) -> tuple[World, Offboarding]:
    customer = b.customer("Seats", held, *others)
    world = World(scenario=b.scenario(customer, **(knobs or {})))
    request = world.ask(customer, **{"reduceSeats": True, **asked})
    world.run(for_at_most=within)
    return world, world.offboarding(request)


def names(world: World) -> list[str]:
    return [name for name, _, _ in effects(world)]


def quantity(world: World) -> int:
    return int(world.tenant()[0]["subscriptions"][0]["quantity"])


def record(world: World, found: Offboarding) -> HoldingRecord:
    return next(iter(world.store.holdings(found.id).values()))


def writes(found: HoldingRecord) -> list[tuple[ActionKind, ActionState]]:
    return [(action.kind, action.state) for action in found.actions]


CONFIRMED = [(ActionKind.REDUCE_SEATS, ActionState.CONFIRMED), (ActionKind.END_AT_TERM, ActionState.CONFIRMED)]


@pytest.mark.parametrize("knobs", [{}, {"async_patch": True}, {"omitted_scheduled_actions": "keep"}])
def test_seats_are_given_back_once_and_then_the_end_is_recorded(knobs: dict[str, Any]) -> None:
    world, found = offboarded(late(), knobs=knobs)

    assert names(world)[:2] == [REDUCED, ENDED]
    assert names(world).count(REDUCED) == 1
    assert quantity(world) == 20
    assert writes(record(world, found)) == CONFIRMED
    assert found.status is Status.WAITING
    world.run()
    assert world.offboarding(found.request.request_id).status is Status.REMOVED
    assert names(world).count(REDUCED) == 1
    check_invariants(world)


@pytest.mark.parametrize(
    "held",
    [
        late(
            SeatsSpec(quantity=3, added="-P5D"),
            SeatsSpec(quantity=2, added="-P1D"),
            SeatsSpec(quantity=9, added="-P8D"),
        ),
        late(scheduled_cancel=True),
        late(auto_renew=False),
        b.software_past_window(quantity=25, seats_added=FIVE),
        b.marketplace_past_window(quantity=25, seats_added=FIVE),
    ],
)
def test_of_every_kind_that_shows_them(held: b.Holding) -> None:
    world, _ = offboarded(held)

    assert names(world).count(REDUCED) == 1
    assert quantity(world) == 20
    (shown,) = world.tenant()[0]["subscriptions"]
    assert shown["autoRenew"] is False
    if shown["kind"] == "nceLicence":
        assert [item["actionType"] for item in shown["scheduledActions"]] == ["Cancel"]


def test_without_the_option_they_are_only_told() -> None:
    world, found = offboarded(late(), reduceSeats=None)

    assert names(world) == [ENDED, "subscription.autorenew_off"]
    text = "5 of 25 seats can still be given back until 2026-"
    blocker = record(world, found).blocker
    assert blocker is not None
    assert text in blocker.detail
    assert "reduceSeats" in blocker.what_to_do
    (planned,) = [entry.detail for entry in world.store.timeline(found.id) if entry.what == "planned"]
    assert "5 of 25 seats of Premium can still be given back until" in planned
    whole = show(found.id, world.services)
    assert whole is not None
    view = whole.view
    assert view.plan is not None
    assert (view.reduce_seats, view.plan.refundable_seats) == (False, 5)
    (seats,) = view.holdings[0].refundable_seats
    assert (seats.quantity, seats.until) == (5, view.plan.seats_until)


@pytest.mark.parametrize("asks", [True, None])
def test_a_dry_run_and_a_request_that_stops_write_nothing(asks: bool | None) -> None:
    for more in ({"dryRun": True}, {"commitments": "stop_and_report"}):
        world, found = offboarded(late(), reduceSeats=asks, **more)

        assert names(world) == []
        assert found.finished
        assert found.plan is not None
        assert dict(found.plan.actions) == ({"reduce_seats": 1} if asks else {"end_at_term": 1})


def test_a_dry_run_says_what_could_be_given_back() -> None:
    _, found = offboarded(late(), reduceSeats=None, dryRun=True)

    assert found.reason is not None
    assert "5 of 25 seats of Premium can still be given back until" in found.reason.text
    assert "(reduceSeats)" in found.reason.text


@pytest.mark.parametrize(
    ("code", "status"), [("800095", 400), ("900214", 400), ("900257", 400), ("900278", 409), ("123456", 400)]
)
def test_a_refusal_is_told_and_holds_nothing_up(code: str, status: int) -> None:
    customer = b.customer("Refused", late())
    world = World(scenario=b.scenario(customer))
    first = {"method": "PATCH", "pathRegex": "/subscriptions/", "nth": 1}
    arm(world, {"match": first, "action": {"type": "status", "status": status, "code": code}})
    request = world.ask(customer, reduceSeats=True)
    world.run(for_at_most=timedelta(minutes=20))

    found = record(world, world.offboarding(request))
    assert ENDED in names(world)
    assert [kind for kind, _ in writes(found)][:2] == [ActionKind.REDUCE_SEATS, ActionKind.END_AT_TERM]
    final = code in {"800095", "900214", "900257"}
    assert found.blocker is not None
    said = "is refused for now: 900278" if status == 409 else f"was refused: 400 {code}"
    assert f"giving them back {said}" in found.blocker.detail
    assert ("run to the end of the term" in found.blocker.what_to_do) is final
    world.run(for_at_most=timedelta(days=6))
    assert names(world).count(REDUCED) == (0 if final else 1)
    if not final:  # What had been scheduled was deleted by the change, and was recorded again.
        assert names(world).index(ENDED, names(world).index(REDUCED)) > names(world).index(REDUCED)
    (shown,) = world.tenant()[0]["subscriptions"]
    assert [item["actionType"] for item in shown["scheduledActions"]] == ["Cancel"]
    world.run()
    assert world.offboarding(request).status is Status.REMOVED
    check_invariants(world)


def test_no_clear_answer_is_read_back_before_it_is_repeated() -> None:
    for when in ("dropBefore", "dropAfter"):
        customer = b.customer("Unclear", late())
        world = World(scenario=b.scenario(customer))
        first = {"method": "PATCH", "pathRegex": "/subscriptions/", "nth": 1}
        arm(world, {"match": first, "action": {"type": when}})
        request = world.ask(customer, reduceSeats=True)
        world.run(for_at_most=DAY)

        assert [name for name in names(world) if name in (REDUCED, ENDED)] == [REDUCED, ENDED], when
        assert quantity(world) == 20
        assert world.offboarding(request).status is Status.WAITING


def test_seats_that_somebody_adds_later_are_given_back_too_and_the_end_recorded_anew() -> None:
    world, found = offboarded(late())
    state = world.tenant()[0]
    more = {"seatsAdded": [{"quantity": 7, "added": "+PT0S"}]}
    change = {"customer": state["id"], "holding": state["subscriptions"][0]["id"], "set": more}
    world.clock.advance(timedelta(hours=1))
    mutate(world, change)
    assert quantity(world) == 27
    world.run(for_at_most=timedelta(days=8))

    assert [name for name in names(world) if name in (REDUCED, ENDED)] == [REDUCED, ENDED] * 2
    assert quantity(world) == 20
    assert writes(record(world, found)) == CONFIRMED * 2


def test_a_stale_list_gives_nothing_back_twice() -> None:
    """Microsoft goes on showing the seats that were given back: the quantity falls once."""
    customer = b.customer("Stale", late())
    world = World(scenario=b.scenario(customer))
    until = (world.clock.now() + timedelta(days=5)).isoformat()
    stale = {"totalQuantity": 5, "details": [{"quantity": 5, "allowedUntilDateTime": until}]}
    every = {"method": "GET", "pathRegex": "/subscriptions$", "times": None}
    arm(world, {"match": every, "action": {"type": "rewrite", "set": {"/items/*/refundableQuantity": stale}}})
    world.ask(customer, reduceSeats=True)
    world.run(for_at_most=timedelta(days=20))

    assert names(world).count(REDUCED) == 1
    asked = [entry for entry in world.journal() if entry["method"] == "PATCH" and "/subscriptions/" in entry["path"]]
    assert [entry["status"] for entry in asked] == [200, 200]


def test_a_window_of_seats_that_closes_unused_is_warned_of() -> None:
    for asked in ({"reduceSeats": None}, {"notBefore": "2027-06-01T00:00:00Z", "renewals": "let_renew"}):
        world, found = offboarded(late(ends="+P200D"), within=timedelta(days=4), **asked)

        (told,) = [event for event in world.events() if event["type"] == "offboarding.window_closing.v1"]
        assert "5 of 25 seats of Premium can still be given back until" in told["data"]["notice"]
        assert found.finished is False


def test_the_last_day_of_a_term_is_for_its_end_alone() -> None:
    world, _ = offboarded(late(ends="+PT12H"), within=timedelta(hours=1))

    assert names(world)[:1] == [ENDED]
    assert REDUCED not in names(world)


def test_suspended_ones_are_given_back_once_they_are_switched_on() -> None:
    held = b.nce_suspended_past_window("+P40D", quantity=25, seats_added=FIVE)
    world, _ = offboarded(held)
    assert names(world) == []
    world, _ = offboarded(held, suspendedLicences="reactivate_to_end")
    assert [name for name in names(world) if name != "subscription.autorenew_off"] == [
        "subscription.reactivated",
        REDUCED,
        ENDED,
    ]


def test_a_licence_in_its_window_is_cancelled_whole() -> None:
    world, found = offboarded(b.nce(quantity=25, seats_added=(SeatsSpec(quantity=5, added="-P1D"),)))

    assert found.status is Status.REMOVED
    assert REDUCED not in names(world)


SMALL = b.customer(
    "Small", late(), b.add_on("Premium", quantity=5, term_ends="+P40D", seats_added=(SeatsSpec(quantity=2),))
)
PARTS = 4


def started(at: int | None = None) -> tuple[World, str]:
    world = World(scenario=b.scenario(SMALL), crash=CrashPoints(at))
    return world, world.ask(SMALL, reduceSeats=True)


def points(customer: CustomerSpec) -> list[int]:
    world, _ = started()
    world.run(for_at_most=DAY)
    passed = dict(enumerate(world.crash.passed, 1))
    patches = [at for at, name in passed.items() if " PATCH " in name]
    assert customer.subscriptions
    assert patches
    return sorted({*some_of(passed), *patches})


POINTS = points(SMALL)


@pytest.mark.long
@pytest.mark.parametrize("part", range(PARTS))
def test_killed_at_any_point_it_gives_them_back_once_and_records_the_end(part: int) -> None:
    for at in POINTS[part::PARTS]:
        world, request = started(at)
        world.run(for_at_most=DAY)

        place = f"killed {world.crash.passed[at - 1]} ({at})"
        assert world.restarts == 1, f"point {at} was not reached"
        done = effects(world)
        assert (
            len([item for item in done if item[0] == REDUCED])
            == len({item for item in done if item[0] == REDUCED})
            == 2
        )
        assert [one["quantity"] for one in world.tenant()[0]["subscriptions"]] == [20, 3], place
        for one in world.tenant()[0]["subscriptions"]:
            assert [item["actionType"] for item in one["scheduledActions"]] == ["Cancel"], place
        world.run()
        assert world.offboarding(request).status is Status.REMOVED, place
        check_invariants(world)


def test_a_reservation_tells_what_it_refunds_before_and_after() -> None:
    customer = b.customer("Refund", b.reservation(quantity=2, refund_usd=1180.5), b.reservation(name="Outside"))
    world = World(scenario=b.scenario(customer))
    request = world.ask(customer)
    world.run()

    found = world.offboarding(request)
    assert found.status is Status.REMOVED
    whole = show(found.id, world.services)
    assert whole is not None
    view = whole.view
    shown = next(item for item in view.holdings if item.name == "VM_RI")
    assert shown.refund is not None
    assert shown.refunded is not None
    assert (shown.refund.amount, shown.refund.currency) == ("1180.5", "USD")
    assert (shown.refunded.amount, shown.refunded.currency) == ("1180.5", "USD")
    assert shown.refund.quoted_at <= shown.refunded.told_at
    details = {entry.what: entry.detail for entry in world.store.timeline(found.id)}
    assert "1180.50 USD for VM_RI" in details["planned"]
    answers = [entry.detail for entry in world.store.timeline(found.id) if entry.what == "return_reservation.accepted"]
    assert any("refund 1180.50 USD" in detail for detail in answers)


def test_what_is_quoted_is_told_by_a_dry_run_too() -> None:
    customer = b.customer("Refund", b.reservation(refund_usd=20))
    world = World(scenario=b.scenario(customer))
    request = world.ask(customer, dryRun=True)
    world.run()

    reason = world.offboarding(request).reason
    assert reason is not None
    assert "refunds as quoted: 20.00 USD for VM_RI" in reason.text
