"""Where a person's word counts: a truth table over what blocks, what Microsoft says, and what was said of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from shared.domain.decisions.blockers import ActionKind, Blocker, Cause, Disposition, Remedy
from shared.domain.decisions.decisions import decide_all
from shared.domain.decisions.overridden_children import free_plans_of_overridden
from shared.domain.decisions.overrides import (
    called_active,
    may_override,
    overridden,
    seen_as,
    take_a_persons_word,
    with_a_way_on,
)
from shared.domain.holdings.ledger import HoldingRecord, Override
from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from tests.unit.domain.support import NOW, holding, record, situation

HOUR = timedelta(hours=1)


def known(status: HoldingStatus = HoldingStatus.UNKNOWN, word: str = "paused", **fields: object) -> HoldingRecord:
    return record(holding(HoldingKind.NCE_LICENCE, status, raw_status=word), **fields)


def blocker(cause: Cause, remedy: Remedy = Remedy.PERSON) -> Blocker:
    return Blocker("x:nce_licence", "Licence", cause, remedy, "blocks")


def said_of(item: HoldingRecord, cause: Cause, seen: str | None = None) -> HoldingRecord:
    said = Override(cause, seen_as(item) if seen is None else seen, "Ms. Operator", "case 123", NOW)
    return replace(item, override=said)


@pytest.mark.parametrize(
    ("cause", "remedy", "status", "missing"), [*product(Cause, Remedy, HoldingStatus, [None, NOW - HOUR])]
)
def test_only_what_is_not_understood_or_has_vanished_and_is_asked_about(
    cause: Cause, remedy: Remedy, status: HoldingStatus, missing: object
) -> None:
    item = known(status, "", missing_since=missing)
    runs = status in {HoldingStatus.ACTIVE, HoldingStatus.SUSPENDED, HoldingStatus.PENDING}
    unclear = cause in {Cause.UNKNOWN_STATUS, Cause.UNKNOWN_KIND} and missing is None and not runs
    gone = cause is Cause.VANISHED and missing is not None
    assert may_override(item, blocker(cause, remedy)) is (remedy is Remedy.PERSON and (unclear or gone))


@pytest.mark.parametrize(
    ("cause", "remedy", "status", "missing"), [*product(Cause, Remedy, HoldingStatus, [None, NOW - HOUR])]
)
def test_the_advice_names_the_command_exactly_where_a_word_counts(
    cause: Cause, remedy: Remedy, status: HoldingStatus, missing: object
) -> None:
    item = known(status, "", missing_since=missing)
    found = with_a_way_on(item, replace(blocker(cause, remedy), what_to_do="Look."))
    command = 'offboard override ID x:nce_licence --reason "..."'
    assert (command in found.what_to_do) is may_override(item, found)
    assert found.what_to_do.startswith("Look.")
    assert replace(found, what_to_do="") == blocker(cause, remedy)


def test_a_key_stands_in_the_command_as_one_word() -> None:
    odd = replace(blocker(Cause.UNKNOWN_KIND), key="a b'c")
    assert """override ID 'a b'"'"'c' --reason""" in with_a_way_on(known(), odd).what_to_do


@pytest.mark.parametrize(
    ("word", "active"),
    [
        ("paused", False),
        ("", False),
        ("inactive", False),
        ("InActive", False),
        ("active", True),
        ("ActiveWithWarning", True),
        ("reactivating, inactive", False),
        ("inactive then active", True),
    ],
)
def test_what_microsoft_calls_active_is_never_overridden(word: str, active: bool) -> None:
    item = known(word=word)
    assert called_active(item) is active
    assert may_override(item, blocker(Cause.UNKNOWN_STATUS)) is not active
    said = said_of(item, Cause.UNKNOWN_STATUS)
    assert overridden(said, blocker(Cause.UNKNOWN_STATUS)) is not active


@pytest.mark.parametrize("said", [Cause.UNKNOWN_STATUS, Cause.UNKNOWN_KIND, Cause.VANISHED])
@pytest.mark.parametrize("now", [Cause.UNKNOWN_STATUS, Cause.UNKNOWN_KIND, Cause.VANISHED])
def test_a_word_counts_for_its_own_blocker(said: Cause, now: Cause) -> None:
    item = known(missing_since=NOW if now is Cause.VANISHED else None)
    assert overridden(said_of(item, said), blocker(now)) is (said is now)
    assert not overridden(item, blocker(now))


def test_a_word_counts_while_microsoft_says_the_same() -> None:
    item = said_of(known(word="Paused"), Cause.UNKNOWN_STATUS)
    changed = replace(item, holding=replace(item.holding, raw_status="resuming"))
    assert overridden(replace(item, holding=replace(item.holding, raw_status="paused")), blocker(Cause.UNKNOWN_STATUS))
    assert not overridden(changed, blocker(Cause.UNKNOWN_STATUS))

    gone = said_of(known(missing_since=NOW - HOUR), Cause.VANISHED)
    assert overridden(gone, blocker(Cause.VANISHED))
    assert not overridden(replace(gone, missing_since=NOW), blocker(Cause.VANISHED))
    assert not overridden(replace(gone, missing_since=None), blocker(Cause.VANISHED))


def test_what_was_said_to_have_ended_neither_blocks_nor_is_written_to() -> None:
    item = known()
    asked = decide_all(situation(item))[item.holding.key]
    assert asked.blocker is not None
    assert asked.blocker.cause is Cause.UNKNOWN_STATUS
    settled = decide_all(situation(said_of(item, Cause.UNKNOWN_STATUS)))[item.holding.key]
    assert settled.safe
    assert settled.action is None


@pytest.mark.parametrize("said", [True, False])
@pytest.mark.parametrize("blocks", [True, False])
@pytest.mark.parametrize("action", [None, ActionKind.CANCEL])
def test_a_word_frees_what_blocks_and_is_not_acted_upon(*, said: bool, blocks: bool, action: ActionKind | None) -> None:
    item = said_of(known(), Cause.UNKNOWN_STATUS) if said else known()
    decided = {item.holding.key: Disposition(action, blocker(Cause.UNKNOWN_STATUS) if blocks else None)}
    freed = said and blocks and action is None
    assert take_a_persons_word(situation(item), decided) == ({item.holding.key: Disposition()} if freed else {})


PLAN = holding(HoldingKind.AZURE_PLAN, key="x:plan", id="Plan-1", active_children=2)


def below(number: int, *, said: bool = True, **fields: object) -> HoldingRecord:
    """An Azure subscription that nobody understands, of which a person said or did not say that it has ended."""
    fields = {"kind": HoldingKind.AZURE_SUBSCRIPTION, "parent_id": "pLAN-1", **fields}
    item = record(holding(key=f"x:{number}", id=f"id-{number}", status=HoldingStatus.UNKNOWN, **fields))  # type: ignore[arg-type]
    return said_of(item, Cause.UNKNOWN_STATUS) if said else item


def freed(*children: HoldingRecord, plan: Holding = PLAN, blocks: bool = True) -> dict[str, Disposition]:
    """What the words about these change of the plan, and of whatever else."""
    found = situation(plan, *children)
    blocked = blocker(Cause.UNKNOWN_STATUS) if blocks else None
    return free_plans_of_overridden(found, {key: Disposition(blocker=blocked) for key in found.records})


WAITING_PLAN = {"x:plan": Cause.WAITS_FOR_CHILDREN}
FREE_PLAN = {"x:plan": Cause.ACTION_DUE}


@pytest.mark.parametrize(
    ("children", "expected"),
    [
        ((), {}),
        ((below(1, said=False), below(2, said=False)), {}),
        ((below(1), below(2, said=False)), WAITING_PLAN),
        ((below(1), below(2)), FREE_PLAN),
        ((below(1), below(2), below(3)), FREE_PLAN),
        ((below(1), below(2, parent_id="plan-2")), WAITING_PLAN),
        ((below(1), below(2, parent_id=None)), WAITING_PLAN),
        ((below(1, parent_id=""), below(2, parent_id=None)), {}),
        ((below(1, kind=HoldingKind.NCE_LICENCE), below(2, kind=HoldingKind.MARKETPLACE)), {}),
    ],
)
def test_a_plan_waits_for_those_of_which_nobody_said_that_they_have_ended(
    children: tuple[HoldingRecord, ...], expected: dict[str, Cause]
) -> None:
    found = freed(*children)
    assert {key: item.blocker.cause for key, item in found.items() if item.blocker is not None} == expected
    assert {key: item.action for key, item in found.items()} == {
        key: ActionKind.SUSPEND_AZURE_PLAN if cause is Cause.ACTION_DUE else None for key, cause in expected.items()
    }


def test_a_word_about_what_does_not_block_frees_no_plan() -> None:
    assert freed(below(1), below(2), blocks=False) == {}


@pytest.mark.parametrize("kind", [kind for kind in HoldingKind if kind is not HoldingKind.AZURE_PLAN])
def test_nothing_but_a_plan_is_freed(kind: HoldingKind) -> None:
    assert freed(below(1), below(2), plan=replace(PLAN, kind=kind)) == {}
