"""Every read of the ports against the simulator, under the shapes that the services are known to use."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

import pytest

from local.simulator.knobs import Knobs, Oddity
from local.simulator.scenario.models import CustomerSpec
from shared.domain.errors import NoRelationshipError
from shared.domain.holdings.classify import subscription_kind
from shared.domain.holdings.model import HoldingKind
from tests.contract.partner_center.world import (
    AZURE_ONE,
    AZURE_TWO,
    CUSTOMER,
    LEGACY,
    NCE,
    OTHER,
    PLAN,
    RESERVATION,
    RESERVATION_ORDER,
    SOFTWARE_ORDER,
    START,
    STRANGER,
    World,
)

SHAPES = [
    Knobs(),
    Knobs(bom=Oddity.ALWAYS, pascal_case=Oddity.ALWAYS, error_codes="string"),
    Knobs(bom=Oddity.NEVER, pascal_case=Oddity.NEVER, error_codes="number", scheduled_actions_case="camel"),
]


@pytest.fixture(params=SHAPES, ids=["documented", "odd", "plain"])
def world(request: pytest.FixtureRequest) -> World:
    knobs: Knobs = request.param
    return World(knobs)


@pytest.mark.parametrize("where", ["both", "body", "links"])
@pytest.mark.parametrize("total", ["all", "page"])
def test_every_page_of_customers(where: Literal["both", "body", "links"], total: Literal["all", "page"]) -> None:
    customers = [CustomerSpec(name=f"Customer {number}") for number in range(5)]
    world = World(Knobs(continuation_in=where, total_count=total), *customers, page_size=2)
    found = world.partner_center.list_customers()
    assert [item.company_name for item in found.items] == [spec.name for spec in customers]
    assert (found.total, found.complete) == (5, True)
    assert len(world.journal()) == 3


def test_a_customer(world: World) -> None:
    read = world.partner_center.get_customer(CUSTOMER.upper())
    assert (read.id.lower(), read.company_name, read.domain) == (CUSTOMER, "Fabrikam", "fabrikam.onmicrosoft.com")
    assert read.relationship == "reseller"
    listed = world.partner_center.list_customers().items
    assert {item.id.lower() for item in listed} == {CUSTOMER, OTHER}


@pytest.mark.parametrize("answer", ["notFound", "noRelationship"])
def test_a_tenant_that_is_no_customer(answer: Literal["notFound", "noRelationship"]) -> None:
    partner_center = World(Knobs(unknown_tenant=answer)).partner_center
    for read in (partner_center.get_customer, partner_center.list_subscriptions, partner_center.list_orders):
        with pytest.raises(NoRelationshipError):
            read(STRANGER)


def test_subscriptions(world: World) -> None:
    found = world.partner_center.list_subscriptions(CUSTOMER)
    kinds = {item.id.lower(): subscription_kind(item) for item in found.items}
    assert found.complete
    assert len(kinds) == 5
    assert (kinds[NCE], kinds[LEGACY], kinds[PLAN]) == (
        HoldingKind.NCE_LICENCE,
        HoldingKind.LEGACY_LICENCE,
        HoldingKind.AZURE_PLAN,
    )
    assert HoldingKind.SAVINGS_PLAN in kinds.values()
    nce = world.subscription(NCE)
    assert (nce.quantity, nce.status, nce.auto_renew) == (15, "active", True)
    assert nce.cancellable_until is not None
    assert START < nce.cancellable_until < START + timedelta(days=7)
    assert nce.term_end is not None
    assert (nce.term_end.hour, nce.term_end.minute, nce.term_end.second) == (23, 59, 59)
    assert world.subscription(PLAN).term_end is None


def test_azure_subscriptions(world: World) -> None:
    found = world.partner_center.list_azure_subscriptions(CUSTOMER, PLAN)
    assert {(item.id.lower(), item.plan_id, item.status) for item in found.items} == {
        (AZURE_ONE, PLAN, "active"),
        (AZURE_TWO, PLAN, "active"),
    }


def test_entitlements_orders_and_transfers(world: World) -> None:
    entitlements = world.partner_center.list_entitlements(CUSTOMER)
    assert entitlements.complete
    by_type = {item.type.casefold(): item for item in entitlements.items}
    assert by_type["software"].order_id == SOFTWARE_ORDER
    assert by_type["reservedinstance"].resource_id == RESERVATION_ORDER
    assert by_type["reservedinstance"].expires_at is not None
    orders = {item.id: item for item in world.partner_center.list_orders(CUSTOMER).items}
    software = orders[SOFTWARE_ORDER]
    assert software.created_at == START - timedelta(days=5)
    assert [line.subscription_id for line in software.lines] == [None]
    assert {line.subscription_id for order in orders.values() for line in order.lines if line.subscription_id}
    assert [item.status for item in world.partner_center.list_transfers(CUSTOMER).items] == ["Active"]


def test_azure_reservations_and_savings_plans(world: World) -> None:
    (reservation,) = world.reservations.list_reservations(CUSTOMER).items
    assert (reservation.order_id, reservation.id, reservation.state) == (RESERVATION_ORDER, RESERVATION, "Succeeded")
    assert (reservation.quantity, reservation.renew) == (2, False)
    assert reservation.expires_at is not None
    (plan,) = world.reservations.list_savings_plans(CUSTOMER).items
    assert plan.state == "Succeeded"
    assert plan.expires_at is not None


@pytest.mark.parametrize("size", [1, 100])
def test_delegated_relationships_of_one_customer(size: int) -> None:
    found = World(Knobs(graph_page_size=size)).delegated_admin.list_relationships(CUSTOMER)
    assert {(item.name, item.status) for item in found.items} == {("Live", "active"), ("Draft", "created")}
    assert all(item.etag for item in found.items)


def test_the_link_to_come_back_and_the_support_contact(world: World) -> None:
    assert world.partner_center.relationship_request_url().startswith("https://")
    assert not world.partner_center.support_contact_refused(CUSTOMER, LEGACY)
    assert not world.partner_center.removal_audited(CUSTOMER, START)
