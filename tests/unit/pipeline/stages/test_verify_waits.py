"""For how long verify waits, to the second: for dates, and for what passes by itself, later and later."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from local.world.clock import WorldClock
from shared.domain.decisions.blockers import ActionKind, Cause
from shared.domain.holdings.classify import subscription_holding
from shared.domain.holdings.ledger import ActionRecord, ActionState, HoldingRecord
from shared.domain.holdings.records import Collection, Order
from shared.domain.offboarding.counters import Counters
from shared.pipeline.core.outcome import Again
from shared.pipeline.stages.verify import verify
from tests.unit.pipeline.stages.test_verify_record import dated, verifying
from tests.unit.support.scripted import NOW, PACE, SlowStore, Tenant, complete, legacy, licence, services, transfer

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BEFORE = NOW - MINUTE
SUSPENDED = ActionRecord(ActionKind.SUSPEND, 1, "s-1", ActionState.ACCEPTED, BEFORE, answered_at=BEFORE, status=200)
SETTLING = HoldingRecord(subscription_holding(legacy()), BEFORE, BEFORE, actions=(SUSPENDED,))
"""Accepted a minute ago and not to be seen yet: asked again, every two minutes at first."""


def wait(records: tuple[HoldingRecord, ...] = (), *, rechecks: int = 0, pace: Any = PACE, **answers: Any) -> Again:
    tenant = Tenant(**answers)
    within = services(tenant, pace=pace)
    session = verifying(tenant, records=records, counters=Counters(rechecks=rechecks), within=within)
    outcome = verify(session)
    assert isinstance(outcome, Again)
    assert session.offboarding.counters == Counters(rechecks=rechecks + 1)
    return outcome


@pytest.mark.parametrize(
    ("ends", "after"),
    [
        (SECOND, 2 * SECOND),
        (HOUR, HOUR + SECOND),
        (6 * DAY, 6 * DAY + SECOND),
        (7 * DAY - SECOND, 7 * DAY),
        (7 * DAY, 7 * DAY),
        (400 * DAY, 7 * DAY),
    ],
)
@pytest.mark.parametrize("rechecks", [0, 9, 500])
def test_a_date_is_waited_for_until_just_after_it_and_a_week_at_most(
    ends: timedelta, after: timedelta, rechecks: int
) -> None:
    outcome = wait(subscriptions=complete(dated(ends)), rechecks=rechecks)

    assert outcome.at == NOW + after
    assert outcome.reason.code == Cause.IN_TERM.value


def test_the_earliest_of_several_dates_is_waited_for() -> None:
    outcome = wait(subscriptions=complete(*(dated(days * DAY, f"l{days}") for days in (5, 3, 90))))

    assert outcome.at == NOW + 3 * DAY + SECOND


@pytest.mark.parametrize(
    ("rechecks", "minutes"),
    [*enumerate([2, 4, 8, 16, 32, 60, 60]), (10, 60), (29, 60), (30, 360), (31, 360), (500, 360)],
)
def test_what_passes_by_itself_is_asked_for_less_often_the_longer_it_takes(rechecks: int, minutes: int) -> None:
    outcome = wait((SETTLING,), subscriptions=complete(legacy()), rechecks=rechecks)

    assert outcome.at == NOW + minutes * MINUTE + SECOND
    assert outcome.reason.code == Cause.SETTLING.value


@pytest.mark.parametrize("rechecks", [30, 500])
def test_the_doubling_itself_has_an_end(rechecks: int) -> None:
    slow = replace(PACE, slow_recheck=6 * DAY)
    outcome = wait((SETTLING,), subscriptions=complete(legacy()), rechecks=rechecks, pace=slow)

    assert outcome.at == NOW + min(2**12 * 2 * MINUTE, 6 * DAY) + SECOND


@pytest.mark.parametrize(
    ("answers", "rechecks", "after", "cause"),
    [
        ({"orders": Collection((), 1)}, 0, 2 * MINUTE, Cause.INCOMPLETE_READ),
        ({"orders": Collection((), 1)}, 3, 16 * MINUTE, Cause.INCOMPLETE_READ),
        ({"subscriptions": complete(legacy(status="pending"))}, 0, HOUR, Cause.PENDING_AT_MICROSOFT),
        ({"subscriptions": complete(legacy(status="pending"))}, 3, HOUR, Cause.PENDING_AT_MICROSOFT),
        ({"orders": complete(Order("o", "pending", NOW))}, 0, HOUR, Cause.PENDING_AT_MICROSOFT),
        ({"transfers": complete(transfer())}, 0, 6 * HOUR, Cause.OPEN_TRANSFER),
        ({"transfers": complete(transfer())}, 29, 6 * HOUR, Cause.OPEN_TRANSFER),
        ({"subscriptions": complete(licence(ends=timedelta(0)))}, 0, HOUR, Cause.RENEWING),
        ({"subscriptions": complete(licence(ends=-23 * HOUR))}, 30, 6 * HOUR, Cause.RENEWING),
    ],
)
def test_no_sooner_than_it_is_worth_asking(
    answers: dict[str, Any], rechecks: int, after: timedelta, cause: Cause
) -> None:
    outcome = wait(rechecks=rechecks, **answers)

    assert outcome.at == NOW + after + SECOND
    assert outcome.reason.code == cause.value


@pytest.mark.parametrize("rechecks", [0, 9, 500])
def test_a_date_before_the_next_question_is_not_put_off_by_it(rechecks: int) -> None:
    outcome = wait((SETTLING,), subscriptions=complete(legacy(), dated(MINUTE)), rechecks=rechecks)

    assert outcome.at == NOW + MINUTE + SECOND


@pytest.mark.parametrize("rechecks", [0, 9, 500])
def test_what_vanished_is_looked_for_once_more_when_that_proves_something(rechecks: int) -> None:
    missing = HoldingRecord(subscription_holding(legacy()), BEFORE, BEFORE, missing_since=BEFORE)

    outcome = wait((missing,), rechecks=rechecks)

    assert outcome.at == BEFORE + PACE.vanish_proof + SECOND
    assert outcome.reason.code == Cause.VANISHED.value


@pytest.mark.parametrize(("rechecks", "minutes"), [(0, 2), (3, 16)])
def test_the_first_of_several_questions_sets_the_date(rechecks: int, minutes: int) -> None:
    answers = {"subscriptions": complete(legacy()), "transfers": complete(transfer())}
    outcome = wait((SETTLING,), rechecks=rechecks, **answers)

    assert outcome.at == NOW + minutes * MINUTE + SECOND


def test_a_date_that_passes_while_it_is_recorded_leads_to_no_date_in_the_past() -> None:
    clock = WorldClock()
    # The offboarding, the inventory and the verdict are stored one after the other.
    tenant = Tenant(subscriptions=complete(dated(25 * SECOND)))
    outcome = verify(verifying(tenant, within=services(tenant, clock=clock, store=SlowStore(clock, 10 * SECOND))))

    assert clock.now() == NOW + 30 * SECOND
    assert isinstance(outcome, Again)
    assert outcome.at == NOW + 31 * SECOND


# What is told.


def test_without_dates_the_first_of_all_is_told() -> None:
    outcome = wait((SETTLING,), subscriptions=complete(legacy(), legacy("zz", status="pending")))

    assert outcome.reason.text == (
        "2 matters in the way; first: legacy-1 waits for the effect of the suspension, which was accepted"
    )


def test_the_last_date_and_what_is_paid_until_then_are_told() -> None:
    ends = [dated(days * DAY, f"l{number}") for number, days in enumerate((5, 90, 3))]
    outcome = wait(subscriptions=complete(*ends))

    assert outcome.reason.text == (
        "3 commitments run on, the last until 2026-08-30 09:00 UTC: "
        "l1 is outside its cancellation window and ends with its term, as recorded; "
        "being paid until 2026-08-30 09:00 UTC"
    )


@pytest.mark.parametrize(
    ("pending", "also"),
    [
        ([], ""),
        (["p1"], ". Also: p1 is still being provisioned"),
        (["p1", "p2"], ". Also: p1 is still being provisioned (and 1 more)"),
        (["p1", "p2", "p3"], ". Also: p1 is still being provisioned (and 2 more)"),
    ],
)
def test_what_else_is_waited_for_is_told_too_but_not_a_renewal(pending: list[str], also: str) -> None:
    renewing = licence("a-renewing", ends=-HOUR)
    soft = [legacy(name, status="pending") for name in pending]
    outcome = wait(subscriptions=complete(renewing, *soft, dated(5 * DAY)))

    assert outcome.reason.code == Cause.IN_TERM.value
    assert outcome.reason.text.partition("being paid until 2026-06-06 09:00 UTC")[2] == also
    assert outcome.reason.operator_action == ""


@pytest.mark.parametrize("retry_in", [None, HOUR])
def test_only_what_was_refused_and_is_tried_again_is_trouble(retry_in: timedelta | None) -> None:
    """What blocks without a date, such as a word that nobody knows, is not tried again."""
    retry_at = None if retry_in is None else NOW + retry_in
    state = ActionState.CONFIRMED if retry_in is None else ActionState.POSTPONED
    action = ActionRecord(ActionKind.SUSPEND, 1, "s-1", state, BEFORE, answered_at=BEFORE, retry_at=retry_at)
    shown = legacy(status="active" if retry_in else "hibernated")
    record = HoldingRecord(subscription_holding(shown), BEFORE, BEFORE, actions=(action,))
    assert wait((record,), subscriptions=complete(shown, dated(HOUR))).trouble is (retry_in is not None)
