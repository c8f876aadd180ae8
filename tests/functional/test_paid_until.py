"""What is told as paid until a date ends on that date: the tenant disproves none later."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from local.simulator.scenario import builder as b
from local.simulator.scenario.models import CustomerSpec
from local.world.world import World
from shared.contracts.calendar import Coming
from shared.contracts.summary import summary_view
from shared.domain.codes import ReasonCode
from shared.domain.offboarding.needs import TO_BEGIN_BEFORE, needs_of
from shared.domain.offboarding.paid import Paid, paid_of
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.settled import Payment
from shared.domain.offboarding.states import Status
from shared.operations.resume import resume
from shared.operations.show import show
from shared.report.moments import moments_of
from tests.functional.customers import late, legacy, nce
from tests.functional.people import OPERATOR
from tests.functional.test_approval import decide
from tests.functional.trouble import arm

DAY = timedelta(days=1)
SHORT = timedelta(hours=6)
NO_END = Paid(Payment.NO_END_KNOWN)


def after(
    customer: CustomerSpec,
    days: timedelta = DAY,
    begins: timedelta | None = None,
    world: World | None = None,
    **fields: Any,
) -> tuple[World, Offboarding]:
    world = world or World(customer)
    if begins is not None:
        fields["notBefore"] = (world.clock.now() + begins).isoformat()
    request = world.ask(customer, **fields)
    world.run(for_at_most=days, looks=2)
    return world, world.offboarding(request)


def seen(world: World, head: Offboarding) -> dict[str, Any]:
    found = show(head.id, world.services)
    assert found is not None
    view: dict[str, Any] = found.view.model_dump(by_alias=True, mode="json")
    return view


def term_of(world: World, head: Offboarding, name: str) -> datetime:
    [end] = [item.holding.term_end for item in world.store.holdings(head.id).values() if item.holding.name == name]
    assert end is not None
    return end


# Where nothing is ended any more.


@pytest.mark.parametrize("stops", [True, False])
def test_what_ended_nothing_tells_no_planned_date_anywhere(stops: bool) -> None:
    customer = CustomerSpec(name="Runs on", subscriptions=(late("Yearly", auto_renew=True),))
    world = World(customer, OFFBOARDING_APPROVAL="never" if stops else "always")
    wanted = "stop_and_report" if stops else "wait_for_term_end"
    world, head = after(customer, SHORT, world=world, commitments=wanted)
    if not stops:
        decide(world, head.request.request_id, approves=False, why="they stay")
        world.run(for_at_most=SHORT)
        head = world.offboarding(head.request.request_id)
    assert head.status is Status.STOPPED
    assert paid_of(head) == NO_END
    view, [*_, last] = seen(world, head), world.events(head.request.request_id)
    shown = [*view["blockers"], view["holdings"][0]["blocker"], *last["data"]["blockers"]]
    assert [item["name"] for item in shown] == ["Yearly"] * 3, "why it could not end is told all the same"
    assert {(item.get("unblocksAt"), item.get("paidUntil")) for item in shown} == {(None, None)}


def test_what_ends_by_itself_keeps_its_date_although_nothing_is_ended() -> None:
    world, head = after(b.customer("Ends", b.nce_ending()), SHORT, commitments="stop_and_report")
    assert head.status is Status.STOPPED
    [blocker] = seen(world, head)["blockers"]
    paid = paid_of(head)
    assert paid.payment is Payment.UNTIL_DATE
    assert paid.until is not None
    assert blocker["paidUntil"] == paid.until.isoformat().replace("+00:00", "Z")


# Whoever approves is told what a dry run tells.


def test_a_refund_that_azure_would_not_price_is_planned_as_paid_to_the_end() -> None:
    refused = b.reservation(refund_error="SelfServiceRefundNotSupported", renew=True)
    customer = b.customer("Not refunded", refused)
    world = World(customer, OFFBOARDING_APPROVAL="always")
    _, dry = after(customer, SHORT, world=world, requestId="dry", dryRun=True)
    _, real = after(customer, SHORT, world=world, requestId="real")
    assert (dry.status, real.status) == (Status.PLANNED, Status.AWAITING_APPROVAL)
    assert paid_of(dry).until is not None
    assert paid_of(real) == paid_of(dry)
    assert summary_view(real).paid_until == paid_of(dry).until
    [holding] = seen(world, real)["holdings"]
    assert (holding["planned"]["action"], holding["planned"]["then"]) == ("return_reservation", ["stop_renewal"])
    assert datetime.fromisoformat(holding["planned"]["paidUntil"]) == paid_of(dry).until
    assert "Azure refuses a refund when asked for its price" in holding["blocker"]["detail"]

    decide(world, "real")
    world.run(for_at_most=2 * DAY, looks=2)
    waits = world.offboarding("real")
    assert waits.status is Status.WAITING, "the refusal and the stop of its renewal were approved together"
    assert paid_of(waits) == paid_of(dry)


def test_what_azure_would_not_price_may_be_returned_all_the_same() -> None:
    customer = b.customer("Priced never", b.reservation())
    world = World(customer)
    arm(
        world,
        {
            "match": {"method": "POST", "pathRegex": "calculateRefund", "times": 1},
            "action": {"type": "status", "status": 400, "code": "PolicyError"},
        },
    )
    _, head = after(customer, 3 * DAY, world=world)
    assert head.status is Status.REMOVED


# A start beyond a renewal, and beyond a window.


@pytest.mark.parametrize("dry", [True, False])
@pytest.mark.parametrize(
    "term", [late("Yearly", "+P9D", auto_renew=True), nce("Monthly", "-P2D", "P1M", auto_renew=True)]
)
def test_what_renews_before_the_start_unasked_has_no_known_end(dry: bool, term: Any) -> None:
    customer = CustomerSpec(name="Renews", subscriptions=(term,))
    world, head = after(customer, DAY, 70 * DAY, dryRun=dry)
    if not dry:
        assert head.reason is not None
        assert head.reason.code is ReasonCode.RENEWS_BEFORE_START
    assert paid_of(head) == NO_END
    assert [item.what for item in moments_of(head, "x") if item.what is Coming.TERM_ENDS] == []
    assert {item.get("paidUntil") for item in seen(world, head)["blockers"]} == {None}
    if not dry:
        end = term_of(world, head, term.name)
        resume(head.id, OPERATOR, world.services)
        world.run(for_at_most=DAY)
        agreed = paid_of(world.offboarding(head.request.request_id))
        assert agreed.until is not None
        assert agreed.until > end, "then it is certain that it renews, and for how long"


def test_what_is_set_to_end_before_the_start_is_paid_until_then() -> None:
    customer = CustomerSpec(name="Ends", subscriptions=(late("Yearly", "+P9D", auto_renew=True),))
    world, head = after(customer, DAY, 60 * DAY, renewals="end_with_term")
    assert paid_of(head) == Paid(Payment.UNTIL_DATE, term_of(world, head, "Yearly"))


def test_a_window_that_closes_before_the_start_leaves_the_whole_term_to_be_paid() -> None:
    customer = CustomerSpec(name="Later", subscriptions=(nce("E3"),))
    world, head = after(customer, DAY, 10 * DAY)
    assert head.status is Status.SCHEDULED
    end = term_of(world, head, "E3")
    assert paid_of(head) == Paid(Payment.UNTIL_DATE, end)
    [blocker] = head.blockers
    assert "before the start" in blocker.detail
    [need] = needs_of(head, world.clock.now())
    assert need.what_to_do == TO_BEGIN_BEFORE
    world.run(for_at_most=12 * DAY)
    begun = world.offboarding(head.request.request_id)
    assert begun.status is Status.WAITING
    assert paid_of(begun) == Paid(Payment.UNTIL_DATE, end), "so it came"


@pytest.mark.parametrize("begins", [timedelta(days=1), timedelta(days=4)])
def test_a_window_that_is_open_at_the_start_is_used_then(begins: timedelta) -> None:
    customer = CustomerSpec(name="In time", subscriptions=(nce("E3"), legacy()))
    _, head = after(customer, timedelta(hours=2), begins)
    assert paid_of(head) == Paid(Payment.UNTIL_DONE)


# What runs on beside what ends.


def test_what_a_transfer_holds_and_renews_has_no_known_end() -> None:
    customer = b.customer("Moves", b.nce_past_window("+P40D", auto_renew=True), b.transfer())
    world, head = after(customer)
    assert paid_of(head) == NO_END
    assert {item.get("paidUntil") for item in seen(world, head)["blockers"]} == {None}


def test_a_known_end_hides_no_unknown_one() -> None:
    """What is left alone goes on, whatever else ends on a known day."""
    customer = b.customer("Both", b.nce_past_window("+P200D"), b.marketplace())
    _, head = after(customer, 3 * DAY, restrictions=["leave_marketplace"])
    assert len(head.blockers) == 2
    assert max(filter(None, (item.paid_until for item in head.blockers))) > head.created_at + 190 * DAY
    assert paid_of(head) == NO_END
    assert summary_view(head).paid_until is None
