"""Windows that close unused: who is warned of which, when, once; and that a wait never sleeps through a warning."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from local.world.world import World
from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import ActionKind
from shared.domain.errors import ThrottledError
from shared.domain.holdings.ledger import ActionRecord, ActionState, HoldingRecord
from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.domain.holdings.windows import SeatWindow, WindowSigns
from shared.domain.offboarding.messages import Destination
from shared.domain.offboarding.record import Offboarding, Reason, Withdrawal
from shared.domain.offboarding.states import Stage, Status
from shared.domain.people.actor import Actor, ActorType
from shared.pipeline.core.outcome import Again, Attention, Next
from shared.pipeline.core.session import Session
from shared.pipeline.core.window_warnings import (
    TOGETHER,
    WindowWarning,
    next_look,
    next_reminder,
    warn,
    warning_due_at,
    warning_event,
)
from shared.pipeline.transition import apply
from tests.unit.support.heads import DAY, HOUR, IDENTITY, NOW, SECOND, head_of, keep, kept, licence, request_of, told

PERSON = Status.NEEDS_ATTENTION
AHEAD = timedelta(hours=48)
FAR = timedelta(days=6)
REASON = Reason(ReasonCode.REFUSED, "a person is needed")


def session_with(*records: HoldingRecord, head: Offboarding | None = None) -> Session:
    return keep(World(), head or head_of(), *records)


def warned_of(*records: HoldingRecord, head: Offboarding | None = None) -> WindowWarning | None:
    return warn(session_with(*records, head=head), PERSON, None)


@pytest.mark.parametrize(
    ("closes_in", "warned"), [(SECOND, True), (AHEAD - SECOND, True), (AHEAD, True), (AHEAD + SECOND, False)]
)
def test_the_warning_comes_two_days_before_the_window_closes(closes_in: timedelta, warned: bool) -> None:
    session = session_with(licence("A", closes_in))
    found = warn(session, PERSON, None)

    assert (found is not None) is warned
    assert session.offboarding.warned_window == (NOW + closes_in if warned else None)
    assert warning_due_at(session_with(licence("A", closes_in)), PERSON, None) == NOW + closes_in - AHEAD


@pytest.mark.parametrize("closes_in", [-SECOND, timedelta(0)])
def test_a_window_that_is_closed_is_no_window(closes_in: timedelta) -> None:
    assert warned_of(licence("A", closes_in)) is None
    assert warning_due_at(session_with(licence("A", closes_in)), PERSON, None) is None


def test_nothing_held_is_nothing_to_warn_of() -> None:
    assert warned_of() is None
    assert warning_due_at(session_with(), PERSON, None) is None


def with_seats(name: str, *seats: SeatWindow, **fields: Any) -> HoldingRecord:
    """A licence of 25 seats outside its window, some of which can still be given back."""
    whole = licence(name, timedelta(0), **fields)
    signs = WindowSigns(term_started=NOW - timedelta(days=99), seats=seats)
    return replace(whole, holding=replace(whole.holding, quantity=25, signs=signs))


@pytest.mark.parametrize("asked", [True, False])
@pytest.mark.parametrize(("closes_in", "warned"), [(AHEAD, True), (AHEAD + SECOND, False)])
def test_seats_are_warned_of_likewise_whether_or_not_anybody_asked(
    closes_in: timedelta, warned: bool, asked: bool
) -> None:
    record, head = with_seats("A", SeatWindow(5, NOW + closes_in)), head_of(request=request_of(reduce_seats=asked))
    session = session_with(record, head=head)
    found = warn(session, PERSON, None)

    assert (found is not None) is warned
    assert warning_due_at(session_with(record, head=head), PERSON, None) == NOW + closes_in - AHEAD
    if found is not None:
        day = f"{NOW + closes_in:%Y-%m-%d}"
        assert found.text.startswith(f"5 of 25 seats of A can still be given back until {day}. This offboarding is")


def test_whole_ones_and_seats_are_told_in_one() -> None:
    records = (licence("A", HOUR), with_seats("B", SeatWindow(5, NOW + HOUR)), with_seats("C", SeatWindow(1)))
    found = warned_of(*records)
    assert found is not None
    assert found.text.startswith("can still be cancelled: A until ")
    assert "; 5 of 25 seats of B can still be given back until " in found.text
    assert " C " not in found.text


def test_without_a_date_nothing_can_be_warned_of() -> None:
    assert warned_of(with_seats("C", SeatWindow(1))) is None


def test_seats_that_were_given_back_a_moment_ago_are_not_unused() -> None:
    action = ActionRecord(ActionKind.REDUCE_SEATS, 1, "m-1", ActionState.ACCEPTED, NOW - HOUR, target=20)
    head = head_of(request=request_of(reduce_seats=True))
    assert warned_of(with_seats("B", SeatWindow(5, NOW + HOUR), actions=(action,)), head=head) is None


@pytest.mark.parametrize("in_hours", [1, 30])
def test_a_look_while_a_person_is_waited_for_comes_when_seats_are_tried_again(in_hours: int) -> None:
    again = NOW + HOUR * in_hours
    action = ActionRecord(
        ActionKind.REDUCE_SEATS, 1, "m-1", ActionState.POSTPONED, NOW - HOUR, retry_at=again, target=20
    )
    head = head_of(request=request_of(reduce_seats=True))
    session = session_with(with_seats("B", SeatWindow(5, NOW + timedelta(days=5)), actions=(action,)), head=head)
    assert next_reminder(session) == min(again, NOW + DAY)


def tried_to_end(ago: timedelta, state: ActionState = ActionState.REFUSED, **fields: Any) -> HoldingRecord:
    """A licence outside its window whose end with its term was asked for so long ago."""
    action = ActionRecord(ActionKind.END_AT_TERM, 1, "m-1", state, NOW - ago, answered_at=NOW - ago)
    record = licence("A", timedelta(0), actions=(action,))
    return replace(record, holding=replace(record.holding, **fields))


WITHDRAWN = {"withdrawal": Withdrawal(Actor(ActorType.PERSON, "p-1", "Ms. Requester"), "a mistake", NOW)}
MINUTES = timedelta(minutes=15)


@pytest.mark.parametrize(
    ("record", "code", "fields", "after"),
    [
        # Daily, and a quarter of what is left of a window, at most a day and at least some minutes.
        (None, None, {}, DAY),
        (licence("A", timedelta(0)), None, {}, DAY),
        (licence("A", SECOND), None, {}, MINUTES),
        (licence("A", HOUR), None, {}, MINUTES),
        (licence("A", HOUR * 2), None, {}, HOUR / 2),
        (licence("A", DAY * 4), None, {}, DAY),
        (licence("A", DAY * 6), None, {}, DAY),
        # What only a word settles waits for the word.
        (licence("A", HOUR), ReasonCode.REFUSED, {}, MINUTES),
        (licence("A", HOUR), ReasonCode.WENT_LIVE, {}, DAY),
        (licence("A", HOUR), ReasonCode.RENEWS_BEFORE_START, {}, DAY),
        (licence("A", HOUR), ReasonCode.COMMITMENTS_REMAIN, {}, DAY),
        (licence("A", HOUR), None, WITHDRAWN, DAY),
        # An end that was not recorded is tried again a day after the last try.
        (tried_to_end(SECOND), None, {}, DAY - SECOND),
        (tried_to_end(DAY - SECOND), None, {}, SECOND),
        (tried_to_end(DAY), None, {}, DAY),
        (tried_to_end(DAY + SECOND), None, {}, DAY),
        (tried_to_end(DAY * 2), None, {}, DAY),
        (tried_to_end(HOUR, ActionState.INTENDED), None, {}, DAY),
        (tried_to_end(HOUR, ends_at_term=True), None, {}, DAY),
        (tried_to_end(HOUR, term_end=None), None, {}, DAY),
        (tried_to_end(HOUR, term_end=NOW), None, {}, DAY),
        (tried_to_end(HOUR, term_end=NOW + SECOND), None, {}, HOUR * 2),
        (tried_to_end(HOUR), None, WITHDRAWN, DAY),
    ],
)
def test_when_a_look_comes_while_a_person_is_waited_for(
    record: HoldingRecord | None, code: ReasonCode | None, fields: dict[str, Any], after: timedelta
) -> None:
    session = session_with(*([record] if record is not None else []), head=head_of(**fields))
    assert next_reminder(session, code) - NOW == after


def test_the_earliest_of_several_counts() -> None:
    session = session_with(licence("W", HOUR * 8), tried_to_end(DAY - HOUR))
    assert next_reminder(session) == NOW + HOUR


QUIET = {Status.NEEDS_ATTENTION, Status.AWAITING_APPROVAL, Status.SCHEDULED}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("wait", [None, HOUR, HOUR + SECOND])
def test_only_where_nothing_happens_for_long_is_anybody_warned(status: Status, wait: timedelta | None) -> None:
    """In states that wait for a person or a start date always; in a wait for longer than the pipeline's own recheck."""
    found = warn(session_with(licence("A", HOUR * 3)), status, None if wait is None else NOW + wait)
    expected = status in QUIET or (status in (Status.WAITING, Status.PLANNING) and wait == HOUR + SECOND)
    assert (found is not None) is expected


