"""What will be done about each holding, and what the returns of a plan give together."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from shared.domain.decisions.blockers import ActionKind
from shared.domain.decisions.plan import draft_plan
from shared.domain.decisions.planned_work import LAST_CALL, PlannedWork, planned_work
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.holdings.model import HoldingKind, HoldingStatus
from shared.domain.money import Money, ToldRefund
from shared.domain.policy import Policy, Renewals
from tests.unit.domain.support import EARLIER, LATER, NOW, holding, record, situation

K, A = HoldingKind, ActionKind
NEW = holding(K.NCE_LICENCE, key="c:new", id="1", cancellable_until=LATER, name="New")
LATE = replace(NEW, key="a:late", id="2", cancellable_until=EARLIER, term_end=LATER, auto_renew=True)
ENDED = holding(K.LEGACY_LICENCE, HoldingStatus.SUSPENDED, key="b:ended", id="3")
UNKNOWN = holding(K.NCE_LICENCE, HoldingStatus.UNKNOWN, key="d:unknown", id="4", name="Odd")


def reserved(number: int, told: Money | None) -> HoldingRecord:
    found = holding(K.RESERVATION, key=f"r:{number}", id=f"r-{number}", parent_id="order", name=f"R{number}")
    return record(found, refund=ToldRefund(told, NOW) if told else None)


def test_what_has_ended_has_no_work_and_what_nothing_puts_back_comes_first() -> None:
    found = planned_work(situation(LATE, ENDED, NEW, UNKNOWN))
    assert found == (
        PlannedWork("c:new", "New", (A.CANCEL,), closes_at=LATER, earliest_at=NOW),
        PlannedWork("a:late", "New", (A.END_AT_TERM,), at=LATER, paid_until=LATER, earliest_at=NOW),
        PlannedWork("d:unknown", "Odd", ()),
    )
    assert [work.irreversible for work in found] == [True, False, False]


def test_a_start_is_told_of_what_waits_for_it_alone() -> None:
    start = LATER + timedelta(days=30)
    found = {work.key: work.at for work in planned_work(situation(LATE, NEW, UNKNOWN), start)}
    assert found == {"c:new": start, "a:late": LATER, "d:unknown": None}
    for past in (NOW, EARLIER):
        assert planned_work(situation(NEW), past)[0].at is None


def test_the_earliest_moment_is_that_of_start_grace_and_window() -> None:
    graceful = replace(situation(LATE, NEW, UNKNOWN), policy=Policy(grace=timedelta(days=30)))
    found = {work.key: work.earliest_at for work in planned_work(graceful)}
    assert found == {"c:new": LATER - LAST_CALL, "a:late": NOW, "d:unknown": None}, "its window closes before"
    start = LATER + timedelta(days=30)
    late = {work.key: work.earliest_at for work in planned_work(situation(LATE, NEW), start)}
    assert late == {"c:new": start, "a:late": start}
    ending = replace(situation(LATE, NEW), renewals=Renewals.END_WITH_TERM)
    assert {work.key: work.earliest_at for work in planned_work(ending, start)} == {"c:new": start, "a:late": NOW}
    short = replace(situation(NEW), policy=Policy(grace=timedelta(hours=3)))
    assert planned_work(short)[0].earliest_at == NOW + timedelta(hours=3)
    closing = replace(short, now=LATER - timedelta(minutes=5))
    assert planned_work(closing)[0].earliest_at == LATER - timedelta(minutes=5)


def test_refunds_are_added_up_within_a_currency_only() -> None:
    euro, dollar = Money(Decimal("10.05"), "EUR"), Money(Decimal("2.5"), "USD")
    records = [reserved(1, dollar), reserved(2, euro), reserved(3, euro), reserved(4, None)]
    found = situation(*records, record(NEW, refund=ToldRefund(dollar, NOW)))
    assert [work.refund for work in planned_work(found)] == [None, dollar, euro, euro, None]
    plan = draft_plan(found, ())
    assert plan.refunds == (Money(Decimal("20.10"), "EUR"), dollar)
    assert plan.irreversible == 5 + 2, "five holdings, the relationship and its delegated administration"
