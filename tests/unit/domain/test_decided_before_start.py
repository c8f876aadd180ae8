"""What time does before a later start to what is decided now."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.domain.decisions.blockers import ActionKind, Cause, Disposition, Remedy
from shared.domain.decisions.decisions import decide_all
from shared.domain.decisions.plan import draft_plan
from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.domain.holdings.next_term import NextTerm
from shared.domain.holdings.windows import WindowSigns
from shared.domain.policy import Renewals
from tests.unit.domain.support import NOW, holding, record, situation

DAY = timedelta(days=1)
WINDOW, START = NOW + 5 * DAY, NOW + 40 * DAY


def licence(ends: timedelta, window: datetime | None = WINDOW, **fields: Any) -> Holding:
    signs = WindowSigns(term_started=NOW - 2 * DAY)
    shown = {"signs": signs, "term_end": NOW + ends, "cancellable_until": window, **fields}
    return holding(HoldingKind.NCE_LICENCE, **shown)


def decided(item: Holding, start: datetime | None = START, **asked: Any) -> Disposition:
    found = replace(situation(item), start=start, **asked)
    [decision] = decide_all(found).values()
    return decision


def test_a_window_that_will_be_closed_by_the_start_leaves_the_term() -> None:
    found, end = decided(licence(300 * DAY)), NOW + 300 * DAY
    assert found.blocker is not None
    assert (found.action, found.closes_at, found.sure) == (ActionKind.CANCEL, WINDOW, False)
    assert (found.blocker.remedy, found.blocker.until, found.blocker.paid_until) == (Remedy.DATE, end, end)
    assert "its window closes on 2026-06-06, before the start on 2026-07-11: it can only end" in found.blocker.detail


@pytest.mark.parametrize("start", [None, WINDOW - timedelta(seconds=1)])
def test_a_window_that_is_open_at_the_start_is_used_then(start: datetime | None) -> None:
    found = decided(licence(300 * DAY), start)
    assert found.blocker is not None
    assert (found.blocker.cause, found.blocker.paid_until, found.sure) == (Cause.ACTION_DUE, None, True)


def test_what_has_ended_by_the_start_is_as_it_is_decided_now() -> None:
    """Its term is over by then: what shows of it at the start nobody knows."""
    found = decided(licence(30 * DAY, auto_renew=False))
    assert found.blocker is not None
    assert found.blocker.cause is Cause.ACTION_DUE


@pytest.mark.parametrize(
    ("window", "status", "remedy"),
    [
        (WINDOW, HoldingStatus.ACTIVE, Remedy.DATE),
        (None, HoldingStatus.PENDING, Remedy.RECHECK),
        (None, HoldingStatus.UNKNOWN, Remedy.PERSON),
    ],
)
def test_what_renews_unasked_has_no_known_end(window: datetime | None, status: HoldingStatus, remedy: Remedy) -> None:
    found = decided(licence(30 * DAY, window, auto_renew=True, status=status))
    assert found.blocker is not None
    assert (found.blocker.endless, found.blocker.remedy, found.blocker.paid_until) == (True, remedy, None)
    assert found.blocker.detail.endswith("; it renews on 2026-07-01, before the start, unless somebody ends it")


def test_what_the_request_ends_before_its_renewal_keeps_its_date() -> None:
    item = licence(30 * DAY, NOW - DAY, auto_renew=True, signs=WindowSigns(term_started=NOW - 300 * DAY))
    found = decided(item, renewals=Renewals.END_WITH_TERM)
    assert found.blocker is not None
    assert found.blocker.paid_until == NOW + 30 * DAY


@pytest.mark.parametrize(
    ("term", "start", "until"),
    [
        ("P1Y", NOW + 60 * DAY, datetime(2027, 7, 1, 12, tzinfo=NOW.tzinfo)),
        ("P1Y", NOW + 33 * DAY, None),  # in the window of its new term
    ],
)
def test_what_renews_as_agreed_is_paid_until_the_end_of_its_new_term(
    term: str, start: datetime, until: datetime | None
) -> None:
    item = licence(30 * DAY, auto_renew=True, next_term=NextTerm(now=term, then=term))
    found = decided(item, start, renewals=Renewals.LET_RENEW)
    assert found.blocker is not None
    assert (found.blocker.paid_until, found.blocker.endless) == (until, False)


def test_where_nothing_tells_for_how_long_it_renews_no_end_is_known() -> None:
    found = decided(licence(30 * DAY, auto_renew=True), renewals=Renewals.LET_RENEW)
    assert found.blocker is not None
    assert found.blocker.endless


def test_what_is_missing_renews_no_more() -> None:
    gone = replace(record(licence(30 * DAY, auto_renew=True)), missing_since=NOW)
    found = replace(situation(gone), start=START)
    [decision] = decide_all(found).values()
    assert decision.blocker is not None
    assert decision.blocker.cause is Cause.VANISHED


@pytest.mark.parametrize("renews", [True, False])
@pytest.mark.parametrize("end", [NOW + 90 * DAY, None])
def test_a_return_that_azure_would_not_price_may_be_refused(renews: bool, end: datetime | None) -> None:
    item = holding(HoldingKind.RESERVATION, term_end=end, auto_renew=renews)
    told = draft_plan(situation(replace(record(item), quote_refused=True)), ())
    assert (told.paid_until, told.uncertain, told.can_finish_today) == (end, 1, False)
    assert told.irreversible == 3
    plain = draft_plan(situation(item), ())
    assert (plain.paid_until, plain.uncertain) == (None, 0)
    assert (plain.digest == told.digest) is not renews, "that its renewal is stopped then is approved with it"
