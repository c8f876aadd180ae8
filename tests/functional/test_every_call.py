"""One fault at every single call of an offboarding: it finishes, nothing happens twice, nobody calls too early."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from local.simulator.scenario.models import CustomerSpec, GdapSpec, PerpetualSpec, ReservationSpec
from shared.domain.offboarding.states import Status
from tests.functional.checks import check_invariants
from tests.functional.customers import azure_plan, late, legacy, nce
from tests.functional.sampling import some_of
from tests.functional.trouble import assert_once_each, assert_waited, offboarded, service_of

RETRY_AFTER = timedelta(seconds=57)
FAULTS: dict[str, dict[str, Any]] = {
    "429": {"type": "throttle", "retryAfter": RETRY_AFTER.seconds},
    "500": {"type": "status", "status": 500},
    "503 with Retry-After": {"type": "status", "status": 503, "headers": {"Retry-After": "180"}},
    "502 as a page": {"type": "html"},
    "answer after the time-out": {"type": "delay", "seconds": 61},
    "lost before it arrives": {"type": "dropBefore"},
    "lost after it took effect": {"type": "dropAfter"},
}
SPELLED_DIFFERENTLY = ("503 with Retry-After", "502 as a page", "answer after the time-out")
"""Handled like another fault of the table by the same code: tried at fewer calls, to save time."""
LICENCES = CustomerSpec(name="Licences", subscriptions=(legacy(), nce()))
REST = CustomerSpec(
    name="Rest",
    subscriptions=(azure_plan("one"), late("Late", "+P2D")),
    reservations=(ReservationSpec(),),
    perpetual_software=(PerpetualSpec(),),
    gdap=(GdapSpec(),),
)


def journal_of(customer: CustomerSpec) -> list[dict[str, Any]]:
    world, offboarding = offboarded(customer)
    assert offboarding.status is Status.REMOVED
    return world.journal()


ONE_SUBSCRIPTION = re.compile("/subscriptions/[^/]+$")
EVERY_CALL = range(1, len(journal_of(LICENCES)) + 1)
NOT_READ_BEFORE = [
    number
    for number, entry in enumerate(journal_of(REST), 1)
    if entry["method"] != "GET" or service_of(entry["path"]) == "graph" or ONE_SUBSCRIPTION.search(entry["path"])
]
"""The calls that an offboarding of licences does not make: schedule edits, other tenants' tokens, Azure, Graph."""


def survives(customer: CustomerSpec, number: int, fault: str) -> None:
    world, offboarding = offboarded(customer, {"match": {"nth": number}, "action": FAULTS[fault]})

    assert offboarding.status is Status.REMOVED, f"{fault} at call {number}: {offboarding.reason}"
    check_invariants(world)
    assert_once_each(world)
    assert_waited(world, RETRY_AFTER)
    assert all(proof.holds for proof in offboarding.proofs)


def turn(fault: str) -> int:
    """Where a run that tries some calls only begins: each fault elsewhere."""
    return list(FAULTS).index(fault)


@pytest.mark.long
@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault not in SPELLED_DIFFERENTLY])
def test_a_fault_at_any_call_only_costs_time(fault: str) -> None:
    for number in some_of(EVERY_CALL, turn(fault)):
        survives(LICENCES, number, fault)


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_at_any_other_call_only_costs_time(fault: str) -> None:
    for number in some_of(NOT_READ_BEFORE, turn(fault)):
        survives(REST, number, fault)


@pytest.mark.parametrize("fault", ["429", "500", "502 as a page", "lost before it arrives"])
def test_a_service_that_is_down_for_an_hour_is_asked_again_until_it_is_back(fault: str) -> None:
    """Every call fails twelve times in a row; being throttled is no failure, so only the others use up patience."""
    rule = {"match": {"pathRegex": "^/v1/customers/[^/]+$", "times": 12}, "action": FAULTS[fault]}
    world, offboarding = offboarded(LICENCES, rule)

    assert offboarding.status is Status.REMOVED
    check_invariants(world)
    assert_waited(world, RETRY_AFTER)


def test_a_removal_that_took_effect_without_an_answer_is_proven_from_its_first_try() -> None:
    rule = {"match": {"method": "PATCH", "pathRegex": "^/v1/customers/[^/]+$", "nth": 1}, "action": FAULTS["500"]}
    lost = {
        "match": {"method": "PATCH", "pathRegex": "^/v1/customers/[^/]+$", "nth": 2},
        "action": {"type": "dropAfter"},
    }
    world, offboarding = offboarded(LICENCES, rule, lost)

    tries = [e for e in world.journal() if e["method"] == "PATCH" and e["path"].count("/") == 3]
    assert offboarding.status is Status.REMOVED
    assert offboarding.removal is not None
    assert offboarding.removal.intended_at == datetime.fromisoformat(tries[0]["time"])
    # A new MS-RequestId after an answer, the same one after none.
    assert [entry["status"] for entry in tries[:2]] == [500, 200]
    assert tries[0]["requestId"] != tries[1]["requestId"]
    assert {entry["requestId"] for entry in tries[1:]} == {tries[1]["requestId"]}


@pytest.mark.parametrize("fault", ["500", "lost before it arrives"])
def test_a_call_that_never_works_asks_a_person_in_the_end(fault: str) -> None:
    rule = {"match": {"pathRegex": "/subscriptions$", "times": None}, "action": FAULTS[fault]}
    world, offboarding = offboarded(LICENCES, rule)

    assert offboarding.status is Status.NEEDS_ATTENTION
    assert offboarding.reason is not None
    assert offboarding.reason.code == "too_many_faults"
    assert not any(entry["effects"] for entry in world.journal())
