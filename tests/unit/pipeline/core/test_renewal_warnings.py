"""Renewals that nobody agreed to are told 30, 7 and 2 days before, once each, wherever nothing is written for long."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from local.world.world import World
from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import ActionKind
from shared.domain.decisions.renewals import Renewal
from shared.domain.holdings.ledger import WAITING, ActionRecord, ActionState, HoldingRecord
from shared.domain.holdings.next_term import NextTerm
from shared.domain.offboarding.record import Reason
from shared.domain.offboarding.states import Stage, Status
from shared.domain.policy import Renewals
from shared.pipeline.core.outcome import Attention
from shared.pipeline.core.renewal_warnings import BEFORE, renewal_warning_due_at, waits_until, warn_of_renewals
from shared.pipeline.core.session import Session
from shared.pipeline.transition import apply
from tests.unit.support.heads import DAY, HOUR, NOW, SECOND, head_of, keep, kept, licence, request_of

PERSON = Status.NEEDS_ATTENTION


def renewing(name: str, at: timedelta, **fields: Any) -> HoldingRecord:
    record = licence(name, -DAY)
    return replace(record, holding=replace(record.holding, auto_renew=True, term_end=NOW + at, **fields))


def session_with(*records: HoldingRecord, warned: datetime | None = None, **wanted: Any) -> Session:
    return keep(World(), head_of(request=request_of(**wanted), warned_renewals=warned), *records)


@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize(("more", "told"), [(-SECOND, True), (timedelta(0), True), (SECOND, False)])
def test_each_moment_warns_once(before: timedelta, more: timedelta, told: bool) -> None:
    earlier = NOW - HOUR
    session = session_with(renewing("A", before + more), warned=earlier)
    found = warn_of_renewals(session, PERSON, None)

    assert bool(found) is told
    assert session.offboarding.warned_renewals == (NOW if told else earlier)
    assert warn_of_renewals(session, PERSON, None) == ()


@pytest.mark.parametrize(
    ("at", "due"),
    [
        (36 * DAY, 6 * DAY),
        (30 * DAY, 23 * DAY),
        (20 * DAY, 13 * DAY),
        (7 * DAY, 5 * DAY),
        (5 * DAY, 3 * DAY),
        (2 * DAY, None),
        (DAY, None),
        (38 * DAY, None),
    ],
)
def test_the_next_warning_is_due_at_the_next_moment(at: timedelta, due: timedelta | None) -> None:
    found = renewal_warning_due_at(session_with(renewing("A", at)), PERSON, None)
    assert found == (None if due is None else NOW + due)


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("wait", [None, HOUR, HOUR + SECOND])
def test_only_where_nothing_is_written_for_long(status: Status, wait: timedelta | None) -> None:
    at = None if wait is None else NOW + wait
    quiet = status in {PERSON, Status.AWAITING_APPROVAL, Status.SCHEDULED}
    expected = quiet or (status in (Status.WAITING, Status.PLANNING) and wait == HOUR + SECOND)
    assert bool(warn_of_renewals(session_with(renewing("A", DAY)), status, at)) is expected
    assert bool(warn_of_renewals(session_with(renewing("A", DAY), dry_run=True), status, at)) is False


@pytest.mark.parametrize("kind", [ActionKind.END_AT_TERM, ActionKind.STOP_RENEWAL, ActionKind.RENEW_MONTHLY])
@pytest.mark.parametrize("state", ActionState)
def test_what_was_set_to_end_renews_no_more(kind: ActionKind, state: ActionState) -> None:
    for ago, fresh in ((timedelta(0), True), (DAY - SECOND, True), (DAY, False)):
        action = ActionRecord(kind, 1, "r", state, NOW, since=NOW - ago)
        found = warn_of_renewals(session_with(replace(renewing("A", 3 * DAY), actions=(action,))), PERSON, None)
        assert (found == ()) is (state is ActionState.ACCEPTED and fresh)


@pytest.mark.parametrize(
    ("left", "ago", "fresh"),
    [
        (8 * HOUR, timedelta(0), True),
        (6 * HOUR, 2 * HOUR - SECOND, True),
        (6 * HOUR, 2 * HOUR, False),
        (SECOND, timedelta(minutes=2) - SECOND, True),
        (SECOND, timedelta(minutes=2), False),
    ],
)
def test_an_acceptance_shortly_before_the_renewal_has_to_show_soon(
    left: timedelta, ago: timedelta, fresh: bool
) -> None:
    action = ActionRecord(ActionKind.RENEW_MONTHLY, 1, "r", ActionState.ACCEPTED, NOW - ago)
    found = warn_of_renewals(session_with(replace(renewing("A", left), actions=(action,))), PERSON, None)
    assert (found == ()) is fresh


@pytest.mark.parametrize("wanted", [None, *Renewals])
@pytest.mark.parametrize("start", [None, 10 * DAY, 100 * DAY])
@pytest.mark.parametrize("then", ["", "P1M", "P1Y"])
def test_a_renewal_for_a_month_is_agreed_to_where_the_request_wants_it(
    wanted: Renewals | None, start: timedelta | None, then: str
) -> None:
    record = renewing("A", 20 * DAY, next_term=NextTerm("P", "S", "P1Y", then))
    session = session_with(record, not_before=None if start is None else NOW + start, renewals=wanted)
    by_month = wanted is Renewals.MONTHLY and then == "P1M"
    agreed = start == 100 * DAY and (by_month or wanted is Renewals.LET_RENEW)
    assert bool(warn_of_renewals(session, PERSON, None)) is not agreed


@pytest.mark.parametrize("start", [None, 10 * DAY, 100 * DAY])
@pytest.mark.parametrize("wanted", [None, *Renewals])
def test_only_what_was_agreed_to_before_the_start_passes_in_silence(
    start: timedelta | None, wanted: Renewals | None
) -> None:
    not_before = None if start is None else NOW + start
    session = session_with(renewing("A", 20 * DAY), not_before=not_before, renewals=wanted)
    agreed = wanted is Renewals.LET_RENEW and start == 100 * DAY
    assert bool(warn_of_renewals(session, PERSON, None)) is not agreed


@pytest.mark.parametrize("status", [PERSON, Status.SCHEDULED])
@pytest.mark.parametrize(("start", "told"), [(-DAY, True), (20 * DAY, False), (20 * DAY + SECOND, True)])
def test_what_a_scheduled_start_will_stop_is_not_told(status: Status, start: timedelta, told: bool) -> None:
    session = session_with(renewing("A", 20 * DAY), not_before=NOW + start)
    assert bool(warn_of_renewals(session, status, NOW + HOUR)) is (told or status is PERSON)


def test_a_word_is_an_agreement_too() -> None:
    session = session_with(renewing("A", 20 * DAY), not_before=NOW + 100 * DAY)
    key = next(iter(session.records))
    session.offboarding = replace(session.offboarding, agreed_renewals=("another",))
    assert renewal_warning_due_at(session, PERSON, None) is not None
    session.offboarding = replace(session.offboarding, agreed_renewals=("another", key))
    assert renewal_warning_due_at(session, PERSON, None) is None
    assert warn_of_renewals(session, PERSON, None) == ()


def test_what_mode_plan_holds_from_hour_to_hour_is_quiet() -> None:
    held = Reason(ReasonCode.MODE_PLAN, "held")
    other = Reason(ReasonCode.IN_TERM, "waits")
    at = NOW + HOUR
    assert warn_of_renewals(session_with(renewing("A", DAY)), Status.WAITING, at, other) == ()
    assert warn_of_renewals(session_with(renewing("A", DAY)), Status.WAITING, at, held)


def test_what_renews_on_one_day_is_one_event_and_is_told_once_although_it_runs_twice() -> None:
    head = head_of(Status.RUNNING, Stage.VERIFY)
    world = World()
    later_that_day = renewing("C", 5 * DAY + HOUR)
    session = keep(world, head, renewing("B", 6 * DAY), later_that_day, renewing("A", 5 * DAY))
    asks = Attention(ReasonCode.REFUSED, "refused", "Do something.")
    apply(session, asks)
    assert kept(world).next_attempt_at == NOW + DAY
    assert kept(world).warned_renewals == NOW
    found = [item for item in world.store.outbox(head.id) if b"renewal_coming" in item.body]
    assert len({item.id for item in found}) == 2
    first, second = (item.body for item in found)
    assert b'"renewsAt":"2026-06-06' in first
    assert b"A renews at" in first
    assert b"C renews at" in first
    assert b'"renewsAt":"2026-06-07' in second
    assert b"B renews at" in second
    assert kept(world).reason == Reason(ReasonCode.REFUSED, "refused", "Do something.")


def test_what_becomes_due_later_today_is_told_now_and_not_again() -> None:
    """Marketplace terms end at any second of the day."""
    session = session_with(renewing("A", 7 * DAY), renewing("B", 7 * DAY + HOUR), warned=NOW - HOUR)
    [warning] = warn_of_renewals(session, PERSON, None)
    assert warning.renews_at == NOW + 7 * DAY
    assert "A renews at" in warning.text
    assert "B renews at" in warning.text
    assert session.offboarding.warned_renewals == NOW + HOUR
    assert renewal_warning_due_at(session, PERSON, None) == NOW + 5 * DAY


def test_nothing_is_told_a_day_before_it_is_due() -> None:
    session = session_with(renewing("A", 7 * DAY), renewing("B", 8 * DAY), warned=NOW - HOUR)
    [warning] = warn_of_renewals(session, PERSON, None)
    assert "B renews" not in warning.text


@pytest.mark.parametrize(("count", "more"), [(5, ""), (6, " and 1 more"), (8, " and 3 more")])
def test_five_are_named_and_the_rest_counted(count: int, more: str) -> None:
    session = session_with(*(renewing(f"L{number}", 5 * DAY) for number in range(count)))
    [warning] = warn_of_renewals(session, PERSON, None)
    assert warning.text.count(" renews at ") == min(count, 5)
    assert (" more unless" in warning.text) is bool(more)
    assert more in warning.text


@pytest.mark.parametrize("state", ActionState)
@pytest.mark.parametrize(
    ("kind", "retry_in", "waits"),
    [
        (ActionKind.RENEW_MONTHLY, HOUR, True),
        (ActionKind.RENEW_MONTHLY, SECOND, True),
        (ActionKind.RENEW_MONTHLY, timedelta(0), False),
        (ActionKind.RENEW_MONTHLY, 3 * DAY - SECOND, True),
        (ActionKind.RENEW_MONTHLY, 3 * DAY, False),
        (ActionKind.RENEW_MONTHLY, None, False),
        (ActionKind.END_AT_TERM, HOUR, False),
    ],
)
def test_only_a_monthly_renewal_that_is_tried_again_in_time_waits_without_a_person(
    state: ActionState, kind: ActionKind, retry_in: timedelta | None, waits: bool
) -> None:
    """In time: before the last moment at which a person is told of the renewal."""
    retry_at = None if retry_in is None else NOW + retry_in
    action = ActionRecord(kind, 1, "m-1", state, NOW, NOW, retry_at=retry_at)
    session = session_with(replace(renewing("A", 5 * DAY), actions=(action,)))
    item = Renewal("subscription:A", "A", NOW + 5 * DAY, None)
    assert BEFORE[-1] == 2 * DAY
    assert waits_until(session, item) == (retry_at if waits and state in WAITING else None)


def test_what_was_never_tried_waits_for_nothing() -> None:
    session = session_with(renewing("A", 5 * DAY))
    assert waits_until(session, Renewal("subscription:A", "A", NOW + 5 * DAY, None)) is None
