"""What a person said yes or no to binds the rest of an offboarding, whatever the rule asks about by itself (I11)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from local.simulator.scenario.change import Change
from local.simulator.scenario.models import CustomerSpec, GdapSpec, SubscriptionSpec
from local.world.world import World
from shared.domain.decisions.planned_steps import planned_steps
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Stage, Status
from shared.pipeline.core.session import Session
from shared.pipeline.steps.approvals import APPROVED_FIRST
from tests.functional.checks import check_invariants, effects
from tests.functional.customers import late, legacy, nce
from tests.functional.test_approval import FOREVER, SHORT, asking, awaiting, decide
from tests.functional.trouble import arm

DAYS = timedelta(days=3)


def change(world: World, **fields: Any) -> None:
    (customer,) = world.simulator.store.customers
    world.simulator.change(Change.model_validate({"customer": customer.id, **fields}), world.clock.now())


def bought(*more: Any) -> dict[str, Any]:
    return {"subscriptions": [item.model_dump(exclude_unset=True, by_alias=True) for item in more]}


def until_stage(world: World, request: str, stage: Stage) -> None:
    while not world.all() or world.offboarding(request).stage is not stage:
        assert world.step(world.clock.now() + SHORT)


def said(head: Offboarding) -> str:
    assert head.reason is not None
    return head.reason.text


def test_a_cancellation_that_becomes_a_paid_year_needs_a_new_approval_also_where_only_irreversible_writes_do() -> None:
    world, request = asking(CustomerSpec(name="Paid", subscriptions=(nce("Licence"),)), "irreversible")
    decide(world, request)
    arm(world, {"match": {"method": "PATCH"}, "action": {"type": "status", "status": 400, "code": "900213"}})
    world.run(for_at_most=DAYS)
    asked = awaiting(world, request)
    assert said(asked).startswith("more than Ms. Approver approved is to be done: Licence: ")
    assert asked.plan is not None
    assert asked.plan.actions == (("end_at_term", 1),), "what is named is what the digest is of"
    assert (asked.plan.dated_blockers, asked.plan.uncertain, asked.plan.irreversible) == (1, 0, 2)
    assert asked.plan.first_window_closes_at is None, "the window was refused"
    assert asked.plan.removal_expected_at is None, "nobody knows when it is approved"
    assert asked.plan.removal_unknown == APPROVED_FIRST
    assert asked.plan.paid_until is not None
    assert asked.paid_until == asked.plan.paid_until
    assert asked.plan.paid_until > asked.created_at + timedelta(days=300)
    assert effects(world) == []
    approved = decide(world, request)
    assert approved.plan is not None
    assert approved.plan.removal_unknown == ""
    world.run(for_at_most=DAYS)
    assert {effect for effect, *_ in effects(world)} == {"subscription.cancel_scheduled", "subscription.autorenew_off"}


def test_what_was_rejected_is_not_done_in_a_milder_way() -> None:
    customer = CustomerSpec(name="Mild", subscriptions=(legacy("Legacy"), nce("Licence")))
    world, request = asking(customer, "irreversible")
    decide(world, request)
    until_stage(world, request, Stage.VERIFY)
    change(world, add=bought(nce("Bought later", started="-P6DT12H")))
    world.run(for_at_most=timedelta(hours=1))
    written = effects(world)
    decide(world, request, approves=False, why="they keep it")
    world.run(for_at_most=timedelta(days=4), looks=4)
    assert "Bought later: end with the term" in said(awaiting(world, request))
    assert effects(world) == written
    decide(world, request)
    world.run(for_at_most=DAYS)
    assert len(effects(world)) > len(written)


def test_more_than_the_limit_bit_by_bit_is_more_than_the_limit() -> None:
    customer = CustomerSpec(name="Bits", subscriptions=(nce("First"), nce("Second")))
    world, request = asking(customer, "above", OFFBOARDING_APPROVAL_HOLDINGS="2")
    assert world.offboarding(request).status is Status.REMOVED
    world = World(customer, OFFBOARDING_APPROVAL="above", OFFBOARDING_APPROVAL_HOLDINGS="2")
    request = world.ask(customer)
    until_stage(world, request, Stage.VERIFY)
    change(world, add=bought(nce("Third")))
    world.run(for_at_most=SHORT)
    assert "Third: cancellation" in said(awaiting(world, request))
    decide(world, request)
    world.run(for_at_most=FOREVER)
    assert world.offboarding(request).status is Status.REMOVED
    check_invariants(world)


@pytest.mark.parametrize(("more", "stage"), [(nce("Bought later"), Stage.CANCEL), (legacy("Later"), Stage.SUSPEND)])
def test_what_is_asked_for_at_work_is_what_is_there(more: SubscriptionSpec, stage: Stage) -> None:
    """What turned up and was ended by somebody else meanwhile is not asked for, day after day."""
    world, request = asking(CustomerSpec(name="There", subscriptions=(nce("Licence"),)))
    decide(world, request)
    until_stage(world, request, Stage.VERIFY)
    change(world, add=bought(more))
    world.run(for_at_most=SHORT)
    assert awaiting(world, request).stage is stage
    (later,) = (item.id for item in world.simulator.store.subscriptions if item.friendly_name == more.name)
    change(world, holding=later, set={"status": "deleted"})
    world.run(for_at_most=DAYS)
    assert world.offboarding(request).status is Status.REMOVED
    check_invariants(world)


@pytest.mark.parametrize("approves", [True, False])
def test_delegated_admin_of_a_relationship_that_ended_by_itself_ends_with_an_approval_only(approves: bool) -> None:
    world, request = asking(CustomerSpec(name="Gone", subscriptions=(legacy(),), gdap=(GdapSpec(),)))
    change(world, set={"relationship": "none"})
    world.run(for_at_most=DAYS)
    assert effects(world) == []
    head = awaiting(world, request)
    assert (head.stage, said(head).endswith("end of delegated admin relationships")) == (Stage.CONFIRM, True)
    decide(world, request, approves=approves)
    world.run(for_at_most=DAYS)
    ended = world.offboarding(request)
    assert ended.status is (Status.ALREADY_REMOVED if approves else Status.STOPPED), ended.reason
    assert [effect for effect, *_ in effects(world)] == ["gdap.terminated"] * approves
    check_invariants(world)


def test_rejected_after_a_removal_was_sent_it_does_not_end_as_untouched() -> None:
    """An answer that settles nothing: the call may still take effect."""
    empty = CustomerSpec(name="Empty")
    world, request = asking(empty)
    decide(world, request)
    removal = {"method": "PATCH", "pathRegex": "^/v1/customers/[^/]+$", "times": None}
    arm(world, {"match": removal, "action": {"type": "status", "status": 500}})
    until_stage(world, request, Stage.REMOVE)
    assert world.step(world.clock.now() + SHORT)
    assert world.offboarding(request).removal is not None
    change(world, add=bought(nce("Bought later")))
    world.run(for_at_most=timedelta(days=1))
    assert "Bought later: cancellation" in said(awaiting(world, request))
    rejected = decide(world, request, approves=False, why="they stay")
    assert (rejected.status, rejected.finished) == (Status.NEEDS_ATTENTION, False)
    assert "the removal of the relationship had been sent" in said(rejected)


@pytest.mark.long
def test_what_was_only_refused_keeps_no_approval_alive() -> None:
    """Nothing was begun with it: weeks later the plan is somebody's decision again."""
    world, request = asking(CustomerSpec(name="Refused"))
    decide(world, request)
    arm(
        world,
        {"match": {"method": "PATCH", "times": None}, "action": {"type": "status", "status": 400, "code": "999999"}},
    )
    world.run(for_at_most=timedelta(days=16), looks=20)
    assert said(awaiting(world, request)).startswith("the approval by Ms. Approver has expired; to be approved: ")


