"""Tense is truth: what is planned is told as what has to be, what was done in the past or as it stands.

A plan announces nothing: a dry run, or a request that stops, ends with the same sentences and writes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from shared.domain.decisions.blockers import BEFORE_START, RESTORES, ActionKind, Disposition
from shared.domain.decisions.disposition import disposition
from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.domain.holdings.next_term import NextTerm
from shared.domain.holdings.windows import SeatWindow, WindowSigns
from shared.domain.pace import Pace
from shared.domain.policy import Policy
from tests.unit.domain.support import EARLIER, LATER, LONG_AGO, NOW, holding

A, K, S = ActionKind, HoldingKind, HoldingStatus
STATUSES = [S.ACTIVE, S.SUSPENDED, S.PENDING]
POLICIES = [
    Policy(),
    Policy(refund_reservations=False),
    Policy(reactivate_suspended=True),
    Policy(strict_nce=False),
    Policy(reduce_seats=True),
]
SEATS = [(), (SeatWindow(5, LATER),)]
ALREADY = re.compile(r"\b(is|are|was|were) (cancelled|returned|switched off|switched on|stopped|recorded)\b")
"""What sounds as if it had been done."""
COMING = re.compile(r"\bha(s|ve) to be (cancelled|suspended|returned|switched|stopped|tried)\b")
ANNOUNCED = re.compile(r"\bwill be (cancelled|suspended|returned|switched|stopped|recorded|tried)\b")
"""What sounds as if it was sure to be done."""


def every_holding() -> Iterator[Holding]:
    states = product(K, STATUSES, (None, LATER, EARLIER), (None, LATER), (True, False), SEATS)
    for kind, status, until, end, renew, seats in states:
        fields: dict[str, Any] = {"cancellable_until": until, "term_end": end, "auto_renew": renew, "quantity": 25}
        fields |= {"parent_id": "order", "signs": WindowSigns(term_started=LONG_AGO, seats=seats)}
        yield holding(kind, status, **fields)


def decided(item: Holding, policy: Policy, refused: bool) -> Disposition:
    return disposition(item, policy, Pace(), NOW, cancel_refused=refused)


PLANNED = [
    (item, policy, refused, found)
    for item, policy, refused in product(every_holding(), POLICIES, (False, True))
    if (found := decided(item, policy, refused)).action is not None
]


def done(item: Holding, action: ActionKind) -> Holding:
    """The holding once the action has taken effect."""
    match action:
        case A.SUSPEND | A.SUSPEND_AZURE_PLAN:
            return replace(item, status=S.SUSPENDED)
        case A.CANCEL | A.CANCEL_ORDER | A.RETURN_RESERVATION:
            return replace(item, status=S.CANCELLED)
        case A.CANCEL_AZURE_SUBSCRIPTION:
            return replace(item, status=S.INACTIVE)
        case A.END_AT_TERM:
            return replace(item, auto_renew=False, ends_at_term=True)
        case A.REACTIVATE:
            return replace(item, status=S.ACTIVE)
        case A.STOP_RENEWAL:
            return replace(item, auto_renew=False)
        case A.RENEW_MONTHLY:
            return replace(item, next_term=NextTerm("P", "S", "P1Y", "P1M"))
        case A.REDUCE_SEATS:
            return replace(item, quantity=20, signs=replace(item.signs, seats=()))
        case _:
            raise AssertionError(f"{action} is no step of a plan")


PLANS = sorted(set(A) - RESTORES - BEFORE_START)
"""What a plan may have; what puts something back is never planned."""


def test_every_action_is_met() -> None:
    assert {found.action for _, _, _, found in PLANNED} == set(PLANS)


@pytest.mark.parametrize("action", PLANS)
def test_what_is_planned_is_told_as_what_has_to_be(action: ActionKind) -> None:
    told = {found.blocker.detail for _, _, _, found in PLANNED if found.action is action and found.blocker}
    assert told
    for detail in told:
        assert COMING.search(detail), detail
        assert not ALREADY.search(detail), detail
        assert not ANNOUNCED.search(detail), detail


@pytest.mark.parametrize("action", PLANS)
def test_what_was_done_is_not_announced_again(action: ActionKind) -> None:
    for item, policy, refused, found in PLANNED:
        if found.action is not action:
            continue
        after = decided(done(item, action), policy, refused)
        if after.blocker is None or after.action is not None:
            # Safe, or the next action of several: a reactivated licence is set to end with its term.
            continue
        assert not COMING.search(after.blocker.detail), (action, after.blocker.detail)