def test_a_dry_run_warns_of_nothing() -> None:
    """It would never have cancelled anything."""
    assert warned_of(licence("A", HOUR), head=head_of(request=request_of(dry_run=True))) is None


@pytest.mark.parametrize(
    ("state", "warned"), [(ActionState.ACCEPTED, False), (ActionState.INTENDED, True), (ActionState.REFUSED, True)]
)
def test_what_was_cancelled_in_its_window_is_not_unused(state: ActionState, warned: bool) -> None:
    """Accepted and not yet to be seen: in time. Refused, or without an answer: the window may still be missed."""
    action = ActionRecord(
        ActionKind.CANCEL, 1, "m-1", state, NOW - HOUR, answered_at=NOW - HOUR, window=NOW + HOUR * 3, tries=20
    )
    assert (warned_of(licence("A", HOUR * 3, actions=(action,))) is not None) is warned


def test_what_cannot_be_cancelled_has_no_window() -> None:
    legacy = Holding("subscription:l", HoldingKind.LEGACY_LICENCE, "l", "L", HoldingStatus.ACTIVE)
    assert warned_of(HoldingRecord(legacy, NOW, NOW)) is None


# Together, and once.


def test_windows_within_a_day_of_the_first_are_told_together_first_ones_first() -> None:
    records = [licence("B", HOUR + TOGETHER), licence("A", HOUR), licence("C", HOUR + TOGETHER + SECOND)]
    session = session_with(*records)
    found = warn(session, PERSON, None)

    assert found is not None
    assert found.closes_at == NOW + HOUR
    assert "A until 2026-06-01 10:00 UTC, B until 2026-06-02 10:00 UTC." in found.text
    assert "This offboarding is needs_attention" in found.text
    assert session.offboarding.warned_window == NOW + HOUR + TOGETHER, "the last of those that were told"
    again = warn(session, PERSON, None)
    assert again is not None
    assert again.closes_at == NOW + HOUR + TOGETHER + SECOND
    assert "A until" not in again.text
    assert warn(session, PERSON, None) is None


