"""Refunds are priced in the plan: what Azure refuses is promised to nobody, and amounts are told as they were told."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.domain.decisions.plan import draft_plan
from shared.domain.errors import BusyError, RefusedError, RemoteError, SignInRequiredError, ThrottledError
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.holdings.model import HoldingKind, HoldingStatus
from shared.domain.money import Money, ToldRefund
from shared.domain.policy import Policy
from shared.pipeline.steps.refunds import QUOTES_LAST, ask_for_refunds, quote_refunds
from tests.unit.support.ports import CUSTOMER, desk, known, thing

K, S = HoldingKind, HoldingStatus
NO = RefusedError("no refund", remote_code="PolicyError", status=400)


def reservation(name: str = "a", *, no_refund: bool = False, **fields: Any) -> HoldingRecord:
    plain = {"parent_id": f"order-{name}", "quantity": 3}
    return known(thing(K.RESERVATION, name, **{**plain, **fields}), no_refund=no_refund)


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("refused", [True, False])
def test_the_answer_of_today_counts(before: bool, refused: bool) -> None:
    record = reservation(no_refund=before)
    at = desk(record, answers={"price_refund": NO if refused else None})
    ask_for_refunds(at.session)

    assert at.port.calls == [("price_refund", CUSTOMER, "order-a", "a", 3)]
    assert at.stored("subscription:a") == replace(record, no_refund=refused)
    assert at.session.records == at.store.holdings("o-1")
    assert [(change.holdings != ()) for change in at.store.changes] == [True] * (before is not refused)


def test_a_refusal_is_told_with_the_holding_and_shortened() -> None:
    at = desk(reservation(), answers={"price_refund": RefusedError("x" * 400)})
    ask_for_refunds(at.session)

    (entry,) = at.timeline
    assert (entry.what, entry.holding, entry.detail) == ("refund.refused", "subscription:a", f"a: {'x' * 299}…")


def test_a_granted_refund_is_not_told() -> None:
    at = desk(reservation(no_refund=True), answers={"price_refund": None})
    ask_for_refunds(at.session)

    assert at.whats == []


@pytest.mark.parametrize(("quantity", "asked"), [(None, 1), (1, 1), (7, 7)])
def test_the_whole_quantity_is_priced(quantity: int | None, asked: int) -> None:
    at = desk(reservation(quantity=quantity), answers={"price_refund": None})
    ask_for_refunds(at.session)

    assert at.port.calls[0][-1] == asked


def test_each_reservation_gets_its_own_answer() -> None:
    def price(_: str, __: str, name: str, ___: int) -> None:
        if name == "b":
            raise NO

    at = desk(*(reservation(name) for name in "abc"), answers={"price_refund": price})
    ask_for_refunds(at.session)

    assert [item.no_refund for item in at.store.holdings("o-1").values()] == [False, True, False]
    assert len(at.store.changes) == 1


@pytest.mark.parametrize(
    ("record", "policy"),
    [
        (reservation(), Policy(refund_reservations=False)),
        (reservation(status=S.CANCELLED), Policy()),
        (replace(reservation(), missing_since=reservation().first_seen_at), Policy()),
        (reservation(term_end=reservation().first_seen_at), Policy()),
        (known(thing(K.SAVINGS_PLAN, term_end=reservation().first_seen_at + timedelta(days=9))), Policy()),
        (known(thing(K.NCE_LICENCE)), Policy()),
    ],
)
def test_only_what_would_be_returned_is_priced(record: HoldingRecord, policy: Policy) -> None:
    at = desk(record, policy=policy)
    ask_for_refunds(at.session)

    assert (at.port.calls, at.store.changes) == ([], [])


@pytest.mark.parametrize("error", [BusyError("busy"), ThrottledError("slow down"), SignInRequiredError("sign in")])
def test_what_is_no_answer_about_the_refund_is_raised_and_changes_nothing(error: RemoteError) -> None:
    at = desk(reservation(), answers={"price_refund": error})
    with pytest.raises(type(error)):
        ask_for_refunds(at.session)

    assert at.store.changes == []


# Amounts.

POUNDS, EUROS = Money(Decimal("20.5"), "GBP"), Money(Decimal(7), "EUR")


@pytest.mark.parametrize(
    ("amount", "text"), [("20.5", "20.50 GBP"), ("1E+3", "1000.00 GBP"), ("0", "0.00 GBP"), ("-1.125", "-1.125 GBP")]
)
def test_an_amount_is_shown_with_two_decimals_at_least(amount: str, text: str) -> None:
    assert Money(Decimal(amount), "GBP").text == text


def test_what_was_quoted_is_kept_with_its_time_and_the_newest_counts() -> None:
    at = desk(reservation(), answers={"price_refund": POUNDS})
    ask_for_refunds(at.session)
    assert at.stored("subscription:a").refund == ToldRefund(POUNDS, at.now)
    assert at.stored("subscription:a").no_refund is False
    assert at.whats == []

    at.clock.advance(timedelta(hours=1))
    at.port.answers["price_refund"] = EUROS
    ask_for_refunds(at.session)
    assert at.stored("subscription:a").refund == ToldRefund(EUROS, at.now)


def test_a_plan_that_is_carried_out_tells_it_too_and_depends_on_nothing() -> None:
    def price(_: str, __: str, name: str, ___: int) -> Money:
        if name == "a":
            return POUNDS
        raise NO if name == "b" else ThrottledError("slow down")

    at = desk(*(reservation(name) for name in "abc"), answers={"price_refund": price})
    quote_refunds(at.session)

    stored = at.store.holdings("o-1")
    assert [item.refund for item in stored.values()] == [ToldRefund(POUNDS, at.now), None, None]
    assert [item.no_refund for item in stored.values()] == [False] * 3
    assert [item.quote_refused for item in stored.values()] == [False, True, False], "what cannot be read says nothing"
    assert [(entry.what, entry.holding) for entry in at.timeline] == [("refund.refused", "subscription:b")]


@pytest.mark.parametrize(("age", "asked"), [(QUOTES_LAST - timedelta(seconds=1), 0), (QUOTES_LAST, 1)])
def test_it_is_asked_for_once_a_day(age: timedelta, asked: int) -> None:
    at = desk(reservation(), answers={"price_refund": EUROS})
    at.session.save(holdings=[replace(reservation(), refund=ToldRefund(POUNDS, at.now - age))])
    at.store.changes.clear()
    quote_refunds(at.session)

    assert len(at.port.calls) == asked
    assert len(at.store.changes) == asked


def test_what_told_no_amount_in_the_first_plan_is_not_asked_again() -> None:
    at = desk(reservation(), answers={"price_refund": POUNDS})
    plan = draft_plan(at.session.situation, ())
    at.session.offboarding = replace(at.session.offboarding, plan=plan)
    quote_refunds(at.session)
    assert at.port.calls == []


def test_a_price_that_is_told_later_takes_the_refusal_away() -> None:
    at = desk(reservation(), answers={"price_refund": EUROS})
    refused = replace(reservation(), quote_refused=True, refund=ToldRefund(POUNDS, at.now - QUOTES_LAST))
    at.session.save(holdings=[refused])
    quote_refunds(at.session)
    assert at.stored("subscription:a") == replace(refused, quote_refused=False, refund=ToldRefund(EUROS, at.now))


def test_only_what_would_be_returned_is_quoted() -> None:
    at = desk(reservation(), policy=Policy(refund_reservations=False))
    quote_refunds(at.session)
    assert (at.port.calls, at.store.changes) == ([], [])
