"""Seats of a licence that can still be given back: which they are, what is said of them, and when they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.domain.decisions.blockers import ActionKind, Cause, Disposition, Remedy
from shared.domain.decisions.disposition import disposition
from shared.domain.decisions.gate import Blockers
from shared.domain.decisions.history import decide
from shared.domain.decisions.open_seats import OpenSeats, open_seats
from shared.domain.decisions.plan import draft_plan
from shared.domain.decisions.planned_steps import planned_steps
from shared.domain.decisions.seats import GIVEN_BACK_AT_MOST, given_back_until, target_of, window_of_seats
from shared.domain.decisions.situation import Situation
from shared.domain.holdings.ledger import ActionRecord, ActionState, HoldingRecord, effect_visible
from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.domain.holdings.windows import SeatWindow, WindowSigns
from shared.domain.lessons import Lesson
from shared.domain.pace import Pace
from shared.domain.policy import Policy
from tests.unit.domain.support import LONG_AGO, NOW, holding

A, K, S, T = ActionKind, HoldingKind, HoldingStatus, ActionState
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FIRST, SECOND = NOW + 2 * DAY, NOW + 5 * DAY
END = NOW + 40 * DAY
ASKED = Policy(reduce_seats=True)
FIVE = (SeatWindow(5, FIRST),)
MIXED = (SeatWindow(2, SECOND), SeatWindow(3, FIRST), SeatWindow(4, NOW), SeatWindow(0, SECOND))


def licence(*seats: SeatWindow, kind: HoldingKind = K.NCE_LICENCE, **fields: Any) -> Holding:
    signs = WindowSigns(term_started=LONG_AGO, seats=seats)
    return holding(kind, fields.pop("status", S.ACTIVE), **{"quantity": 25, "term_end": END, "signs": signs, **fields})


def decided(item: Holding, policy: Policy = ASKED, **more: Any) -> Disposition:
    return disposition(item, policy, Pace(), NOW, **more)


# Which seats are open.


@pytest.mark.parametrize(
    ("seats", "fields", "parts"),
    [
        ((), {}, None),
        (FIVE, {}, ((5, FIRST),)),
        ((SeatWindow(5, NOW),), {}, None),
        ((SeatWindow(5, NOW + timedelta(microseconds=1)),), {}, ((5, NOW + timedelta(microseconds=1)),)),
        (MIXED, {}, ((3, FIRST), (2, SECOND))),
        ((SeatWindow(2, FIRST), SeatWindow(3, FIRST)), {}, ((5, FIRST),)),
        ((SeatWindow(5),), {}, ((5, None),)),
        ((SeatWindow(1), SeatWindow(2, FIRST)), {}, ((2, FIRST), (1, None))),
        ((SeatWindow(25, FIRST),), {}, None),
        ((SeatWindow(20, FIRST), SeatWindow(5, SECOND)), {}, None),
        ((SeatWindow(26, FIRST),), {}, None),
        ((SeatWindow(24, FIRST),), {}, ((24, FIRST),)),
        ((SeatWindow(-5, FIRST),), {}, None),
        (FIVE, {"quantity": None}, None),
        (FIVE, {"quantity": 0}, None),
        (FIVE, {"status": S.DELETED}, None),
        (FIVE, {"status": S.SUSPENDED}, ((5, FIRST),)),
        (FIVE, {"term_end": NOW}, None),
        (FIVE, {"term_end": None}, ((5, FIRST),)),
    ],
)
def test_which_seats_are_open(seats: tuple[SeatWindow, ...], fields: dict[str, Any], parts: Any) -> None:
    found = open_seats(licence(*seats, **fields), NOW)
    assert (found.parts if found else None) == parts


@pytest.mark.parametrize(
    ("after", "parts"),
    [(NOW, ((3, FIRST), (2, SECOND))), (FIRST, ((2, SECOND),)), (SECOND, None), (END, None)],
)
def test_what_was_given_back_counts_no_more_although_it_may_show(after: datetime, parts: Any) -> None:
    found = open_seats(licence(*MIXED, SeatWindow(1)), NOW, after)
    assert (found.parts if found else None) == parts


@pytest.mark.parametrize(
    ("seats", "of", "text"),
    [
        (((5, FIRST),), 25, "5 of 25 seats can still be given back until 2026-06-03"),
        (
            ((3, FIRST), (2, SECOND)),
            25,
            "5 of 25 seats can still be given back: 3 until 2026-06-03, 2 until 2026-06-06",
        ),
        (((5, None),), 25, "5 of 25 seats can still be given back (Microsoft shows no date)"),
    ],
)
def test_it_is_told_with_its_dates(seats: Any, of: int, text: str) -> None:
    found = OpenSeats(of, seats)
    assert found.text() == text
    assert found.text("Premium") == text.replace("seats can", "seats of Premium can")
    assert (found.count, found.target) == (5, 20)


def test_its_dates_are_the_first_and_the_last() -> None:
    both = OpenSeats(25, ((3, FIRST), (2, SECOND), (1, None)))
    assert (both.closes_at, both.last_until) == (FIRST, SECOND)
    undated = OpenSeats(25, ((1, None),))
    assert (undated.closes_at, undated.last_until) == (None, None)


# What is decided about them.


@pytest.mark.parametrize("kind", [K.NCE_LICENCE, K.SOFTWARE_SUBSCRIPTION, K.MARKETPLACE])
@pytest.mark.parametrize("recorded", [True, False])
def test_asked_for_they_are_returned_before_the_end_is_recorded(kind: HoldingKind, recorded: bool) -> None:
    item = licence(*MIXED, kind=kind, auto_renew=not recorded, ends_at_term=recorded)
    found = decided(item)

    assert found.action is A.REDUCE_SEATS
    assert (found.closes_at, found.seats and found.seats.target) == (FIRST, 20)
    assert found.blocker is not None
    assert (found.blocker.cause, found.blocker.remedy) == (Cause.IN_TERM, Remedy.DATE)
    assert (found.blocker.until, found.blocker.paid_until) == (END, END)
    assert "have to be returned first" in found.blocker.detail


@pytest.mark.parametrize("kind", [K.NCE_LICENCE, K.SOFTWARE_SUBSCRIPTION, K.MARKETPLACE])
@pytest.mark.parametrize("recorded", [True, False])
def test_not_asked_for_they_are_told_and_nothing_else_changes(kind: HoldingKind, recorded: bool) -> None:
    item = licence(*FIVE, kind=kind, auto_renew=not recorded, ends_at_term=recorded)
    found, without = decided(item, Policy()), decided(replace(item, signs=WindowSigns(term_started=LONG_AGO)), Policy())

    assert (found.action, found.closes_at) == (without.action, None)
    assert found.seats is not None
    assert found.blocker is not None
    assert without.blocker is not None
    told = f"{without.blocker.detail}; 5 of 25 seats can still be given back until 2026-06-03"
    assert found.blocker == replace(without.blocker, detail=told, what_to_do=found.blocker.what_to_do)
    assert "reduceSeats" in found.blocker.what_to_do


@pytest.mark.parametrize("policy", [Policy(), ASKED, Policy(reduce_seats=True, reactivate_suspended=True)])
def test_suspended_ones_are_told_and_wait_until_it_is_switched_on(policy: Policy) -> None:
    found = decided(licence(*FIVE, status=S.SUSPENDED), policy)

    assert found.action is (A.REACTIVATE if policy.reactivate_suspended else None)
    assert found.seats is not None
    assert found.blocker is not None
    assert "given back until 2026-06-03 (while it is suspended, its quantity cannot be changed)" in found.blocker.detail
    assert found.blocker.what_to_do == ""


@pytest.mark.parametrize("policy", [Policy(), ASKED])
def test_what_can_be_cancelled_whole_is(policy: Policy) -> None:
    whole = WindowSigns(term_started=LONG_AGO, units_refundable=True, units_until=FIRST, seats=(SeatWindow(25, FIRST),))
    for item in (licence(signs=whole), licence(*FIVE, cancellable_until=FIRST)):
        found = decided(item, policy)
        assert (found.action, found.seats) == (A.CANCEL, None)
    refused = decided(licence(signs=whole), policy, cancel_refused=True)
    assert (refused.action, refused.seats) == (A.END_AT_TERM, None)


def test_once_the_cancellation_was_refused_its_seats_are_what_is_left() -> None:
    assert decided(licence(*FIVE, cancellable_until=FIRST), cancel_refused=True).action is A.REDUCE_SEATS


@pytest.mark.parametrize("policy", [Policy(), ASKED])
def test_without_an_end_they_are_only_told(policy: Policy) -> None:
    found = decided(licence(*FIVE, term_end=None), policy)
    assert (found.action, found.seats is not None) == (A.END_AT_TERM, True)
    assert found.blocker is not None
    assert found.blocker.remedy is Remedy.PERSON
    assert "5 of 25 seats" in found.blocker.detail
    assert found.blocker.what_to_do == "Ask Microsoft for its end date or cancel it, then resume."


def test_a_term_that_is_over_has_none() -> None:
    found = decided(licence(*FIVE, term_end=NOW))
    assert (found.action, found.seats) == (None, None)


def test_a_plan_counts_them_and_has_the_first_date() -> None:
    records = {
        name: HoldingRecord(licence(*seats, key=name), LONG_AGO, LONG_AGO)
        for name, seats in (("a", FIVE), ("b", MIXED), ("c", ()), ("d", (SeatWindow(1),)))
    }
    for policy in (Policy(), ASKED):
        drafted = draft_plan(Situation(records, policy, Pace(), NOW), ())
        assert (drafted.refundable_seats, drafted.seats_until) == (11, FIRST)
        assert (drafted.first_window_closes_at == FIRST) is policy.reduce_seats
        assert drafted.dated_blockers == 4
        assert drafted.can_finish_today is False


@pytest.mark.parametrize(
    ("fields", "steps"),
    [
        ({}, ["end_at_term", "reduce_seats"]),
        ({"status": S.SUSPENDED}, ["end_at_term", "reactivate", "reduce_seats"]),
        ({"cancellable_until": FIRST}, ["cancel"]),
    ],
)
def test_what_follows_the_return_of_seats_is_a_planned_step_too(fields: dict[str, Any], steps: list[str]) -> None:
    for asked in (True, False):
        policy = Policy(reduce_seats=asked, reactivate_suspended=True)
        records = {"a": HoldingRecord(licence(*FIVE, key="a", **fields), LONG_AGO, LONG_AGO)}
        found = [step for step in planned_steps(Situation(records, policy, Pace(), NOW)) if step.key == "a"]
        assert [step.action for step in found] == [step for step in steps if asked or step != "reduce_seats"]
        assert all(step.irreversible is (step.action in ("reduce_seats", "cancel")) for step in found)


@pytest.mark.parametrize("seats", [(), (SeatWindow(4, NOW),)])
def test_seats_that_cannot_be_given_back_are_no_planned_step(seats: tuple[SeatWindow, ...]) -> None:
    records = {"a": HoldingRecord(licence(*seats, key="a", status=S.SUSPENDED), LONG_AGO, LONG_AGO)}
    situation = Situation(records, Policy(reduce_seats=True, reactivate_suspended=True), Pace(), NOW)
    assert [step.action for step in planned_steps(situation) if step.key == "a"] == ["end_at_term", "reactivate"]


# What was tried before.


def tried(state: ActionState, **fields: Any) -> ActionRecord:
    made = ActionRecord(A.REDUCE_SEATS, 1, "r-1", state, NOW - HOUR, window=FIRST, target=20)
    return replace(made, **fields)


def recorded(state: ActionState = T.CONFIRMED, **fields: Any) -> ActionRecord:
    return replace(ActionRecord(A.END_AT_TERM, 1, "e-1", state, NOW - HOUR), **fields)


def after(
    *actions: ActionRecord, item: Holding | None = None, policy: Policy = ASKED, now: datetime = NOW
) -> Disposition:
    record = HoldingRecord(item or licence(*FIVE), LONG_AGO, LONG_AGO, actions=actions)
    return decide(record, Situation({}, policy, Pace(), now))


def detail(found: Disposition) -> str:
    assert found.blocker is not None
    return found.blocker.detail


FINAL: dict[str, Any] = {"status": 400, "code": "900257", "detail": "passed", "advice": "Leave it.", "answered_at": NOW}


@pytest.mark.parametrize("lesson", [Lesson.WINDOW_CLOSED, None])
def test_a_refusal_is_told_with_its_advice_and_the_end_goes_on(lesson: Lesson | None) -> None:
    found = after(tried(T.REFUSED, lesson=lesson, **FINAL))

    assert found.action is A.END_AT_TERM
    assert "2026-06-03 (giving them back was refused: 400 900257 passed)" in detail(found)
    assert found.blocker is not None
    assert (found.blocker.what_to_do, found.blocker.again_at) == ("Leave it.", None)
    assert after(tried(T.REFUSED, **FINAL), recorded(), item=licence(*FIVE, ends_at_term=True)).action is None


@pytest.mark.parametrize(
    ("seats", "again"),
    [
        (FIVE, False),
        ((SeatWindow(5, SECOND),), True),
        ((SeatWindow(3, FIRST),), True),
        ((SeatWindow(5, FIRST), SeatWindow(2, SECOND)), True),
    ],
)
def test_a_refusal_is_not_repeated_about_the_same_seats(seats: tuple[SeatWindow, ...], again: bool) -> None:
    found = after(tried(T.REFUSED, **FINAL), item=licence(*seats))
    assert found.action is (A.REDUCE_SEATS if again else A.END_AT_TERM)


def test_one_that_a_person_forgave_is_tried_once_more() -> None:
    assert after(tried(T.FORGIVEN)).action is A.REDUCE_SEATS


@pytest.mark.parametrize(
    ("state", "said"), [(T.POSTPONED, "is refused for now: 409 busy"), (T.REFUSED, "was refused: 409 busy")]
)
def test_what_may_pass_is_tried_at_its_date_and_the_end_goes_on_meanwhile(state: ActionState, said: str) -> None:
    put_off = tried(state, retry_at=NOW + HOUR, code="409" if state is T.POSTPONED else "", detail="busy")
    put_off = put_off if state is T.POSTPONED else replace(put_off, status=409)
    found = after(put_off)

    assert found.action is A.END_AT_TERM
    assert f"giving them back {said}" in detail(found)
    waits = after(put_off, recorded(), item=licence(*FIVE, ends_at_term=True))
    assert waits.action is None
    assert waits.blocker is not None
    assert Blockers((waits.blocker,)).next_date == NOW + HOUR
    due = replace(put_off, retry_at=NOW)
    assert after(due).action is A.REDUCE_SEATS
    assert after(due, recorded(), item=licence(*FIVE, ends_at_term=True)).action is A.REDUCE_SEATS


def test_what_was_accepted_shows_its_effect_first_for_a_day() -> None:
    young, old = (tried(T.ACCEPTED, answered_at=NOW - ago, status=202) for ago in (HOUR, DAY))
    found = after(young)
    assert (found.action, found.blocker and found.blocker.cause) == (None, Cause.SETTLING)
    assert after(replace(young, answered_at=None, intended_at=NOW - DAY)).action is A.END_AT_TERM

    found = after(old)
    assert found.action is A.END_AT_TERM
    assert "accepted at 2026-05-31 12:00 UTC and shows no effect" in detail(found)
    assert after(old, recorded(), item=licence(*FIVE, ends_at_term=True)).action is None
    assert after(young, recorded(), item=licence(*FIVE, ends_at_term=True)).action is None


@pytest.mark.parametrize(
    ("state", "last"),
    [(T.CONFIRMED, True), (T.CONFIRMED, False), (T.INTENDED, True), (T.INTENDED, False), (T.ACCEPTED, False)],
)
def test_once_it_shows_only_seats_of_a_later_window_are_given_back(state: ActionState, last: bool) -> None:
    """Also where the list shows the same seats for longer than it is true: nothing is given back twice."""
    actions = (tried(state),) if last else (tried(state), recorded())
    found = after(*actions, item=licence(*FIVE, quantity=20))
    assert (found.action, found.seats) == (A.END_AT_TERM, None)
    later = after(*actions, item=licence(*FIVE, SeatWindow(7, SECOND), quantity=27 if state is T.CONFIRMED else 20))
    assert later.action is A.REDUCE_SEATS
    assert later.seats is not None
    assert later.seats.parts == ((7, SECOND),)


def test_an_intent_without_an_answer_is_repeated_after_reading() -> None:
    assert after(tried(T.INTENDED)).action is A.REDUCE_SEATS


def test_without_a_clear_answer_nothing_else_is_written_for_a_day() -> None:
    unclear = tried(T.INTENDED, retry_at=NOW + HOUR, since=NOW - HOUR)
    found = after(unclear)
    assert found.action is None
    assert found.blocker is not None
    assert (found.blocker.cause, found.blocker.until) == (Cause.PENDING_AT_MICROSOFT, NOW + HOUR)
    assert after(replace(unclear, retry_at=NOW)).action is A.REDUCE_SEATS

    for long_ago in ({"since": NOW - DAY}, {"since": None, "intended_at": NOW - DAY}, {"tries": 20}):
        found = after(replace(unclear, **long_ago))
        assert found.action is A.END_AT_TERM
        assert "giving them back had no clear answer:" in detail(found)
        assert found.blocker is not None
        assert found.blocker.again_at == NOW + HOUR
    not_last = after(unclear, recorded(T.POSTPONED, retry_at=NOW))
    assert not_last.action is A.END_AT_TERM


def test_after_that_day_its_end_comes_first() -> None:
    old = tried(T.INTENDED, retry_at=NOW, since=NOW - DAY)
    found = after(old)
    assert found.action is A.END_AT_TERM
    assert found.blocker is not None
    assert found.blocker.again_at is None
    assert after(old, recorded(), item=licence(*FIVE, ends_at_term=True)).action is A.REDUCE_SEATS
    assert after(old, recorded(T.REFUSED, answered_at=NOW)).action is A.REDUCE_SEATS


@pytest.mark.parametrize("left", [DAY, DAY + timedelta(microseconds=1)])
def test_the_last_day_of_a_term_is_for_its_end_alone(left: timedelta) -> None:
    found = after(item=licence(*FIVE, term_end=NOW + left))
    late = left == DAY
    assert found.action is (A.END_AT_TERM if late else A.REDUCE_SEATS)
    assert ("the term ends too soon" in detail(found)) is late
    accepted = after(tried(T.ACCEPTED, answered_at=NOW), item=licence(*FIVE, term_end=NOW + left))
    assert accepted.action is (A.END_AT_TERM if late else None)


@pytest.mark.parametrize("times", [GIVEN_BACK_AT_MOST - 1, GIVEN_BACK_AT_MOST])
def test_whoever_adds_seats_again_and_again_is_to_be_found(times: int) -> None:
    made = [tried(T.CONFIRMED, n=n + 1, window=NOW - n * DAY) for n in range(times)]
    found = after(*made)
    at_most = times == GIVEN_BACK_AT_MOST
    assert found.action is (A.END_AT_TERM if at_most else A.REDUCE_SEATS)
    assert ("added again each time" in detail(found)) is at_most


def test_without_the_option_what_was_tried_says_nothing() -> None:
    found = after(tried(T.REFUSED, **FINAL), policy=Policy())
    assert "refused" not in detail(found)


# How many are asked for, and when it shows.


@pytest.mark.parametrize(
    ("actions", "target"),
    [
        ((), 22),
        ((tried(T.CONFIRMED),), 22),
        ((tried(T.REFUSED),), 22),
        ((tried(T.INTENDED),), 20),
        ((tried(T.POSTPONED),), 20),
        ((tried(T.POSTPONED, target=24),), 22),
        ((tried(T.INTENDED, target=None),), 22),
        ((tried(T.INTENDED), recorded()), 20),
    ],
)
def test_never_more_than_a_call_asked_for_that_may_take_effect_yet(actions: Any, target: int) -> None:
    record = HoldingRecord(licence(SeatWindow(3, FIRST)), LONG_AGO, LONG_AGO, actions=actions)
    seats = open_seats(record.holding, NOW)
    assert seats is not None
    assert target_of(record, seats) == target


def test_its_window_is_the_last_date_or_the_term() -> None:
    record = HoldingRecord(licence(*MIXED), LONG_AGO, LONG_AGO)
    assert window_of_seats(record, OpenSeats(25, ((3, FIRST), (2, SECOND)))) == SECOND
    assert window_of_seats(record, OpenSeats(25, ((3, None),))) == END


def test_the_latest_window_counts() -> None:
    actions = (tried(T.CONFIRMED, window=SECOND), tried(T.CONFIRMED), tried(T.CONFIRMED, window=None), tried(T.REFUSED))
    assert given_back_until(HoldingRecord(licence(), NOW, NOW, actions=actions)) == SECOND
    assert given_back_until(HoldingRecord(licence(), NOW, NOW, actions=(tried(T.REFUSED, window=SECOND),))) is None


@pytest.mark.parametrize(
    ("quantity", "target", "visible"),
    [(20, 20, True), (19, 20, True), (21, 20, False), (None, 20, False), (20, None, False)],
)
def test_it_shows_when_there_are_no_more_than_that(quantity: int | None, target: int | None, visible: bool) -> None:
    assert effect_visible(A.REDUCE_SEATS, licence(quantity=quantity), target) is visible