@pytest.mark.parametrize(("count", "more"), [(5, ""), (6, " and 1 more"), (8, " and 3 more")])
def test_five_are_named_and_the_rest_counted(count: int, more: str) -> None:
    found = warned_of(*(licence(f"L{number}", HOUR) for number in range(count)))

    assert found is not None
    assert found.text.count(" until ") == min(count, 5)
    assert f"L4 until 2026-06-01 10:00 UTC{more}." in found.text


@pytest.mark.parametrize(
    ("warned_in", "closes_in", "again"),
    [
        (HOUR * 5, HOUR * 4, False),
        (HOUR * 5, HOUR * 5, False),
        (HOUR * 5, HOUR * 5 + SECOND, True),
        (-DAY, SECOND, True),
    ],
)
def test_each_window_is_warned_of_once(warned_in: timedelta, closes_in: timedelta, again: bool) -> None:
    head = head_of(warned_window=NOW + warned_in)
    assert (warned_of(licence("A", closes_in), head=head) is not None) is again


def test_the_warning_is_noted_and_told_with_the_date_and_the_same_words() -> None:
    session = session_with(licence("A", HOUR))
    warning = warn(session, PERSON, None)
    assert warning is not None
    [message] = warning_event(session, warning)
    session.save(outbox=(message,))

    [event] = told(session)
    assert event["type"] == "offboarding.window_closing.v1"
    assert event["data"]["windowClosesAt"] == "2026-06-01T10:00:00Z"
    assert event["data"]["notice"] == warning.text
    assert message.destination is Destination.EVENTS
    [entry] = session.services.store.timeline(IDENTITY)
    assert (entry.what, entry.detail) == ("window_closing", warning.text)
    assert warning_event(session, None) == []


