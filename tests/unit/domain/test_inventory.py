"""An inventory and its records: what is absent stays absent."""

from dataclasses import replace

import pytest

from shared.domain.holdings.inventory import Inventory, InventoryProblem
from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.domain.holdings.records import Collection, CustomerProfile
from tests.unit.domain.reads import holdings, licence, read
from tests.unit.domain.support import NOW

K, S = HoldingKind, HoldingStatus


def test_a_problem_passes_by_itself_unless_it_is_said_otherwise() -> None:
    assert InventoryProblem("orders", "incomplete", "why") == InventoryProblem("orders", "incomplete", "why", "", True)


def test_an_inventory_is_looked_up_by_key() -> None:
    items = tuple(Holding(key, K.TRIAL, key, key, S.ACTIVE) for key in ("a", "b"))
    customer = CustomerProfile("c", "Contoso", "contoso.example", "reseller")
    found = Inventory(customer, items, (), NOW, 0.0)

    assert found.by_key == {"a": items[0], "b": items[1]}
    assert (found.ordered, dict(found.moved)) == (frozenset(), {})


def test_the_resource_of_a_subscription_is_kept_out_of_what_is_shown() -> None:
    record = licence("a", image="the whole resource")
    shown = holdings(read(subscriptions=(record,)))["subscription:a"]

    assert shown.image == "the whole resource"
    assert "the whole resource" not in repr(record) + repr(shown)


@pytest.mark.parametrize(("total", "complete"), [(None, True), (0, False), (1, True), (2, False)])
def test_a_collection_is_complete_when_as_many_came_as_it_holds(total: int | None, complete: bool) -> None:
    found = Collection((licence("a", image="the whole resource"),), total)

    assert found.complete is complete
    assert "the whole resource" not in repr(found)


def test_what_a_record_does_not_say_is_nothing_and_not_a_value() -> None:
    bare = Holding("a", K.TRIAL, "a", "a", S.ACTIVE)

    assert (bare.ends_at_term, bare.active_children, bare.line_number, bare.covers) == (False, 0, 0, ())
    assert licence("a").attention_needed is False
    assert not bare.ended
    assert replace(bare, status=S.DISABLED).ended
