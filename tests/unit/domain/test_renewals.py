"""What renews before a start: a truth table over the holding and the dates."""

from __future__ import annotations

from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from shared.domain.decisions.blockers import ActionKind
from shared.domain.decisions.renewals import Renewal, renewals_before
from shared.domain.decisions.situation import Situation
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.domain.pace import Pace
from shared.domain.policy import Policy
from tests.unit.domain.support import NOW, holding

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
START = NOW + 100 * DAY


def situation(*held: Holding, missing: bool = False) -> Situation:
    records = {item.key: HoldingRecord(item, NOW, NOW, missing_since=NOW if missing else None) for item in held}
    return Situation(records, Policy(), Pace(), NOW)


def licence(**fields: Any) -> Holding:
    usual: dict[str, Any] = {"auto_renew": True, "term_end": NOW + 40 * DAY}
    return holding(HoldingKind.NCE_LICENCE, **{**usual, **fields})


@pytest.mark.parametrize(
    ("auto_renew", "recorded", "ends", "missing", "status"),
    [
        *product(
            [True, False, None],
            [True, False],
            [None, -DAY, timedelta(0), SECOND, 100 * DAY - SECOND, 100 * DAY, 200 * DAY],
            [True, False],
            [HoldingStatus.ACTIVE, HoldingStatus.DELETED],
        )
    ],
)
def test_it_renews_before_the_start_exactly_when_nothing_stops_it_until_then(
    auto_renew: bool | None, recorded: bool, ends: timedelta | None, missing: bool, status: HoldingStatus
) -> None:
    item = licence(
        auto_renew=auto_renew, ends_at_term=recorded, term_end=None if ends is None else NOW + ends, status=status
    )
    within = ends is not None and timedelta(0) < ends < 100 * DAY
    renews = auto_renew is True and not recorded and within and not missing and status is HoldingStatus.ACTIVE
    found = renewals_before(situation(item, missing=missing), START)
    assert [one.at for one in found] == ([item.term_end] if renews else [])


def test_an_open_window_now_changes_nothing_of_what_would_stop_the_renewal() -> None:
    [one] = renewals_before(situation(licence(cancellable_until=NOW + DAY)), START)
    assert one.stopped_by is ActionKind.END_AT_TERM


def test_what_only_shows_just_before_the_end_is_seen() -> None:
    [one] = renewals_before(situation(licence(term_end=NOW + SECOND)), START)
    assert one.stopped_by is ActionKind.END_AT_TERM


def test_what_no_write_stops_is_named_all_the_same() -> None:
    [one] = renewals_before(situation(licence(status=HoldingStatus.SUSPENDED)), START)
    assert one.stopped_by is None


def test_the_first_comes_first_and_says_when() -> None:
    second = licence(key="b", name="B", term_end=NOW + 50 * DAY)
    first = licence(key="c", name="A")
    found = renewals_before(situation(second, first), START)
    assert [one.key for one in found] == ["c", "b"]
    assert found[0].sentence == "A renews at 2026-07-11 12:00 UTC"


@pytest.mark.parametrize(("units", "called"), [(None, "E3"), (0, "E3"), (1, "E3 (1 unit)"), (25, "E3 (25 units)")])
def test_it_is_called_by_its_name_with_the_units_where_they_are_known(units: int | None, called: str) -> None:
    assert Renewal("subscription:1", "E3", NOW, None, quantity=units).called == called
