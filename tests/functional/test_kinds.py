"""Every kind of holding through the whole pipeline: where it ends, and what was written on the way."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from local.simulator.messages import Request, encode
from local.simulator.scenario import builder as b
from local.world.world import World
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status
from tests.functional.checks import check_invariants, effects

YEAR = timedelta(days=400)
MONTH = timedelta(days=30)


def offboarded(
    *holdings: b.Holding, within: timedelta = YEAR, knobs: dict[str, Any] | None = None, **asked: Any
) -> tuple[World, Offboarding]:
    """A customer with these holdings, offboarded as far as it goes within that time."""
    settings = {name: asked.pop(name) for name in list(asked) if name.startswith("OFFBOARDING_")}
    customer = b.customer("Kinds", *holdings)
    world = World(scenario=b.scenario(customer, **(knobs or {})), **settings)
    request = world.ask(customer, **asked)
    world.run(for_at_most=within)
    check_invariants(world)
    return world, world.offboarding(request)


def names(world: World) -> Counter[str]:
    return Counter(name for name, _, _ in effects(world))


def waits(offboarding: Offboarding, cause: str) -> None:
    assert offboarding.status is Status.WAITING
    assert {blocker.cause.value for blocker in offboarding.blockers} == {cause}
    assert offboarding.next_attempt_at is not None
    assert offboarding.paid_until is not None


def test_a_software_subscription_in_its_window_is_cancelled() -> None:
    world, ended = offboarded(b.software(), within=MONTH)

    assert ended.status is Status.REMOVED
    assert names(world)["subscription.cancelled"] == 1


@pytest.mark.long
def test_a_software_subscription_past_its_window_ends_with_its_term() -> None:
    world, waiting = offboarded(b.software_past_window(), within=MONTH)
    waits(waiting, "in_term")
    assert world.tenant()[0]["subscriptions"][0]["autoRenew"] is False

    world.run(for_at_most=timedelta(days=1200))
    assert world.all()[0].status is Status.REMOVED
    check_invariants(world)


@pytest.mark.parametrize("variant", ["A", "B", "C"])
@pytest.mark.parametrize("annual", [False, True])
def test_marketplace_past_its_window_ends_with_its_term_whatever_a_cancel_would_do(variant: str, annual: bool) -> None:
    knobs = {"marketplace_variant": variant}
    world, ended = offboarded(b.marketplace_past_window(annual), knobs=knobs)

    assert ended.status is Status.REMOVED
    assert names(world)["subscription.cancelled"] == 0


def test_marketplace_in_its_window_is_cancelled_unless_the_request_leaves_it() -> None:
    world, ended = offboarded(b.marketplace(), within=MONTH)
    assert ended.status is Status.REMOVED
    assert names(world)["subscription.cancelled"] == 1

    for asked in ({"restrictions": ["leave_marketplace"]}, {"OFFBOARDING_CANCEL_MARKETPLACE": "false"}):
        world, left = offboarded(b.marketplace(), within=MONTH, **asked)
        assert left.status is Status.NEEDS_ATTENTION
        assert left.reason is not None
        assert left.reason.code == "left_by_policy"
        assert not effects(world)


@pytest.mark.parametrize(("answer", "status"), [("refuse", Status.NEEDS_ATTENTION), ("accept", Status.REMOVED)])
def test_marketplace_that_was_never_activated_is_cancelled_or_left_to_a_person(answer: str, status: Status) -> None:
    world, found = offboarded(
        b.marketplace_pending(), b.nce(), within=MONTH, knobs={"pending_marketplace_cancel": answer}
    )

    assert found.status is status
    assert names(world)["subscription.cancelled"] >= 1


def test_a_savings_plan_stops_renewing_and_is_waited_for() -> None:
    world, waiting = offboarded(b.savings_plan(), within=MONTH)

    assert waiting.status is Status.WAITING
    assert names(world)["savingsPlan.renewal"] <= 1
    assert not any(entry["method"] == "PATCH" and "/subscriptions/" in entry["path"] for entry in world.journal())


@pytest.mark.long
@pytest.mark.parametrize("error", ["RefundLimitExceeded", "SelfServiceRefundNotSupported"])
def test_a_reservation_without_a_refund_stops_renewing_and_is_waited_for(error: str) -> None:
    world, waiting = offboarded(b.reservation(refund_error=error, renew=True), within=MONTH)
    waits(waiting, "not_refunded")
    assert world.tenant()[0]["reservations"][0]["renew"] is False

    world.run(for_at_most=YEAR)
    assert world.all()[0].status is Status.REMOVED


def test_a_reservation_is_only_reported_where_the_request_says_so() -> None:
    world, waiting = offboarded(b.reservation(renew=True), within=MONTH, restrictions=["no_reservation_refunds"])

    waits(waiting, "not_refunded")
    assert names(world)["reservation.returned"] == 0


def test_an_extended_term_is_cancelled_at_any_time() -> None:
    world, ended = offboarded(b.extended(), within=MONTH)

    assert ended.status is Status.REMOVED
    assert names(world)["subscription.cancelled"] == 1


def test_a_licence_suspended_past_its_window_waits_and_is_cancelled_if_its_term_is_extended() -> None:
    world, ended = offboarded(
        b.nce_suspended_past_window("+P20D"), within=timedelta(days=60), knobs={"suspended_at_term_end": "est"}
    )

    assert ended.status is Status.REMOVED
    assert names(world)["subscription.cancelled"] == 1


def test_a_suspended_licence_is_switched_on_to_end_with_its_term_only_where_the_request_asks() -> None:
    suspended = b.nce_suspended_past_window("+P20D")
    world, waiting = offboarded(suspended, within=timedelta(days=5))
    assert not effects(world)
    waits(waiting, "in_term")

    world, waiting = offboarded(suspended, within=timedelta(days=5), suspendedLicences="reactivate_to_end")
    waits(waiting, "in_term")
    licence = world.tenant()[0]["subscriptions"][0]
    assert (licence["status"], licence["autoRenew"]) == ("active", False)
    world.run(for_at_most=MONTH)
    assert world.all()[0].status is Status.REMOVED


def test_a_renewal_that_slipped_through_is_cancelled_in_its_new_window() -> None:
    """Another tool switches the renewal on again just before the term ends."""
    world, waiting = offboarded(b.nce_past_window("+P20D"), within=timedelta(days=19))
    waits(waiting, "in_term")
    tenant = world.tenant()[0]
    change = {
        "customer": tenant["id"],
        "holding": tenant["subscriptions"][0]["id"],
        "set": {"autoRenew": True, "scheduledCancel": False},
    }
    answer = world.simulator.handle(Request.of("POST", "/_simulator/mutate", {}, encode(change)))
    assert answer.status < 300, answer.body
    world.run(for_at_most=MONTH)

    assert world.all()[0].status is Status.REMOVED
    check_invariants(world)


@pytest.mark.parametrize("answer", ["known", "ignored", "refused"])
def test_clouds_that_do_not_know_scheduled_actions_are_served_too(answer: str) -> None:
    world, waiting = offboarded(
        b.nce_past_window("+P40D"), within=timedelta(days=3), knobs={"scheduled_actions": answer}
    )
    waits(waiting, "in_term")
    assert world.tenant()[0]["subscriptions"][0]["autoRenew"] is False

    world.run(for_at_most=timedelta(days=120))
    assert world.all()[0].status is Status.REMOVED


def test_an_open_transfer_holds_what_is_in_it_and_its_end_sets_it_free() -> None:
    moving, staying = b.nce(name="Moving"), b.nce(name="Staying")
    world, waiting = offboarded(moving, staying, b.transfer("Moving"), within=timedelta(days=2))

    assert waiting.status is Status.WAITING
    assert {blocker.cause.value for blocker in waiting.blockers} == {"open_transfer"}
    assert names(world)["subscription.cancelled"] == 1
    tenant = world.tenant()[0]
    change = {"customer": tenant["id"], "holding": tenant["transfers"][0]["id"], "set": {"status": "Complete"}}
    answer = world.simulator.handle(Request.of("POST", "/_simulator/mutate", {}, encode(change)))
    assert answer.status < 300, answer.body
    world.run(for_at_most=MONTH)
    assert world.all()[0].status is Status.REMOVED
    assert names(world)["subscription.cancelled"] == 1


@pytest.mark.parametrize(
    ("asked", "settings", "code"),
    [
        ({"resellerMpnId": "111"}, {}, "other_reseller"),
        ({}, {"OFFBOARDING_INDIRECT_PROVIDER": "true"}, "reseller_required"),
        ({"resellerMpnId": "222"}, {"OFFBOARDING_INDIRECT_PROVIDER": "true"}, None),
        ({}, {}, None),
    ],
)
def test_a_customer_of_another_reseller_is_refused(
    asked: dict[str, Any], settings: dict[str, Any], code: str | None
) -> None:
    world, found = offboarded(b.nce(partner_id="222"), within=MONTH, **asked, **settings)

    assert found.status is (Status.REJECTED if code else Status.REMOVED)
    assert found.reason is not None
    assert code in (None, found.reason.code)
    assert bool(effects(world)) is (code is None)


def test_gdap_is_left_where_the_request_says_so() -> None:
    world, ended = offboarded(b.nce(), b.gdap(), within=MONTH, restrictions=["leave_gdap"])

    assert ended.status is Status.REMOVED
    assert not any(name.startswith("gdap") for name in names(world))


def test_the_outcome_lists_what_survives() -> None:
    world, ended = offboarded(b.azure_plan(2), b.perpetual_past_window(), within=MONTH)

    assert ended.status is Status.REMOVED
    text = " ".join(ended.survivors)
    azure = [item.holding for item in world.store.holdings(ended.id).values() if item.holding.parent_id]
    assert len(azure) == 2
    assert all(item.id in text for item in azure)
    outcome = [event for event in world.events() if event["type"] == "offboarding.removed.v1"]
    assert outcome[0]["data"]["survivors"] == list(ended.survivors)
