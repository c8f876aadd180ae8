"""A refusal of the removal proves nothing: whatever it says, no event tells what is not so, and nobody is held."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from local.simulator.knobs import Knobs
from local.simulator.scenario.models import CustomerSpec, GdapSpec, Scenario
from local.world.world import World
from shared.domain.offboarding.states import Status
from tests.functional.checks import effects
from tests.functional.customers import legacy
from tests.functional.trouble import arm, is_removal

CUSTOMER = CustomerSpec(name="Stray", subscriptions=(legacy(),), gdap=(GdapSpec(),))
OTHER = CustomerSpec(name="Other")
GONE_WORDS = [(404, "1000"), (403, "1000"), (403, "20002"), (404, "20002"), (404, "900159"), (403, "3000")]
STEP = timedelta(minutes=20)
PATCH = r"(?i)^/v1/customers/[^/]+$"


def stray(status: int, code: str, times: int | None = 1) -> dict[str, Any]:
    """Such an answer to the removal, which has no effect."""
    match = {"method": "PATCH", "pathRegex": PATCH, "times": times}
    return {"match": match, "action": {"type": "status", "status": status, "code": code}}


def watched(world: World, days: float) -> None:
    """Let time pass in small steps; no event may claim a removal while the tenant still has the relationship."""
    told = 0
    ends = world.clock.now() + timedelta(days=days)
    while world.clock.now() < ends:
        step = world.clock.now() + STEP
        world.run(for_at_most=STEP)
        world.clock.advance(max(step - world.clock.now(), timedelta(0)))
        world.sweep()
        ours = world.tenant()[0]["relationship"] == "reseller"
        for event in world.events()[told:]:
            text = (event["data"].get("reason") or {}).get("text", "")
            claims = event["data"]["status"] in ("removed", "already_removed") or text.startswith("removed")
            assert not (ours and claims), f"told while the customer is ours: {event['type']} {text}"
        told = len(world.events())
        assert not (ours and any(name.startswith("gdap") for name, _, _ in effects(world)))


@pytest.mark.parametrize(("status", "code"), GONE_WORDS)
@pytest.mark.parametrize("times", [1, 2])
def test_stray_answers_to_the_removal_cost_minutes(status: int, code: str, times: int) -> None:
    world = World(CUSTOMER, OTHER)
    arm(world, stray(status, code, times))
    request = world.ask(CUSTOMER)
    watched(world, 0.25)

    assert world.offboarding(request).status is Status.REMOVED
    assert world.tenant()[0]["relationship"] == "none"


@pytest.mark.long
def test_answers_that_never_change_ask_a_person_and_are_tried_again_daily() -> None:
    world = World(CUSTOMER, OTHER)
    arm(world, stray(404, "1000", times=4))
    request = world.ask(CUSTOMER)
    watched(world, 0.5)
    found = world.offboarding(request)
    assert (found.status, found.reason and found.reason.code) == (Status.NEEDS_ATTENTION, "removal_refused")

    watched(world, 3)
    assert world.offboarding(request).status is Status.REMOVED, "it goes on by itself once the cause is gone"


@pytest.mark.long
def test_a_customer_that_came_back_can_be_offboarded_again() -> None:
    """The removal worked, and the customer accepts a new relationship before everything is proven."""
    world = World(scenario=Scenario(customers=(CUSTOMER, OTHER), knobs=Knobs(removal_lag=timedelta(0))))
    back = {"type": "mutate", "when": "after", "change": {"set": {"relationship": "reseller"}}}
    tenant = world.tenant()[0]["id"]
    back["change"]["customer"] = tenant  # type: ignore[index]
    arm(world, {"match": {"method": "PATCH", "pathRegex": PATCH}, "action": back})
    first = world.ask(CUSTOMER)
    world.run(for_at_most=timedelta(days=4))

    found = world.offboarding(first)
    assert (found.status, found.reason and found.reason.code) == (Status.STOPPED, "came_back")
    again = world.ask(CUSTOMER, requestId="again")
    world.run(for_at_most=timedelta(days=4))
    assert world.offboarding(again).status is Status.REMOVED, "the advice works when it is followed"


@pytest.mark.long
@pytest.mark.parametrize(("dry_run", "looks"), [(True, 1), (False, 1), (False, 2)])
def test_a_customer_that_seems_gone_for_a_moment_is_not_told_as_gone(dry_run: bool, looks: int) -> None:
    """A 404 for the customer and a complete list without it, at the same time."""
    world = World(CUSTOMER, OTHER)
    tenant = world.tenant()
    one = f"(?i)^/v1/customers/{tenant[0]['id']}$"
    gone = {"type": "status", "status": 404, "code": "20002"}
    start = world.clock.now() + timedelta(days=3)
    request = world.ask(CUSTOMER, **({"dryRun": True} if dry_run else {"notBefore": start.isoformat()}))
    if not dry_run:
        world.run(for_at_most=timedelta(days=1))
    empty = {"type": "rewrite", "set": {"/items": [], "/totalCount": 0}}
    nth = 2 if dry_run else 1
    rules: list[dict[str, Any]] = [
        {"match": {"method": "GET", "pathRegex": one, "nth": nth}, "action": gone},
        {"match": {"method": "GET", "pathRegex": one, "nth": nth + 1}, "action": gone},
        {"match": {"method": "GET", "pathRegex": "(?i)^/v1/customers$", "times": looks}, "action": empty},
    ]
    arm(world, *rules)
    watched(world, 5)

    assert world.offboarding(request).status is (Status.PLANNED if dry_run else Status.REMOVED)


@pytest.mark.long
@pytest.mark.parametrize(
    "answer", [{"type": "status", "status": 503}, {"type": "status", "status": 500}, {"type": "dropBefore"}]
)
def test_a_removal_that_fails_for_days_is_tried_once_a_day_after_the_first_row_of_tries(answer: dict[str, Any]) -> None:
    world = World(CUSTOMER, OTHER)
    arm(world, {"match": {"method": "PATCH", "pathRegex": PATCH, "times": None}, "action": answer})
    request = world.ask(CUSTOMER)
    watched(world, 1)
    found = world.offboarding(request)
    assert (found.status, found.reason and found.reason.code) == (Status.NEEDS_ATTENTION, "too_many_faults")
    first = tries(world)
    assert first == world.services.pace.faults_before_attention

    watched(world, 4)
    assert first + 3 <= tries(world) <= first + 5
    world.simulator.faults.clear()
    watched(world, 2)
    assert world.offboarding(request).status is Status.REMOVED, "it goes on by itself once the cause is gone"


def tries(world: World) -> int:
    return sum(is_removal(entry, world.tenant()[0]["id"]) for entry in world.journal())