# When it is looked at again.


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (NOW + FAR, NOW + FAR - timedelta(days=4)),  # the warning of the window in four days is due in two
        (NOW + DAY, NOW + DAY),
        (None, None),
    ],
)
def test_a_wait_is_cut_short_by_the_next_warning(at: datetime | None, expected: datetime | None) -> None:
    session = session_with(licence("A", timedelta(days=4)))
    assert next_look(session, PERSON, REASON, at) == expected


def test_a_warning_that_is_due_already_means_now() -> None:
    assert next_look(session_with(licence("A", HOUR)), PERSON, REASON, NOW + FAR) == NOW


def test_without_a_window_the_date_stands() -> None:
    assert next_look(session_with(), PERSON, REASON, NOW + FAR) == NOW + FAR
    assert next_look(session_with(), PERSON, None, NOW - HOUR) == NOW - HOUR


def test_a_service_that_asked_to_wait_is_not_called_earlier_for_a_warning() -> None:
    throttled = Reason(ThrottledError.code, "slow down")
    assert next_look(session_with(licence("A", HOUR)), PERSON, throttled, NOW + FAR) == NOW + FAR


def test_without_a_reason_a_warning_counts_as_well() -> None:
    assert next_look(session_with(licence("A", timedelta(days=4))), PERSON, None, NOW + FAR) == NOW + 2 * DAY


# In the transition.


def test_a_transition_into_silence_tells_of_the_window_beside_its_own_event() -> None:
    session = session_with(licence("A", DAY))
    apply(session, Attention(REASON.code, REASON.text, "Do it."))

    events = told(session)
    assert [event["type"].split(".")[1] for event in events] == ["needs_attention", "window_closing"]
    head = kept(session)
    assert head.warned_window == NOW + DAY
    assert head.next_attempt_at == NOW + DAY / 4, "nothing is left to warn of, but the window waits for nobody"


def test_a_transition_into_silence_comes_back_when_the_warning_is_due() -> None:
    session = session_with(licence("A", AHEAD + HOUR))
    apply(session, Attention(REASON.code, REASON.text, "Do it."))

    assert kept(session).next_attempt_at == NOW + HOUR
    assert [event["type"] for event in told(session)] == ["offboarding.needs_attention.v1"]


@pytest.mark.parametrize(("wait", "at"), [(HOUR, NOW + HOUR), (FAR, NOW + HOUR)])
def test_a_long_wait_comes_back_for_the_warning_and_a_short_one_as_it_was(wait: timedelta, at: datetime) -> None:
    session = session_with(licence("A", AHEAD + HOUR))
    apply(session, Again(NOW + wait, REASON))
    assert kept(session).next_attempt_at == at


def test_work_that_goes_on_now_warns_of_nothing() -> None:
    session = session_with(licence("A", HOUR), head=head_of(stage=Stage.VERIFY))
    apply(session, Next(Stage.CANCEL))
    assert [event["type"] for event in told(session)] == ["offboarding.progress.v1"]
