"""Delegated admin relationships in every state: nobody is held up by what gives no rights, and nothing is forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from local.simulator.knobs import Knobs
from local.simulator.knobs.sign_in import SignIn
from local.simulator.messages import Request, encode
from local.simulator.scenario.models import CustomerSpec, GdapSpec, Scenario
from local.simulator.tenant.kinds import GdapStatus, Relationship
from local.world.world import World
from shared.domain.offboarding.states import Status
from shared.operations.resume import resume
from tests.functional.checks import effects
from tests.functional.customers import late, legacy, nce
from tests.functional.people import OPERATOR
from tests.functional.trouble import arm

PENDING = GdapStatus.APPROVAL_PENDING
OVER = {GdapStatus.TERMINATED, GdapStatus.EXPIRED}


@pytest.mark.parametrize("status", GdapStatus)
@pytest.mark.parametrize("beside", [True, False])
def test_a_customer_with_a_relationship_in_any_state_is_removed(status: GdapStatus, *, beside: bool) -> None:
    invited = status is GdapStatus.APPROVAL_PENDING
    relationships = (GdapSpec(name="Odd one", status=status, created="-P10D"), *((GdapSpec(),) if beside else ()))
    world = World(customer := CustomerSpec(name="Delegated", subscriptions=(legacy(),), gdap=relationships))
    request = world.ask(customer)
    world.run(for_at_most=timedelta(days=1))

    found = world.offboarding(request)
    assert found.status is Status.REMOVED, found.reason
    left = [item["status"] for item in world.tenant()[0]["gdap"] if item["status"] not in OVER]
    assert left == ([status.value] if invited else [])
    named = [item for item in found.survivors if "Odd one" in item]
    assert bool(named) is invited
    assert not named or "lapses on 2026-08-20" in named[0]


FORBIDDEN = {
    "match": {"pathRegex": "(?i)/tenantRelationships/", "times": None},
    "action": {"type": "status", "status": 403, "code": "Forbidden"},
}
SOON = timedelta(days=2)


def removals(world: World) -> int:
    return sum(effect["effect"] == "relationship.removed" for entry in world.journal() for effect in entry["effects"])


@pytest.mark.parametrize("begins", ["before the plan", "before the removal"])
def test_what_cannot_be_ended_is_asked_about_before_the_point_of_no_return(begins: str) -> None:
    held = legacy() if begins == "before the plan" else late("Term", "+P5D")
    world = World(customer := CustomerSpec(name="No consent", subscriptions=(held,), gdap=(GdapSpec(),)))
    if begins == "before the removal":
        request = world.ask(customer)
        world.run(for_at_most=timedelta(days=1))
    arm(world, FORBIDDEN)
    if begins == "before the plan":
        request = world.ask(customer)
    world.run(for_at_most=timedelta(days=20))

    found = world.offboarding(request)
    assert (found.status, found.reason and found.reason.code) == (Status.NEEDS_ATTENTION, "gdap_out_of_reach")
    assert found.reason
    assert "OFFBOARDING_TERMINATE_GDAP" in found.reason.operator_action
    assert not removals(world)
    assert not any(name.startswith("gdap") for name, _, _ in effects(world))
    told = [event for event in world.events() if event["data"].get("reason", {}).get("code") == "gdap_out_of_reach"]
    early = begins == "before the plan"
    assert (told[0]["data"]["stage"] == "suspend") is early, "told at once, while windows are used all the same"

    world.simulator.handle(Request.of("DELETE", "/_simulator/faults", {}, encode({})))
    resume(found.id, OPERATOR, world.services)
    world.run(for_at_most=SOON)
    assert world.offboarding(request).status is Status.REMOVED


def test_a_dry_run_names_what_will_be_missing() -> None:
    world = World(customer := CustomerSpec(name="Dry", subscriptions=(legacy(),), gdap=(GdapSpec(),)))
    plain = world.ask(customer, requestId="plain", dryRun=True)
    world.run(for_at_most=SOON)
    arm(world, FORBIDDEN)
    request = world.ask(customer, requestId="refused", dryRun=True)
    world.run(for_at_most=SOON)

    texts = [
        (item.status, item.reason.text if item.reason else "") for item in map(world.offboarding, (plain, request))
    ]
    assert {status for status, _ in texts} == {Status.PLANNED}
    assert "1 delegated admin relationship (GDAP) to end afterwards" in texts[0][1]
    assert "cannot be read in Microsoft Graph" in texts[1][1]


def test_whoever_leaves_them_alone_is_not_asked() -> None:
    world = World(
        customer := CustomerSpec(name="Left", subscriptions=(legacy(),), gdap=(GdapSpec(),)),
        OFFBOARDING_TERMINATE_GDAP="false",
    )
    arm(world, FORBIDDEN)
    request = world.ask(customer)
    world.run(for_at_most=SOON)
    assert world.offboarding(request).status is Status.REMOVED


@pytest.mark.parametrize(
    ("fields", "ended"),
    [
        ({}, False),
        ({"customerCompanyName": "Gone Ltd"}, False),
        ({"customerDomain": None, "customerCompanyName": "Gone Ltd"}, True),
        ({"customerDomain": None, "customerCompanyName": "Gone Ltd", "restrictions": ["leave_gdap"]}, False),
        ({"customerDomain": None, "customerCompanyName": "Somebody else"}, False),
        ({"customerDomain": None, "customerCompanyName": "Gone Ltd", "dryRun": True}, False),
    ],
)
def test_of_a_customer_removed_by_hand_they_are_ended_or_named(fields: dict[str, Any], *, ended: bool) -> None:
    """Ended only where nothing that the request says of the customer goes unchecked."""
    left = (GdapSpec(), GdapSpec(name="B", status=PENDING, created="-P10D"))
    customer = CustomerSpec(name="Gone Ltd", relationship=Relationship.NONE, gdap=left)
    world = World(customer, CustomerSpec(name="Other"))
    request = world.ask(customer, **fields)
    world.run(for_at_most=SOON)

    found = world.offboarding(request)
    assert found.status is Status.ALREADY_REMOVED, found.reason
    assert found.updated_at - found.created_at >= timedelta(minutes=10), "what vanished needs a second look"
    assert [item["status"] for item in world.tenant()[0]["gdap"]] == ["terminated" if ended else "active", PENDING]
    assert any("B" in item and "lapses on" in item for item in found.survivors)
    assert any("Managed services" in item for item in found.survivors) is not ended


def test_a_customer_whom_nobody_knows_is_still_refused() -> None:
    world = World(customer := CustomerSpec(name="Typo", relationship=Relationship.NONE), CustomerSpec(name="Other"))
    request = world.ask(customer)
    world.run(for_at_most=SOON)
    assert world.offboarding(request).status is Status.REJECTED


@pytest.mark.parametrize("status", [403, 500, 503])
def test_a_closing_window_does_not_wait_for_graph(status: int) -> None:
    world = World(customer := CustomerSpec(name="Window", subscriptions=(nce(),), gdap=(GdapSpec(),)))
    arm(world, {**FORBIDDEN, "action": {"type": "status", "status": status}})
    world.ask(customer)
    world.run(for_at_most=timedelta(hours=3))
    assert "subscription.cancelled" in [name for name, _, _ in effects(world)]
    assert not removals(world)


READING = Knobs(sign_in=SignIn(graph_scopes="DelegatedAdminRelationship.Read.All User.Read"))
DELEGATED = CustomerSpec(name="Read only", subscriptions=(legacy(),), gdap=(GdapSpec(),))


def test_a_sign_in_that_may_only_read_them_is_asked_about_before_the_removal_and_goes_on_when_it_may_end_them() -> None:
    world = World(scenario=Scenario(customers=(DELEGATED,), knobs=READING))
    request = world.ask(DELEGATED)
    world.run(for_at_most=timedelta(days=2))
    asks = world.offboarding(request)
    assert asks.reason is not None
    assert (asks.status, asks.reason.code) == (Status.NEEDS_ATTENTION, "gdap_out_of_reach")
    assert "may read delegated admin relationships (GDAP) and not end them" in asks.reason.text
    assert world.tenant()[0]["relationship"] == "reseller"

    granted = encode({"signIn": {"graphScopes": "DelegatedAdminRelationship.ReadWrite.All"}})
    assert world.simulator.handle(Request.of("PATCH", "/_simulator/knobs", {}, granted)).status < 300
    world.clock.pass_machine(timedelta(hours=2))
    world.run()
    assert world.offboarding(request).status is Status.REMOVED
    assert [item["status"] for item in world.tenant()[0]["gdap"]] == ["terminated"]


def test_a_dry_run_says_that_they_can_only_be_read() -> None:
    world = World(scenario=Scenario(customers=(DELEGATED,), knobs=READING))
    request = world.ask(DELEGATED, dryRun=True)
    world.run()
    planned = world.offboarding(request)
    assert planned.status is Status.PLANNED
    assert planned.reason is not None
    assert "not end them" in planned.reason.text


def test_stop_and_report_touches_nothing_when_they_could_not_be_ended_afterwards() -> None:
    world = World(scenario=Scenario(customers=(DELEGATED,), knobs=READING))
    request = world.ask(DELEGATED, commitments="stop_and_report")
    world.run()
    stopped = world.offboarding(request)
    assert stopped.reason is not None
    assert (stopped.status, stopped.reason.code) == (Status.STOPPED, "gdap_out_of_reach")
    assert "DelegatedAdminRelationship.ReadWrite.All" in stopped.reason.operator_action
    assert effects(world) == []


def test_without_relationships_nobody_asks_what_may_be_done_about_them() -> None:
    customer = CustomerSpec(name="None", subscriptions=(legacy(),))
    world = World(scenario=Scenario(customers=(customer,), knobs=READING))
    request = world.ask(customer)
    world.run()
    assert world.offboarding(request).status is Status.REMOVED
