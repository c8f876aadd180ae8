"""An inventory and its records: what is absent stays absent."""

from dataclasses import replace
from typing import Any

import pytest

from shared.domain.holdings.inventory import Inventory, InventoryProblem
from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.domain.holdings.records import Collection, CustomerProfile
from tests.unit.domain.reads import holdings, licence, read
from tests.unit.domain.support import EARLIER, LATER, NOW, inventory

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


SEEN = Holding("a", K.NCE_LICENCE, "id", "E5", S.ACTIVE, raw_status="active", quantity=3, auto_renew=True)
DATED = replace(SEEN, term_end=NOW, cancellable_until=EARLIER)


@pytest.mark.parametrize(
    ("changed", "another"),
    [
        ({}, False),
        ({"key": "b"}, True),
        ({"kind": K.TRIAL}, True),
        ({"status": S.SUSPENDED}, True),
        ({"raw_status": "Active"}, True),
        ({"quantity": 4}, True),
        ({"quantity": None}, True),
        ({"auto_renew": False}, True),
        ({"auto_renew": None}, True),
        ({"ends_at_term": True}, True),
        ({"term_end": LATER}, True),
        ({"term_end": None}, True),
        ({"cancellable_until": LATER}, True),
        ({"cancellable_until": None}, True),
        ({"term_end": EARLIER, "cancellable_until": NOW}, True),
        ({"name": "E3"}, False),
        ({"image": "another"}, False),
    ],
)
def test_whatever_decides_about_a_holding_changes_the_digest(changed: dict[str, Any], *, another: bool) -> None:
    other = inventory(replace(DATED, **changed)).digest
    assert (other != inventory(DATED).digest) is another


def test_the_digest_is_that_of_the_answers_in_whatever_order() -> None:
    second = replace(SEEN, key="b")
    first = InventoryProblem("orders", "incomplete", "why")
    then = InventoryProblem("licences", "unreadable", "why")
    found = inventory(DATED, second, problems=(first, then)).digest

    assert found == inventory(second, DATED, problems=(then, replace(first, detail="in other words"))).digest
    for other in (
        inventory(DATED, second, problems=(first,)),
        inventory(DATED, second, problems=(first, replace(then, code="incomplete"))),
        inventory(DATED, second, problems=(first, replace(then, collection="orders"))),
        inventory(DATED, problems=(first, then)),
    ):
        assert other.digest != found
