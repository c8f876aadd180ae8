"""What each answer to a write leaves in the record: its state, its next try, what a person is told (I2, I7, I10)."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import ActionKind
from shared.domain.errors import (
    BusyError,
    NoAnswerError,
    OffboardingError,
    RefusedError,
    RemoteError,
    SettingsError,
    SignInRequiredError,
    ThrottledError,
    UnavailableError,
    UnreadableAnswerError,
    Verdict,
)
from shared.domain.holdings.ledger import ActionRecord, ActionState
from shared.domain.holdings.model import HoldingKind, HoldingStatus
from shared.domain.holdings.records import WriteAnswer
from shared.domain.money import Money, ToldRefund
from shared.domain.offboarding.identifiers import ms_request_id
from shared.domain.pace import Pace
from shared.pipeline.steps.answers import SLOW_EFFECTS
from shared.pipeline.steps.effects import DueAction, perform
from tests.unit.domain.support import EARLIER
from tests.unit.support.ports import Desk, desk, known, thing

A, K, S, T = ActionKind, HoldingKind, HoldingStatus, ActionState
PACE = Pace(parallel=1)
SECOND = timedelta(seconds=1)
KEY = "subscription:a"


def act(state: ActionState, kind: ActionKind = A.SUSPEND, n: int = 1, **fields: Any) -> ActionRecord:
    return ActionRecord(kind, n, f"r-{n}", state, EARLIER, **fields)


def answered(answer: object, *before: ActionRecord, kind: ActionKind = A.SUSPEND, pace: Pace = PACE) -> Desk:
    """A desk after one write was answered like this, whatever was done before it."""
    writes = ("set_subscription_status", "end_at_term", "cancel_azure_subscription", "cancel_order_line")
    more = ("return_reservation", "stop_renewal", "renew_monthly", "reduce_seats")
    back = ("put_back", "reactivate_azure_subscription", "restore_renewal")
    record = known(thing(cancellable_until=EARLIER, parent_id="p"), *before)
    at = desk(record, answers=dict.fromkeys((*writes, *more, *back), answer), pace=pace)
    try:
        perform(at.session, [DueAction(record, kind)])
    except (ThrottledError, SignInRequiredError):
        assert isinstance(answer, ThrottledError | SignInRequiredError)
    return at


# A good answer.


@pytest.mark.parametrize("status", [200, 202])
def test_a_good_answer_is_kept_in_full(status: int) -> None:
    at = answered(WriteAnswer(status, detail="said yes"))
    request_id = ms_request_id("o-1", KEY, "suspend", 1)

    assert at.stored(KEY).actions == (
        ActionRecord(
            A.SUSPEND,
            1,
            request_id,
            T.ACCEPTED,
            at.now,
            at.now,
            status,
            detail="said yes",
            window=EARLIER,
            since=at.now,
        ),
    )
    intended, accepted = at.timeline
    assert (intended.what, intended.detail, intended.holding, intended.request_id) == (
        "suspend.intended",
        "a",
        KEY,
        request_id,
    )
    assert (accepted.what, accepted.detail, accepted.holding, accepted.status, accepted.request_id) == (
        "suspend.accepted",
        "said yes",
        KEY,
        status,
        request_id,
    )
    assert at.session.records[KEY] == at.stored(KEY)


@pytest.mark.parametrize("refund", [None, Money(Decimal(7), "EUR")])
def test_a_refund_that_is_told_is_kept(refund: Money | None) -> None:
    at = answered(WriteAnswer(202, refund=refund), kind=A.RETURN_RESERVATION)
    assert at.stored(KEY).refunded == (ToldRefund(refund, at.now) if refund else None)


# Which state an error leaves: by the error, and by whether a call before it may have had an effect.

ALREADY, OPERATOR = {"verdict": Verdict.ALREADY_DONE}, {"verdict": Verdict.OPERATOR}
READINGS: list[tuple[type[RemoteError], dict[str, Any], list[tuple[int, ActionState, str]]]] = [
    (ThrottledError, {}, [(1, T.POSTPONED, "postponed"), (2, T.INTENDED, "postponed"), (9, T.INTENDED, "postponed")]),
    (BusyError, {}, [(1, T.POSTPONED, "postponed"), (2, T.POSTPONED, "postponed"), (9, T.POSTPONED, "postponed")]),
    (SignInRequiredError, {}, [(1, T.POSTPONED, "postponed"), (9, T.POSTPONED, "postponed")]),
    (
        RefusedError,
        OPERATOR,
        [
            (1, T.REFUSED, "refused"),
            (2, T.POSTPONED, "postponed"),
            (3, T.POSTPONED, "postponed"),
            (4, T.REFUSED, "refused"),
            (9, T.REFUSED, "refused"),
        ],
    ),
    (
        RefusedError,
        ALREADY,
        [
            (1, T.INTENDED, "already_done"),
            (3, T.INTENDED, "already_done"),
            (4, T.REFUSED, "refused"),
            (9, T.REFUSED, "refused"),
        ],
    ),
    (UnavailableError, {}, [(1, T.INTENDED, "unclear"), (9, T.INTENDED, "unclear")]),
    (NoAnswerError, {}, [(1, T.INTENDED, "unclear"), (9, T.INTENDED, "unclear")]),
    (UnreadableAnswerError, {}, [(1, T.INTENDED, "unclear"), (9, T.INTENDED, "unclear")]),
]
ONE_BY_ONE = [(kind, fields, *row) for kind, fields, rows in READINGS for row in rows]


@pytest.mark.parametrize(("error", "fields", "tries", "state", "said"), ONE_BY_ONE)
def test_what_an_error_leaves_depends_on_the_tries_before_it(
    error: type[RemoteError], fields: dict[str, Any], tries: int, state: ActionState, said: str
) -> None:
    before = [act(T.INTENDED, tries=tries - 1)] if tries > 1 else []
    at = answered(error("no", status=418, remote_code="c-1", **fields), *before)
    last = at.last(KEY)

    assert last.state is state
    assert last.tries == (tries - 1 if error is ThrottledError else tries)
    assert last.answered_at == (None if error is NoAnswerError else at.now)
    assert (last.retry_at is None) is (error is ThrottledError)
    assert at.whats[-1] == f"suspend.{said}"
    assert (at.timeline[-1].status, at.timeline[-1].holding, at.timeline[-1].request_id) == (418, KEY, last.request_id)


@pytest.mark.parametrize(("remote_code", "kept"), [("900150", "900150"), ("", "refused")])
def test_what_was_refused_keeps_the_code_the_meaning_and_the_advice(remote_code: str, kept: str) -> None:
    error = RefusedError(
        "call: no", status=400, remote_code=remote_code, sentence="m" * 400, advice="Do this.", verdict=Verdict.OPERATOR
    )
    last = answered(error).last(KEY)

    assert (last.code, last.status, last.advice, last.detail) == (kept, 400, "Do this.", "m" * 299 + "…")


def test_what_was_never_sent_is_refused_by_the_code_of_the_error() -> None:
    class OddError(OffboardingError):
        code = ReasonCode.INVALID_IMAGE

    last = answered(OddError("cannot be called")).last(KEY)

    assert (last.state, last.code, last.status) == (T.REFUSED, "invalid_image", None)
    assert answered(SettingsError("x")).last(KEY).code == "settings_invalid"


# When it is tried again.


@pytest.mark.parametrize(
    ("tries", "wait"),
    [
        (1, timedelta(seconds=30)),
        (2, timedelta(minutes=2)),
        (3, timedelta(minutes=2)),
        (4, timedelta(minutes=4)),
        (5, timedelta(minutes=8)),
        (7, timedelta(minutes=32)),
        (8, timedelta(hours=1)),
        (19, timedelta(hours=1)),
    ],
)
def test_the_longer_it_takes_the_less_often_it_is_tried(tries: int, wait: timedelta) -> None:
    before = [act(T.POSTPONED, tries=tries - 1)] if tries > 1 else []
    at = answered(BusyError("busy"), *before)

    assert at.last(KEY).retry_at == at.now + wait


def test_the_waits_double_no_further_than_their_limit_can_count() -> None:
    endless = replace(PACE, longest_retry=timedelta(days=999))
    for tries, factor in ((12, 2**11), (13, 2**12), (14, 2**12), (500, 2**12)):
        at = answered(BusyError("busy"), act(T.POSTPONED, tries=tries - 1), pace=endless)

        assert at.last(KEY).retry_at == at.now + PACE.first_retry * factor


@pytest.mark.parametrize("kind", A)
def test_what_shows_late_is_looked_at_before_it_is_written_again(kind: ActionKind) -> None:
    at = answered(UnavailableError("down"), kind=kind)
    slow = kind in {
        A.CANCEL_AZURE_SUBSCRIPTION,
        A.REACTIVATE_AZURE_SUBSCRIPTION,
        A.RETURN_RESERVATION,
        A.CANCEL_ORDER,
        A.REDUCE_SEATS,
    }

    assert at.last(KEY).retry_at == at.now + (PACE.settle_poll if slow else PACE.first_retry)
    assert (kind in SLOW_EFFECTS) is slow


@pytest.mark.parametrize(
    ("asked", "waits"),
    [
        (None, PACE.first_retry),
        (timedelta(0), PACE.first_retry),
        (PACE.first_retry - SECOND, PACE.first_retry),
        (PACE.first_retry + SECOND, PACE.first_retry + SECOND),
        (timedelta(days=2), timedelta(days=2)),
    ],
)
def test_no_try_before_the_service_allows_it(asked: timedelta | None, waits: timedelta) -> None:
    at = answered(BusyError("busy", retry_after=asked))

    assert at.last(KEY).retry_at == at.now + waits


# Which intent goes on, and under which number.


@pytest.mark.parametrize(
    ("before", "again", "n"),
    [
        (act(T.INTENDED, tries=3, n=2), True, 2),
        (act(T.INTENDED, tries=3, n=2, answered_at=EARLIER), True, 3),
        (act(T.POSTPONED, tries=3, n=2, answered_at=EARLIER), True, 3),
        (act(T.ACCEPTED, tries=3, n=2, answered_at=EARLIER), True, 3),
        (act(T.CONFIRMED, tries=3, n=2, answered_at=EARLIER), False, 3),
        (act(T.REFUSED, tries=3, n=2, answered_at=EARLIER), False, 3),
        (act(T.FORGIVEN, tries=3, n=2, answered_at=EARLIER), False, 3),
        (act(T.INTENDED, A.CANCEL, tries=3, n=2), False, 1),
        (act(T.POSTPONED, A.CANCEL, tries=3, n=2), False, 1),
        (None, False, 1),
    ],
)
def test_an_action_goes_on_or_a_new_one_begins(before: ActionRecord | None, again: bool, n: int) -> None:
    first = act(T.CONFIRMED, A.REACTIVATE)
    at = answered(WriteAnswer(200), first, *([before] if before else []))
    kept = [first] + ([before] if before and not again else [])
    done = at.last(KEY)

    assert at.stored(KEY).actions == (*kept, done)
    assert (done.kind, done.n, done.tries, done.intended_at) == (A.SUSPEND, n, 4 if again else 1, at.now)
    assert done.request_id == ms_request_id("o-1", KEY, "suspend", n)
    assert at.port.writes[-1][-1] == done.request_id


@pytest.mark.parametrize(
    ("before", "since"),
    [
        (act(T.POSTPONED, tries=2, since=EARLIER - SECOND), EARLIER - SECOND),
        (act(T.POSTPONED, tries=2), EARLIER),
        (act(T.CONFIRMED, since=EARLIER - SECOND), None),
    ],
)
def test_tries_in_a_row_are_counted_from_the_first_of_them(before: ActionRecord, since: datetime | None) -> None:
    at = answered(BusyError("busy"), before)

    assert at.last(KEY).since == (since or at.now)


@pytest.mark.parametrize("status", [S.PENDING, S.ACTIVE])
def test_an_intent_remembers_the_window_and_whether_it_was_pending(status: HoldingStatus) -> None:
    record = known(thing(K.NCE_LICENCE, status=status, cancellable_until=EARLIER))
    at = desk(record)
    perform(at.session, [DueAction(record, A.CANCEL)])

    assert (at.last(KEY).window, at.last(KEY).pending) == (EARLIER, status is S.PENDING)


def test_the_intent_is_stored_before_the_call() -> None:
    seen: list[ActionRecord] = []

    def call(*_: object) -> WriteAnswer:
        seen.append(at.last(KEY))
        return WriteAnswer(200)

    record = known(thing())
    at = desk(record, answers={"set_subscription_status": call})
    perform(at.session, [DueAction(record, A.SUSPEND)])

    assert [(item.state, item.answered_at, item.status) for item in seen] == [(T.INTENDED, None, None)]
