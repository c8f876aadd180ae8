"""When what was refused is tried again: a cancellation on a mere hint, and an end that Microsoft did not record."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

import pytest

from shared.domain.decisions.blockers import ActionKind
from shared.domain.decisions.refusals import end_again_at, try_refused
from shared.domain.holdings.ledger import ActionRecord, ActionState, HoldingRecord
from shared.domain.holdings.model import HoldingKind
from shared.domain.holdings.windows import WindowSigns
from shared.domain.lessons import Lesson
from shared.domain.pace import Pace
from tests.unit.domain.support import EARLIER, LATER, LONG_AGO, NOW, holding, record

A, K, T = ActionKind, HoldingKind, ActionState
PACE = Pace()
TICK, HOUR, DAY = timedelta(microseconds=1), timedelta(hours=1), timedelta(days=1)
END = NOW + 300 * DAY
HINT = WindowSigns(term_started=LONG_AGO, cancel_listed=True)
"""A window may be open, and nothing is sure."""


# A cancellation on a hint.


def cancel(state: ActionState = T.REFUSED, **fields: object) -> ActionRecord:
    return replace(ActionRecord(A.CANCEL, 1, "r", state, NOW, NOW, window=END), **fields)  # type: ignore[arg-type]


def hinted(*tried: ActionRecord, kind: HoldingKind = K.NCE_LICENCE, ends_at_term: bool = False) -> HoldingRecord:
    return record(holding(kind, signs=HINT, term_end=END, ends_at_term=ends_at_term), actions=tried)


@pytest.mark.parametrize("lesson", [None, *Lesson])
def test_a_refused_try_is_the_last_in_its_term_unless_its_lesson_has_a_rule(lesson: Lesson | None) -> None:
    refused = cancel(lesson=lesson)

    assert try_refused(hinted(refused), NOW) is (lesson not in {Lesson.ADD_ONS_FIRST, Lesson.NOT_ACTIVATED})
    assert not try_refused(hinted(replace(refused, window=EARLIER)), NOW)
    assert not try_refused(hinted(replace(refused, kind=A.END_AT_TERM)), NOW)


def test_what_is_sure_to_be_open_is_no_mere_try() -> None:
    sure = holding(K.NCE_LICENCE, signs=HINT, cancellable_until=LATER)

    assert not try_refused(record(sure, actions=(cancel(window=LATER),)), NOW)


@pytest.mark.parametrize(
    ("tries", "retry_at", "over"),
    [
        ((), None, False),
        ((2,), NOW, False),
        ((3,), NOW, True),
        ((1, 1), NOW, False),
        ((1, 2), NOW, True),
        ((1,), NOW + TICK, True),
        ((0,), NOW + TICK, False),
    ],
)
def test_a_try_that_is_refused_for_now_is_made_three_times(
    tries: tuple[int, ...], retry_at: datetime | None, over: bool
) -> None:
    tried = [cancel(T.POSTPONED, tries=times, retry_at=retry_at) for times in tries]

    assert try_refused(hinted(*tried), NOW) is over


@pytest.mark.parametrize("kind", [K.MARKETPLACE, K.NCE_LICENCE])
@pytest.mark.parametrize("state", T)
def test_only_an_accepted_marketplace_cancel_that_shows_as_an_end_was_too_late(
    kind: HoldingKind, state: ActionState
) -> None:
    for ends, answered in product((True, False), (NOW - HOUR, NOW - HOUR + TICK, None)):
        late = ends and kind is K.MARKETPLACE and state is T.ACCEPTED and answered == NOW - HOUR
        tried = hinted(cancel(state, answered_at=answered), kind=kind, ends_at_term=ends)

        assert try_refused(tried, NOW) is (late or state is T.REFUSED), (ends, answered)


# An end that was not recorded.


def end(at: datetime = NOW, state: ActionState = T.REFUSED, **fields: object) -> ActionRecord:
    made = ActionRecord(A.END_AT_TERM, 1, "r", state, at - HOUR, at)
    return replace(made, **fields)  # type: ignore[arg-type]


def ending(term_end: datetime | None, *tried: ActionRecord) -> HoldingRecord:
    return record(holding(K.NCE_LICENCE, term_end=term_end), actions=tried)


ENDS_AGAIN: list[tuple[timedelta, timedelta | None, timedelta]] = [
    # how long after the first try the last one was answered, how long before the end of the term, and the next wait
    (HOUR, 300 * DAY, DAY),
    (7 * DAY - TICK, 300 * DAY, DAY),
    (7 * DAY, 300 * DAY, 7 * DAY),
    (90 * DAY, 14 * DAY + TICK, 7 * DAY),
    (90 * DAY, 14 * DAY - TICK, 7 * DAY - TICK),
    (90 * DAY, 7 * DAY + TICK, TICK),
    (90 * DAY, 7 * DAY, DAY),
    (90 * DAY, 2 * DAY + TICK, DAY),
    (90 * DAY, 2 * DAY, 3 * HOUR),
    (HOUR, 2 * DAY, 3 * HOUR),
    (90 * DAY, -DAY, 3 * HOUR),
    (90 * DAY, None, DAY),
]


@pytest.mark.parametrize(("after", "left", "wait"), ENDS_AGAIN)
def test_an_end_is_tried_daily_at_first_and_at_last_and_weekly_between(
    after: timedelta, left: timedelta | None, wait: timedelta
) -> None:
    last_at = NOW + after
    first, last = end(intended_at=NOW), end(last_at)
    tried = ending(None if left is None else last_at + left, cancel(window=None), first, last, cancel(window=None))

    assert end_again_at(tried, PACE) == last_at + wait
    unanswered = tried.with_last(replace(last, intended_at=last_at, answered_at=None))
    assert end_again_at(unanswered, PACE) == last_at + wait


@pytest.mark.parametrize("state", T)
def test_an_end_is_tried_again_only_when_its_last_try_is_over(state: ActionState) -> None:
    assert end_again_at(ending(END, cancel(state)), PACE) is None
    for spare in (1, 0, -1):
        over = state in {T.REFUSED, T.ACCEPTED} or (state in {T.POSTPONED, T.INTENDED} and spare <= 0)
        tried = ending(END, end(), end(state=state, tries=PACE.faults_before_attention - spare))

        assert (end_again_at(tried, PACE) is not None) is over, spare
