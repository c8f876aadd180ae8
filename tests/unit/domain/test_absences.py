"""Absence alone ends no paid term: a truth table over every kind, what it was last seen as, and what is known of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest

from shared.domain.decisions.absences import unexplained
from shared.domain.decisions.blockers import ActionKind, Cause, Remedy
from shared.domain.decisions.disposition import disposition
from shared.domain.holdings.ledger import ActionRecord, ActionState, HoldingRecord
from shared.domain.holdings.model import ENDED, HoldingKind, HoldingStatus
from shared.domain.pace import Pace
from shared.domain.policy import Policy
from tests.unit.domain.judging import TICK
from tests.unit.domain.support import EARLIER, LATER, NOW, holding, situation

K, S, A, T = HoldingKind, HoldingStatus, ActionKind, ActionState
PACE = Pace()
HOUR = timedelta(hours=1)
COMES_AND_GOES = {K.PENDING_ORDER, K.OPEN_TRANSFER, K.AZURE_SUBSCRIPTION}
ENDS = {A.SUSPEND, A.CANCEL, A.SUSPEND_AZURE_PLAN, A.CANCEL_ORDER, A.RETURN_RESERVATION}


def missing(kind: HoldingKind = K.NCE_LICENCE, status: HoldingStatus = S.ACTIVE, **fields: object) -> HoldingRecord:
    """Missing for an hour, longer than the two reads that must agree."""
    held = {"term_end": LATER, "auto_renew": True, **fields}
    return HoldingRecord(holding(kind, status, **held), EARLIER, EARLIER, missing_since=NOW - HOUR)


def acted(record: HoldingRecord, kind: ActionKind, state: ActionState) -> HoldingRecord:
    return replace(record, actions=(ActionRecord(kind, 1, "r-1", state, EARLIER, EARLIER),))


def blocks(record: HoldingRecord, *, moved: bool = False, **fields: object) -> bool:
    found = unexplained(record, situation(record, **fields), moved=moved)  # type: ignore[arg-type]
    if found is not None:
        assert (found.cause, found.remedy) == (Cause.VANISHED, Remedy.PERSON)
        assert found.until == NOW - HOUR + PACE.absence_proof
        assert found.what_to_do
    return found is not None


@pytest.mark.parametrize("kind", K)
def test_whatever_blocked_when_it_was_last_seen_blocks_on(kind: HoldingKind) -> None:
    for status in S:
        record = missing(kind, status)
        safe = disposition(record.holding, Policy(), PACE, NOW).safe

        assert blocks(record) is not (safe or kind in COMES_AND_GOES), status
        assert not (status in ENDED and blocks(record) and kind is not K.UNKNOWN), status
        assert not blocks(record, moved=True), status


@pytest.mark.parametrize("kind", [K.NCE_LICENCE, K.RESERVATION, K.MARKETPLACE, K.SAVINGS_PLAN, K.AZURE_PLAN])
def test_only_an_accepted_end_of_ours_explains_it(kind: HoldingKind) -> None:
    """Confirmed, and seen active afterwards: somebody switched it on again, and nobody ended that."""
    for action, state in product(A, T):
        explained = action in ENDS and state is T.ACCEPTED

        assert blocks(acted(missing(kind), action, state)) is not explained, (action, state)


@pytest.mark.parametrize(("ended_ago", "ended"), [(-HOUR, False), (timedelta(0), True), (HOUR, True)])
@pytest.mark.parametrize(
    ("fields", "action", "known"),
    [
        ({"auto_renew": True}, None, False),
        ({"auto_renew": None}, None, False),
        ({"auto_renew": False}, None, True),
        ({"auto_renew": True, "ends_at_term": True}, None, True),
        ({"auto_renew": True}, (A.END_AT_TERM, T.ACCEPTED), True),
        ({"auto_renew": True}, (A.END_AT_TERM, T.CONFIRMED), True),
        ({"auto_renew": True}, (A.STOP_RENEWAL, T.ACCEPTED), True),
        ({"auto_renew": True}, (A.STOP_RENEWAL, T.CONFIRMED), True),
        ({"auto_renew": True}, (A.END_AT_TERM, T.REFUSED), False),
        ({"auto_renew": True}, (A.END_AT_TERM, T.INTENDED), False),
    ],
)
def test_a_term_that_was_to_end_ended_at_its_date(
    ended_ago: timedelta,
    fields: dict[str, Any],
    action: tuple[ActionKind, ActionState] | None,
    *,
    ended: bool,
    known: bool,
) -> None:
    record = missing(term_end=NOW - ended_ago, **fields)
    record = acted(record, *action) if action else record
    assert blocks(record) is not (ended and known)


@pytest.mark.parametrize(
    ("ago", "blocked"),
    [(timedelta(0), True), (PACE.vanish_proof, True), (PACE.absence_proof - HOUR, True), (PACE.absence_proof, False)],
)
def test_days_settle_it(ago: timedelta, *, blocked: bool) -> None:
    record = replace(missing(), missing_since=NOW - ago)
    assert (unexplained(record, situation(record), moved=False) is not None) is blocked


def test_what_is_listed_is_no_matter_of_absence() -> None:
    record = replace(missing(), missing_since=None)
    assert unexplained(record, situation(record), moved=False) is None


@pytest.mark.parametrize("listed", [True, False])
def test_what_another_list_still_shows_is_spoken_for_there(*, listed: bool) -> None:
    twin = HoldingRecord(
        holding(K.SAVINGS_PLAN, key="savingsplan:1"), EARLIER, EARLIER, missing_since=None if listed else NOW - HOUR
    )
    record = missing(K.SAVINGS_PLAN, covers=(twin.holding.key,))
    assert (unexplained(record, situation(record, twin), moved=False) is None) is listed


@pytest.mark.parametrize(
    ("end", "paid"), [(None, None), (EARLIER, None), (NOW, None), (NOW + TICK, NOW + TICK), (LATER, LATER)]
)
def test_it_is_said_to_be_paid_until_a_term_end_that_is_to_come(end: datetime | None, paid: datetime | None) -> None:
    record = missing(term_end=end)
    found = unexplained(record, situation(record), moved=False)
    assert found is not None
    assert found.paid_until == paid
