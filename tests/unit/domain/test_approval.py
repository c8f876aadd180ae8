"""What a plan is about to do, and what an approval covers: truth tables (I11)."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.approval import Approval, ApprovalPolicy, ApprovalRule, Weight, mark, marks
from shared.domain.decisions.blockers import IRREVERSIBLE, ActionKind
from shared.domain.decisions.planned_steps import (
    END_DELEGATED_ADMIN,
    REMOVE,
    PlannedStep,
    digest_of,
    planned_steps,
)
from shared.domain.decisions.situation import Situation
from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.domain.holdings.windows import WindowSigns
from shared.domain.pace import Pace
from shared.domain.policy import Policy
from tests.functional.people import OTHER
from tests.unit.domain.support import EARLIER, LATER, NOW, holding, record

K, S = HoldingKind, HoldingStatus
LATE = holding(K.NCE_LICENCE, key="k", id="1", cancellable_until=EARLIER, term_end=LATER, auto_renew=True)
IN_WINDOW = replace(LATE, cancellable_until=LATER)
MAYBE = replace(
    LATE, cancellable_until=None, signs=WindowSigns(cancel_listed=True, term_started=EARLIER - timedelta(99))
)
ADD_ON = replace(IN_WINDOW, key="add-on", id="2", parent_id="1")
STEPS = (PlannedStep("a", "cancel", True), PlannedStep("b", "suspend", False))
NOTHING = Weight(0, 0, 0)


def steps(*items: Holding, policy: Policy | None = None) -> set[PlannedStep]:
    records = {item.key: record(item) for item in items}
    return set(planned_steps(Situation(records, policy or Policy(), Pace(), NOW)))


def of_holdings(*items: Holding, policy: Policy | None = None) -> set[tuple[str, str, bool]]:
    found = steps(*items, policy=policy) - {REMOVE, END_DELEGATED_ADMIN}
    return {(step.key, step.action, step.irreversible) for step in found}


@pytest.mark.parametrize(
    ("items", "wanted"),
    [
        ((), set()),
        ((holding(K.LEGACY_LICENCE, key="k"),), {("k", "suspend", False)}),
        ((holding(K.LEGACY_LICENCE, S.SUSPENDED, key="k"),), set()),
        ((IN_WINDOW,), {("k", "cancel", True)}),
        ((LATE,), {("k", "end_at_term", False)}),
        ((replace(LATE, auto_renew=False, ends_at_term=True),), set()),
        ((MAYBE,), {("k", "cancel", True), ("k", "end_at_term", False)}),
        ((IN_WINDOW, ADD_ON), {("k", "cancel", True), ("add-on", "cancel", True)}),
        ((holding(K.AZURE_PLAN, key="k", active_children=2),), {("k", "suspend_azure_plan", False)}),
        ((holding(K.AZURE_PLAN, key="k"),), {("k", "suspend_azure_plan", False)}),
        ((holding(K.NCE_LICENCE, S.UNKNOWN, key="k"),), set()),
    ],
)
def test_every_step_that_can_be_foreseen_is_planned(
    items: tuple[Holding, ...], wanted: set[tuple[str, str, bool]]
) -> None:
    assert of_holdings(*items) == wanted


def test_a_suspended_licence_that_is_switched_on_is_then_ended() -> None:
    suspended = replace(LATE, status=S.SUSPENDED)
    wanted = {("k", "reactivate", False), ("k", "end_at_term", False)}
    assert of_holdings(suspended, policy=Policy(reactivate_suspended=True)) == wanted
    assert of_holdings(suspended) == set()


def test_the_removal_is_always_a_step_and_the_end_of_gdap_where_it_is_wanted() -> None:
    assert steps() == {REMOVE, END_DELEGATED_ADMIN}
    assert steps(policy=Policy(terminate_gdap=False)) == {REMOVE}


def test_what_nothing_puts_back() -> None:
    """Everything else is put back by a withdrawal, or ends nothing."""
    assert {kind for kind in ActionKind if kind in IRREVERSIBLE} == {
        ActionKind.CANCEL,
        ActionKind.CANCEL_ORDER,
        ActionKind.RETURN_RESERVATION,
        ActionKind.REDUCE_SEATS,
    }


def test_the_digest_is_that_of_the_sorted_list() -> None:
    text = '[["a","cancel",true],["b","suspend",false]]'
    assert digest_of(STEPS) == digest_of(reversed(STEPS)) == hashlib.sha256(text.encode()).hexdigest()


def approval(*approved: PlannedStep) -> Approval:
    return Approval(OTHER, "fine", NOW, digest_of(approved), marks(approved))


@pytest.mark.parametrize(
    ("step", "beyond"),
    [
        (STEPS[0], False),
        (STEPS[1], False),
        (replace(STEPS[0], key="c"), True),
        (replace(STEPS[0], action="end_at_term"), True),
        (replace(STEPS[0], irreversible=False), True),
        (replace(STEPS[1], action="cancel", irreversible=True), True),
    ],
)
def test_an_approval_covers_its_steps_and_no_other(step: PlannedStep, beyond: bool) -> None:
    assert approval(*STEPS).lacks((STEPS[0], step)) == ((step,) if beyond else ())


STEP = st.builds(PlannedStep, st.sampled_from("abc"), st.sampled_from(["cancel", "suspend"]), st.booleans())


@given(st.sets(STEP), st.sets(STEP))
def test_what_goes_beyond_is_the_difference(approved: set[PlannedStep], wanted: set[PlannedStep]) -> None:
    assert set(approval(*approved).lacks(wanted)) == wanted - approved


def test_marks_are_short_and_differ() -> None:
    assert len(marks(STEPS)) == 2
    assert {len(mark(step)) for step in STEPS} == {16}
    assert mark(PlannedStep("a", "b", True)) != mark(PlannedStep("a\nb", "", True))


def test_an_approval_expires() -> None:
    policy, given_now = ApprovalPolicy(valid_for=timedelta(days=2)), approval()
    assert ApprovalPolicy().valid_for == timedelta(days=14)
    assert not given_now.expired(policy, NOW + timedelta(days=2, microseconds=-1))
    assert given_now.expired(policy, NOW + timedelta(days=2))


HEAVY = Weight(holdings=5, seats=50, paid_days=500)


@pytest.mark.parametrize(
    ("policy", "weight", "required"),
    [
        (ApprovalPolicy(), HEAVY, False),
        (ApprovalPolicy(ApprovalRule.NEVER, 0, 0, 0), HEAVY, False),
        (ApprovalPolicy(ApprovalRule.ALWAYS), NOTHING, True),
        (ApprovalPolicy(ApprovalRule.ABOVE, 4), HEAVY, True),
        (ApprovalPolicy(ApprovalRule.ABOVE, 5), HEAVY, False),
        (ApprovalPolicy(ApprovalRule.ABOVE, None, 49), HEAVY, True),
        (ApprovalPolicy(ApprovalRule.ABOVE, None, 50), HEAVY, False),
        (ApprovalPolicy(ApprovalRule.ABOVE, None, None, 499), HEAVY, True),
        (ApprovalPolicy(ApprovalRule.ABOVE, None, None, 500), HEAVY, False),
        (ApprovalPolicy(ApprovalRule.ABOVE, 9, 99, 499), HEAVY, True),
        (ApprovalPolicy(ApprovalRule.ABOVE), HEAVY, False),
        (ApprovalPolicy(ApprovalRule.ABOVE, 0), NOTHING, False),
    ],
)
def test_the_rule_weighs_the_plan(policy: ApprovalPolicy, weight: Weight, required: bool) -> None:
    assert policy.requires(STEPS, weight, frozenset("ab")) is required


@pytest.mark.parametrize(
    ("found", "required"),
    [
        ((), False),
        ((REMOVE, END_DELEGATED_ADMIN), False),
        ((REMOVE, STEPS[1]), False),
        ((REMOVE, STEPS[0]), True),
    ],
)
def test_only_a_holding_that_is_lost_is_irreversible(found: tuple[PlannedStep, ...], required: bool) -> None:
    assert ApprovalPolicy(ApprovalRule.IRREVERSIBLE).requires(found, NOTHING, frozenset("ab")) is required
