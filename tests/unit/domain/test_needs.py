"""What needs a person: a plan to approve, a decision, and a window that closes within seven days."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.codes import ReasonCode
from shared.domain.decisions.plan import Plan
from shared.domain.offboarding.needs import SOON, TO_APPROVE, TO_DECIDE, TO_USE_THE_WINDOW, Need, NeedKind, needs_of
from shared.domain.offboarding.record import Offboarding, Reason
from shared.domain.offboarding.states import Stage, Status
from tests.unit.domain.support import NOW
from tests.unit.support.heads import head_of

SECOND = timedelta(seconds=1)


def closing(after: timedelta, status: Status = Status.SCHEDULED) -> Offboarding:
    plan = Plan(1, (), 0, 0, 0, NOW + after, None, "d" * 64)
    return head_of(status, Stage.PLAN, plan=plan)


def test_what_asks_a_person_says_what_to_do() -> None:
    reason = Reason(ReasonCode.WENT_LIVE, "it may begin", "Agree with sales, then resume.")
    assert needs_of(head_of(Status.NEEDS_ATTENTION, reason=reason), NOW) == (
        Need(NeedKind.DECISION, "Agree with sales, then resume."),
    )
    assert needs_of(head_of(Status.NEEDS_ATTENTION), NOW) == (Need(NeedKind.DECISION, TO_DECIDE),)
    assert needs_of(head_of(Status.AWAITING_APPROVAL), NOW) == (Need(NeedKind.APPROVAL, TO_APPROVE),)


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.NEEDS_ATTENTION, Status.AWAITING_APPROVAL}))
def test_what_goes_on_by_itself_needs_nobody(status: Status) -> None:
    assert needs_of(head_of(status), NOW) == ()


@pytest.mark.parametrize("after", [timedelta(0), SECOND, SOON])
def test_a_window_that_closes_soon_needs_somebody(after: timedelta) -> None:
    assert needs_of(closing(after), NOW) == (Need(NeedKind.WINDOW_CLOSES, TO_USE_THE_WINDOW, NOW + after),)


def test_a_window_may_close_while_an_approval_is_waited_for() -> None:
    found = needs_of(closing(SECOND, Status.AWAITING_APPROVAL), NOW)
    assert [need.kind for need in found] == [NeedKind.APPROVAL, NeedKind.WINDOW_CLOSES]


@pytest.mark.parametrize(
    "head",
    [
        closing(-SECOND),
        closing(SOON + SECOND),
        replace(closing(SECOND), begun_at=NOW),
        closing(SECOND, Status.RESTORING),
        closing(SECOND, Status.PLANNED),
    ],
)
def test_a_window_that_is_over_far_away_or_used_needs_nobody(head: Offboarding) -> None:
    assert needs_of(head, NOW) == ()
