"""Seats that were added later: what shows of them, and what a PATCH of the quantity is answered with."""

from datetime import timedelta
from typing import Any

import pytest

from local.simulator.scenario import builder as b
from local.simulator.scenario.models import SeatsSpec, SubscriptionSpec
from local.simulator.tenant.subscription import Subscription
from local.simulator.tests.unit.tenant import START, Tenant, code_of

FIVE = (SeatsSpec(quantity=5, added="-P2D"),)
MIXED = (SeatsSpec(quantity=3, added="-P5D"), SeatsSpec(quantity=2, added="-P1D"), SeatsSpec(quantity=4, added="-P8D"))


def late(seats: tuple[SeatsSpec, ...] = FIVE, quantity: int = 25, **fields: Any) -> SubscriptionSpec:
    return b.nce_past_window(quantity=quantity, seats_added=seats, **fields)


def _tenant(spec: SubscriptionSpec, **knobs: Any) -> Tenant:
    return Tenant(b.scenario(b.customer("Contoso", spec), **knobs))


def _stored(tenant: Tenant) -> Subscription:
    return next(iter(tenant.simulator.store.subscriptions))


def _shown(tenant: Tenant) -> Any:
    path = f"/v1/customers/{tenant.customer}/subscriptions/{tenant.subscription()}"
    shown = tenant.get(path).get("refundableQuantity")
    return shown and (shown["totalQuantity"], [one["quantity"] for one in shown["details"]])


@pytest.mark.parametrize(
    ("spec", "knobs", "shown"),
    [
        (late(), {}, (5, [5])),
        (late(MIXED), {}, (5, [2, 3])),
        (late(()), {}, (0, [])),
        (b.nce(quantity=25, seats_added=FIVE), {}, (25, [5, 20])),
        (b.nce(quantity=5, seats_added=FIVE), {}, (5, [5])),
        (b.nce(quantity=25), {}, (25, [25])),
        (late(status="deleted"), {}, (0, [])),
        (late(), {"window_shows": "date"}, None),
        (b.software_past_window(quantity=25, seats_added=FIVE), {}, (5, [5])),
        (b.software_past_window(quantity=25), {}, None),
        (b.marketplace_past_window(quantity=25, seats_added=FIVE), {}, (5, [5])),
        (b.marketplace_past_window(quantity=25, seats_added=(SeatsSpec(quantity=5, added="-P4D"),)), {}, (0, [])),
    ],
)
def test_what_can_be_given_back_shows_newest_first(spec: SubscriptionSpec, knobs: dict[str, Any], shown: Any) -> None:
    assert _shown(_tenant(spec, **knobs)) == shown


@pytest.mark.parametrize(
    ("spec", "knobs", "change", "expected"),
    [
        (late(), {}, {"quantity": 20}, (200, None)),
        (late(), {}, {"quantity": 24}, (200, None)),
        (late(), {}, {"quantity": 19}, (400, "900214")),
        (late(), {"window_code": "days"}, {"quantity": 19}, (400, "900257")),
        (late(()), {}, {"quantity": 24}, (400, "900214")),
        (late(), {}, {"quantity": 26}, (200, None)),
        (late(), {}, {"quantity": 10**7}, (400, "800002")),
        (b.software(quantity=25), {}, {"quantity": 26}, (400, "800095")),
        (b.trial(quantity=25), {}, {"quantity": 26}, (400, "800095")),
        (b.marketplace(quantity=25), {}, {"quantity": 26}, (200, None)),
        (late(), {}, {"quantity": 0}, (400, "800002")),
        (late(), {}, {"quantity": 20, "autoRenewEnabled": False}, (400, "800095")),
        (late(), {}, {"quantity": 20, "status": "suspended"}, (400, "800095")),
        (late(status="suspended"), {}, {"quantity": 20}, (400, "800091")),
        (late(pending_operation_until="+P1D"), {}, {"quantity": 20}, (409, "900278")),
        (b.nce(quantity=25), {}, {"quantity": 1}, (200, None)),
        (b.software_past_window(quantity=25, seats_added=FIVE), {}, {"quantity": 20}, (200, None)),
        (b.marketplace_past_window(quantity=25, seats_added=FIVE), {}, {"quantity": 20}, (200, None)),
        (b.legacy(quantity=25), {}, {"quantity": 20}, (200, None)),
        (b.legacy(quantity=25), {}, {"quantity": 30}, (200, None)),
        (b.legacy_azure(quantity=25), {}, {"quantity": 2}, (400, "800095")),
    ],
)
def test_a_patch_of_the_quantity(
    spec: SubscriptionSpec, knobs: dict[str, Any], change: dict[str, Any], expected: tuple[int, str | None]
) -> None:
    tenant = _tenant(spec, **knobs)
    answer = tenant.patch_subscription(0, **change)
    assert (answer.status, code_of(answer)) == expected
    accepted = answer.status == 200
    more = change["quantity"] > 25
    effect = "subscription.seats_added" if more else "subscription.seats_reduced"
    assert tenant.effects() == ([effect] if accepted else [])
    assert _stored(tenant).quantity == (change["quantity"] if accepted else 25)


