"""Azure reservations and savings plans: returned, or not renewed and waited for; never forgotten past their date."""

from datetime import datetime
from typing import Any

import pytest

from shared.domain.decisions.blockers import ActionKind, Cause, Remedy
from shared.domain.decisions.disposition import disposition
from shared.domain.holdings.model import HoldingKind, HoldingStatus
from shared.domain.pace import Pace
from shared.domain.policy import Policy
from tests.unit.domain.judging import DAY, TICK, Told, due, judged, person, recheck
from tests.unit.domain.support import LATER, NOW, holding

K, S, A, C = HoldingKind, HoldingStatus, ActionKind, Cause


def not_refunded(action: ActionKind | None, end: datetime = LATER) -> Told:
    return Told(action, C.NOT_REFUNDED, Remedy.DATE, end, end)


NO_REFUNDS = {"refund_reservations": False}
RESERVATIONS: list[tuple[dict[str, Any], dict[str, Any], Told]] = [
    ({}, {}, due(A.RETURN_RESERVATION)),
    ({"term_end": LATER}, {}, due(A.RETURN_RESERVATION)),
    ({"term_end": NOW + TICK, "auto_renew": True}, {}, due(A.RETURN_RESERVATION)),
    ({"term_end": LATER}, {"policy": NO_REFUNDS}, not_refunded(None)),
    ({"term_end": LATER}, {"cancel_refused": True}, not_refunded(None)),
    ({"term_end": LATER, "auto_renew": False}, {"cancel_refused": True}, not_refunded(None)),
    ({"term_end": LATER, "auto_renew": True}, {"cancel_refused": True}, not_refunded(A.STOP_RENEWAL)),
    ({"term_end": LATER, "auto_renew": True}, {"policy": NO_REFUNDS}, not_refunded(A.STOP_RENEWAL)),
    ({"term_end": NOW + TICK}, {"policy": NO_REFUNDS}, not_refunded(None, NOW + TICK)),
    ({}, {"policy": NO_REFUNDS}, person(C.NO_TERM_END)),
    ({"auto_renew": True}, {"cancel_refused": True}, person(C.NO_TERM_END, A.STOP_RENEWAL)),
]


@pytest.mark.parametrize(("fields", "case", "expected"), RESERVATIONS)
def test_a_reservation_is_returned_or_waited_for(fields: dict[str, Any], case: dict[str, Any], expected: Told) -> None:
    assert judged(K.RESERVATION, S.ACTIVE, fields, **case) == expected


@pytest.mark.parametrize(
    ("wanted", "refused", "why"),
    [
        (True, True, "Azure refuses a refund"),
        (False, False, "refunds are not wanted"),
        (False, True, "Azure refuses a refund"),
    ],
)
@pytest.mark.parametrize("end", [LATER, None])
def test_a_reservation_says_why_it_is_not_returned(wanted: bool, refused: bool, why: str, end: datetime | None) -> None:
    policy = Policy(refund_reservations=wanted)
    found = disposition(holding(K.RESERVATION, term_end=end), policy, Pace(), NOW, cancel_refused=refused)

    assert found.blocker is not None
    assert why in found.blocker.detail


def test_a_reservation_says_until_when_it_is_paid_if_azure_refuses() -> None:
    found = disposition(holding(K.RESERVATION, term_end=LATER), Policy(), Pace(), NOW)

    assert found.blocker is not None
    assert f"{LATER:%Y-%m-%d}" in found.blocker.detail


ENDS_OF_COMMITMENTS: list[tuple[datetime, Told]] = [
    (NOW, recheck(C.PENDING_AT_MICROSOFT)),
    (NOW - TICK, recheck(C.PENDING_AT_MICROSOFT)),
    (NOW - DAY + TICK, recheck(C.PENDING_AT_MICROSOFT)),
    (NOW - DAY, person(C.NO_TERM_END)),
    (NOW - DAY - TICK, person(C.NO_TERM_END)),
]


@pytest.mark.parametrize("kind", [K.RESERVATION, K.SAVINGS_PLAN])
@pytest.mark.parametrize(("end", "expected"), ENDS_OF_COMMITMENTS)
def test_a_commitment_past_its_date_is_azures_for_a_day_and_then_a_persons(
    kind: HoldingKind, end: datetime, expected: Told
) -> None:
    item = {"term_end": end, "auto_renew": True, "parent_id": "order"}

    assert judged(kind, S.ACTIVE, item) == expected
    assert judged(kind, S.ACTIVE, item, cancel_refused=True) == expected


def never(action: ActionKind | None, end: datetime = LATER) -> Told:
    return Told(action, C.NEVER_CANCELLABLE, Remedy.DATE, end, end)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, person(C.NEVER_CANCELLABLE)),
        ({"auto_renew": True, "parent_id": "order"}, person(C.NEVER_CANCELLABLE, A.STOP_RENEWAL)),
        ({"term_end": LATER}, never(None)),
        ({"term_end": LATER, "auto_renew": True}, never(None)),
        ({"term_end": LATER, "auto_renew": True, "parent_id": "order"}, never(A.STOP_RENEWAL)),
        ({"term_end": LATER, "auto_renew": False, "parent_id": "order"}, never(None)),
        ({"term_end": LATER, "parent_id": "order"}, never(None)),
        ({"term_end": NOW + TICK}, never(None, NOW + TICK)),
        ({"term_end": LATER, "cancellable_until": LATER}, never(None)),
    ],
)
def test_a_savings_plan_is_waited_for_and_does_not_renew(fields: dict[str, Any], expected: Told) -> None:
    assert judged(K.SAVINGS_PLAN, S.ACTIVE, fields) == expected
