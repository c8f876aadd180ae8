"""Which words of a refusal are orders, and which holding each of them is found at."""

from __future__ import annotations

import pytest

from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.pipeline.steps.named_orders import MOST_NAMED, about_orders

K = HoldingKind


def held(kind: HoldingKind, order: str | None, parent: str | None = None) -> Holding:
    return Holding(f"x:{kind}", kind, "id", kind.value, HoldingStatus.ACTIVE, order_id=order, parent_id=parent)


@pytest.mark.parametrize(
    ("text", "orders"),
    [
        ("following orders: abcd", ["abcd"]),
        ("Following Orders : abcd", ["abcd"]),
        ("FOLLOWING ORDERS:abcd;efgh-1,ijkl_2 mnop", ["abcd", "efgh-1", "ijkl_2", "mnop"]),
        ("following orders:\nabcd,\n efgh", ["abcd", "efgh"]),
        ("following orders: abcd, abcd, ABCD", ["abcd", "ABCD"]),
        ("following orders: abc", []),  # too short for an order
        ("following orders: abcd. Then try again", ["abcd"]),
        ("following orders:", []),
        ("the orders: abcd", []),
    ],
)
def test_the_words_after_the_colon_are_orders(text: str, orders: list[str]) -> None:
    assert about_orders(text, []) == "".join(f" Order {order} belongs to nothing that was read." for order in orders)


@pytest.mark.parametrize(("count", "named"), [(4, 4), (5, 5), (6, 5)])
def test_five_orders_are_explained_at_most(count: int, named: int) -> None:
    text = "following orders: " + ",".join(f"order-{number}" for number in range(count))
    assert about_orders(text, []).count("Order ") == named <= MOST_NAMED


@pytest.mark.parametrize(
    ("holding", "found"),
    [
        (held(K.RESERVATION, None, "Order-1"), "that of reservation (reservation, active)"),
        (held(K.RESERVATION, "ORDER-1", "another"), "that of reservation (reservation, active)"),
        (held(K.AZURE_PLAN, "order-1"), "that of the Azure plan azure_plan (active), no reservation"),
        (held(K.NCE_LICENCE, "order-1"), "that of nce_licence (nce_licence, active)"),
        # The parent of anything else is no order: an add-on's is its base.
        (held(K.NCE_LICENCE, None, "order-1"), None),
        (held(K.AZURE_SUBSCRIPTION, "another", "order-1"), None),
        (held(K.RESERVATION, None, None), None),
    ],
)
def test_a_reservation_is_found_by_its_parent_and_all_others_by_their_order(
    holding: Holding, found: str | None
) -> None:
    other = held(K.SOFTWARE_SUBSCRIPTION, "something-else")
    says = about_orders("following orders: order-1", [other, holding])
    assert says == (f" Order order-1 is {found}." if found else " Order order-1 belongs to nothing that was read.")
