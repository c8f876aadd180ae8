"""Orders and transfers: what they still name, what they explain, and what of them blocks."""

from dataclasses import replace

import pytest

from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.domain.holdings.reads import PartnerCenterRead, ordered_holdings, software_key
from shared.domain.holdings.records import (
    Collection,
    Order,
    Transfer,
)
from tests.unit.domain.reads import (
    codes,
    holdings,
    licence,
    line,
    order,
    read,
)

K, S = HoldingKind, HoldingStatus


ORDERED: list[tuple[Order, set[str]]] = [
    (order(line(subscription_id="S-1")), {"subscription:s-1"}),
    (order(line(subscription_id=None)), {"order:ord/1"}),
    (order(line(3), line(4, subscription_id="B")), {"order:ord/3", "subscription:b"}),
    (order(line(quantity=0), line(2, quantity=None)), {"order:ord/2"}),
    (order(line(), status=None), {"order:ord/1"}),
    (order(line(), status="Pending"), {"order:ord/1"}),
    (order(line(), status="Cancelled"), set()),
    (order(line(), status="Error"), set()),
]


@pytest.mark.parametrize(("item", "keys"), ORDERED)
def test_what_an_order_still_names(item: Order, keys: set[str]) -> None:
    assert ordered_holdings((item,)) == keys
    assert software_key(order(id="ABC"), line(7)) == "order:abc/7"


NONE_LISTED = [("subscriptions", "none_of_the_ordered")]


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        (read(orders=(order(line(subscription_id="A")),)), NONE_LISTED),
        (read(orders=(order(line(subscription_id="A")),), subscriptions=(licence("B"),)), NONE_LISTED),
        (read(orders=(order(line(subscription_id="A")),), subscriptions=(licence("a", status="deleted"),)), []),
        (
            read(
                orders=(order(line(subscription_id="A"), line(2, subscription_id="B")),), subscriptions=(licence("b"),)
            ),
            [],
        ),
        (read(orders=(order(line(subscription_id="A"), status="cancelled"),)), []),
        (read(orders=(order(line(subscription_id="A", quantity=0)),)), []),
        (read(orders=(order(line()),)), []),
        (read(orders=(order(line(subscription_id="A")),), transfers=(Transfer("t", "Completed", ("a",)),)), []),
        (
            read(orders=(order(line(subscription_id="A")),), transfers=(Transfer("t", "Cancelled", ("a",)),)),
            NONE_LISTED,
        ),
    ],
)
def test_a_list_that_shows_nothing_of_what_was_ordered_is_not_believed(
    given: PartnerCenterRead, problems: list[tuple[str, str]]
) -> None:
    assert codes(given) == problems


ORDER_WORDS = [
    ("Completed", None),
    ("cancelled", None),
    ("Error", None),
    ("PO review rejected", None),
    (None, None),
    ("Pending", S.PENDING),
    ("pending review", S.PENDING),
    ("Pending PO upload", S.PENDING),
    ("PO upload complete", S.PENDING),
    ("Partial success", S.PENDING),
    ("unknown", S.UNKNOWN),
    ("", S.UNKNOWN),
]


@pytest.mark.parametrize(("word", "status"), ORDER_WORDS)
def test_an_order_that_is_not_settled_blocks(word: str | None, status: HoldingStatus | None) -> None:
    given = read(
        orders=(order(line(), line(2, name="Visio"), line(3, name="")), order(id="second", status="completed"))
    )
    first, second = given.orders.items
    found = holdings(replace(given, orders=Collection((replace(first, status=word), second))))

    if status is None:
        assert found == {}
    else:
        assert list(found.values()) == [
            Holding("order:ord", K.PENDING_ORDER, "Ord", "Office, Visio", status, raw_status=word or "", order_id="Ord")
        ]


def test_an_order_without_names_is_called_by_its_id() -> None:
    assert holdings(read(orders=(order(line(name=""), status="Pending"),)))["order:ord"].name == "order Ord"


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Active", S.ACTIVE),
        ("Pending", S.ACTIVE),
        ("InProgress", S.ACTIVE),
        ("Frozen", S.UNKNOWN),
        ("", S.UNKNOWN),
        ("Completed", None),
        ("Failed", None),
        ("Cancelled", None),
    ],
)
def test_a_transfer_that_is_not_over_holds_what_it_names(word: str, status: HoldingStatus | None) -> None:
    found = holdings(read(transfers=(Transfer("T", word, ("A", "b")),)))

    expected = Holding(
        "transfer:t",
        K.OPEN_TRANSFER,
        "T",
        "transfer T",
        status or S.UNKNOWN,
        raw_status=word,
        covers=("subscription:a", "subscription:b"),
    )
    assert list(found.values()) == ([expected] if status else [])
