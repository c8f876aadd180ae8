"""Perpetual software: its window and line come from its order, and each way of cancelling it counts."""

from datetime import timedelta

import pytest

from shared.domain.holdings.assemble import assemble
from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.domain.holdings.records import (
    Entitlement,
)
from tests.unit.domain.reads import holdings, licence, line, order, read, software
from tests.unit.domain.support import NOW

K, S = HoldingKind, HoldingStatus


def test_software_takes_its_window_and_its_line_from_the_order() -> None:
    given = read(
        entitlements=(software("ORD", "2"),),
        orders=(order(line(1), line(2, name="", quantity=5, offer_id="SQL")),),
    )

    assert list(holdings(given).values()) == [
        Holding(
            "order:ord/2",
            K.PERPETUAL_SOFTWARE,
            "Ord",
            "SQL",
            S.ACTIVE,
            raw_status="completed",
            quantity=5,
            order_id="Ord",
            cancellable_until=NOW + timedelta(days=30),
            line_number=2,
            offer_id="SQL",
        )
    ]


CANCELLED_SOFTWARE: list[tuple[str | None, int | None, int | None, bool]] = [
    # order, quantity of the line, of the entitlement
    ("completed", 1, 1, False),
    (None, 1, 1, False),
    (None, None, None, False),
    ("cancelled", 1, 1, True),
    ("Cancelled", None, None, True),
    ("completed", 0, 1, True),
    ("completed", 1, 0, True),
    ("completed", 0, 0, True),
    ("error", 1, 1, False),
]


@pytest.mark.parametrize(("status", "of_line", "of_entitlement", "cancelled"), CANCELLED_SOFTWARE)
def test_software_is_cancelled_by_its_order_its_line_or_its_entitlement(
    status: str | None, of_line: int | None, of_entitlement: int | None, cancelled: bool
) -> None:
    given = read(
        entitlements=(software(quantity=of_entitlement),), orders=(order(line(quantity=of_line), status=status),)
    )
    found = holdings(given)["order:ord/1"]

    assert found.status is (S.CANCELLED if cancelled else S.ACTIVE)
    assert (found.raw_status, found.name) == (status or "", "Office")


def test_software_of_an_undated_order_shows_no_window() -> None:
    given = read(entitlements=(software(),), orders=(order(line(), created_at=None),))

    assert holdings(given)["order:ord/1"].cancellable_until is None


def test_software_that_is_a_subscription_is_listed_there_and_not_here() -> None:
    given = read(entitlements=(software(),), orders=(order(line(subscription_id="A")),), subscriptions=(licence("A"),))

    assert list(holdings(given)) == ["subscription:a"]


@pytest.mark.parametrize(
    ("entitlement", "problem"),
    [
        (software(), None),
        (software(type="SOFTWARE"), None),
        (software("other"), ("orders", "order_missing")),
        (software(line="2"), ("orders", "order_missing")),
        (software(line="01"), ("orders", "order_missing")),
        (software(type="Unheard"), ("entitlements", "unknown_entitlement")),
        (software("other", type="Unheard"), ("entitlements", "unknown_entitlement")),
    ],
)
def test_an_entitlement_that_cannot_be_placed_is_a_problem(
    entitlement: Entitlement, problem: tuple[str, str] | None
) -> None:
    given = read(entitlements=(entitlement, software("second")), orders=(order(line()), order(line(), id="second")))
    found, problems = assemble(given, None, NOW)

    assert [(item.collection, item.code) for item in problems] == ([problem] if problem else [])
    assert [item.key for item in found] == (["order:second/1"] if problem else ["order:ord/1", "order:second/1"])
