"""What the gate says in full: every blocker with its date and who must act, and the permit it alone gives (I1, I8)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.domain.decisions.blockers import ActionKind, Blocker, Cause, Remedy
from shared.domain.decisions.gate import Blockers, RemovalPermit, gate
from shared.domain.decisions.situation import Situation
from shared.domain.holdings.inventory import InventoryProblem
from shared.domain.holdings.ledger import ActionRecord, ActionState, HoldingRecord
from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.domain.pace import Pace
from shared.domain.policy import Policy
from tests.unit.domain.support import EARLIER, LATER, NOW, holding, inventory, record

K, S, T = HoldingKind, HoldingStatus, ActionState
POLICY, PACE = Policy(), Pace()
TICK = timedelta(microseconds=1)
SAFE = holding(K.LEGACY_LICENCE, S.SUSPENDED, key="subscription:a", name="Office")


def verdict(
    *records: HoldingRecord,
    seen: tuple[Holding, ...] | None = None,
    moved: dict[str, datetime | None] | None = None,
    **fields: Any,
) -> RemovalPermit | Blockers:
    items = tuple(item.holding for item in records if item.missing_since is None) if seen is None else seen
    found = replace(inventory(*items, **fields), moved=moved or {})
    return gate(found, Situation({item.holding.key: item for item in records}, POLICY, PACE, NOW))


def blockers(*records: HoldingRecord, **fields: Any) -> tuple[Blocker, ...]:
    """The blockers, with their sentences checked to be there and then left out."""
    found = verdict(*records, **fields)
    items = found.items if isinstance(found, Blockers) else ()
    assert all(item.detail for item in items)
    assert all(item.what_to_do for item in items if item.remedy is Remedy.PERSON)
    return tuple(replace(item, detail="", what_to_do="") for item in items)


def act(state: ActionState, **fields: Any) -> ActionRecord:
    return ActionRecord(ActionKind.SUSPEND, 1, "r", state, EARLIER, **fields)


# The permit.


def test_a_permit_carries_what_the_removal_checks() -> None:
    found = replace(inventory(SAFE, replace(SAFE, key="subscription:b")), began_at=EARLIER, began_monotonic=12.5)
    known = {item.key: record(item) for item in found.holdings}
    permit = gate(found, Situation(known, POLICY, PACE, NOW))

    assert isinstance(permit, RemovalPermit)
    assert (permit.customer_id, permit.began_at, permit.began_monotonic, permit.holdings) == ("c-1", EARLIER, 12.5, 2)


@pytest.mark.parametrize("relationship", ["reseller", "Reseller", "RESELLER"])
def test_the_case_of_the_relationship_does_not_matter(relationship: str) -> None:
    assert isinstance(verdict(record(SAFE), relationship=relationship), RemovalPermit)


def test_an_empty_customer_may_be_removed() -> None:
    assert isinstance(verdict(), RemovalPermit)


# What the inventory itself cannot answer for.


@pytest.mark.parametrize(
    ("passes", "remedy", "until"),
    [(True, Remedy.RECHECK, NOW + PACE.settle_poll), (False, Remedy.PERSON, None)],
)
def test_an_unreadable_collection_is_read_again_at_a_date_or_told_to_a_person(
    passes: bool, remedy: Remedy, until: datetime | None
) -> None:
    problem = InventoryProblem("azure", "azure_unreadable", "cannot be read", "Grant the role.", passes)
    found = verdict(record(SAFE), problems=(problem,))

    assert isinstance(found, Blockers)
    assert found.items == (
        Blocker("inventory:azure", "azure", Cause.INCOMPLETE_READ, remedy, "cannot be read", "Grant the role.", until),
    )


def test_another_relationship_is_for_a_person() -> None:
    assert blockers(record(SAFE), relationship="none") == (
        Blocker("customer:relationship", "relationship", Cause.UNKNOWN_STATUS, Remedy.PERSON, ""),
    )


def test_what_was_read_but_not_recorded_is_looked_at_again_soon() -> None:
    unknown = replace(SAFE, key="subscription:new", name="New")

    assert blockers(record(SAFE), seen=(SAFE, unknown)) == (
        Blocker(unknown.key, "New", Cause.INCOMPLETE_READ, Remedy.RECHECK, "", until=NOW + PACE.settle_poll),
    )


def test_every_blocker_is_named_not_only_the_first() -> None:
    problems = (InventoryProblem("orders", "incomplete", "x"), InventoryProblem("transfers", "incomplete", "x"))
    active = [record(replace(SAFE, key=f"subscription:{name}", status=S.ACTIVE)) for name in "bc"]
    found = blockers(record(SAFE), *active, problems=problems, relationship="none")

    assert [item.key for item in found] == [
        "inventory:orders",
        "inventory:transfers",
        "customer:relationship",
        "subscription:b",
        "subscription:c",
    ]


# I1: the inventory must have begun after the last write was answered.


@pytest.mark.parametrize("state", T)
@pytest.mark.parametrize("answered_at", [None, NOW - TICK, NOW, NOW + TICK])
def test_a_holding_that_looks_safe_blocks_while_a_write_to_it_is_unanswered_or_was_answered_late(
    state: ActionState, answered_at: datetime | None
) -> None:
    found = blockers(record(SAFE, actions=(act(state, answered_at=answered_at),)))

    unsettled = state is T.INTENDED or (answered_at is not None and answered_at > NOW)
    expected = Blocker(SAFE.key, "Office", Cause.SETTLING, Remedy.RECHECK, "", until=NOW + PACE.settle_poll)
    assert found == ((expected,) if unsettled else ())


def test_only_the_last_write_to_a_holding_counts() -> None:
    done = record(SAFE, actions=(act(T.INTENDED), act(T.CONFIRMED, answered_at=EARLIER)))

    assert blockers(done) == ()


def test_a_write_to_something_gone_holds_nothing_up() -> None:
    gone = record(SAFE, actions=(act(T.INTENDED),), missing_since=EARLIER)

    assert blockers(gone) == ()


# Missing, although its order stands.

GONE = record(replace(SAFE, status=S.ACTIVE), missing_since=EARLIER)
ORDERED = frozenset({SAFE.key})


def test_what_vanished_while_its_order_stands_needs_a_person() -> None:
    expected = Blocker(SAFE.key, "Office", Cause.VANISHED, Remedy.PERSON, "")

    assert blockers(GONE, ordered=ORDERED) == (expected,)
    days = Blocker(SAFE.key, "Office", Cause.VANISHED, Remedy.PERSON, "", until=EARLIER + PACE.absence_proof)
    assert blockers(GONE, ordered=frozenset({"subscription:other"})) == (days,)


def test_what_vanished_a_moment_ago_waits_for_its_proof_before_anybody_is_asked() -> None:
    fresh = replace(GONE, missing_since=NOW)

    assert blockers(fresh, ordered=ORDERED) == (
        Blocker(SAFE.key, "Office", Cause.VANISHED, Remedy.RECHECK, "", until=NOW + PACE.vanish_proof),
    )


@pytest.mark.parametrize("moved", [True, False])
@pytest.mark.parametrize("stayed", [True, False])
def test_a_transfer_explains_what_left_with_it_and_not_what_had_stayed(moved: bool, stayed: bool) -> None:
    taken: dict[str, datetime | None] = {SAFE.key: EARLIER} if moved else {"subscription:other": EARLIER}
    found = blockers(replace(GONE, stayed=stayed), ordered=ORDERED, moved=taken)

    assert bool(found) is not (moved and not stayed)


@pytest.mark.parametrize("status", S)
def test_what_could_not_come_back_may_vanish_although_its_order_stands(status: HoldingStatus) -> None:
    gone = replace(GONE, holding=replace(SAFE, status=status))

    assert bool(blockers(gone, ordered=ORDERED)) is (status not in {S.DELETED, S.DISABLED, S.EXPIRED})


def test_what_is_there_and_safe_may_have_an_order() -> None:
    assert blockers(record(SAFE), ordered=ORDERED) == ()


# The dates of all blockers together.


def blocker(remedy: Remedy, until: datetime | None = None, paid_until: datetime | None = None) -> Blocker:
    return Blocker("k", "n", Cause.IN_TERM, remedy, "d", until=until, paid_until=paid_until)


MUCH_LATER = LATER + timedelta(days=30)


@pytest.mark.parametrize(
    ("dates", "next_date"),
    [
        ((), None),
        ((None,), None),
        ((LATER,), LATER),
        ((MUCH_LATER, LATER), LATER),
        ((LATER, MUCH_LATER), LATER),
        ((MUCH_LATER, None, LATER), LATER),
    ],
)
def test_the_next_look_is_the_earliest_date(dates: tuple[datetime | None, ...], next_date: datetime | None) -> None:
    found = Blockers(tuple(blocker(Remedy.DATE, until) for until in dates))

    assert found.next_date == next_date


@pytest.mark.parametrize(
    ("dates", "paid_until"),
    [
        ((), None),
        ((None,), None),
        ((LATER, None, MUCH_LATER), None),
        ((LATER, MUCH_LATER), MUCH_LATER),
        ((MUCH_LATER, LATER), MUCH_LATER),
    ],
)
def test_what_is_paid_longest_counts(dates: tuple[datetime | None, ...], paid_until: datetime | None) -> None:
    assert Blockers(tuple(blocker(Remedy.DATE, None, paid) for paid in dates)).paid_until == paid_until


@pytest.mark.parametrize("remedy", Remedy)
def test_blockers_are_told_apart_by_their_remedy(remedy: Remedy) -> None:
    items = tuple(blocker(item) for item in Remedy)

    assert Blockers(items).of(remedy) == (blocker(remedy),)
