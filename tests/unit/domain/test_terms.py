"""What cannot be cancelled today: renewal off, the end recorded, then the date; each boundary to the microsecond."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from shared.domain.decisions.blockers import ActionKind, Case, Cause
from shared.domain.decisions.disposition import disposition
from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.domain.pace import Pace
from shared.domain.policy import Policy
from tests.unit.domain.judging import DAY, TICK, WINDOWS, Told, due, in_term, judged, person, recheck
from tests.unit.domain.support import EARLIER, LATER, NOW, holding

K, S, A, C = HoldingKind, HoldingStatus, ActionKind, Cause
COMMITTED = [K.NCE_LICENCE, K.TRIAL, K.SOFTWARE_SUBSCRIPTION, K.MARKETPLACE]


ACTIVE_OUTSIDE: list[tuple[dict[str, Any], bool, ActionKind | None]] = [
    # holding, end refused, action
    ({"auto_renew": None}, False, A.END_AT_TERM),
    ({"auto_renew": None}, True, A.END_AT_TERM),
    ({"auto_renew": True}, False, A.END_AT_TERM),
    ({"auto_renew": True}, True, A.END_AT_TERM),
    ({"auto_renew": False}, False, A.END_AT_TERM),
    ({"auto_renew": False}, True, None),
    ({"auto_renew": False, "ends_at_term": True}, False, None),
    ({"auto_renew": False, "ends_at_term": True}, True, None),
]


@pytest.mark.parametrize("kind", COMMITTED)
@pytest.mark.parametrize(("fields", "end_refused", "action"), ACTIVE_OUTSIDE)
def test_the_end_is_recorded_unless_it_is_recorded_or_was_refused_with_renewal_off(
    kind: HoldingKind, fields: dict[str, Any], end_refused: bool, action: ActionKind | None
) -> None:
    """Auto-renew off alone rolls a licence into a paid extended term: it is no reason to leave the cancel out."""
    found = judged(kind, S.ACTIVE, {"term_end": LATER, **fields}, end_refused=end_refused, cancel_refused=True)

    assert found == in_term(action)


SUSPENDED_OUTSIDE: list[tuple[dict[str, Any], bool, bool, ActionKind | None]] = [
    # holding, the request allows to reactivate, end refused, action
    ({}, False, False, None),
    ({}, True, False, A.REACTIVATE),
    ({}, True, True, A.REACTIVATE),
    ({"auto_renew": False}, False, False, None),
    ({"auto_renew": False}, True, False, A.REACTIVATE),
    ({"auto_renew": False, "ends_at_term": True}, False, False, None),
    ({"auto_renew": False, "ends_at_term": True}, True, False, None),
]


@pytest.mark.parametrize("kind", COMMITTED)
@pytest.mark.parametrize(("fields", "allowed", "end_refused", "action"), SUSPENDED_OUTSIDE)
def test_a_suspended_one_is_only_waited_for_unless_a_licence_may_be_switched_on(
    kind: HoldingKind, fields: dict[str, Any], allowed: bool, end_refused: bool, action: ActionKind | None
) -> None:
    found = judged(
        kind,
        S.SUSPENDED,
        {"term_end": LATER, "cancellable_until": EARLIER, **fields},
        cancel_refused=kind is K.TRIAL,
        end_refused=end_refused,
        policy={"reactivate_suspended": allowed},
    )

    assert found == in_term(action if kind in (K.NCE_LICENCE, K.TRIAL) else None)


TERM_ENDS: list[tuple[datetime | None, Told]] = [
    (None, person(C.NO_TERM_END, A.END_AT_TERM)),
    (NOW + TICK, in_term(A.END_AT_TERM, NOW + TICK)),
    (NOW, recheck(C.RENEWING)),
    (NOW - TICK, recheck(C.RENEWING)),
    (NOW - DAY + TICK, recheck(C.RENEWING)),
    (NOW - DAY, person(C.NO_TERM_END)),
    (NOW - DAY - TICK, person(C.NO_TERM_END)),
]


@pytest.mark.parametrize("kind", COMMITTED)
@pytest.mark.parametrize(("end", "expected"), TERM_ENDS)
def test_a_term_that_is_over_is_microsofts_for_a_day_and_then_a_persons(
    kind: HoldingKind, end: datetime | None, expected: Told
) -> None:
    assert judged(kind, S.ACTIVE, {"term_end": end}, cancel_refused=True) == expected


@pytest.mark.parametrize("kind", COMMITTED)
@pytest.mark.parametrize(("fields", "paid"), [({}, None), ({"ends_at_term": True, "auto_renew": False}, NOW)])
def test_a_term_that_is_over_comes_before_everything_that_was_recorded(
    kind: HoldingKind, fields: dict[str, Any], paid: datetime | None
) -> None:
    for status in (S.ACTIVE, S.SUSPENDED):
        found = judged(kind, status, {"term_end": NOW, **fields}, cancel_refused=True, end_refused=True)
        assert found == replace(recheck(C.RENEWING), paid_until=paid), "what ends was paid until then"
        assert judged(kind, status, fields, cancel_refused=True, end_refused=True) == person(C.NO_TERM_END)


@pytest.mark.parametrize(("until", "refused", "is_open"), WINDOWS)
def test_a_window_is_open_until_its_last_instant_unless_the_cancel_was_refused(
    until: datetime | None, refused: bool, is_open: bool
) -> None:
    item = holding(K.NCE_LICENCE, S.ACTIVE, cancellable_until=until, term_end=LATER)
    case = Case(item, Policy(), Pace(), NOW, cancel_refused=refused)

    assert case.window_open is is_open
    assert case.act(A.CANCEL, "why").closes_at == (until if is_open else None)


@pytest.mark.parametrize("kind", [K.NCE_LICENCE, K.SOFTWARE_SUBSCRIPTION, K.MARKETPLACE])
@pytest.mark.parametrize(("until", "refused", "is_open"), WINDOWS)
@pytest.mark.parametrize("status", [S.ACTIVE, S.SUSPENDED])
def test_in_its_window_it_is_cancelled_and_outside_it_waits_for_its_term(
    kind: HoldingKind, until: datetime | None, refused: bool, is_open: bool, status: HoldingStatus
) -> None:
    found = judged(kind, status, {"cancellable_until": until, "term_end": LATER}, cancel_refused=refused)

    if is_open:
        assert found == due(A.CANCEL, closes_at=until)
    else:
        assert found == in_term(A.END_AT_TERM if status is S.ACTIVE else None)


def test_nothing_was_refused_unless_it_is_said() -> None:
    item: Holding = holding(K.NCE_LICENCE, S.ACTIVE, cancellable_until=LATER, auto_renew=False)
    case = Case(item, Policy(), Pace(), NOW)

    assert (case.cancel_refused, case.end_refused) == (False, False)
    assert disposition(item, Policy(), Pace(), NOW).action is A.CANCEL
    late = holding(K.NCE_LICENCE, S.ACTIVE, term_end=LATER, auto_renew=False)
    assert disposition(late, Policy(), Pace(), NOW).action is A.END_AT_TERM
