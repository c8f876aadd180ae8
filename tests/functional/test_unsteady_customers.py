"""Customers that cannot be read, are renamed or give no token, and lists that change while they are read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from local.simulator.scenario import builder as b
from local.simulator.scenario.models import CustomerSpec
from local.world.world import World
from shared.domain.codes import ReasonCode
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status
from tests.functional.checks import check_invariants
from tests.functional.trouble import arm, mutate

A_DAY = timedelta(days=1)
NAMES = ("Alpha", "Bravo", "Charlie", "Delta", "Echo")


def _days(world: World, days: int) -> Offboarding:
    for _ in range(days):
        world.clock.advance(A_DAY)
        world.sweep()
        world.run(for_at_most=timedelta(hours=2))
    return world.all()[0]


def _begun(customer: CustomerSpec, **asked: Any) -> World:
    world = World(customer)
    world.ask(customer, **asked)
    world.run(for_at_most=timedelta(hours=1))
    return world


@pytest.mark.parametrize("by_domain", [False, True])
@pytest.mark.parametrize("code", ["1000", "60003", "20002", "1002", "2032", "3000"])
def test_a_customer_that_is_listed_and_cannot_be_read_is_not_gone(code: str, by_domain: bool) -> None:
    customer = b.customer("Listed", b.legacy(), unreadable=code, unreadable_until="+P2D")
    world = _begun(customer, **({"customerTenantId": None} if by_domain else {}))
    found = world.all()[0]
    assert not found.finished
    assert found.reason is not None
    assert code in found.reason.text
    assert found.reason.code is ReasonCode.REFUSED or "the customer list shows the customer" in found.reason.text
    assert _days(world, 3).status is Status.REMOVED
    check_invariants(world)


@pytest.mark.parametrize("code", ["1000", "20002", "2032"])
def test_a_customer_that_becomes_unreadable_while_its_term_runs(code: str) -> None:
    """Its end comes while it cannot be read: nothing is removed, and nothing is said to be gone, until it can be."""
    world = _begun(b.customer("Later", b.nce_past_window("+P2D")))
    here = world.tenant()[0]["id"]
    mutate(world, {"customer": here, "set": {"unreadable": code}})
    found = _days(world, 6)
    assert not found.finished
    assert world.tenant()[0]["relationship"] == "reseller"
    mutate(world, {"customer": here, "set": {"unreadable": ""}})
    assert _days(world, 3).status is Status.REMOVED
    check_invariants(world)


@pytest.mark.parametrize("delegated", [True, False])
@pytest.mark.parametrize("change", [{"name": "Renamed Ltd"}, {"domain": "renamed.example"}])
def test_a_customer_that_is_renamed_meanwhile_stays_the_same_one(change: dict[str, str], delegated: bool) -> None:
    customer = b.customer("Before", b.nce_past_window("+P3D"), allow_delegated_access=delegated)
    world = _begun(customer, customerCompanyName="Before")
    mutate(world, {"customer": world.tenant()[0]["id"], "set": change})
    assert _days(world, 6).status is Status.REMOVED
    check_invariants(world)


@pytest.mark.parametrize(
    ("fields", "change", "code", "advice"),
    [
        ({"consent": "missing"}, {"consent": "given"}, "AADSTS65001", "consent to the application"),
        ({"consent": "unknownApplication"}, {"consent": "given"}, "AADSTS700016", "consent to the application"),
        ({"allow_delegated_access": False}, {"allowDelegatedAccess": True}, "AADSTS50020", "delegated admin"),
    ],
)
@pytest.mark.parametrize("holding", [b.reservation(), b.azure_plan(1)])
def test_no_token_of_the_customers_tenant(
    holding: b.Holding, fields: dict[str, Any], change: dict[str, Any], code: str, advice: str
) -> None:
    """The reason names what is missing in that tenant; nobody is told to grant a role, or to sign in again."""
    world = _begun(b.customer("No token", holding, **fields))
    found = _days(world, 1)
    assert found.status is Status.NEEDS_ATTENTION
    assert found.reason is not None
    assert code in found.reason.text
    assert advice in found.reason.operator_action
    mutate(world, {"customer": world.tenant()[0]["id"], "set": change})
    assert _days(world, 2).status is Status.REMOVED
    check_invariants(world)


@pytest.mark.parametrize("fields", [{"consent": "missing"}, {"allow_delegated_access": False}])
def test_no_token_is_needed_where_nothing_is_azure(fields: dict[str, Any]) -> None:
    world = _begun(b.customer("Licences", b.nce(), **fields))
    assert _days(world, 1).status is Status.REMOVED


CHANGES: dict[str, dict[str, Any]] = {
    "one goes": {"customer": "Alpha", "set": {"relationship": "none"}},
    "one comes": {"newCustomer": {"name": "Aaa"}},
    "the one that is meant moves ahead": {"customer": "Charlie", "set": {"name": "Aardvark"}},
}


@pytest.mark.parametrize("nth", [1, 3])
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("total_count", ["all", "page"])
@pytest.mark.parametrize("goes_by", ["item", "position"])
def test_the_list_of_customers_changes_between_its_pages(goes_by: str, total_count: str, change: str, nth: int) -> None:
    """A customer that a shifted page hides is not unknown, and one that is removed is proven gone all the same."""
    customers = {name: b.customer(name, b.legacy()) for name in NAMES}
    knobs: dict[str, Any] = {"page_size": 2, "pages_go_by": goes_by, "total_count": total_count}
    world = World(scenario=b.scenario(*customers.values(), **knobs))
    ids = {one["name"]: one["id"] for one in world.tenant()}
    done = {name: ids.get(value, value) if name == "customer" else value for name, value in CHANGES[change].items()}
    match = {"method": "GET", "pathRegex": "^/v1/customers$", "nth": nth}
    arm(world, {"match": match, "action": {"type": "mutate", "when": "after", "change": done}})
    request = world.ask(customers["Charlie"], customerTenantId=None)
    world.run(for_at_most=3 * A_DAY)
    assert world.offboarding(request).status is Status.REMOVED
    check_invariants(world)
