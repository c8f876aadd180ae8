"""How often something is tried again: never beyond its window, denser towards its end, never given up meanwhile."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.decisions.blockers import RESTORES, ActionKind, Blocker, Cause, Remedy
from shared.domain.decisions.patience import (
    DENSEST,
    blocked_since,
    may_pass,
    wait_after_refusal,
    wait_before_next,
    while_open,
    with_ages,
)
from shared.domain.decisions.situation import Situation
from shared.domain.errors import Verdict
from shared.domain.holdings.ledger import ActionRecord, ActionState, HoldingRecord
from shared.domain.holdings.model import HoldingKind
from shared.domain.lessons import Lesson
from shared.domain.pace import Pace
from shared.domain.policy import Policy
from tests.unit.domain.support import NOW, holding

PACE, POLICY = Pace(), Policy()
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ITEM = holding(HoldingKind.NCE_LICENCE)
LEFT = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400))


def action(tries: int = 1, closes_at: datetime | None = None, since: datetime = NOW) -> ActionRecord:
    made = ActionRecord(ActionKind.CANCEL, 1, "r", ActionState.POSTPONED, NOW, tries=tries)
    return replace(made, closes_at=closes_at, since=since)


@given(LEFT)
def test_an_open_window_is_tried_at_least_daily_and_denser_towards_its_end(left: timedelta) -> None:
    wait = while_open(PACE, NOW + left, NOW)
    assert DENSEST <= wait <= DAY
    if left >= 4 * DENSEST:
        assert wait <= left / 4


@given(LEFT, st.integers(1, 200), st.timedeltas(timedelta(0), timedelta(days=30)), st.timedeltas(timedelta(0), 2 * DAY))
def test_every_window_that_lasts_for_more_than_an_hour_gets_another_try(
    left: timedelta, tries: int, age: timedelta, usual: timedelta
) -> None:
    """Whatever the refusal asks for by our own table, however often and long it was tried."""
    tried = action(tries, NOW + left, NOW - age)
    for wait in (wait_before_next(tried, PACE, NOW, usual), wait_after_refusal(tried, PACE, NOW)):
        assert wait <= DAY
        assert left <= HOUR or wait < left


@pytest.mark.parametrize(("left", "last_day"), [(timedelta(days=7), 12), (timedelta(days=30), 12), (3 * DAY, 12)])
def test_the_last_day_of_a_window_sees_a_dozen_tries(left: timedelta, last_day: int) -> None:
    now, closes_at, seen, tries = NOW, NOW + left, list[datetime](), 0
    while now < closes_at:
        seen.append(now)
        tries += 1
        now += wait_after_refusal(action(tries, closes_at), PACE, now)
    assert sum(at >= closes_at - DAY for at in seen) >= last_day
    assert all(later - earlier <= DAY for earlier, later in pairwise(seen))
    assert closes_at - seen[-1] <= DENSEST


@pytest.mark.parametrize(
    ("tries", "age", "wait"),
    [(1, 0, HOUR), (19, 2, HOUR), (20, 0, DAY), (500, 9, DAY), (2, 3, DAY), (1, 9, HOUR), (2, 2, HOUR)],
)
def test_without_a_window_what_takes_long_falls_to_once_a_day(tries: int, age: int, wait: timedelta) -> None:
    assert wait_before_next(action(tries, None, NOW - age * DAY), PACE, NOW, HOUR) == wait


WINDOWED = {ActionKind.CANCEL, ActionKind.CANCEL_ORDER, ActionKind.RETURN_RESERVATION, ActionKind.REDUCE_SEATS}
STANDING = {
    ActionKind.SUSPEND,
    ActionKind.CANCEL_AZURE_SUBSCRIPTION,
    ActionKind.SUSPEND_AZURE_PLAN,
    ActionKind.STOP_RENEWAL,
}
CLOSING = {Lesson.WINDOW_CLOSED, Lesson.NO_REFUND, Lesson.NOT_ACTIVATED, Lesson.ADD_ONS_FIRST}


def test_which_refusals_may_pass() -> None:
    """Those that no table explains, and those that a person may remove; never a way that is known to be closed."""
    for kind, verdict, lesson in product(ActionKind, (None, *Verdict), (None, *Lesson)):
        passes = kind in WINDOWED | STANDING and verdict is not Verdict.CANNOT_NOW and lesson not in CLOSING
        if kind in RESTORES:
            passes = verdict not in (Verdict.CANNOT_NOW, Verdict.BUG)

        assert may_pass(kind, verdict, lesson) is passes, (kind, verdict, lesson)


def aged(changed_at: datetime, *actions: ActionRecord) -> HoldingRecord:
    return HoldingRecord(ITEM, first_seen_at=changed_at, changed_at=changed_at, actions=actions)


def soft(cause: Cause = Cause.PENDING_AT_MICROSOFT, remedy: Remedy = Remedy.RECHECK, key: str = ITEM.key) -> Blocker:
    return Blocker(key, ITEM.name, cause, remedy, "is pending", until=NOW + HOUR)


@pytest.mark.parametrize("age", [timedelta(0), PACE.patience - timedelta(microseconds=1), PACE.patience, 30 * DAY])
def test_what_passes_by_itself_has_an_age(age: timedelta) -> None:
    for cause, remedy in product(Cause, Remedy):
        blocker = soft(cause, remedy)
        before = replace(aged(NOW - 99 * DAY), blocker=blocker, blocked_since=NOW - age)
        (found,) = with_ages([blocker], Situation({ITEM.key: before}, POLICY, PACE, NOW))
        if remedy is not Remedy.RECHECK or age < PACE.patience:
            assert found == blocker, (cause, remedy)
            continue
        assert (found.cause, found.remedy, found.until) == (cause, Remedy.PERSON, NOW + DAY)
        assert found.what_to_do, cause
        assert "since" in found.detail, cause


def test_what_was_told_once_keeps_its_age_and_what_moves_starts_anew() -> None:
    old = replace(aged(NOW - 9 * DAY), blocker=soft(remedy=Remedy.PERSON), blocked_since=NOW - 5 * DAY)
    assert blocked_since(old, soft(), NOW) == NOW - 5 * DAY
    assert blocked_since(replace(old, changed_at=NOW - HOUR), soft(), NOW) == NOW - HOUR
    assert blocked_since(old, soft(Cause.SETTLING), NOW) == NOW
    assert blocked_since(old, None, NOW) is None


def test_what_waits_for_another_holding_is_told_only_when_nothing_else_is_in_the_way() -> None:
    waits = soft(Cause.WAITS_FOR_CHILDREN)
    old = replace(aged(NOW - 9 * DAY), blocker=waits, blocked_since=NOW - 9 * DAY)
    situation = Situation({ITEM.key: old}, POLICY, PACE, NOW)
    assert with_ages([waits, soft(key="other")], situation)[0] == waits
    assert with_ages([waits], situation)[0].remedy is Remedy.PERSON


def test_a_write_that_is_tried_again_has_its_own_age() -> None:
    tried = replace(action(), retry_at=NOW + HOUR)
    old = replace(aged(NOW - 9 * DAY, tried), blocker=soft(), blocked_since=NOW - 9 * DAY)
    assert with_ages([soft()], Situation({ITEM.key: old}, POLICY, PACE, NOW)) == (soft(),)


@pytest.mark.parametrize(("tries", "hours"), [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 24), (500, 24)])
def test_a_refusal_without_a_window_is_tried_after_an_hour_then_twice_that_up_to_a_day(tries: int, hours: int) -> None:
    refused = action(tries)
    assert wait_after_refusal(refused, PACE, NOW) == hours * HOUR
