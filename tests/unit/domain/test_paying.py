"""What of a holding is paid on, and until when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from shared.domain.decisions.blockers import ActionKind, Blocker, Cause, Remedy
from shared.domain.holdings.ledger import ActionRecord, ActionState, HoldingRecord, Override
from shared.domain.holdings.model import HoldingKind, HoldingStatus
from shared.domain.holdings.paying import (
    FREE_WHEN_SUSPENDED,
    ends_by_itself,
    is_paid_on,
    known_end,
    paid_until,
    runs_on,
)
from tests.unit.domain.support import EARLIER, LATER, NOW, holding, record

A, K, S, T = ActionKind, HoldingKind, HoldingStatus, ActionState
STANDS = Blocker("k", "n", Cause.UNKNOWN_STATUS, Remedy.PERSON, "d")
DATED = Blocker("k", "n", Cause.IN_TERM, Remedy.DATE, "d", paid_until=LATER)
SAID = Override(Cause.UNKNOWN_STATUS, "x", "Ada", "seen", NOW)


def one(kind: HoldingKind = K.NCE_LICENCE, status: HoldingStatus = S.ACTIVE, **fields: Any) -> HoldingRecord:
    beside = {name: fields.pop(name) for name in ("blocker", "override", "missing_since", "actions") if name in fields}
    return record(holding(kind, status, **fields), **beside)


def did(kind: ActionKind, state: ActionState) -> tuple[ActionRecord, ...]:
    return (ActionRecord(kind, 1, "r", state, NOW),)


@pytest.mark.parametrize(
    ("found", "runs", "paid"),
    [
        (one(), True, True),
        (one(status=S.EXPIRED), False, False),
        (one(missing_since=NOW), False, False),
        (one(missing_since=NOW, blocker=STANDS), False, False),
        (one(override=SAID), False, False),
        (one(override=SAID, blocker=STANDS), True, True),
        (one(status=S.SUSPENDED), False, True),
        (one(status=S.SUSPENDED, blocker=STANDS), True, True),
        (one(K.MARKETPLACE, S.SUSPENDED), False, True),
        (one(K.LEGACY_LICENCE, S.SUSPENDED), False, False),
        (one(K.LEGACY_LICENCE), True, True),
        (one(K.AZURE_SUBSCRIPTION, S.SUSPENDED, blocker=STANDS), True, False),
        (one(K.PERPETUAL_SOFTWARE), True, False),
        (one(K.OPEN_TRANSFER), True, False),
        (one(K.PENDING_ORDER, S.PENDING), True, True),
        (one(K.UNKNOWN, S.UNKNOWN), True, True),
    ],
)
def test_what_runs_on_and_what_is_billed(found: HoldingRecord, runs: bool, paid: bool) -> None:
    assert (runs_on(found), is_paid_on(found)) == (runs, paid)


def test_a_suspension_saves_money_only_where_microsoft_says_so() -> None:
    assert {K.LEGACY_LICENCE, K.LEGACY_AZURE, K.AZURE_PLAN, K.AZURE_SUBSCRIPTION} == FREE_WHEN_SUSPENDED


@pytest.mark.parametrize(
    ("found", "until"),
    [
        (one(term_end=LATER), LATER),
        (one(), None),
        (one(term_end=EARLIER, blocker=DATED), LATER),
        (one(term_end=LATER, blocker=STANDS), LATER),
        (one(status=S.EXPIRED, term_end=LATER), None),
        (one(status=S.EXPIRED, term_end=NOW), NOW),
        (one(status=S.EXPIRED), None),
        (one(status=S.EXPIRED, term_end=EARLIER, actions=did(A.CANCEL, T.CONFIRMED)), None),
        (one(status=S.EXPIRED, term_end=EARLIER, actions=did(A.CANCEL, T.ACCEPTED)), None),
        (one(status=S.EXPIRED, term_end=EARLIER, actions=did(A.CANCEL, T.REFUSED)), EARLIER),
        (one(status=S.EXPIRED, term_end=EARLIER, actions=did(A.END_AT_TERM, T.CONFIRMED)), EARLIER),
    ],
)
def test_until_when_it_was_or_is_paid(found: HoldingRecord, until: datetime | None) -> None:
    assert paid_until(found, NOW) == until


@pytest.mark.parametrize(
    ("found", "by_itself", "until"),
    [
        (one(term_end=LATER), False, None),
        (one(term_end=LATER, auto_renew=False), False, None),
        (one(term_end=LATER, ends_at_term=True), True, LATER),
        (one(term_end=NOW, ends_at_term=True), True, None),
        (one(ends_at_term=True), True, None),
        (one(K.SAVINGS_PLAN, term_end=LATER, auto_renew=False), True, LATER),
        (one(K.RESERVATION, term_end=LATER, auto_renew=False), True, LATER),
        (one(K.RESERVATION, term_end=LATER, auto_renew=True), False, None),
        (one(K.RESERVATION, term_end=LATER), False, None),
    ],
)
def test_only_what_does_not_renew_has_an_end(found: HoldingRecord, by_itself: bool, until: datetime | None) -> None:
    assert (ends_by_itself(found), known_end(found, NOW)) == (by_itself, until)
