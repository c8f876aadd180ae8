"""Every write of the ports against the simulator: what it changes, and that the same call twice changes it once."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import pytest

from local.simulator.knobs import Knobs
from local.simulator.scenario.models import CustomerSpec, GdapSpec, ReservationSpec, SeatsSpec, SubscriptionSpec
from local.simulator.tenant.kinds import Kind
from shared.domain.errors import BusyError, NoAnswerError, NoRelationshipError, RefusedError, Verdict
from shared.ports.partner import CommitmentKind, Part, SubscriptionTarget
from tests.contract.partner_center.world import (
    AZURE_ONE,
    AZURE_TWO,
    CUSTOMER,
    LATE,
    LEGACY,
    NCE,
    PLAN,
    RESERVATION,
    RESERVATION_ORDER,
    SOFTWARE_ORDER,
    START,
    World,
    code_of,
)


def set_status(world: World, subscription_id: str, target: SubscriptionTarget, request_id: str = "") -> bool:
    image = world.subscription(subscription_id).image
    answer = world.partner_center.set_subscription_status(
        CUSTOMER, subscription_id, image, target, request_id or world.request_id()
    )
    return answer.status == 200 and world.subscription(subscription_id).status.casefold() == target.value


@pytest.mark.parametrize("slow", [False, True])
def test_cancelling_a_licence(slow: bool) -> None:
    world = World(Knobs(async_patch=slow, patch_lag=timedelta(minutes=5 * slow)))
    assert set_status(world, NCE, SubscriptionTarget.DELETED) is not slow
    world.later(minutes=6)
    assert world.subscription(NCE).status == "deleted"


def test_suspending_and_putting_back() -> None:
    world = World()
    before = world.subscription(LEGACY)
    assert set_status(world, LEGACY, SubscriptionTarget.SUSPENDED)
    assert world.subscription(LEGACY).status == "suspended"
    world.partner_center.set_subscription_status(
        CUSTOMER, LEGACY, before.image, SubscriptionTarget.ACTIVE, world.request_id()
    )
    after = world.subscription(LEGACY)
    assert (after.status, after.auto_renew) == (before.status, before.auto_renew)


def test_refusals_keep_their_code() -> None:
    world = World()
    with pytest.raises(RefusedError) as late:
        set_status(world, LATE, SubscriptionTarget.DELETED)
    assert code_of(late.value) == (400, "900213")
    with pytest.raises(RefusedError) as plan:
        set_status(world, PLAN, SubscriptionTarget.SUSPENDED)
    assert code_of(plan.value) == (403, "900115")
    with pytest.raises(RefusedError) as missing:
        world.partner_center.end_at_term(CUSTOMER, RESERVATION, world.request_id())
    assert code_of(missing.value) == (404, "20003")


def test_a_pending_operation_is_asked_about_tomorrow() -> None:
    subscription = SubscriptionSpec(kind=Kind.NCE_LICENCE, id=NCE, pending_operation_until="+P1D")
    world = World(None, CustomerSpec(name="Busy", id=CUSTOMER, subscriptions=(subscription,)))
    with pytest.raises(BusyError) as caught:
        set_status(world, NCE, SubscriptionTarget.DELETED)
    assert (caught.value.remote_code, caught.value.retry_after) == ("900278", timedelta(hours=24))


def test_ending_at_term_is_written_once() -> None:
    world = World()
    for _ in range(2):
        assert world.partner_center.end_at_term(CUSTOMER, LATE, world.request_id()).status == 200
    read = world.subscription(LATE)
    assert read.auto_renew is False
    assert [action.action_type.casefold() for action in read.scheduled_actions] == ["cancel"]
    assert [entry.method for entry in world.journal()] == ["GET", "PATCH", "GET", "GET"]


@pytest.mark.parametrize("answer", ["collection", "single"])
def test_renewing_for_a_month_is_written_once_and_keeps_the_rest(answer: Literal["collection", "single"]) -> None:
    world = World(Knobs(availabilities=answer))
    before = world.subscription(LATE)
    assert (before.next_term.now, before.next_term.then) == ("P1Y", "P1Y")
    listed = world.partner_center.list_terms(CUSTOMER, before.next_term.product_id, before.next_term.sku_id)
    assert listed == ("P1M", "P1Y", "P3Y")
    for _ in range(2):
        assert world.partner_center.renew_monthly(CUSTOMER, LATE, world.request_id()).status == 200
    after = world.subscription(LATE)
    assert (after.next_term.then, after.auto_renew, after.quantity) == ("P1M", True, before.quantity)
    assert [entry.method for entry in world.journal()].count("PATCH") == 1


def test_no_month_is_written_that_the_catalogue_does_not_list() -> None:
    world = World(Knobs(without_monthly_term=("CFQ7TTC0LH18",)))
    with pytest.raises(RefusedError, match="lists no monthly term") as caught:
        world.partner_center.renew_monthly(CUSTOMER, LATE, world.request_id())
    assert caught.value.verdict is Verdict.CANNOT_NOW
    with pytest.raises(RefusedError) as unknown:
        world.partner_center.list_terms(CUSTOMER, "CFQ7TTC0NONE", "0001")
    assert code_of(unknown.value) == (404, "400013")


@pytest.mark.parametrize("times", [1, 2])
def test_seats_are_given_back_once(times: int) -> None:
    added = SeatsSpec(quantity=5)
    one = SubscriptionSpec(kind=Kind.NCE_LICENCE, id=LATE, started="-P300D", quantity=25, seats_added=(added,))
    world = World(None, CustomerSpec(name="Seats", id=CUSTOMER, subscriptions=(one,)))
    before = world.subscription(LATE)
    assert before.refundable is not None
    assert (before.quantity, before.refundable.total) == (25, 5)
    for _ in range(times):
        assert world.partner_center.reduce_seats(CUSTOMER, LATE, 20, world.request_id()).status == 200
    after = world.subscription(LATE)
    assert after.refundable is not None
    assert (after.quantity, after.refundable.total, after.term_end) == (20, 0, before.term_end)
    with pytest.raises(RefusedError) as late:
        world.partner_center.reduce_seats(CUSTOMER, LATE, 19, world.request_id())
    assert code_of(late.value) == (400, "900214")


@pytest.mark.parametrize("status", [200, 202])
def test_cancelling_azure_subscriptions_and_then_the_plan(status: Literal[200, 202]) -> None:
    world = World(Knobs(entitlement_cancel_status=status))
    for azure in (AZURE_ONE, AZURE_TWO):
        answer = world.partner_center.cancel_azure_subscription(CUSTOMER, PLAN, azure, world.request_id())
        assert answer.status == status
    world.later(minutes=11)
    read = world.partner_center.list_azure_subscriptions(CUSTOMER, PLAN).items
    assert {item.status for item in read} == {"inactive"}
    assert set_status(world, PLAN, SubscriptionTarget.SUSPENDED)


def test_the_plan_and_then_its_azure_subscriptions_are_switched_on_again() -> None:
    world = World()
    before = world.subscription(PLAN).image
    for azure in (AZURE_ONE, AZURE_TWO):
        world.partner_center.cancel_azure_subscription(CUSTOMER, PLAN, azure, world.request_id())
    world.later(minutes=11)
    set_status(world, PLAN, SubscriptionTarget.SUSPENDED)
    with pytest.raises(RefusedError) as early:
        world.partner_center.reactivate_azure_subscription(CUSTOMER, PLAN, AZURE_ONE, world.request_id())
    assert code_of(early.value) == (400, "900337")

    assert world.partner_center.put_back(CUSTOMER, PLAN, before, Part.STATUS, world.request_id()).status == 200
    assert world.subscription(PLAN).status == "active"
    answer = world.partner_center.reactivate_azure_subscription(CUSTOMER, PLAN, AZURE_ONE, world.request_id())
    assert answer.status == 202
    world.later(minutes=11)
    read = world.partner_center.list_azure_subscriptions(CUSTOMER, PLAN).items
    assert {item.id: item.status for item in read} == {AZURE_ONE: "active", AZURE_TWO: "inactive"}


def test_an_end_with_the_term_is_taken_back() -> None:
    world = World()
    before = world.subscription(LATE)
    world.partner_center.end_at_term(CUSTOMER, LATE, world.request_id())
    for _ in range(2):
        answer = world.partner_center.put_back(CUSTOMER, LATE, before.image, Part.TERMS, world.request_id())
        assert answer.status == 200
    after = world.subscription(LATE)
    assert (after.auto_renew, after.scheduled_actions) == (before.auto_renew, before.scheduled_actions)
    assert [entry.method for entry in world.journal() if entry.method == "PATCH"] == ["PATCH", "PATCH"]


@pytest.mark.parametrize("shape", ["documented", "lineZero", "statusOnly", "quantityOnly"])
def test_cancelling_software(shape: Literal["documented", "lineZero", "statusOnly", "quantityOnly"]) -> None:
    world = World(Knobs(cancelled_order=shape))
    answer = world.partner_center.cancel_order_line(
        CUSTOMER, SOFTWARE_ORDER, 0, "DG7GMGF0FKZV:0003:DG7GMGF0DWMS", world.request_id()
    )
    assert answer.status == 200
    order = next(one for one in world.partner_center.list_orders(CUSTOMER).items if one.id == SOFTWARE_ORDER)
    assert order.status == "cancelled" or order.lines[0].quantity == 0


EMPTY = CustomerSpec(
    name="Empty",
    id=CUSTOMER,
    subscriptions=(SubscriptionSpec(kind=Kind.LEGACY_LICENCE, id=LEGACY),),
    gdap=(GdapSpec(),),
)


@pytest.mark.parametrize("gone", ["notFound", "noRelationship"])
def test_the_relationship_is_refused_then_removed_then_proved_gone(gone: Literal["notFound", "noRelationship"]) -> None:
    world = World(Knobs(gone_customer=gone), EMPTY)
    partner_center = world.partner_center
    with pytest.raises(RefusedError) as refused:
        partner_center.remove_relationship(CUSTOMER, world.request_id())
    assert type(refused.value) is RefusedError
    set_status(world, LEGACY, SubscriptionTarget.SUSPENDED)
    answer = partner_center.remove_relationship(CUSTOMER, world.request_id())
    assert answer.status == 200
    world.later(minutes=3)
    with pytest.raises(NoRelationshipError):
        partner_center.get_customer(CUSTOMER)
    with pytest.raises(NoRelationshipError):
        partner_center.list_subscriptions(CUSTOMER)
    with pytest.raises(NoRelationshipError):
        partner_center.remove_relationship(CUSTOMER, world.request_id())
    assert partner_center.list_customers().items == ()
    assert partner_center.support_contact_refused(CUSTOMER, LEGACY)
    assert partner_center.removal_audited(CUSTOMER, START)
    assert not partner_center.removal_audited(CUSTOMER, START + timedelta(days=1))


@pytest.mark.parametrize("fault", [{"type": "dropAfter"}, {"type": "delay", "seconds": 60}])
def test_a_write_that_took_effect_without_an_answer_is_not_done_twice(fault: dict[str, object]) -> None:
    world = World(None, EMPTY)
    request_id = world.request_id()
    world.fault(f"/subscriptions/{LEGACY}", fault, method="PATCH")
    image = world.subscription(LEGACY).image
    again = (CUSTOMER, LEGACY, image, SubscriptionTarget.SUSPENDED, request_id)
    with pytest.raises(NoAnswerError):
        world.partner_center.set_subscription_status(*again)
    assert world.partner_center.set_subscription_status(*again).status == 200
    assert [request for _, request in world.effects()] == [request_id]


@pytest.mark.parametrize("status", [200, 202])
def test_returning_a_reservation(status: Literal[200, 202]) -> None:
    world = World(Knobs(return_status=status))
    back = (CUSTOMER, RESERVATION_ORDER, RESERVATION, 2)
    request_id = world.request_id()
    answer = world.reservations.return_reservation(*back, request_id)
    assert answer.status == status
    assert ("reservation.returned", request_id) in world.effects()
    world.later(minutes=1)
    assert [item.state for item in world.reservations.list_reservations(CUSTOMER).items] == ["Cancelled"]


def test_a_reservation_that_cannot_be_returned() -> None:
    reservation = ReservationSpec(
        id=RESERVATION, reservation_order_id=RESERVATION_ORDER, refund_error="SelfServiceRefundNotSupported"
    )
    world = World(None, CustomerSpec(name="Red Hat", id=CUSTOMER, reservations=(reservation,)))
    with pytest.raises(RefusedError) as caught:
        world.reservations.return_reservation(CUSTOMER, RESERVATION_ORDER, RESERVATION, 1, world.request_id())
    assert code_of(caught.value) == (200, "SelfServiceRefundNotSupported")
    assert world.effects() == []


def test_ending_delegated_relationships() -> None:
    world = World()
    found = {item.name: item for item in world.delegated_admin.list_relationships(CUSTOMER).items}
    assert world.delegated_admin.terminate(found["Live"], world.request_id()).status == 201
    assert world.delegated_admin.terminate(found["Draft"], world.request_id()).status == 204
    world.later(minutes=10)
    (left,) = world.delegated_admin.list_relationships(CUSTOMER).items
    assert (left.name, left.status) == ("Live", "terminated")
    with pytest.raises(RefusedError):
        world.delegated_admin.terminate(left, world.request_id())


@pytest.mark.parametrize("renew", [True, False])
def test_a_renewal_is_stopped_and_let_go_on(renew: bool) -> None:
    world = World()
    [before] = world.reservations.list_reservations(CUSTOMER).items
    change = world.reservations.restore_renewal if renew else world.reservations.stop_renewal
    order, kind = before.order_id, CommitmentKind.RESERVATION
    assert change(CUSTOMER, kind, order, before.id, world.request_id()).status == 200
    [after] = world.reservations.list_reservations(CUSTOMER).items
    assert after.renew is renew
