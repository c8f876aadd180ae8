"""Holdings in the light of each other: add-ons and their base, transfers, twins, Azure plans and what is below them."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.domain.decisions.blockers import ActionKind, Blocker, Cause, Disposition, Remedy
from shared.domain.decisions.decisions import count_twins_once, decide_all, with_missing_children
from shared.domain.decisions.situation import Situation
from shared.domain.holdings.ledger import ActionRecord, ActionState, HoldingRecord
from shared.domain.holdings.model import ENDED, Holding, HoldingKind, HoldingStatus
from shared.domain.pace import Pace
from shared.domain.policy import Policy
from tests.unit.domain.support import EARLIER, LATER, NOW, holding, lesson_of, record, situation

A, K, S, T = ActionKind, HoldingKind, HoldingStatus, ActionState
POLICY, PACE = Policy(), Pace()
TICK = timedelta(microseconds=1)
BASE = holding(K.NCE_LICENCE, key="subscription:base", id="Base-1", name="Base", cancellable_until=LATER)
ADD_ON = replace(BASE, key="subscription:add-on", id="Add-2", name="Add-on", parent_id="bAsE-1")


def act(kind: ActionKind, state: ActionState, **fields: Any) -> ActionRecord:
    return ActionRecord(
        kind, 1, "r", state, NOW - timedelta(hours=1), lesson=lesson_of(fields.get("code", "")), **fields
    )


def decisions(*records: HoldingRecord, policy: Policy = POLICY) -> dict[str, Disposition]:
    return decide_all(Situation({item.holding.key: item for item in records}, policy, PACE, NOW))


def base_beside(*actions: ActionRecord, base: Holding = BASE, **fields: Any) -> Disposition:
    """The decision for a base subscription beside an add-on with these actions."""
    add_on = replace(ADD_ON, **fields.pop("holding", {}))
    return decisions(record(base), record(add_on, actions=actions, **fields))[base.key]


# A base waits for the add-ons whose end is on its way.

ON_ITS_WAY = {(state, status) for state in (T.INTENDED, T.POSTPONED) for status in (None, 200, 202)} | {
    (state, 202) for state in T
}


@pytest.mark.parametrize("state", T)
@pytest.mark.parametrize("status", [None, 200, 202])
def test_a_base_waits_only_while_the_end_of_its_add_on_is_on_its_way(state: ActionState, status: int | None) -> None:
    found = base_beside(act(A.CANCEL, state, status=status, answered_at=NOW))

    if (state, status) not in ON_ITS_WAY:
        assert found.action is A.CANCEL
        return
    detail = "waits until its add-on Add-on has ended"
    until = NOW + PACE.settle_poll
    assert found == Disposition(
        None, Blocker(BASE.key, "Base", Cause.WAITS_FOR_ADD_ON, Remedy.RECHECK, detail, until=until), LATER
    )


@pytest.mark.parametrize("state", [T.INTENDED, T.POSTPONED])
@pytest.mark.parametrize(
    ("tries", "since", "waits"),
    [
        (1, NOW, True),
        (PACE.faults_before_attention - 1, NOW, True),
        (PACE.faults_before_attention, NOW, False),
        (2, NOW - PACE.patience + timedelta(seconds=1), True),
        (2, NOW - PACE.patience, False),
        (1, NOW - PACE.patience, True),
    ],
)
def test_a_base_does_not_wait_for_an_add_on_whose_end_gets_no_further(
    state: ActionState, tries: int, since: datetime, waits: bool
) -> None:
    found = base_beside(act(A.CANCEL, state, tries=tries, since=since))
    assert (found.action is None) is waits
    assert (found.action is A.CANCEL) is not waits


@pytest.mark.parametrize("status", S)
def test_a_base_does_not_wait_for_an_add_on_that_is_over(status: HoldingStatus) -> None:
    found = base_beside(act(A.CANCEL, T.INTENDED), holding={"status": status})

    assert (found.action is A.CANCEL) is (status in ENDED)


def test_a_base_does_not_wait_for_an_add_on_that_is_missing_or_untouched_or_ends_otherwise() -> None:
    assert base_beside(act(A.CANCEL, T.INTENDED), missing_since=EARLIER).action is A.CANCEL
    assert base_beside().action is A.CANCEL
    assert base_beside(act(A.END_AT_TERM, T.INTENDED)).action is A.CANCEL
    assert base_beside(act(A.CANCEL, T.INTENDED), act(A.END_AT_TERM, T.INTENDED)).action is A.CANCEL


def test_a_base_does_not_wait_for_the_add_on_of_another_or_for_one_without_a_base() -> None:
    for parent in ("base-2", None):
        assert base_beside(act(A.CANCEL, T.INTENDED), holding={"parent_id": parent}).action is A.CANCEL


@pytest.mark.parametrize(
    ("base", "action"),
    [
        (replace(BASE, cancellable_until=EARLIER, term_end=LATER, auto_renew=True), A.END_AT_TERM),
        (replace(BASE, kind=K.LEGACY_LICENCE), A.SUSPEND),
    ],
)
def test_only_the_cancelling_of_a_base_waits(base: Holding, action: ActionKind) -> None:
    assert base_beside(act(A.CANCEL, T.INTENDED), base=base).action is action


# The refusal that says "add-ons first" is understood only with the add-ons in sight.


@pytest.mark.parametrize(
    ("add_on", "fields", "wanted"),
    [
        (ADD_ON, {}, A.END_AT_TERM),
        (replace(ADD_ON, parent_id=None), {}, A.CANCEL),
        (replace(ADD_ON, parent_id="other"), {}, A.CANCEL),
        (replace(ADD_ON, status=S.DELETED), {}, A.CANCEL),
        (ADD_ON, {"missing_since": EARLIER}, A.CANCEL),
    ],
)
def test_a_base_refused_for_its_add_ons_is_cancelled_when_the_last_has_ended(
    add_on: Holding, fields: dict[str, Any], wanted: ActionKind
) -> None:
    base = replace(BASE, term_end=LATER, auto_renew=True)
    refused = act(A.CANCEL, T.REFUSED, code="800096", window=LATER)
    found = decisions(record(base, actions=(refused,)), record(add_on, **fields))

    assert found[base.key].action is wanted


# Transfers and other resellers.


@pytest.mark.parametrize(
    ("covers", "status", "action"),
    [
        (("subscription:base",), S.ACTIVE, None),
        ((), S.ACTIVE, None),
        (("subscription:x",), S.ACTIVE, A.CANCEL),
        (("subscription:base",), S.EXPIRED, A.CANCEL),
    ],
)
def test_what_is_in_an_open_transfer_is_left_alone(
    covers: tuple[str, ...], status: HoldingStatus, action: ActionKind | None
) -> None:
    transfer = holding(K.OPEN_TRANSFER, status, key="transfer:1", id="1", name="transfer 1", covers=covers)
    found = decisions(record(BASE), record(transfer))[BASE.key]

    assert found.action is action
    assert found.blocker is not None
    assert found.blocker.cause is (Cause.ACTION_DUE if action else Cause.OPEN_TRANSFER)


def test_only_a_transfer_holds_what_it_names() -> None:
    other = holding(K.MARKETPLACE, key="subscription:m", id="m", covers=(BASE.key,), term_end=LATER)

    assert decisions(record(BASE), record(other))[BASE.key].action is A.CANCEL


def test_nothing_is_done_while_something_of_another_reseller_is_there() -> None:
    ours, theirs = replace(BASE, reseller=None), replace(BASE, key="subscription:t", id="t", reseller="222")
    found = decisions(record(ours), record(theirs), policy=Policy(reseller="111"))

    assert [item.action for item in found.values()] == [None, None]
    assert {item.blocker.cause for item in found.values() if item.blocker} == {Cause.OTHER_RESELLER}


# Twins: one savings plan in two lists.

PLAN = holding(K.SAVINGS_PLAN, key="subscription:sp", id="sp", covers=("savingsplan:1", "savingsplan:2"))
BLOCKS = Disposition(blocker=Blocker("k", "n", Cause.NEVER_CANCELLABLE, Remedy.DATE, "runs on"))


@pytest.mark.parametrize(
    ("item", "own", "twins", "silent"),
    [
        (PLAN, BLOCKS, {"savingsplan:1": BLOCKS}, True),
        (PLAN, BLOCKS, {"savingsplan:1": Disposition(), "savingsplan:2": BLOCKS}, True),
        (PLAN, BLOCKS, {"savingsplan:1": Disposition()}, False),
        (PLAN, BLOCKS, {}, False),
        (PLAN, BLOCKS, {"savingsplan:3": BLOCKS}, False),
        (PLAN, replace(BLOCKS, action=A.STOP_RENEWAL), {"savingsplan:1": BLOCKS}, False),
        (replace(PLAN, kind=K.AZURE_PLAN), BLOCKS, {"savingsplan:1": BLOCKS}, False),
        (replace(PLAN, covers=()), BLOCKS, {"savingsplan:1": BLOCKS}, False),
    ],
)
def test_a_savings_plan_is_silent_only_while_its_twin_blocks(
    item: Holding, own: Disposition, twins: dict[str, Disposition], silent: bool
) -> None:
    found = count_twins_once(situation(item), {item.key: own, **twins})

    assert found == ({item.key: Disposition()} if silent else {})


def test_twins_block_once_and_a_lone_one_blocks_by_itself() -> None:
    azure = holding(K.SAVINGS_PLAN, key="savingsplan:1", id="1", parent_id="order", term_end=LATER, auto_renew=False)
    listed = replace(PLAN, term_end=LATER)
    found = decisions(record(listed), record(azure))

    assert found[listed.key] == Disposition()
    assert found[azure.key].blocker is not None
    assert decisions(record(listed))[listed.key].blocker is not None


# An Azure plan is not empty while its missing subscriptions are not proven gone.

AZURE_PLAN = holding(K.AZURE_PLAN, key="subscription:plan", id="PLAN-1", active_children=1)
BELOW = holding(K.AZURE_SUBSCRIPTION, key="azure:plan-1/a", id="a", parent_id="Plan-1")


def counted(*below: HoldingRecord, seen: tuple[Holding, ...] = (AZURE_PLAN,)) -> int:
    found = with_missing_children(seen, Situation({item.holding.key: item for item in below}, Policy(), PACE, NOW))
    return found[0].active_children


@pytest.mark.parametrize(
    ("missing_for", "children"),
    [
        (None, 2),
        (timedelta(0), 2),
        (PACE.vanish_proof - TICK, 2),
        (PACE.vanish_proof, 1),
        (PACE.vanish_proof + TICK, 1),
    ],
)
def test_a_missing_azure_subscription_counts_as_active_until_it_is_proven_gone(
    missing_for: timedelta | None, children: int
) -> None:
    since = None if missing_for is None else NOW - missing_for

    assert counted(record(BELOW, missing_since=since)) == children


@pytest.mark.parametrize("status", S)
def test_a_missing_azure_subscription_counts_unless_it_was_over(status: HoldingStatus) -> None:
    below = replace(BELOW, status=status)

    assert counted(record(below)) == (1 if status in ENDED else 2)
    assert counted(record(below, missing_since=NOW)) == (1 if status in ENDED else 2)


@pytest.mark.parametrize("kind", K)
def test_only_azure_subscriptions_are_counted_and_only_on_azure_plans(kind: HoldingKind) -> None:
    assert counted(record(replace(BELOW, kind=kind))) == (2 if kind is K.AZURE_SUBSCRIPTION else 1)
    assert counted(record(BELOW), seen=(replace(AZURE_PLAN, kind=kind),)) == (2 if kind is K.AZURE_PLAN else 1)


def test_what_is_listed_below_another_plan_or_below_none_is_not_counted_as_missing() -> None:
    assert counted(record(BELOW), seen=(AZURE_PLAN, BELOW)) == 1
    assert counted(record(replace(BELOW, parent_id="plan-2"))) == 1
    assert counted(record(replace(BELOW, parent_id=None))) == 1


def test_every_missing_azure_subscription_is_counted_and_nothing_else_changes() -> None:
    other = replace(AZURE_PLAN, key="subscription:plan-2", id="plan-2", active_children=0)
    known = {f"azure:plan-1/{name}": record(replace(BELOW, key=f"azure:plan-1/{name}")) for name in "abc"}
    found = with_missing_children((BASE, AZURE_PLAN, other), Situation(known, Policy(), PACE, NOW))

    assert found == (BASE, replace(AZURE_PLAN, active_children=4), other)


def test_a_plan_with_a_missing_subscription_is_not_suspended() -> None:
    empty = replace(AZURE_PLAN, active_children=0)
    (plan,) = with_missing_children(
        (empty,), Situation({BELOW.key: record(BELOW, missing_since=NOW)}, Policy(), PACE, NOW)
    )

    assert decisions(record(empty))[empty.key].action is A.SUSPEND_AZURE_PLAN
    assert decisions(record(plan))[plan.key].action is None
