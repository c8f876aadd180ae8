"""What passes by itself is waited for; nobody is asked, and nothing is tried that cannot work yet."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from local.simulator.scenario.models import CustomerSpec, GdapSpec, ReservationSpec
from local.simulator.tenant.kinds import ReservationState
from local.world.world import World
from shared.domain.offboarding.states import Status
from shared.operations.resume import resume
from tests.functional.checks import check_invariants
from tests.functional.customers import azure_plan, late, legacy, nce
from tests.functional.people import OPERATOR
from tests.functional.trouble import arm, mutate, offboarded

COMING = [state for state in ReservationState if state.value.startswith(("Creating", "Pending", "Confirmed"))]


@pytest.mark.parametrize("state", COMING)
def test_a_reservation_that_is_still_being_bought_is_returned_when_it_is_there(state: ReservationState) -> None:
    customer = CustomerSpec(name="Buying", reservations=(ReservationSpec(state=state),))
    world = World(customer)
    request = world.ask(customer)
    world.run(for_at_most=timedelta(hours=3))
    assert world.offboarding(request).status is Status.WAITING
    assert not any(entry["method"] == "POST" and "/oauth2/" not in entry["path"] for entry in world.journal())

    tenant = world.tenant()[0]
    holding = tenant["reservations"][0]["id"]
    mutate(world, {"customer": tenant["id"], "holding": holding, "set": {"status": "Succeeded"}})
    world.run(for_at_most=timedelta(days=1))
    assert world.offboarding(request).status is Status.REMOVED
    check_invariants(world)


def test_an_azure_plan_that_microsoft_still_sees_in_use_is_suspended_later() -> None:
    """The list says inactive before the plan may be suspended: 403/900115 passes, so nobody is asked."""
    customer = CustomerSpec(name="Lagging", subscriptions=(azure_plan("one"),))
    answer = {"type": "rewrite", "set": {"/items/*/status": "inactive"}}
    rule = {"match": {"method": "GET", "pathRegex": "/azureEntitlements$", "times": 4}, "action": answer}
    world, offboarding = offboarded(customer, rule)

    assert any(entry["code"] == "900115" for entry in world.journal())
    assert offboarding.status is Status.REMOVED
    check_invariants(world)


@pytest.mark.parametrize("where", ["suspend", "cancel"])
def test_a_customer_that_goes_while_calls_are_open_is_already_removed(where: str) -> None:
    """The write gets no answer, and then the customer is not readable any more."""
    customer = CustomerSpec(name="Going", subscriptions=(legacy() if where == "suspend" else nce(), late()))
    world = World(customer)
    tenant = world.tenant()[0]["id"]
    write = {"method": "PATCH", "pathRegex": "/subscriptions/"}
    gone = {"customer": tenant, "set": {"relationship": "none"}}
    arm(
        world,
        {"match": write, "action": {"type": "dropBefore"}},
        {
            "match": write,
            "action": {
                "type": "mutate",
                "when": "after",
                "change": gone,
            },
        },
    )
    request = world.ask(customer)
    world.run(for_at_most=timedelta(days=1))

    assert world.offboarding(request).status is Status.ALREADY_REMOVED
    assert not any(entry["effect"] for entry in world.journal())


def test_a_customer_that_went_after_a_refused_removal_is_proven_gone() -> None:
    """Refused once, then somebody else removes it: every proof is still asked for, and GDAP is ended."""
    customer = CustomerSpec(name="Went", subscriptions=(legacy(),))
    world = World(customer)
    tenant = world.tenant()[0]["id"]
    removal = {"method": "PATCH", "pathRegex": "^/v1/customers/[^/]+$", "nth": 1}
    gone = {"customer": tenant, "set": {"relationship": "none"}}
    arm(
        world,
        {"match": removal, "action": {"type": "status", "status": 400, "code": "2000"}},
        {"match": removal, "action": {"type": "mutate", "when": "after", "change": gone}},
    )
    request = world.ask(customer)
    world.run(for_at_most=timedelta(days=1))

    offboarding = world.offboarding(request)
    assert offboarding.status is Status.ALREADY_REMOVED
    assert offboarding.proofs
    assert all(proof.holds for proof in offboarding.proofs)


def test_an_event_counts_all_blockers_although_it_names_only_some() -> None:
    customer = CustomerSpec(name="Many", subscriptions=tuple(late(f"L{number}", "+P40D") for number in range(33)))
    world, _ = offboarded(customer, within=timedelta(hours=1))

    data = world.events()[-1]["data"]
    assert data["status"] == "waiting"
    assert (data["blockerCount"], len(data["blockers"])) == (33, 20)


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_one_odd_answer_never_ends_delegated_administration(nth: int) -> None:
    """A customer that is "not found" once looks gone; its GDAP cannot be put back, so it ends after the proofs only."""
    customer = CustomerSpec(name="Odd", subscriptions=(legacy(), late()), gdap=(GdapSpec(),))
    answer = {"type": "status", "status": 404, "code": "1000"}
    rule = {"match": {"method": "GET", "pathRegex": "^/v1/customers/[^/]+$", "nth": nth}, "action": answer}
    world, offboarding = offboarded(customer, rule, within=timedelta(days=1))

    assert offboarding.status is Status.WAITING
    assert world.tenant()[0]["gdap"][0]["status"] == "active"


def test_delegated_administration_ends_when_the_customer_is_gone() -> None:
    customer = CustomerSpec(name="Gone", subscriptions=(legacy(),), gdap=(GdapSpec(),))
    world, offboarding = offboarded(customer)

    assert offboarding.status is Status.REMOVED
    effects = [entry["effect"] for entry in world.journal() if entry["effect"]]
    assert effects[-2:] == ["relationship.removed", "gdap.terminated"]
    assert world.tenant()[0]["gdap"][0]["status"] == "terminated"


@pytest.mark.parametrize(
    "fields", [{"commitments": "stop_and_report"}, {"notBefore": "2026-06-20T00:00:00Z"}, {"dryRun": True}]
)
def test_one_odd_answer_never_skips_the_plan(fields: dict[str, Any]) -> None:
    """Identified, and not ours in the same inventory: what the request forbids stays forbidden."""
    customer = CustomerSpec(name="Odd", subscriptions=(legacy(), late("Late", "+P40D")))
    answer = {"type": "status", "status": 403, "code": "20002"}
    rule = {"match": {"method": "GET", "pathRegex": "/subscriptions$", "nth": 1}, "action": answer}
    world, offboarding = offboarded(customer, rule, within=timedelta(days=2), **fields)

    assert offboarding.status in {Status.STOPPED, Status.SCHEDULED, Status.PLANNED}
    assert offboarding.plan is not None
    assert not any(entry["effect"] for entry in world.journal())


@pytest.mark.long
@pytest.mark.parametrize("after", [0, 1])
def test_answers_that_contradict_each_other_for_ever_ask_a_person(after: int) -> None:
    """The customer is readable, its subscriptions are not ours: before the plan, or after it."""
    customer = CustomerSpec(name="Odd", subscriptions=(legacy(), late()))
    answer = {"type": "status", "status": 403, "code": "20002"}
    match = {"method": "GET", "pathRegex": "/subscriptions$", "after": after, "times": None}
    world, offboarding = offboarded(customer, {"match": match, "action": answer}, within=timedelta(days=1))

    assert offboarding.status is Status.NEEDS_ATTENTION
    assert offboarding.reason is not None
    assert offboarding.reason.code == "relationship_unclear"
    assert len(world.journal()) < 300
    assert world.tenant()[0]["relationship"] == "reseller"


def test_what_waits_for_a_person_is_no_reason_not_to_ask_that_person() -> None:
    """An Azure subscription that cannot be cancelled keeps its plan waiting, which never passes by itself."""
    customer = CustomerSpec(name="Refusing", subscriptions=(azure_plan("one"),))
    answer = {"type": "status", "status": 400, "code": "900307"}
    rule = {"match": {"method": "POST", "pathRegex": "/cancel$", "times": None}, "action": answer}
    world, offboarding = offboarded(customer, rule, within=timedelta(days=1))

    assert offboarding.status is Status.NEEDS_ATTENTION
    assert offboarding.reason is not None
    assert offboarding.reason.code == "refused"

    world.simulator.faults.clear()
    resume(offboarding.id, OPERATOR, world.services)
    world.run()
    assert world.offboarding(offboarding.request.request_id).status is Status.REMOVED
    check_invariants(world)


def test_one_plan_that_shows_too_much_does_not_make_up_for_one_that_shows_too_little() -> None:
    """Two Azure plans: one total too small and one too large are two incomplete answers, not a complete one."""
    customer = CustomerSpec(name="Two plans", subscriptions=(azure_plan("one"), azure_plan("two")))
    paths = [{"method": "GET", "pathRegex": "/azureEntitlements$", "nth": nth} for nth in (1, 2)]
    rules = [
        {"match": match, "action": {"type": "rewrite", "set": {"/totalCount": total}}}
        for match, total in zip(paths, (0, 2), strict=True)
    ]
    world, offboarding = offboarded(customer, *rules, dryRun=True)

    assert offboarding.status is Status.PLANNED
    details = [entry.detail for entry in world.store.timeline(offboarding.id) if entry.what == "inventory"]
    assert len(details) == 2
    assert "azureEntitlements: 2 items were read but the answer says 4" in details[0]
