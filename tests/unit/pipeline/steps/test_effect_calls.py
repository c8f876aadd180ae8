"""What is sent for each action, to whom, in which order, in which batches, and when it stops (I6, I10)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.decisions.blockers import SUSPEND_STAGE, ActionKind
from shared.domain.errors import (
    BusyError,
    ClaimEndingError,
    RefusedError,
    RemoteError,
    SignInRequiredError,
    ThrottledError,
    UnavailableError,
)
from shared.domain.holdings.ledger import ActionRecord, ActionState, HoldingRecord
from shared.domain.holdings.model import Holding, HoldingKind
from shared.domain.holdings.records import WriteAnswer
from shared.domain.holdings.windows import SeatWindow, WindowSigns
from shared.domain.offboarding.identifiers import ms_request_id
from shared.domain.pace import Pace
from shared.domain.policy import Mode, Partner
from shared.pipeline.steps.effects import DueAction, due_actions, perform
from shared.ports.partner import CommitmentKind, SubscriptionTarget
from tests.unit.domain.support import EARLIER, lesson_of
from tests.unit.support.brakes import BRAKES
from tests.unit.support.ports import CUSTOMER, DONE, OURS, Desk, desk, known, thing

A, K, T = ActionKind, HoldingKind, ActionState
EVERY = frozenset(A)


def sent(item: Holding, kind: ActionKind, *before: ActionRecord, **fields: Any) -> tuple[Any, ...]:
    """The one call that an action makes, without its request id, which is checked."""
    record = known(item, *before)
    at = desk(record, **fields)
    assert perform(at.session, [DueAction(record, kind)]) == 1
    (call,) = at.port.writes
    position = -2 if kind is A.END_AT_TERM else -1
    assert call[position] == ms_request_id("o-1", item.key, kind.value, 1)
    return tuple(part for place, part in enumerate(call) if place != len(call) + position)


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        (A.SUSPEND, SubscriptionTarget.SUSPENDED),
        (A.SUSPEND_AZURE_PLAN, SubscriptionTarget.SUSPENDED),
        (A.CANCEL, SubscriptionTarget.DELETED),
        (A.REACTIVATE, SubscriptionTarget.ACTIVE),
    ],
)
def test_a_status_is_set_with_the_full_resource(kind: ActionKind, target: SubscriptionTarget) -> None:
    assert sent(thing(), kind) == ("set_subscription_status", CUSTOMER, "a", "image a", target)


@pytest.mark.parametrize(
    ("kind", "code", "state", "schedule"),
    [
        (K.NCE_LICENCE, "", T.CONFIRMED, True),
        (K.TRIAL, "", T.CONFIRMED, True),
        (K.SOFTWARE_SUBSCRIPTION, "", T.CONFIRMED, False),
        (K.MARKETPLACE, "", T.CONFIRMED, False),
        (K.NCE_LICENCE, "800002", T.REFUSED, False),
        (K.NCE_LICENCE, "800002", T.FORGIVEN, True),
        (K.NCE_LICENCE, "900150", T.REFUSED, True),
        (K.MARKETPLACE, "800002", T.REFUSED, False),
    ],
)
def test_a_cancel_is_scheduled_where_an_extended_term_would_follow_and_schedules_are_known(
    kind: HoldingKind, code: str, state: ActionState, schedule: bool
) -> None:
    earlier = ActionRecord(A.END_AT_TERM, 0, "r", state, EARLIER, EARLIER, code=code, lesson=lesson_of(code))

    assert sent(thing(kind), A.END_AT_TERM, earlier) == ("end_at_term", CUSTOMER, "a", schedule)


def with_seats(*seats: SeatWindow, **fields: Any) -> Holding:
    signs = WindowSigns(term_started=EARLIER - timedelta(days=99), seats=seats)
    return thing(K.NCE_LICENCE, quantity=25, term_end=EARLIER + timedelta(days=300), signs=signs, **fields)


SOON, LATE = EARLIER + timedelta(days=30), EARLIER + timedelta(days=31)


def test_seats_are_given_back_by_the_number_that_is_left_and_what_was_asked_is_kept() -> None:
    record = known(with_seats(SeatWindow(3, LATE), SeatWindow(2, SOON)))
    at = desk(record, reduce_seats=True)
    (item,) = due_actions(at.session, EVERY)
    assert (item.kind, item.closes_at) == (A.REDUCE_SEATS, SOON)
    perform(at.session, [item])

    request_id = ms_request_id("o-1", "subscription:a", "reduce_seats", 1)
    assert at.port.writes == [("reduce_seats", CUSTOMER, "a", 20, request_id)]
    last = at.last("subscription:a")
    assert (last.target, last.window, last.closes_at) == (20, LATE, SOON)


def test_a_call_that_may_have_been_made_is_repeated_with_the_same_number_and_id() -> None:
    intent = ActionRecord(A.REDUCE_SEATS, 1, "r-1", T.INTENDED, EARLIER, window=LATE, target=20)
    at = desk(known(with_seats(SeatWindow(3, LATE)), intent), reduce_seats=True)
    perform(at.session, due_actions(at.session, EVERY))

    assert [call[3] for call in at.port.writes] == [20]
    (only,) = at.stored("subscription:a").actions
    assert (only.n, only.target, only.tries) == (1, 20, 2)


def test_the_end_with_the_term_of_what_shows_seats_has_no_number() -> None:
    at = desk(known(with_seats(SeatWindow(3, LATE))))
    perform(at.session, due_actions(at.session, EVERY))
    last = at.last("subscription:a")
    assert (last.kind, last.target, last.window) == (A.END_AT_TERM, None, EARLIER + timedelta(days=300))


def test_seats_of_an_add_on_are_given_back_before_those_of_its_base() -> None:
    base, add_on = (with_seats(SeatWindow(3, LATE), key=f"subscription:{name}", id=name) for name in "ab")
    at = desk(known(base), known(replace(add_on, parent_id="a")), reduce_seats=True)
    perform(at.session, due_actions(at.session, EVERY))
    assert [call[2] for call in at.port.writes] == ["b", "a"]


def test_an_azure_subscription_is_cancelled_below_its_plan() -> None:
    item = thing(K.AZURE_SUBSCRIPTION, parent_id="plan-1")

    assert sent(item, A.CANCEL_AZURE_SUBSCRIPTION) == ("cancel_azure_subscription", CUSTOMER, "plan-1", "a")


def test_only_the_line_of_the_software_is_cancelled() -> None:
    item = thing(K.PERPETUAL_SOFTWARE, line_number=3, offer_id="offer-9")

    assert sent(item, A.CANCEL_ORDER) == ("cancel_order_line", CUSTOMER, "a", 3, "offer-9")


@pytest.mark.parametrize(("quantity", "returned"), [(None, 1), (1, 1), (7, 7)])
def test_the_whole_quantity_of_a_reservation_is_returned(quantity: int | None, returned: int) -> None:
    item = thing(K.RESERVATION, parent_id="order-1", quantity=quantity)

    assert sent(item, A.RETURN_RESERVATION) == ("return_reservation", CUSTOMER, "order-1", "a", returned)


@pytest.mark.parametrize(
    ("kind", "commitment"),
    [(K.RESERVATION, CommitmentKind.RESERVATION), (K.SAVINGS_PLAN, CommitmentKind.SAVINGS_PLAN)],
)
def test_the_renewal_of_a_commitment_is_stopped_by_its_kind(kind: HoldingKind, commitment: CommitmentKind) -> None:
    item = thing(kind, parent_id="order-1")

    assert sent(item, A.STOP_RENEWAL) == ("stop_renewal", CUSTOMER, commitment, "order-1", "a")


# What is due.


def due(at: Desk, kinds: frozenset[ActionKind] = EVERY) -> list[tuple[str, ActionKind]]:
    return [(item.record.holding.name, item.kind) for item in due_actions(at.session, kinds)]


def licence(name: str, **fields: Any) -> HoldingRecord:
    """An NCE licence inside its window."""
    return known(thing(K.NCE_LICENCE, name, cancellable_until=EARLIER + timedelta(days=30), **fields))


def test_what_has_a_parent_comes_first_and_each_by_its_key() -> None:
    records = [
        licence("d"),
        licence("c", parent_id="x"),
        licence("b"),
        licence("a", parent_id="x"),
        known(thing(name="e")),
    ]
    at = desk(*records)

    assert due(at) == [("a", A.CANCEL), ("c", A.CANCEL), ("b", A.CANCEL), ("d", A.CANCEL), ("e", A.SUSPEND)]


def test_only_the_wanted_kinds_are_due_and_only_what_needs_an_action() -> None:
    at = desk(licence("a"), known(thing(name="b")), known(thing(K.PENDING_ORDER, "c")))

    assert due(at, SUSPEND_STAGE) == [("b", A.SUSPEND)]
    assert due(at, EVERY - SUSPEND_STAGE) == [("a", A.CANCEL)]
    assert due(at, frozenset()) == []


# Order and batches.


def perform_all(at: Desk) -> int:
    return perform(at.session, due_actions(at.session, EVERY))


def names(at: Desk) -> list[str]:
    return [call[2] for call in at.port.writes]


@pytest.mark.parametrize(("batch", "stored"), [(1, [1, 1, 1, 1, 1]), (2, [2, 2, 1]), (5, [5]), (8, [5])])
def test_intents_are_stored_a_batch_at_a_time(batch: int, stored: list[int]) -> None:
    at = desk(*(known(thing(name=name)) for name in "abcde"), pace=Pace(parallel=1, batch=batch))

    assert perform_all(at) == 5
    runs = [what for what, before in zip(at.whats, ["", *at.whats], strict=False) if what != before]
    assert runs == ["suspend.intended", "suspend.accepted"] * len(stored)
    assert names(at) == list("abcde")


def test_add_ons_are_sent_before_their_base() -> None:
    at = desk(licence("base"), licence("z-add-on", parent_id="base"), pace=Pace(parallel=1, batch=1))

    assert perform_all(at) == 2
    assert names(at) == ["z-add-on", "base"]


@pytest.mark.parametrize(
    ("answer", "sent_too"),
    [
        (WriteAnswer(200), True),
        (WriteAnswer(202), False),
        (UnavailableError("down"), False),
        (BusyError("busy"), False),
        (RefusedError("no", remote_code="900150"), True),
    ],
)
def test_a_base_waits_for_what_its_add_on_left_open_in_this_run(answer: object, sent_too: bool) -> None:
    def answers(_: str, name: str, *__: object) -> object:
        if name == "add-on" and isinstance(answer, Exception):
            raise answer
        return answer if name == "add-on" else DONE

    records = [licence("base"), licence("other"), licence("add-on", parent_id="base")]
    at = desk(*records, answers={"set_subscription_status": answers})
    perform_all(at)

    assert names(at) == ["add-on", "base", "other"] if sent_too else ["add-on", "other"]


def test_good_answers_are_counted_and_a_failed_call_holds_up_no_other() -> None:
    def answers(_: str, name: str, *__: object) -> WriteAnswer:
        if name == "b":
            raise UnavailableError("down")
        return DONE

    at = desk(*(known(thing(name=name)) for name in "abc"), answers={"set_subscription_status": answers})

    assert perform_all(at) == 2
    assert [at.last(f"subscription:{name}").state for name in "abc"] == [T.ACCEPTED, T.INTENDED, T.ACCEPTED]


def test_nothing_due_asks_for_nothing() -> None:
    at = desk(mode=Mode.PLAN)

    assert perform(at.session, []) == 0
    assert at.port.calls == []


# What stops everything.


@pytest.mark.parametrize("error", [ThrottledError("slow down"), SignInRequiredError("sign in")])
def test_what_concerns_every_call_is_raised_after_its_batch_is_recorded(error: RemoteError) -> None:
    def answers(_: str, name: str, *__: object) -> WriteAnswer:
        if name == "a":
            raise error
        return DONE

    at = desk(
        *(known(thing(name=name)) for name in "abc"),
        answers={"set_subscription_status": answers},
        pace=Pace(parallel=1, batch=2),
    )
    with pytest.raises(type(error)):
        perform_all(at)

    assert names(at) == ["a", "b"]
    assert [at.last(f"subscription:{name}").state for name in "ab"] == [T.POSTPONED, T.ACCEPTED]
    assert at.stored("subscription:c").actions == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"mode": Mode.PLAN},
        {"dry_run": True},
        {"partner": Partner(CUSTOMER)},
        {"partner": Partner(OURS, frozenset({CUSTOMER}))},
    ],
)
def test_no_intent_and_no_call_where_nothing_may_be_written(fields: dict[str, Any]) -> None:
    at = desk(known(thing()), **fields)
    with pytest.raises(BRAKES):
        perform_all(at)

    assert (at.port.calls, at.whats, at.stored("subscription:a").actions) == ([], [], ())


def test_no_intent_and_no_call_when_the_time_is_over() -> None:
    at = desk(known(thing()))
    at.clock.pass_machine(timedelta(minutes=6))
    with pytest.raises(ClaimEndingError):
        perform_all(at)

    assert (at.port.calls, at.whats, at.stored("subscription:a").actions) == ([], [], ())


def test_a_call_that_was_not_started_leaves_its_intent_as_it_was() -> None:
    def slow(*_: object) -> WriteAnswer:
        at.clock.pass_machine(timedelta(minutes=6))
        return DONE

    at = desk(known(thing(name="a")), known(thing(name="b")), answers={"set_subscription_status": slow})
    with pytest.raises(ClaimEndingError):
        perform_all(at)

    assert names(at) == ["a"]
    assert at.whats[-2:] == ["suspend.accepted", "suspend.not_started"]
    entry, last = at.timeline[-1], at.last("subscription:b")
    assert (entry.holding, entry.request_id) == ("subscription:b", last.request_id)
    assert (last.state, last.answered_at, last.retry_at, last.tries) == (T.INTENDED, None, None, 1)


def test_being_throttled_is_told_before_the_end_of_the_claim() -> None:
    def slow(*_: object) -> WriteAnswer:
        at.clock.pass_machine(timedelta(minutes=6))
        raise ThrottledError("slow down", retry_after=timedelta(minutes=3))

    records = [known(thing(name=name)) for name in "ab"]
    at = desk(*records, answers={"set_subscription_status": slow})
    with pytest.raises(ThrottledError):
        perform_all(at)

    assert names(at) == ["a"]


def test_what_was_written_is_what_the_session_knows() -> None:
    record = known(thing())
    at = desk(record)
    perform(at.session, [DueAction(record, A.SUSPEND)])

    assert at.session.records == {"subscription:a": at.stored("subscription:a")}
    assert replace(at.stored("subscription:a"), actions=()) == record
