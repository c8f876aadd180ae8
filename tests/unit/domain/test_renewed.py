"""A holding as it will be once it has renewed as agreed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from shared.domain.decisions.renewed import renewed
from shared.domain.decisions.situation import Situation
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.holdings.model import HoldingKind
from shared.domain.holdings.next_term import NextTerm
from shared.domain.pace import Pace
from shared.domain.policy import Policy, Renewals
from tests.unit.domain.support import NOW, holding

DAY = timedelta(days=1)


def situation(start: timedelta, ends: timedelta) -> tuple[Situation, HoldingRecord]:
    held = holding(HoldingKind.NCE_LICENCE, auto_renew=True, term_end=NOW + ends, next_term=NextTerm(then="P1M"))
    record = HoldingRecord(held, NOW, NOW)
    found = Situation({held.key: record}, Policy(), Pace(), NOW)
    return replace(found, start=NOW + start, renewals=Renewals.LET_RENEW), record


def test_the_term_that_runs_at_the_start_is_the_one_that_ends() -> None:
    found = renewed(*situation(100 * DAY, 40 * DAY))
    assert found is not None
    assert found.holding.term_end is not None
    assert NOW + 100 * DAY < found.holding.term_end < NOW + 132 * DAY


def test_what_runs_beyond_the_start_renews_nothing_before_it() -> None:
    assert renewed(*situation(30 * DAY, 40 * DAY)) is None
