"""The second decision: only a complete, fresh, settled inventory without a blocker gives a permit (I1, I8)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.decisions.blockers import ActionKind, Cause, Remedy
from shared.domain.decisions.gate import Blockers, RemovalPermit, gate
from shared.domain.decisions.history import decide
from shared.domain.decisions.situation import Situation
from shared.domain.holdings.inventory import InventoryProblem
from shared.domain.holdings.ledger import ActionRecord, ActionState, HoldingRecord, next_number, observe
from shared.domain.holdings.model import HoldingKind, HoldingStatus
from shared.domain.pace import Pace
from shared.domain.policy import Policy
from tests.unit.domain.support import LATER, NOW, holding, inventory, record

K, S = HoldingKind, HoldingStatus
POLICY, PACE = Policy(), Pace()
SAFE = holding(K.LEGACY_LICENCE, S.SUSPENDED, key="subscription:a")
ACTIVE = holding(K.LEGACY_LICENCE, S.ACTIVE, key="subscription:b")


def judge(*items: Any, known: dict[str, HoldingRecord] | None = None, **fields: Any) -> RemovalPermit | Blockers:
    records = {item.key: record(item) for item in items} if known is None else known
    return gate(inventory(*items, **fields), Situation(records, POLICY, PACE, NOW))


def causes(verdict: RemovalPermit | Blockers) -> set[Cause]:
    return {item.cause for item in verdict.items} if isinstance(verdict, Blockers) else set()


def test_nothing_that_blocks_gives_a_permit_for_this_customer() -> None:
    verdict = judge(SAFE)

    assert isinstance(verdict, RemovalPermit)
    assert verdict.customer_id == "c-1"


def test_a_permit_cannot_be_built_by_anybody_else() -> None:
    with pytest.raises(TypeError, match=r"gate\(\) only"):
        RemovalPermit(object(), inventory())


def test_one_active_holding_among_many_blocks() -> None:
    assert causes(judge(SAFE, ACTIVE)) == {Cause.ACTION_DUE}


def test_an_incomplete_collection_blocks_even_an_empty_inventory() -> None:
    problem = InventoryProblem("subscriptions", "incomplete", "1 of 2 items")

    assert causes(judge(problems=(problem,))) == {Cause.INCOMPLETE_READ}


def test_a_holding_without_a_record_blocks() -> None:
    assert causes(judge(SAFE, known={})) == {Cause.INCOMPLETE_READ}


@pytest.mark.parametrize("relationship", ["advisor", "none", "unknown", "syndication", ""])
def test_another_relationship_is_never_removed(relationship: str) -> None:
    assert causes(judge(SAFE, relationship=relationship)) == {Cause.UNKNOWN_STATUS}


def test_a_known_holding_that_vanished_blocks_until_a_second_read_ten_minutes_later() -> None:
    known = {SAFE.key: replace(record(SAFE), missing_since=NOW - timedelta(minutes=9))}
    assert causes(gate(inventory(), Situation(known, POLICY, PACE, NOW))) == {Cause.VANISHED}

    known = {SAFE.key: replace(record(SAFE), missing_since=NOW - timedelta(minutes=10))}
    assert isinstance(gate(inventory(), Situation(known, POLICY, PACE, NOW)), RemovalPermit)


def test_what_ran_on_when_it_vanished_blocks_for_seven_days() -> None:
    known = {ACTIVE.key: replace(record(ACTIVE), missing_since=NOW - timedelta(days=7) + timedelta(seconds=1))}
    assert causes(gate(inventory(), Situation(known, POLICY, PACE, NOW))) == {Cause.VANISHED}

    known = {ACTIVE.key: replace(record(ACTIVE), missing_since=NOW - timedelta(days=7))}
    assert isinstance(gate(inventory(), Situation(known, POLICY, PACE, NOW)), RemovalPermit)


def test_a_vanished_subscription_whose_order_still_stands_needs_a_person() -> None:
    known = {ACTIVE.key: replace(record(ACTIVE), missing_since=NOW - timedelta(days=1))}
    verdict = gate(inventory(ordered=frozenset({ACTIVE.key})), Situation(known, POLICY, PACE, NOW))

    assert isinstance(verdict, Blockers)
    assert [item.remedy for item in verdict.items] == [Remedy.PERSON]


def test_a_deleted_holding_may_vanish() -> None:
    gone = holding(K.NCE_LICENCE, S.DELETED, key="subscription:z")
    known = {gone.key: replace(record(gone), missing_since=NOW)}

    assert isinstance(gate(inventory(), Situation(known, POLICY, PACE, NOW)), RemovalPermit)


def act(state: ActionState, **fields: Any) -> ActionRecord:
    return ActionRecord(ActionKind.SUSPEND, 1, "r-1", state, NOW - timedelta(hours=1), **fields)


def test_an_unanswered_intent_blocks_even_if_the_holding_looks_safe() -> None:
    known = {SAFE.key: record(SAFE, actions=(act(ActionState.INTENDED),))}

    assert causes(gate(inventory(SAFE), Situation(known, POLICY, PACE, NOW))) == {Cause.SETTLING}


def test_a_write_answered_after_the_inventory_began_blocks() -> None:
    answered = act(ActionState.ACCEPTED, answered_at=NOW + timedelta(seconds=1))

    assert causes(
        gate(inventory(SAFE), Situation({SAFE.key: record(SAFE, actions=(answered,))}, POLICY, PACE, NOW))
    ) == {Cause.SETTLING}


@pytest.mark.parametrize(
    ("state", "fields", "action", "cause"),
    [
        (ActionState.INTENDED, {}, ActionKind.SUSPEND, Cause.ACTION_DUE),
        (ActionState.ACCEPTED, {"answered_at": NOW - timedelta(hours=1)}, None, Cause.SETTLING),
        (ActionState.ACCEPTED, {"answered_at": NOW - timedelta(hours=30)}, None, Cause.SETTLING),
        (ActionState.CONFIRMED, {}, ActionKind.SUSPEND, Cause.ACTION_DUE),
        (ActionState.POSTPONED, {"retry_at": LATER}, None, Cause.PENDING_AT_MICROSOFT),
        (ActionState.POSTPONED, {"retry_at": NOW}, ActionKind.SUSPEND, Cause.ACTION_DUE),
        (ActionState.REFUSED, {"code": "900150"}, None, Cause.REFUSED),
        (ActionState.FORGIVEN, {}, ActionKind.SUSPEND, Cause.ACTION_DUE),
    ],
)
def test_what_was_done_already_decides_whether_it_is_done_again(
    state: ActionState, fields: dict[str, Any], action: ActionKind | None, cause: Cause
) -> None:
    found = decide(record(ACTIVE, actions=(act(state, **fields),)), Situation({}, POLICY, PACE, NOW))

    assert found.action is action
    assert found.blocker is not None
    assert found.blocker.cause is cause


def test_an_accepted_action_without_effect_for_a_day_needs_a_person() -> None:
    overdue = act(ActionState.ACCEPTED, answered_at=NOW - timedelta(hours=25))
    blocker = decide(record(ACTIVE, actions=(overdue,)), Situation({}, POLICY, PACE, NOW)).blocker

    assert blocker is not None
    assert blocker.remedy is Remedy.PERSON


def test_seeing_the_effect_closes_the_action_and_seeing_it_active_again_makes_it_due() -> None:
    done = record(ACTIVE, actions=(act(ActionState.ACCEPTED, answered_at=NOW),))
    suspended = replace(ACTIVE, status=S.SUSPENDED)

    closed = observe(done, suspended, NOW)
    assert closed.last is not None
    assert closed.last.state is ActionState.CONFIRMED

    again = observe(closed, ACTIVE, NOW)
    assert decide(again, Situation({}, POLICY, PACE, NOW)).action is ActionKind.SUSPEND
    assert next_number(again, ActionKind.SUSPEND) == 2


def test_a_holding_that_keeps_coming_back_needs_a_person() -> None:
    times = tuple(replace(act(ActionState.CONFIRMED), n=n) for n in range(1, 6))
    found = decide(record(ACTIVE, actions=times), Situation({}, POLICY, PACE, NOW))

    assert found.action is None
    assert found.blocker is not None
    assert found.blocker.cause is Cause.REACTIVATED


@pytest.mark.parametrize(
    ("state", "answered", "number"),
    [
        (ActionState.INTENDED, None, 1),
        (ActionState.INTENDED, NOW, 2),
        (ActionState.POSTPONED, NOW, 2),
        (ActionState.FORGIVEN, NOW, 2),
    ],
)
def test_the_request_number_is_kept_after_no_answer_and_raised_after_any(
    state: ActionState, answered: Any, number: int
) -> None:
    item = record(ACTIVE, actions=(act(state, answered_at=answered),))

    assert next_number(item, ActionKind.SUSPEND) == number
    assert next_number(item, ActionKind.CANCEL) == 1
