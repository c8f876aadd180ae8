"""What belongs to somebody else, and what a request ruled out, stays untouched, also when it turns up later."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from local.simulator.messages import Request, encode
from local.simulator.scenario import builder as b
from local.world.world import World
from shared.domain.offboarding.needs import NeedKind, needs_of
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status
from shared.ports.listing import Filter
from tests.functional.checks import check_invariants, effects
from tests.functional.trouble import arm

DAY = timedelta(days=1)


def mutate(world: World, **change: Any) -> None:
    body = encode({"customer": world.tenant()[0]["id"], **change})
    answer = world.simulator.handle(Request.of("POST", "/_simulator/mutate", {}, body))
    assert answer.status < 300, answer.body


def asked(*holdings: b.Holding, within: timedelta = DAY, knobs: dict[str, Any] | None = None, **fields: Any) -> World:
    settings = {name: fields.pop(name) for name in list(fields) if name.startswith("OFFBOARDING_")}
    customer = b.customer("Bounds", *holdings)
    world = World(scenario=b.scenario(customer, **(knobs or {})), **settings)
    world.ask(customer, **fields)
    world.run(for_at_most=within)
    return world


def only(world: World) -> Offboarding:
    check_invariants(world)
    return world.all()[0]


def look_again(world: World) -> None:
    world.clock.advance(timedelta(days=8))
    world.sweep()
    world.run(for_at_most=timedelta(hours=3))


RESELLERS = [
    ({"resellerMpnId": "111"}, {}, "111"),
    ({}, {"OFFBOARDING_INDIRECT_PROVIDER": "true"}, ""),
]


@pytest.mark.parametrize(("fields", "settings", "mine"), RESELLERS)
@pytest.mark.parametrize("kind", ["azurePlan", "nceLicence"])
def test_what_another_reseller_brings_later_is_not_touched(
    fields: dict[str, Any], settings: dict[str, Any], mine: str, kind: str
) -> None:
    world = asked(b.nce_past_window("+P40D", partner_id=mine), **fields, **settings)
    assert only(world).status is Status.WAITING
    before = len(effects(world))
    foreign: dict[str, Any] = {"kind": kind, "name": "Theirs", "partnerId": "222"}
    if kind == "azurePlan":
        foreign["azureSubscriptions"] = [{"name": "Production"}]
    mutate(world, add={"subscriptions": [foreign], "reservations": [{"name": "Reserved"}]})
    look_again(world)

    assert only(world).status is Status.NEEDS_ATTENTION
    assert {item.cause.value for item in only(world).blockers} >= {"other_reseller"}
    assert not [item for item in effects(world)[before:] if not item[0].startswith("clock")]


@pytest.mark.long
def test_a_transfer_without_lines_holds_everything() -> None:
    world = asked(b.nce(), b.legacy(), b.reservation(), b.perpetual(), b.azure_plan(1), b.transfer())

    assert only(world).status is Status.WAITING
    assert not effects(world)


def test_stop_and_report_touches_nothing_when_a_refund_is_not_to_be_had() -> None:
    """Azure is asked for the price first, which changes nothing."""
    refused = b.reservation(refund_error="RefundLimitExceeded", renew=True)
    world = asked(refused, b.nce(), commitments="stop_and_report")

    assert only(world).status is Status.STOPPED
    assert not effects(world)


def test_a_dry_run_says_that_a_refund_is_not_to_be_had() -> None:
    world = asked(b.reservation_not_refundable(), dryRun=True)

    found = only(world)
    assert found.status is Status.PLANNED
    assert found.reason is not None
    assert "paid until" in found.reason.text
    assert not effects(world)


def test_a_refund_that_was_refused_is_asked_for_anew_when_the_plan_is_made_again() -> None:
    """The first plan proves nothing (a shortened list), so it is made again, and Azure has changed its mind by then."""
    customer = b.customer("Bounds", b.reservation(), b.nce())
    world = World(customer)
    refused = {"type": "status", "status": 400, "code": "RefundLimitExceeded"}
    shortened = {"type": "truncate", "keep": 0, "totalCount": "stays"}
    arm(
        world,
        {"match": {"pathRegex": "/calculateRefund$", "nth": 1}, "action": refused},
        {"match": {"method": "GET", "pathRegex": "/orders$", "nth": 1}, "action": shortened},
    )
    world.ask(customer, commitments="stop_and_report")
    world.run(for_at_most=DAY)

    assert only(world).status is Status.REMOVED
    assert [name for name, _, _ in effects(world)].count("reservation.returned") == 1


def test_stop_and_report_asks_before_it_waits_for_what_was_refused_later() -> None:
    customer = b.customer("Bounds", b.reservation(renew=True), b.nce())
    world = World(customer)
    refusal = {"type": "status", "status": 400, "code": "RefundLimitExceeded"}
    arm(world, {"match": {"pathRegex": "/return$", "times": None}, "action": refusal})
    world.ask(customer, commitments="stop_and_report")
    world.run(for_at_most=DAY)

    found = only(world)
    assert found.status is Status.NEEDS_ATTENTION
    assert found.reason is not None
    assert found.reason.code == "commitments_remain"
    assert world.tenant()[0]["reservations"][0]["renew"] is True


def test_a_suspended_licence_whose_end_is_recorded_is_not_switched_on() -> None:
    suspended = b.nce_suspended_past_window("+P40D", scheduled_cancel=True, auto_renew=False)
    world = asked(suspended, suspendedLicences="reactivate_to_end")

    assert only(world).status is Status.WAITING
    assert not effects(world)


def test_gdap_that_is_left_needs_no_answer_from_graph() -> None:
    customer = b.customer("Bounds", b.nce(), b.gdap())
    world = World(customer)
    refused = {"type": "status", "status": 403, "code": "Authorization_RequestDenied"}
    arm(world, {"match": {"pathRegex": "delegatedAdminRelationships", "times": None}, "action": refused})
    world.ask(customer, restrictions=["leave_gdap"])
    world.run(for_at_most=timedelta(days=3))

    assert only(world).status is Status.REMOVED


@pytest.mark.long
def test_a_removal_that_shows_late_is_still_ours() -> None:
    """Asked for once more after two days, and refused as gone: the first one did it."""
    lags = {"removal_lag": timedelta(hours=60), "audit_lag": timedelta(hours=70)}
    found = asked(b.legacy(), within=timedelta(days=10), knobs=lags).all()[0]

    assert found.status is Status.REMOVED
    assert found.survivors


@pytest.mark.long
def test_what_needs_a_person_stays_in_the_list_when_its_term_renews_beside_it() -> None:
    """It asks and rests; after a renewal it looks again within hours, which is no wait for a person, and asks still."""
    world = asked(b.nce_past_window("+P7D", name="Moving"), b.transfer("Moving"), within=timedelta(hours=4))
    seen: list[Status] = []
    for _ in range(60):
        world.clock.advance(timedelta(hours=4))
        world.sweep()
        world.run(for_at_most=timedelta(hours=1))
        (head,) = world.all()
        if seen or head.status is Status.NEEDS_ATTENTION:
            seen.append(head.status)
            now = world.clock.now()
            (need,) = needs_of(head, now)
            assert need.kind is NeedKind.DECISION
            assert world.store.find(Filter(needed_at=now)).items == (head,)
    assert list(dict.fromkeys(seen)) == [Status.NEEDS_ATTENTION, Status.WAITING]


@pytest.mark.long
def test_an_open_transfer_that_nobody_answers_is_told_after_three_days_and_looked_at_daily() -> None:
    world = asked(b.nce(name="Moving"), b.transfer("Moving"), within=timedelta(days=2))
    assert only(world).status is Status.WAITING

    world.run(for_at_most=timedelta(days=3))
    found = only(world)
    assert (found.status, found.reason and found.reason.code) == (Status.NEEDS_ATTENTION, "open_transfer")
    assert found.reason is not None
    assert "nothing has moved since" in found.reason.text
    assert "accept the transfer" in found.reason.operator_action
    calls = len(world.journal())
    world.run(for_at_most=timedelta(days=26), looks=100)
    assert only(world).status is Status.NEEDS_ATTENTION
    assert len(world.journal()) - calls < 28 * 12, "once a day"

    tenant = world.tenant()[0]
    mutate(world, holding=tenant["transfers"][0]["id"], set={"status": "Complete"})
    world.run(for_at_most=timedelta(days=5), looks=5)
    assert only(world).status is Status.REMOVED, "it goes on by itself"


def test_only_the_line_of_the_software_is_cancelled() -> None:
    world = asked(b.perpetual())

    (write,) = [entry for entry in world.journal() if entry["method"] == "PATCH" and "/orders/" in entry["path"]]
    assert only(world).status is Status.REMOVED
    assert write["status"] == 200
