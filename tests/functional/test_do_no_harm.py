"""One thing that goes wrong must not harm another holding, another customer or another request."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from local.simulator.scenario.models import CustomerSpec, ReservationSpec, SubscriptionSpec
from local.simulator.tenant.kinds import Kind
from local.world.world import World
from shared.domain.offboarding.states import Status
from tests.functional.checks import check_invariants, effects
from tests.functional.customers import azure_plan, empty, late, legacy, nce
from tests.functional.trouble import arm, mutate


def always(path: str, status: int) -> dict[str, Any]:
    return {"match": {"pathRegex": path, "times": None}, "action": {"type": "status", "status": status}}


@pytest.mark.long
@pytest.mark.parametrize("status", [500, 503, 409])
def test_a_call_that_keeps_failing_does_not_hold_up_the_others(status: int) -> None:
    """The windows of the licences close in five days; the reservation's service is down for good."""
    licences = tuple(nce(f"Licence {number}") for number in range(12))
    customer = CustomerSpec(name="Held", subscriptions=(legacy(), *licences), reservations=(ReservationSpec(),))
    world = World(customer)
    arm(world, always("/calculateRefund$", status))
    request = world.ask(customer)
    world.run(for_at_most=timedelta(days=3))

    names = [name for name, _, _ in effects(world)]
    assert names.count("subscription.cancelled") == 12
    assert names.count("subscription.suspended") == 1
    assert world.offboarding(request).status is Status.NEEDS_ATTENTION
    tries = [entry for entry in world.journal() if entry["path"].endswith("/calculateRefund")]
    assert len(tries) <= 25
    check_invariants(world)


def test_a_suspension_that_keeps_failing_does_not_hold_up_the_cancelling() -> None:
    customer = CustomerSpec(name="Legacy", subscriptions=(legacy("Broken"), nce("A"), nce("B")))
    world = World(customer)
    broken = world.tenant()[0]["subscriptions"][0]["id"]
    rule = always(f"(?i)/subscriptions/{broken}$", 500)
    rule["match"]["method"] = "PATCH"
    arm(world, rule)
    world.ask(customer)
    world.run(for_at_most=timedelta(hours=1))

    assert [name for name, _, _ in effects(world)].count("subscription.cancelled") == 2


def test_what_passes_by_itself_is_waited_for_before_a_person_is_asked() -> None:
    saas = SubscriptionSpec(kind=Kind.MARKETPLACE, name="SaaS", started="-P200D")
    customer = CustomerSpec(name="Mixed", subscriptions=(saas, azure_plan("one"), nce("Busy")))
    world = World(customer, OFFBOARDING_CANCEL_MARKETPLACE="false")
    busy = {"match": {"method": "PATCH", "nth": 1}, "action": {"type": "status", "status": 409, "code": "800082"}}
    arm(world, busy)
    request = world.ask(customer)
    world.run(for_at_most=timedelta(hours=12))

    offboarding = world.offboarding(request)
    assert offboarding.status is Status.NEEDS_ATTENTION
    names = [name for name, _, _ in effects(world)]
    assert {"subscription.cancelled", "entitlement.cancelled", "subscription.suspended"} <= set(names)


def test_while_a_person_is_needed_it_looks_again_every_day() -> None:
    """The person ends the holding but forgets to resume: the next daily look goes on."""
    saas = SubscriptionSpec(kind=Kind.MARKETPLACE, name="SaaS", started="-P200D")
    customer = CustomerSpec(name="Forgotten", subscriptions=(saas, legacy()))
    world = World(customer, OFFBOARDING_CANCEL_MARKETPLACE="false")
    request = world.ask(customer)
    world.run(for_at_most=timedelta(hours=12))
    assert world.offboarding(request).status is Status.NEEDS_ATTENTION

    tenant = world.tenant()[0]
    found = next(item for item in tenant["subscriptions"] if "SaaS" in (item["name"], item.get("friendlyName")))
    mutate(world, {"customer": tenant["id"], "holding": found["id"], "set": {"status": "deleted"}})
    world.clock.advance(timedelta(days=1, minutes=1))
    world.sweep()
    world.run(for_at_most=timedelta(days=1))

    assert world.offboarding(request).status is Status.REMOVED


