"""What needs a person: a plan to approve, a decision, and a window that closes within seven days."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import Blocker, Cause, Remedy
from shared.domain.decisions.plan import Plan
from shared.domain.offboarding.counters import Counters
from shared.domain.offboarding.needs import (
    PASSES_BY_ITSELF,
    SOON,
    TO_APPROVE,
    TO_BEGIN_BEFORE,
    TO_CLEAR,
    TO_DECIDE,
    TO_USE_THE_WINDOW,
    Need,
    NeedKind,
    needs_of,
)
from shared.domain.offboarding.record import Offboarding, Reason
from shared.domain.offboarding.states import TERMINAL, Stage, Status
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
    assert needs_of(closing(after), NOW) == (Need(NeedKind.WINDOW_CLOSES, TO_BEGIN_BEFORE, NOW + after),)


def test_what_is_scheduled_is_not_to_be_approved() -> None:
    assert "approve" not in TO_BEGIN_BEFORE
    last = needs_of(closing(SECOND, Status.AWAITING_APPROVAL), NOW)[-1]
    assert last == Need(NeedKind.WINDOW_CLOSES, TO_USE_THE_WINDOW, NOW + SECOND)


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


MOVING = Blocker("k1", "Moving", Cause.OPEN_TRANSFER, Remedy.PERSON, "is part of a transfer", "Accept it.")
SILENT = replace(MOVING, what_to_do="")
ENDS = Blocker("k2", "Yearly", Cause.IN_TERM, Remedy.DATE, "ends with its term", "Nothing, or a refund.")
LIVE = sorted(set(Status) - TERMINAL - {Status.NEEDS_ATTENTION, Status.AWAITING_APPROVAL})


@pytest.mark.parametrize("status", LIVE)
def test_what_only_a_person_takes_away_needs_one_whatever_the_status(status: Status) -> None:
    assert needs_of(head_of(status, blockers=(ENDS, MOVING)), NOW) == (Need(NeedKind.DECISION, "Accept it."),)
    assert needs_of(head_of(status, blockers=(SILENT,)), NOW) == (Need(NeedKind.DECISION, TO_CLEAR),)
    assert needs_of(head_of(status, blockers=(ENDS,)), NOW) == ()


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_what_has_ended_needs_nobody_whatever_blocked_it(status: Status) -> None:
    reason = Reason(ReasonCode.COMMITMENTS_REMAIN, "it ended", "Send a new request.")
    assert needs_of(head_of(status, None, blockers=(MOVING,), reason=reason), NOW) == ()


def test_a_reason_that_asks_needs_somebody_while_the_work_goes_on_beside_it() -> None:
    reason = Reason(ReasonCode.NOT_RESTORED, "a person is needed: it is locked. Meanwhile two more", "Unlock it.")
    asks = (Need(NeedKind.DECISION, "Unlock it."),)
    assert needs_of(head_of(Status.RESTORING, Stage.RESTORE, reason=reason), NOW) == asks
    assert needs_of(head_of(Status.WAITING, reason=reason), NOW) == asks
    assert needs_of(head_of(Status.RUNNING, reason=reason), NOW) == ()


@pytest.mark.parametrize("code", sorted(PASSES_BY_ITSELF))
def test_advice_that_nobody_has_to_follow_asks_nobody_and_hides_nothing(code: ReasonCode) -> None:
    reason = Reason(code, "it goes on by itself", "Withdraw it to call it off.")
    assert needs_of(head_of(Status.WAITING, reason=reason), NOW) == ()
    beside = needs_of(head_of(Status.WAITING, reason=reason, blockers=(MOVING,)), NOW)
    assert beside == (Need(NeedKind.DECISION, "Accept it."),)


def test_what_a_person_has_just_resumed_is_looked_at_before_it_asks_again() -> None:
    """A daily look, one that counted something, and one that has a reason, know what is in the way."""
    resumed = head_of(Status.RUNNING, blockers=(MOVING,), words=(ReasonCode.OPEN_TRANSFER,))
    assert needs_of(resumed, NOW) == ()
    assert needs_of(replace(resumed, asked=ReasonCode.OPEN_TRANSFER), NOW)
    assert needs_of(replace(resumed, counters=Counters(faults=1)), NOW)
    assert needs_of(replace(resumed, reason=Reason(ReasonCode.WORK_LEFT, "there is work")), NOW)
    assert needs_of(replace(resumed, status=Status.NEEDS_ATTENTION), NOW)
