"""One read put together: every collection arrives, and every contradiction is a problem (I8)."""

from dataclasses import replace

import pytest

from shared.domain.holdings.assemble import assemble
from shared.domain.holdings.model import HoldingKind, HoldingStatus
from shared.domain.holdings.reads import needs_azure
from shared.domain.holdings.records import (
    AzureSubscription,
    Collection,
    Entitlement,
    Reservation,
    SavingsPlan,
    Subscription,
    Transfer,
)
from tests.unit.domain.reads import (
    PLAN_OFFER,
    SAVINGS_OFFER,
    azure,
    codes,
    holdings,
    licence,
    line,
    order,
    read,
    reserved,
    software,
)
from tests.unit.domain.support import NOW

K, S = HoldingKind, HoldingStatus


def test_nothing_read_is_nothing_held() -> None:
    assert assemble(read(), None, NOW) == ((), ())
    assert assemble(read(), azure(), NOW) == ((), ())


def test_every_collection_arrives() -> None:
    given = read(
        subscriptions=(licence("P", PLAN_OFFER, reseller="111"), licence("A")),
        azure_subscriptions=(AzureSubscription("AS", "p", "Production", "active"),),
        entitlements=(software(), reserved("ro")),
        orders=(order(line()), order(id="Open", status="Pending")),
        transfers=(Transfer("T", "Active", ("A",)),),
    )
    of_azure = azure((Reservation("RO", "R", "VM", "Succeeded"),), (SavingsPlan("SP", "Compute", "Succeeded"),))

    assert {key: item.kind for key, item in holdings(given, of_azure).items()} == {
        "subscription:p": K.AZURE_PLAN,
        "subscription:a": K.NCE_LICENCE,
        "azure:p/as": K.AZURE_SUBSCRIPTION,
        "order:ord/1": K.PERPETUAL_SOFTWARE,
        "order:open": K.PENDING_ORDER,
        "transfer:t": K.OPEN_TRANSFER,
        "reservation:ro/r": K.RESERVATION,
        "savingsplan:sp": K.SAVINGS_PLAN,
    }


def test_only_what_is_not_inactive_counts_below_its_own_plan() -> None:
    given = read(
        subscriptions=(licence("P", PLAN_OFFER), licence("Q", PLAN_OFFER), licence("A")),
        azure_subscriptions=(
            AzureSubscription("1", "P", "one", "active"),
            AzureSubscription("2", "p", "two", "Inactive"),
            AzureSubscription("3", "P", "three", "something new"),
        ),
    )
    found = holdings(given)

    assert found["subscription:p"].active_children == 2
    assert found["subscription:q"].active_children == 0
    assert found["subscription:a"].active_children == 0


def test_an_azure_subscription_belongs_to_the_reseller_of_its_plan() -> None:
    given = read(
        subscriptions=(licence("P", PLAN_OFFER, reseller="111"), licence("Q", PLAN_OFFER)),
        azure_subscriptions=(
            AzureSubscription("1", "P", "one", "active"),
            AzureSubscription("2", "Q", "two", "active"),
            AzureSubscription("3", "gone", "three", "active"),
        ),
    )
    found = holdings(given)

    assert [found[key].reseller for key in ("azure:p/1", "azure:q/2", "azure:gone/3")] == ["111", None, None]


@pytest.mark.parametrize(
    ("subscriptions", "entitlements", "needed"),
    [
        ((), (), False),
        ((licence("a"),), (software(),), False),
        ((licence("a"), licence("p", PLAN_OFFER)), (), True),
        ((licence("p", "MS-AZR-0145P"),), (software(),), True),
        ((licence("p", SAVINGS_OFFER),), (), True),
        ((licence("p", PLAN_OFFER, status="deleted"),), (), True),
        ((), (software(), reserved()), True),
        ((licence("a"),), (reserved(type="RESERVEDINSTANCE"),), True),
    ],
)
def test_azure_is_needed_where_partner_center_shows_anything_of_it(
    subscriptions: tuple[Subscription, ...], entitlements: tuple[Entitlement, ...], needed: bool
) -> None:
    assert needs_azure(subscriptions, entitlements) is needed


def test_a_savings_plan_that_both_list_is_joined_by_its_order() -> None:
    given = read(
        subscriptions=(
            licence("S", SAVINGS_OFFER, product_order_id="ORDER-1"),
            licence("U", SAVINGS_OFFER, product_order_id="order-2"),
            licence("V", SAVINGS_OFFER),
        )
    )
    plans = (
        SavingsPlan("A", "a", "Succeeded", order_id="order-1"),
        SavingsPlan("B", "b", "Succeeded", order_id="Order-1"),
        SavingsPlan("C", "c", "Succeeded", order_id="order-3"),
        SavingsPlan("D", "d", "Succeeded"),
    )
    found = holdings(given, azure(plans=plans))

    assert found["subscription:s"].covers == ("savingsplan:a", "savingsplan:b")
    assert all(item.covers == () for key, item in found.items() if key != "subscription:s")
    assert len(found) == 7


def test_contradictions_add_up() -> None:
    given = replace(
        read(entitlements=(reserved(), software(type="x")), orders=(order(line(subscription_id="A")),)),
        subscriptions=Collection((licence("B"), licence("b")), 3),
    )

    assert codes(given, azure()) == [
        ("subscriptions", "incomplete"),
        ("subscriptions", "none_of_the_ordered"),
        ("reservations", "reservation_not_visible"),
        ("holdings", "listed_twice"),
        ("entitlements", "unknown_entitlement"),
    ]