def test_an_identified_offboarding_stays_with_its_customer_when_the_domain_moves() -> None:
    old, new = CustomerSpec(name="Old", domain="moving.example"), CustomerSpec(name="New", domain="new.example")
    old = old.model_copy(update={"subscriptions": (legacy(),)})
    new = new.model_copy(update={"subscriptions": (legacy(), nce())})
    world = World(old, new)
    start = world.clock.now() + timedelta(days=3)
    request = world.ask(old, customerTenantId=None, notBefore=start.isoformat())
    world.run(for_at_most=timedelta(days=1))
    ids = {item["name"]: item["id"] for item in world.tenant()}
    for name, domain in (("Old", "elsewhere.example"), ("New", "moving.example")):
        moved = {"type": "rewrite", "set": {"/companyProfile/domain": domain}, "remove": ["/customDomains"]}
        arm(world, {"match": {"pathRegex": f"/customers/{ids[name]}$", "times": None}, "action": moved})
    listed = {"/items/0/companyProfile/domain": "elsewhere.example", "/items/1/companyProfile/domain": "moving.example"}
    arm(world, {"match": {"pathRegex": "/customers$", "times": None}, "action": {"type": "rewrite", "set": listed}})
    world.run(for_at_most=timedelta(days=5))

    offboarding = world.offboarding(request)
    assert (offboarding.status, offboarding.customer_id) == (Status.NEEDS_ATTENTION, ids["Old"])
    assert effects(world) == []


def test_a_customer_that_is_protected_while_it_waits_is_not_removed() -> None:
    customer = CustomerSpec(name="Saved", subscriptions=(late("T", "+P5D"),))
    world = World(customer)
    request = world.ask(customer)
    world.run(for_at_most=timedelta(days=1))
    tenant = world.tenant()[0]["id"]
    partner = replace(world.services.partner, protected_customers=frozenset({tenant}))
    world.services = replace(world.services, partner=partner)
    world.run(for_at_most=timedelta(days=20))

    offboarding = world.offboarding(request)
    assert offboarding.reason is not None
    assert (offboarding.status, offboarding.reason.code) == (Status.STOPPED, "protected_customer")
    assert "done before: 1 × end with the term" in offboarding.reason.text
    assert world.tenant()[0]["relationship"] == "reseller"


@pytest.mark.long
def test_retry_after_nothing_is_no_busy_loop() -> None:
    world = World(customer := CustomerSpec(name="Zero", subscriptions=(legacy(),)))
    rule = {"match": {"pathRegex": "/orders$", "times": None}, "action": {"type": "throttle", "retryAfter": 0}}
    arm(world, rule)
    world.ask(customer)
    world.run(for_at_most=timedelta(hours=1))

    assert len([entry for entry in world.journal() if entry["status"] == 429]) <= 125


def test_a_start_beyond_any_commitment_is_refused_by_name() -> None:
    world = World(customer := empty())
    world.ask(customer, notBefore="2090-01-01T00:00:00Z")
    world.ask(customer, requestId="edge", notBefore="9999-12-31T23:59:59-23:00")
    world.run()

    assert [dict(item.properties)["field"] for item in world.bus.rejected] == ["notBefore", "notBefore"]


def test_a_customer_that_somebody_else_removed_is_proven_gone_and_gdap_is_ended() -> None:
    customer = CustomerSpec(name="Gone", subscriptions=(late("T", "+P5D"),))
    world = World(customer)
    request = world.ask(customer)
    world.run(for_at_most=timedelta(days=1))
    mutate(world, {"customer": world.tenant()[0]["id"], "set": {"relationship": "none"}})
    world.run(for_at_most=timedelta(days=30))

    offboarding = world.offboarding(request)
    assert offboarding.status is Status.ALREADY_REMOVED
    assert all(proof.holds for proof in offboarding.proofs)


def test_asking_again_for_a_customer_that_was_removed_says_so() -> None:
    world = World(customer := empty(), CustomerSpec(name="Other"))
    world.ask(customer)
    world.run()
    again = world.ask(customer, requestId="again", customerTenantId=world.all()[0].customer_id)
    world.run()

    assert world.offboarding(again).status is Status.ALREADY_REMOVED