def test_the_newest_go_first_and_none_twice() -> None:
    tenant = _tenant(late(MIXED))
    assert tenant.patch_subscription(0, quantity=22).status == 200
    assert _shown(tenant) == (2, [2])
    assert tenant.patch_subscription(0, quantity=20).status == 200
    assert _shown(tenant) == (0, [])
    assert code_of(tenant.patch_subscription(0, quantity=19)) == "900214"
    assert [one.quantity for one in _stored(tenant).added_seats] == [4]


def test_their_window_is_their_own() -> None:
    tenant = _tenant(late((SeatsSpec(quantity=5, added="-P6D"), SeatsSpec(quantity=2, until="+PT1H"))))
    assert _stored(tenant).added_seats[0].until == START + timedelta(days=1)
    tenant.advance(hours=1)
    assert _shown(tenant) == (5, [5])
    tenant.advance(hours=23)
    assert _shown(tenant) == (0, [])
    assert code_of(tenant.patch_subscription(0, quantity=24)) == "900214"


def test_giving_seats_back_deletes_what_is_scheduled_and_keeps_the_term() -> None:
    tenant = _tenant(late(scheduled_cancel=True))
    before = _stored(tenant)
    assert tenant.patch_subscription(0, quantity=20).status == 200
    after = _stored(tenant)
    assert (before.scheduled_actions != (), after.scheduled_actions, after.auto_renew) == (True, (), False)
    assert (after.term_ends_at, after.cancel_until) == (before.term_ends_at, before.cancel_until)


@pytest.mark.parametrize(
    ("knob", "actions", "instructions"),
    [("dropsSchedules", False, False), ("dropsInstructions", True, False), ("keepsSchedules", True, True)],
)
@pytest.mark.parametrize("by", ["partner", "somebody else"])
def test_a_change_within_the_term_and_what_is_scheduled_for_its_end(
    knob: str, actions: bool, instructions: bool, by: str
) -> None:
    tenant = _tenant(late((), scheduled_cancel=True), mid_term_change=knob)
    holding = {"customer": tenant.customer, "holding": tenant.subscription()}
    assert tenant.control("POST", "mutate", holding | {"set": {"nextTerm": "P1M"}}).status == 200
    if by == "partner":
        assert tenant.patch_subscription(0, quantity=30).status == 200
        assert _shown(tenant) == (5, [5])
    else:
        added = {"seatsAdded": [{"quantity": 5, "added": "+PT0S"}]}
        assert tenant.control("POST", "mutate", holding | {"set": added}).status == 200
    after = _stored(tenant)
    assert (after.quantity, bool(after.scheduled_actions), after.next_term is not None) == (30, actions, instructions)
    assert not after.auto_renew


def test_a_trial_keeps_its_plan() -> None:
    tenant = _tenant(b.trial(quantity=25))
    assert tenant.patch_subscription(0, quantity=20).status == 200
    assert _stored(tenant).next_term is not None


def test_a_new_term_has_one_window_for_all_of_them() -> None:
    tenant = _tenant(late((SeatsSpec(quantity=5, until="+P9D"),), term_ends="+P3D"), renewal_job="PT1H")
    tenant.advance(days=4)
    assert _shown(tenant) == (25, [25])


def test_somebody_adds_seats_while_the_end_is_scheduled() -> None:
    tenant = _tenant(late((), scheduled_cancel=True))
    change = {"seatsAdded": [{"quantity": 5, "added": "+PT0S"}]}
    body = {"customer": tenant.customer, "holding": tenant.subscription(), "set": change}
    assert tenant.control("POST", "mutate", body).status == 200
    assert (_stored(tenant).quantity, _shown(tenant), _stored(tenant).scheduled_actions) == (30, (5, [5]), ())


@pytest.mark.parametrize("fields", [{"kind": "legacyLicence", "quantity": 9}, {"kind": "nceLicence", "quantity": 4}])
def test_a_scenario_says_it_of_what_can_have_them(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="seatsAdded"):
        SubscriptionSpec(**fields, seats_added=FIVE)
