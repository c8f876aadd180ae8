"""A collection that is incomplete, or lists something twice, proves nothing (I8)."""

from dataclasses import replace

import pytest

from shared.domain.holdings.assemble import assemble
from shared.domain.holdings.model import HoldingKind, HoldingStatus
from shared.domain.holdings.reads import AzureRead
from shared.domain.holdings.records import (
    Collection,
    Reservation,
    SavingsPlan,
)
from tests.unit.domain.reads import (
    codes,
    licence,
    read,
)
from tests.unit.domain.support import NOW

K, S = HoldingKind, HoldingStatus


NAMES = {
    "subscriptions": "subscriptions",
    "entitlements": "entitlements",
    "orders": "orders",
    "transfers": "transfers",
    "azure_subscriptions": "azureEntitlements",
}


@pytest.mark.parametrize("field", NAMES)
@pytest.mark.parametrize("total", [1, 3])
def test_a_total_that_differs_from_what_was_read_is_a_problem(field: str, total: int) -> None:
    complete = read()
    short = replace(complete, **{field: Collection((), total)})

    assert codes(short) == [(NAMES[field], "incomplete")]
    assert codes(replace(complete, **{field: Collection((), 0)})) == []
    assert assemble(short, None, NOW)[1][0].passes_by_itself


@pytest.mark.parametrize(("total", "problems"), [(None, []), (1, []), (2, ["incomplete"]), (0, ["incomplete"])])
def test_the_total_of_the_reservations_counts_too(total: int | None, problems: list[str]) -> None:
    seen = AzureRead(Collection((Reservation("o", "r", "VM", "Succeeded"),), total), Collection(()))

    assert codes(read(), seen) == [("reservations", code) for code in problems]


def test_the_total_of_the_savings_plans_counts_too() -> None:
    seen = AzureRead(Collection(()), Collection((SavingsPlan("sp", "Compute", "Succeeded"),), 2))

    assert [code for _, code in codes(read(), seen)] == ["incomplete"]


@pytest.mark.parametrize(("total", "complete"), [(None, True), (1, True), (0, False), (2, False)])
def test_a_collection_is_complete_when_its_total_is_what_was_read(total: int | None, complete: bool) -> None:
    assert Collection(("item",), total).complete is complete


def test_a_holding_that_is_listed_twice_is_a_problem() -> None:
    twice = read(subscriptions=(licence("B"), licence("b"), licence("A"), licence("a"), licence("C")))
    found, problems = assemble(twice, None, NOW)

    assert len(found) == 5
    assert [(item.collection, item.code) for item in problems] == [("holdings", "listed_twice")] * 2
    assert [item.detail.split()[0] for item in problems] == ["subscription:a", "subscription:b"]
