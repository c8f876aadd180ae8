"""I13: any sign of an open window is worth one cancellation in each term, and one only."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest

from shared.domain.decisions.blockers import ActionKind, Disposition
from shared.domain.decisions.history import decide
from shared.domain.decisions.plan import draft_plan
from shared.domain.decisions.windows import open_window, window_of
from shared.domain.holdings.ledger import ActionRecord, ActionState, HoldingRecord
from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.domain.holdings.windows import WindowSigns, latest_start, months_of
from shared.domain.lessons import Lesson
from tests.unit.domain.support import EARLIER, LATER, LONG_AGO, NOW, holding, record, situation

K, S, A = HoldingKind, HoldingStatus, ActionKind
HOUR, DAY, TICK = timedelta(hours=1), timedelta(days=1), timedelta(microseconds=1)
END = NOW + timedelta(days=200)
WINDOWED = [K.NCE_LICENCE, K.SOFTWARE_SUBSCRIPTION, K.MARKETPLACE]
OLD = WindowSigns(term_started=LONG_AGO)

SIGNS: list[tuple[WindowSigns, bool | None, datetime | None]] = [
    # what shows, whether it is sure (None: no sign), when it closes
    (OLD, None, None),
    (replace(OLD, refunds_until=(LATER,)), True, LATER),
    (replace(OLD, refunds_until=(EARLIER, LATER, NOW + DAY)), True, NOW + DAY),
    (replace(OLD, refunds_until=(EARLIER,)), None, None),
    (replace(OLD, refunds_until=(NOW,)), None, None),
    (replace(OLD, refunds_until=(EARLIER, None)), False, None),
    (replace(OLD, units_refundable=True, units_until=LATER), True, LATER),
    (replace(OLD, units_refundable=True, units_until=EARLIER), False, None),
    (replace(OLD, units_refundable=True), False, None),
    (replace(OLD, units_until=LATER), None, None),
    (replace(OLD, cancel_listed=True), False, None),
    (replace(OLD, any_day=True), True, None),
    (WindowSigns(term_started=NOW - 7 * DAY), None, None),
    (WindowSigns(term_started=NOW - 7 * DAY + TICK), True, NOW + TICK),
    (WindowSigns(term_started=NOW - DAY, window=72 * HOUR), True, NOW + 2 * DAY),
    (WindowSigns(term_started=NOW - 4 * DAY, window=72 * HOUR, longest_window=14 * DAY), False, NOW + 10 * DAY),
    (WindowSigns(term_started=NOW - 14 * DAY, window=72 * HOUR, longest_window=14 * DAY), None, None),
    (WindowSigns(), False, None),
]


def item(kind: HoldingKind, signs: WindowSigns, **fields: Any) -> Holding:
    return holding(kind, fields.pop("status", S.ACTIVE), **{"term_end": END, "auto_renew": True, **fields}, signs=signs)


def tried(of: Holding, state: ActionState, lesson: Lesson | None = None, **fields: Any) -> HoldingRecord:
    done = ActionRecord(A.CANCEL, 1, "r", state, NOW, NOW, window=window_of(of), lesson=lesson, **fields)
    return replace(record(of), actions=(done,))


def decided(of: HoldingRecord | Holding, now: datetime = NOW) -> Disposition:
    kept = of if isinstance(of, HoldingRecord) else record(of)
    return decide(kept, situation(kept, now=now))


@pytest.mark.parametrize("kind", WINDOWED)
@pytest.mark.parametrize("status", [S.ACTIVE, S.SUSPENDED])
@pytest.mark.parametrize(("signs", "sure", "closes_at"), SIGNS)
def test_a_cancellation_is_tried_on_any_sign(
    kind: HoldingKind, status: HoldingStatus, signs: WindowSigns, sure: bool | None, closes_at: datetime | None
) -> None:
    found = decided(item(kind, signs, status=status))

    assert (found.action is A.CANCEL) is (sure is not None)
    if sure is not None:
        assert (found.sure, found.closes_at) == (sure, closes_at)


@pytest.mark.parametrize("kind", sorted(set(HoldingKind) - {*WINDOWED, K.TRIAL}))
@pytest.mark.parametrize(("signs", "sure", "closes_at"), SIGNS)
def test_other_kinds_have_no_such_window(
    kind: HoldingKind, signs: WindowSigns, sure: bool | None, closes_at: datetime | None
) -> None:
    assert open_window(item(kind, signs), NOW) is None
    assert window_of(item(kind, signs, cancellable_until=LATER)) == LATER


@pytest.mark.parametrize(("signs", "sure", "closes_at"), SIGNS)
def test_a_trial_is_cancelled_on_any_day_and_the_date_comes_before_every_sign(
    signs: WindowSigns, sure: bool | None, closes_at: datetime | None
) -> None:
    assert decided(item(K.TRIAL, signs)).action is A.CANCEL
    for kind in (*WINDOWED, K.TRIAL):
        found = decided(item(kind, signs, cancellable_until=NOW + 5 * DAY))
        assert (found.action, found.sure, found.closes_at) == (A.CANCEL, True, NOW + 5 * DAY)


@pytest.mark.parametrize("kind", WINDOWED)
@pytest.mark.parametrize(("signs", "sure", "closes_at"), [row for row in SIGNS if row[1] is not None])
def test_what_was_refused_as_late_is_tried_again_in_the_next_term_only(
    kind: HoldingKind, signs: WindowSigns, sure: bool | None, closes_at: datetime | None
) -> None:
    refused = tried(item(kind, signs), ActionState.REFUSED, Lesson.WINDOW_CLOSED)
    assert decided(refused).action is A.END_AT_TERM
    stays = replace(refused, holding=replace(refused.holding, auto_renew=False, ends_at_term=True))
    assert decided(stays).action is None

    renewed = replace(refused, holding=replace(refused.holding, term_end=END + timedelta(days=365)))
    assert decided(renewed).action is A.CANCEL
    # Whatever it was refused for: another term is another chance.
    assert decided(replace(renewed, actions=(replace(renewed.actions[0], lesson=None),))).action is A.CANCEL


@pytest.mark.parametrize(("signs", "sure", "closes_at"), [row for row in SIGNS if row[1] is False])
def test_any_refusal_of_a_mere_try_leads_to_the_end_of_the_term(
    signs: WindowSigns, sure: bool | None, closes_at: datetime | None
) -> None:
    assert decided(tried(item(K.NCE_LICENCE, signs), ActionState.REFUSED)).action is A.END_AT_TERM
    postponed = tried(item(K.NCE_LICENCE, signs), ActionState.POSTPONED, retry_at=NOW + HOUR)
    assert decided(postponed).action is A.END_AT_TERM
    assert decided(postponed, NOW + HOUR).action is A.CANCEL
    often = replace(postponed, actions=(replace(postponed.actions[0], tries=3),))
    assert decided(often, NOW + HOUR).action is A.END_AT_TERM
    throttled = replace(postponed, actions=(replace(postponed.actions[0], tries=0),))
    assert decided(throttled, NOW + HOUR).action is A.CANCEL


def test_an_undated_sign_of_a_term_that_is_over_is_no_sign() -> None:
    for signs, sure, closes_at in SIGNS:
        if sure is False and closes_at is None:
            assert open_window(item(K.NCE_LICENCE, signs, term_end=NOW), NOW) is None
            assert open_window(item(K.NCE_LICENCE, signs, term_end=NOW + TICK), NOW) is not None


def test_a_window_is_known_by_its_date_else_by_its_term() -> None:
    assert window_of(item(K.NCE_LICENCE, OLD, cancellable_until=LATER)) == LATER
    assert window_of(item(K.NCE_LICENCE, OLD, cancellable_until=EARLIER)) == EARLIER
    assert window_of(item(K.NCE_LICENCE, WindowSigns(term_started=EARLIER), cancellable_until=EARLIER)) == END
    assert window_of(item(K.NCE_LICENCE, OLD)) == END
    assert window_of(item(K.NCE_LICENCE, OLD, term_end=None)) == LONG_AGO
    assert window_of(item(K.PERPETUAL_SOFTWARE, OLD)) is None


def test_a_marketplace_cancel_that_takes_effect_at_the_renewal_is_no_matter_for_a_person() -> None:
    young = WindowSigns(term_started=NOW - 4 * DAY, window=72 * HOUR, longest_window=14 * DAY)
    accepted = tried(item(K.MARKETPLACE, young, auto_renew=False, ends_at_term=True), ActionState.ACCEPTED)
    blocker = decided(accepted, NOW + HOUR).blocker
    assert blocker is not None
    assert blocker.until == END
    for other in (
        replace(accepted, holding=replace(accepted.holding, ends_at_term=False)),
        tried(item(K.NCE_LICENCE, young, ends_at_term=True), ActionState.ACCEPTED),
    ):
        waiting = decided(other, NOW + HOUR).blocker
        assert waiting is not None
        assert waiting.until != END


@pytest.mark.parametrize(("signs", "sure", "closes_at"), SIGNS)
def test_only_what_is_sure_can_be_promised_for_today(
    signs: WindowSigns, sure: bool | None, closes_at: datetime | None
) -> None:
    plan = draft_plan(situation(item(K.NCE_LICENCE, signs)), ())
    assert plan.can_finish_today is (sure is True)
    assert plan.first_window_closes_at == closes_at
    assert plan.uncertain == (sure is False)


STARTS = [None, NOW - 300 * DAY, NOW - DAY]


@pytest.mark.parametrize(("started", "created"), list(product(STARTS, STARTS)))
def test_the_latest_start_that_anything_shows_counts(started: datetime | None, created: datetime | None) -> None:
    """After a renewal the start may still be the first one: then the end less the length of the term tells."""
    renewed = datetime(2027, 5, 30, 23, 59, 59, tzinfo=NOW.tzinfo)
    found = latest_start(started, created, renewed, 12)
    assert found is not None
    assert NOW - found < 7 * DAY
    known = [one for one in (started, created) if one is not None]
    assert latest_start(started, created, None, 12) == max(known, default=None)
    assert latest_start(started, created, renewed, 0) == max(known, default=None)


@pytest.mark.parametrize(
    ("text", "months"),
    [("P1M", 1), ("p1y", 12), (" P3Y ", 36), ("P1Y6M", 18), ("", 0), ("P30D", 0), ("P", 0), ("monthly", 0)],
)
def test_terms_are_whole_months(text: str, months: int) -> None:
    assert months_of(text) == months


def test_the_start_is_computed_by_the_calendar() -> None:
    leap = datetime(2028, 2, 29, 12, tzinfo=NOW.tzinfo)
    assert latest_start(None, None, leap, 12) == datetime(2027, 2, 28, 12, tzinfo=NOW.tzinfo)
    assert latest_start(None, None, datetime(2027, 1, 31, tzinfo=NOW.tzinfo), 1) == datetime(
        2026, 12, 31, tzinfo=NOW.tzinfo
    )
    assert latest_start(None, None, datetime(1, 1, 31, tzinfo=NOW.tzinfo), 12) is None
