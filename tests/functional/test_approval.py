"""Nothing is done that a second person did not approve, where approval is required; the journal is the oracle (I11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from local.simulator.scenario.change import Change
from local.simulator.scenario.models import CustomerSpec, GdapSpec
from local.world.crash import CrashPoints
from local.world.world import World
from shared.domain.codes import ReasonCode
from shared.domain.offboarding.record import Claim, Offboarding
from shared.domain.offboarding.states import Stage, Status
from shared.domain.people.actor import Actor, ActorType
from shared.domain.policy import Restriction
from shared.operations.approve import Decision, NotApprovableError, decide_plan
from shared.operations.reschedule import NewSchedule, reschedule
from shared.ports.store import Change as Stored
from tests.functional.checks import check_invariants, effects
from tests.functional.customers import late, legacy, nce

CUSTOMER = CustomerSpec(name="Asked", subscriptions=(legacy(), nce(), late("Late", "+P20D")), gdap=(GdapSpec(),))
APPROVER = Actor(ActorType.PERSON, "a99707e7-0000-4000-8000-0000000a9970", "Ms. Approver")
SHORT = timedelta(hours=6)
FOREVER = timedelta(days=90)


def asking(customer: CustomerSpec = CUSTOMER, rule: str = "always", **settings: Any) -> tuple[World, str]:
    world = World(customer, OFFBOARDING_APPROVAL=rule, **settings)
    request = world.ask(customer)
    world.run(for_at_most=SHORT)
    return world, request


def awaiting(world: World, request: str) -> Offboarding:
    head = world.offboarding(request)
    assert head.reason is not None, head.status
    assert (head.status, head.reason.code) == (Status.AWAITING_APPROVAL, ReasonCode.APPROVAL_NEEDED), head.reason.text
    return head


def decide(world: World, request: str, *, approves: bool = True, **fields: Any) -> Offboarding:
    head = world.offboarding(request)
    digest = head.plan.digest if head.plan is not None else ""
    given = {"digest": digest, "by": APPROVER, "why": "looks right", **fields}
    decided = decide_plan(head.id, Decision(approves=approves, **given), world.services)
    assert decided is not None
    return decided


def test_nothing_is_changed_before_the_approval_and_everything_after() -> None:
    world, request = asking()
    head = awaiting(world, request)
    assert head.reason is not None
    assert head.reason.text.startswith("a second person has to approve the plan: ")
    assert effects(world) == []
    world.run(for_at_most=timedelta(days=3))
    assert effects(world) == []
    assert awaiting(world, request).next_attempt_at is not None
    approved = decide(world, request)
    assert (approved.status, approved.stage) == (Status.PLANNING, Stage.PLAN)
    assert approved.approval is not None
    assert approved.approval.by == APPROVER
    world.run(for_at_most=FOREVER)
    assert world.offboarding(request).status is Status.REMOVED
    check_invariants(world)
    asked = [event for event in world.events(request) if event["type"] == "offboarding.awaiting_approval.v1"]
    assert len(asked) == 1
    assert asked[0]["data"]["plan"]["digest"] == approved.approval.digest


def test_approving_twice_is_approving_once() -> None:
    world, request = asking()
    first, again = decide(world, request), decide(world, request)
    assert again.approval == first.approval
    assert again.timeline_length == first.timeline_length


def test_a_digest_that_is_not_shown_is_refused() -> None:
    world, request = asking()
    with pytest.raises(NotApprovableError, match="is not that of the plan any more"):
        decide(world, request, digest="0" * 64)
    world.run(for_at_most=timedelta(days=2))
    awaiting(world, request)


def test_a_rejected_plan_ends_untouched() -> None:
    world, request = asking()
    ended = decide(world, request, approves=False, why="not this customer")
    assert ended.reason is not None
    assert (ended.status, ended.reason.code) == (Status.STOPPED, ReasonCode.APPROVAL_REJECTED)
    assert ended.reason.text == "Ms. Approver rejected the plan: not this customer; nothing was changed"
    assert "The offboarding has ended" in ended.reason.operator_action
    assert "resume" not in ended.reason.operator_action
    world.run(for_at_most=FOREVER)
    assert effects(world) == []
    with pytest.raises(NotApprovableError, match="is stopped; it asks for no approval"):
        decide(world, request)
    check_invariants(world)


def test_an_approval_expires_before_the_first_write() -> None:
    world, request = asking(OFFBOARDING_APPROVAL_VALID_DAYS="2")
    decide(world, request)
    world.clock.advance(timedelta(days=2))
    world.run(for_at_most=SHORT)
    head = awaiting(world, request)
    assert head.reason is not None
    assert head.reason.text.startswith("the approval by Ms. Approver has expired; to be approved: ")
    assert effects(world) == []
    decide(world, request)
    world.run(for_at_most=FOREVER)
    assert world.offboarding(request).status is Status.REMOVED


def test_after_the_first_write_an_approval_does_not_expire() -> None:
    world, request = asking(OFFBOARDING_APPROVAL_VALID_DAYS="2")
    decide(world, request)
    world.run(for_at_most=FOREVER)
    assert world.offboarding(request).status is Status.REMOVED


def change(world: World, **fields: Any) -> None:
    customer = world.tenant()[0]["id"]
    world.simulator.change(Change.model_validate({"customer": customer, **fields}), world.clock.now())


def approved_and_held(world: World, request: str) -> None:
    """Approved, and nothing was written yet."""
    decide(world, request)
    assert effects(world) == []


def test_a_smaller_plan_needs_no_new_approval() -> None:
    world, request = asking()
    approved_and_held(world, request)
    legacy_id = next(item.id for item in world.simulator.store.subscriptions if "Legacy E3" in item.friendly_name)
    change(world, holding=legacy_id, set={"status": "suspended"})
    world.run(for_at_most=FOREVER)
    assert world.offboarding(request).status is Status.REMOVED
    check_invariants(world)


def test_a_new_holding_needs_a_new_approval_which_says_what_is_new() -> None:
    world, request = asking()
    approved_and_held(world, request)
    change(world, add={"subscriptions": [nce("Bought later").model_dump(exclude_unset=True, by_alias=True)]})
    world.run(for_at_most=timedelta(days=1))
    head = awaiting(world, request)
    assert head.reason is not None
    assert head.reason.text == "more than Ms. Approver approved is to be done: Bought later: cancellation"
    assert effects(world) == [], "the plan was made anew before the first write"
    decide(world, request)
    world.run(for_at_most=FOREVER)
    assert world.offboarding(request).status is Status.REMOVED
    check_invariants(world)


def test_what_turns_up_at_work_waits_and_the_rest_goes_on() -> None:
    world, request = asking()
    decide(world, request)
    while world.offboarding(request).stage is not Stage.VERIFY:
        assert world.step(world.clock.now() + SHORT)
    change(world, add={"subscriptions": [nce("Bought later").model_dump(exclude_unset=True, by_alias=True)]})
    before = set(effects(world))
    world.run(for_at_most=timedelta(days=2))
    head = awaiting(world, request)
    assert head.stage is Stage.CANCEL
    assert head.reason is not None
    assert head.reason.text == "more than Ms. Approver approved is to be done: Bought later: cancellation"
    assert set(effects(world)) == before
    assert decide(world, request).stage is Stage.CANCEL, "it goes on where it asked"
    world.run(for_at_most=FOREVER)
    assert world.offboarding(request).status is Status.REMOVED
    check_invariants(world)


def test_what_costs_more_needs_a_new_approval() -> None:
    """A cancellation that comes too late becomes a year that is paid."""
    world, request = asking(CustomerSpec(name="Slow", subscriptions=(nce("Licence", started="-P6D"),)))
    decide(world, request)
    world.clock.advance(timedelta(days=2))
    world.run(for_at_most=timedelta(days=1))
    head = awaiting(world, request)
    assert head.reason is not None
    assert head.reason.text.startswith("more than Ms. Approver approved is to be done: Licence: ")
    assert effects(world) == []
    decide(world, request)
    world.run(for_at_most=timedelta(days=2))
    assert world.offboarding(request).status is Status.WAITING
    assert {effect for effect, *_ in effects(world)} == {"subscription.cancel_scheduled", "subscription.autorenew_off"}


def test_rejected_at_work_it_waits_for_a_person() -> None:
    world, request = asking()
    decide(world, request)
    while world.offboarding(request).stage is not Stage.VERIFY:
        assert world.step(world.clock.now() + SHORT)
    change(world, add={"subscriptions": [nce("Bought later").model_dump(exclude_unset=True, by_alias=True)]})
    world.run(for_at_most=timedelta(days=1))
    awaiting(world, request)
    rejected = decide(world, request, approves=False, why="they stay")
    assert rejected.reason is not None
    assert (rejected.status, rejected.stage, rejected.reason.code) == (
        Status.NEEDS_ATTENTION,
        Stage.CANCEL,
        ReasonCode.APPROVAL_REJECTED,
    )
    assert "writes had been sent before" in rejected.reason.text
    assert "resume it to ask for an approval again" in rejected.reason.operator_action
    assert "has ended" not in rejected.reason.operator_action
    written = list(effects(world))
    world.run(for_at_most=timedelta(days=3), looks=2)
    assert list(effects(world)) == written
    awaiting(world, request)


@pytest.mark.parametrize(
    ("rule", "settings", "customer", "asks"),
    [
        ("never", {}, CUSTOMER, False),
        ("irreversible", {}, CUSTOMER, True),
        ("irreversible", {}, CustomerSpec(name="Mild", subscriptions=(legacy(), late("Late", "+P20D"))), False),
        ("above", {"OFFBOARDING_APPROVAL_HOLDINGS": "2"}, CUSTOMER, True),
        ("above", {"OFFBOARDING_APPROVAL_HOLDINGS": "3"}, CUSTOMER, False),
        ("above", {"OFFBOARDING_APPROVAL_PAID_DAYS": "18"}, CUSTOMER, True),
        ("above", {"OFFBOARDING_APPROVAL_PAID_DAYS": "21"}, CUSTOMER, False),
        ("above", {"OFFBOARDING_APPROVAL_SEATS": "0"}, CUSTOMER, True),
        ("above", {"OFFBOARDING_APPROVAL_SEATS": "100000"}, CUSTOMER, False),
    ],
)
def test_the_rule_says_which_plans_are_asked_about(
    rule: str, settings: dict[str, str], customer: CustomerSpec, asks: bool
) -> None:
    world, request = asking(customer, rule, **settings)
    assert (world.offboarding(request).status is Status.AWAITING_APPROVAL) is asks
    assert (effects(world) == []) is asks


def test_a_dry_run_needs_no_approval() -> None:
    world = World(CUSTOMER, OFFBOARDING_APPROVAL="always")
    request = world.ask(CUSTOMER, dryRun=True)
    world.run()
    assert world.offboarding(request).status is Status.PLANNED


def test_what_is_ended_before_the_start_is_approved_first() -> None:
    customer = CustomerSpec(name="Later", subscriptions=(late("Late", "+P20D"),))
    world = World(customer, OFFBOARDING_APPROVAL="always")
    start = (world.clock.now() + timedelta(days=60)).isoformat()
    request = world.ask(customer, notBefore=start, renewals="end_with_term")
    world.run(for_at_most=timedelta(days=1))
    awaiting(world, request)
    assert effects(world) == []
    decide(world, request)
    world.run(for_at_most=timedelta(days=1))
    assert world.offboarding(request).status is Status.SCHEDULED
    assert {effect for effect, *_ in effects(world)} == {"subscription.cancel_scheduled", "subscription.autorenew_off"}


def test_it_is_asked_for_at_the_start_and_not_months_before() -> None:
    world = World(CUSTOMER, OFFBOARDING_APPROVAL="always")
    start = world.clock.now() + timedelta(days=15)
    request = world.ask(CUSTOMER, notBefore=start.isoformat())
    world.run(for_at_most=timedelta(days=14))
    assert world.offboarding(request).status is Status.SCHEDULED
    world.run(for_at_most=timedelta(days=10))
    awaiting(world, request)
    assert world.clock.now() >= start


@pytest.mark.long
def test_a_crash_anywhere_never_lets_anything_through() -> None:
    world, request = asking()
    points = len(world.crash.passed)
    for at in range(1, points + 1):
        world = World(CUSTOMER, crash=CrashPoints(at), OFFBOARDING_APPROVAL="always")
        request = world.ask(CUSTOMER)
        world.run(for_at_most=timedelta(days=1))
        awaiting(world, request)
        assert effects(world) == [], at


def test_without_an_approval_nothing_is_removed_even_where_nothing_else_is_left() -> None:
    """Checked again right before the point of no return."""
    world, request = asking()
    decide(world, request)
    while world.offboarding(request).stage is not Stage.REMOVE:
        assert world.step(world.clock.now() + FOREVER)
    stored = world.store.load(world.offboarding(request).id)
    assert stored is not None
    world.store.commit(Stored(replace(stored.offboarding, approval=None), stored.etag))
    world.run(for_at_most=timedelta(days=2))
    head = awaiting(world, request)
    assert (head.stage, head.removal) == (Stage.REMOVE, None)
    decide(world, request)
    world.run(for_at_most=FOREVER)
    assert world.offboarding(request).status is Status.REMOVED
    check_invariants(world)


@pytest.mark.parametrize("approves", [True, False])
def test_whoever_works_at_that_moment_keeps_the_claim_until_its_calls_have_ended(approves: bool) -> None:
    world, request = asking()
    stored = world.store.load(world.offboarding(request).id)
    assert stored is not None
    claim = Claim("worker", world.clock.machine() + SHORT)
    world.store.commit(Stored(replace(stored.offboarding, claim=claim), stored.etag))
    decided = decide(world, request, approves=approves)
    # Nothing was written yet: what is rejected has ended, and what is approved goes on when the worker has let go.
    assert decided.claim == (replace(claim, revoked=True) if approves else None)


REQUESTER = Actor(ActorType.PERSON, "4e93e57e-0000-4000-8000-0000004e93e5", "Ms. Requester")


@pytest.mark.parametrize("start", [None, timedelta(days=2)])
@pytest.mark.parametrize("restrictions", [frozenset[Restriction](), frozenset({Restriction.LEAVE_GDAP})])
def test_what_was_approved_for_another_start_or_other_restrictions_is_asked_for_anew(
    start: timedelta | None, restrictions: frozenset[Restriction]
) -> None:
    """Whoever made the request may give another start: then nobody else has agreed to that one."""
    world, request = asking()
    decide(world, request)
    at = world.clock.now() + start if start is not None else None
    wanted = NewSchedule(at, restrictions, REQUESTER, "sooner")
    found = reschedule(world.offboarding(request).id, wanted, world.services)
    assert found is not None
    assert found.approval is None
    world.run(for_at_most=timedelta(days=3))
    head = awaiting(world, request)
    assert head.reason is not None
    assert head.reason.text.startswith("a second person has to approve the plan: ")
    assert effects(world) == []
    decide(world, request)
    world.run(for_at_most=FOREVER)
    assert world.offboarding(request).status is Status.REMOVED
    check_invariants(world)
