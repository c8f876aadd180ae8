"""What is paid on, and until when, whatever became of an offboarding; and what came back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import OURS, ActionKind, Blocker, Cause, Remedy
from shared.domain.decisions.plan import Plan
from shared.domain.holdings.ledger import ActionRecord, ActionState, HoldingRecord
from shared.domain.holdings.model import HoldingKind
from shared.domain.money import Money, ToldRefund
from shared.domain.offboarding.paid import ENDED_NOTHING, OVER, Paid, as_told, paid_of, refunds_of, settle
from shared.domain.offboarding.record import Offboarding, Reason, Withdrawal
from shared.domain.offboarding.settled import PAYMENT_WORDS, Payment, Refunds, Settled, payment_words, together
from shared.domain.offboarding.states import Stage, Status
from shared.domain.people.actor import known_by_name
from tests.unit.domain.support import EARLIER, LATER, NOW, holding, record
from tests.unit.support.heads import head_of

P, K = Payment, HoldingKind
PLAN = Plan(3, (), 0, 0, 0, None, LATER, "d")
EMPTY, ASKS = replace(PLAN, holdings=0), replace(PLAN, undated_blockers=1)
CALLED_OFF = Withdrawal(known_by_name("Ada"), "they stay", NOW)
RENEWS = record(holding(K.NCE_LICENCE, term_end=LATER, auto_renew=True))
ENDS = record(holding(K.NCE_LICENCE, term_end=LATER, ends_at_term=True))
SOONER = record(holding(K.SAVINGS_PLAN, term_end=NOW + timedelta(days=1), auto_renew=False))
GONE = replace(RENEWS, missing_since=NOW)


def ended(status: Status, **fields: Any) -> Offboarding:
    return head_of(status, None, updated_at=NOW, **{"plan": PLAN, **fields})


def live(*causes: Cause, **fields: Any) -> Offboarding:
    until = fields.get("paid_until")
    blockers = tuple(Blocker(cause.value, "n", cause, Remedy.DATE, "d", paid_until=until) for cause in causes)
    return head_of(blockers=blockers, **{"plan": PLAN, **fields})


# From the head.


@pytest.mark.parametrize(
    ("head", "payment"),
    [
        (live(Cause.ACTION_DUE, plan=None), P.NOT_READ),
        (live(Cause.ACTION_DUE, Cause.SETTLING, Cause.WAITS_FOR_CHILDREN, Cause.WAITS_FOR_ADD_ON), P.UNTIL_DONE),
        (live(Cause.ACTION_DUE, Cause.OPEN_TRANSFER), P.NO_END_KNOWN),
        (live(plan=ASKS), P.NO_END_KNOWN),
        (live(Cause.ACTION_DUE, plan=ASKS), P.UNTIL_DONE),
        (live(), P.NOTHING),
        (live(plan=None), P.NOT_READ),
        (head_of(Status.RECEIVED, Stage.PLAN), P.NOT_READ),
        (ended(Status.PLANNED), P.NOTHING),
        (head_of(Status.RESTORING, Stage.RESTORE, plan=PLAN, withdrawal=CALLED_OFF), P.NO_END_KNOWN),
        (head_of(Status.NEEDS_ATTENTION, Stage.RESTORE, plan=PLAN, withdrawal=CALLED_OFF), P.NO_END_KNOWN),
        *((ended(status), P.NO_END_KNOWN) for status in ENDED_NOTHING),
        *((ended(status, paid_until=LATER), P.NO_END_KNOWN) for status in ENDED_NOTHING),
        *((ended(status, plan=EMPTY), P.NOTHING) for status in ENDED_NOTHING),
        *((ended(status, plan=None), P.NOT_READ) for status in (*ENDED_NOTHING, *OVER)),
        *((ended(status), P.NOTHING) for status in OVER),
    ],
)
def test_where_there_is_no_date_it_is_said_why(head: Offboarding, payment: Payment) -> None:
    assert paid_of(head) == Paid(payment)


@pytest.mark.parametrize(
    "head",
    [
        live(Cause.IN_TERM, paid_until=LATER),
        ended(Status.PLANNED, paid_until=LATER),
        ended(Status.ALREADY_REMOVED, paid_until=LATER),
    ],
)
def test_a_date_is_told_where_a_term_is_waited_for_or_was(head: Offboarding) -> None:
    assert paid_of(head) == Paid(P.UNTIL_DATE, LATER)


RUNS = Blocker("k", "n", Cause.REFUSED, Remedy.PERSON, "d", until=EARLIER)
TERM = Blocker("e", "n", Cause.IN_TERM, Remedy.DATE, "d", until=LATER, paid_until=LATER, again_at=EARLIER)


def test_a_known_end_hides_no_unknown_one() -> None:
    assert paid_of(replace(live(paid_until=LATER), blockers=(TERM,))) == Paid(P.UNTIL_DATE, LATER)
    assert paid_of(replace(live(paid_until=LATER), blockers=(TERM, RUNS))) == Paid(P.NO_END_KNOWN)
    opened = Blocker("transfer:t", "n", Cause.OPEN_TRANSFER, Remedy.RECHECK, "d")
    assert paid_of(replace(live(paid_until=LATER), blockers=(TERM, opened))) == Paid(P.UNTIL_DATE, LATER)


@pytest.mark.parametrize("cause", sorted(OURS))
def test_what_the_pipeline_ends_is_no_longer_its_own_matter_once_a_person_is_asked(cause: Cause) -> None:
    assert paid_of(live(cause)) == Paid(P.UNTIL_DONE)
    asked = Blocker("k", "n", cause, Remedy.PERSON, "d")
    assert asked.endless
    assert paid_of(replace(live(), blockers=(asked,))) == Paid(P.NO_END_KNOWN)


@pytest.mark.parametrize("blocker", [TERM, RUNS])
def test_where_nothing_is_ended_no_planned_date_is_told(blocker: Blocker) -> None:
    for head in (*(ended(status) for status in ENDED_NOTHING), live(withdrawal=CALLED_OFF)):
        bare = replace(blocker, until=None, paid_until=None, again_at=None)
        assert as_told(head, blocker) == as_told(head, blocker, RENEWS) == bare
        assert as_told(head, blocker, ENDS) == blocker
    assert as_told(live(), blocker, RENEWS) == as_told(ended(Status.PLANNED), blocker) == blocker


@pytest.mark.parametrize("status", sorted(ENDED_NOTHING | OVER))
def test_what_was_kept_at_the_end_is_said_of_it_ever_after(status: Status) -> None:
    head = ended(status, paid_until=EARLIER, settled=Settled(P.UNTIL_DATE, LATER))
    assert paid_of(head) == paid_of(head, (RENEWS,)) == Paid(P.UNTIL_DATE, LATER)


def test_of_a_dry_run_and_of_what_lives_the_holdings_say_no_more() -> None:
    for head in (ended(Status.PLANNED, paid_until=LATER), live(Cause.IN_TERM, paid_until=LATER)):
        assert paid_of(head, (GONE,)) == Paid(P.UNTIL_DATE, LATER)


# At the end.


@pytest.mark.parametrize(
    ("records", "payment", "until"),
    [
        ((), P.NOTHING, None),
        ((GONE,), P.NOTHING, None),
        ((RENEWS,), P.NO_END_KNOWN, None),
        ((ENDS, RENEWS), P.NO_END_KNOWN, None),
        ((ENDS,), P.UNTIL_DATE, LATER),
        ((SOONER, ENDS, GONE), P.UNTIL_DATE, LATER),
    ],
)
@pytest.mark.parametrize("status", sorted(ENDED_NOTHING))
def test_what_ended_nothing_has_a_date_only_where_all_of_it_ends_by_itself(
    status: Status, records: tuple[HoldingRecord, ...], payment: Payment, until: datetime | None
) -> None:
    head = ended(status, paid_until=EARLIER)
    assert settle(head, records, NOW) == Settled(payment, until)
    assert paid_of(head, records) == Paid(payment, until), "the same of what was stored before it was kept"


@pytest.mark.parametrize("status", sorted(ENDED_NOTHING | OVER))
def test_of_what_was_never_read_nothing_is_said(status: Status) -> None:
    assert settle(ended(status, plan=None), (), NOW) == Settled(P.NOT_READ)
    assert settle(ended(status, plan=None), (GONE,), NOW) == Settled(P.NOTHING)


def test_what_came_back_was_not_read_again() -> None:
    head = ended(Status.STOPPED, reason=Reason(ReasonCode.CAME_BACK, "x"))
    assert settle(head, (RENEWS,), NOW).payment is P.NOT_READ
    other = ended(Status.STOPPED, reason=Reason(ReasonCode.COMMITMENTS_REMAIN, "x"))
    assert settle(other, (RENEWS,), NOW).payment is P.NO_END_KNOWN


@pytest.mark.parametrize("status", sorted(OVER))
def test_what_is_over_tells_the_last_term_that_was_paid(status: Status) -> None:
    over = record(holding(K.NCE_LICENCE, term_end=EARLIER))
    assert settle(ended(status), (GONE, over), NOW) == Settled(P.UNTIL_DATE, EARLIER)
    assert settle(ended(status), (over, ENDS), NOW) == Settled(P.UNTIL_DATE, LATER)
    assert settle(ended(status, paid_until=NOW), (over,), NOW) == Settled(P.UNTIL_DATE, NOW)
    assert settle(ended(status), (GONE,), NOW) == Settled(P.NOTHING)


# In words.


def test_there_are_words_for_every_case() -> None:
    assert set(PAYMENT_WORDS) == set(Payment)
    assert Paid(P.UNTIL_DATE, LATER).words == "2026-06-04 12:00 UTC"
    assert Paid(P.NO_END_KNOWN).words == "runs on, no end known"


@pytest.mark.parametrize(
    ("word", "words"),
    [("no_end_known", "runs on, no end known"), ("in_the_stars", "in the stars"), (None, ""), ("", "")],
)
def test_a_word_of_a_later_version_stands_for_itself(word: str | None, words: str) -> None:
    assert payment_words(word) == words


# What came back.


def euro(amount: str, currency: str = "EUR") -> Money:
    return Money(Decimal(amount), currency)


def back(
    told: Money | None, quoted: Money | None, state: ActionState = ActionState.CONFIRMED, kind: ActionKind | None = None
) -> HoldingRecord:
    done = ActionRecord(kind or ActionKind.RETURN_RESERVATION, 1, "r", state, NOW)
    return record(
        holding(K.RESERVATION),
        actions=(done,),
        refunded=ToldRefund(told, NOW) if told else None,
        refund=ToldRefund(quoted, NOW) if quoted else None,
    )


def test_refunds_are_added_up_by_currency_and_only_of_returns_that_worked() -> None:
    found = refunds_of(
        (
            back(euro("10.50"), euro("11")),
            back(euro("0.25"), None),
            back(None, euro("3", "USD"), ActionState.ACCEPTED),
            back(None, None),
            back(None, euro("99"), ActionState.REFUSED),
            back(None, euro("98"), kind=ActionKind.STOP_RENEWAL),
            record(holding(K.RESERVATION), refund=ToldRefund(euro("97"), NOW)),
        )
    )
    assert found == Refunds(4, 2, (euro("11"), euro("3", "USD")), (euro("10.75"),))
    assert settle(ended(Status.REMOVED), (back(euro("1"), None),), NOW).refunds == Refunds(1, 0, (), (euro("1"),))


@pytest.mark.parametrize(
    ("refunds", "sentence"),
    [
        (Refunds(), "nothing was returned"),
        (Refunds(1, 1), "1 return without a confirmed amount"),
        (Refunds(2, 2, (euro("4"),)), "expected 4.00 EUR; 2 returns without a confirmed amount"),
        (
            Refunds(2, 0, (euro("4"), euro("5", "USD")), (euro("3.5"),)),
            "expected 4.00 EUR and 5.00 USD; confirmed 3.50 EUR",
        ),
    ],
)
def test_refunds_are_told_in_words(refunds: Refunds, sentence: str) -> None:
    assert refunds.sentence == sentence


def test_those_of_many_are_one_amount_for_each_currency() -> None:
    several = (
        Refunds(1, 0, (euro("4"),), (euro("3", "USD"),)),
        Refunds(),
        Refunds(2, 1, (euro("1"),), (euro("1", "USD"),)),
    )
    assert together(several) == Refunds(3, 1, (euro("5"),), (euro("4", "USD"),))
    assert together(()) == Refunds()