@pytest.mark.parametrize(
    ("renewals", "term", "phrase"),
    [("end_with_term", "P1M", "end with the term"), ("monthly", "P1Y", "renewal month by month")],
)
def test_what_is_written_before_a_later_start_is_among_what_was_approved(renewals: str, term: str, phrase: str) -> None:
    """Its window is open, so at the start it would be cancelled; before that something else is written."""
    held = nce("Licence", term=term) if term == "P1M" else late("Licence", "+P20D")
    customer = CustomerSpec(name="Before", subscriptions=(held,))
    world = World(customer, OFFBOARDING_APPROVAL="always")
    start = (world.clock.now() + timedelta(days=60)).isoformat()
    request = world.ask(customer, notBefore=start, renewals=renewals)
    world.run(for_at_most=SHORT)
    assert phrase in said(awaiting(world, request))
    stored = world.store.load(world.offboarding(request).id)
    assert stored is not None
    shown = {(step.key, step.action) for step in planned_steps(Session(stored, world.services).situation)}
    decide(world, request)
    world.run(for_at_most=DAYS)
    assert effects(world)
    intents = (
        entry for entry in map(json.loads, world.store.evidence(stored.offboarding.id)) if entry["kind"] == "intent"
    )
    assert {(entry["data"]["holding"], entry["data"]["action"]) for entry in intents} <= shown
