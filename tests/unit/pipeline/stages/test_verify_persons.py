"""When verify asks a person: at once, or only after what passes by itself within a day; and never too late."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import Cause
from shared.domain.holdings.classify import reservation_holding
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.holdings.records import Collection, Entitlement, Order, Reservation, Subscription
from shared.domain.offboarding.counters import Counters
from shared.domain.policy import Commitments
from shared.pipeline.core.outcome import Again, Attention, Next, Outcome
from shared.pipeline.stages.verify import verify
from tests.unit.pipeline.stages.test_verify_record import dated, verifying
from tests.unit.support.scripted import NOW, PACE, Tenant, complete, legacy, licence, services, transfer

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LINE = "cannot be cancelled now and shows no end of its term"
ASK = "Ask Microsoft for its end date or cancel it, then resume."


def stuck(identity: str = "stuck") -> Subscription:
    """Only a person can take it away."""
    return licence(identity, ends=None, status="suspended")


def outcome_of(
    *items: Subscription, rechecks: int = 0, pace: Any = PACE, records: tuple[HoldingRecord, ...] = (), **more: Any
) -> Outcome:
    answers = {name: more.pop(name) for name in ("orders", "transfers", "entitlements", "reservations") if name in more}
    tenant = Tenant(subscriptions=complete(*items), **answers)
    within = services(tenant, pace=pace)
    return verify(verifying(tenant, within=within, records=records, counters=Counters(rechecks=rechecks), **more))


@pytest.mark.parametrize(("others", "more"), [((), ""), (("t2",), " (and 1 more)"), (("t2", "t3"), " (and 2 more)")])
def test_the_first_matter_for_a_person_is_told_and_how_many_there_are(others: tuple[str, ...], more: str) -> None:
    outcome = outcome_of(stuck(), *(stuck(name) for name in others), dated(2 * DAY))

    assert isinstance(outcome, Attention)
    assert outcome.reason.code == Cause.NO_TERM_END.value
    assert outcome.reason.text == f"stuck {LINE}{more}"
    assert outcome.reason.operator_action == ASK


@pytest.mark.parametrize(
    ("ends", "waits"), [(SECOND, True), (DAY - SECOND, True), (DAY, True), (DAY + SECOND, False), (9 * DAY, False)]
)
@pytest.mark.parametrize("rechecks", [0, 12, 500])
def test_a_date_within_a_day_is_waited_for_first_however_often_it_was_looked_at(
    ends: timedelta, rechecks: int, *, waits: bool
) -> None:
    outcome = outcome_of(dated(ends), stuck(), rechecks=rechecks)

    assert isinstance(outcome, Again if waits else Attention)
    if isinstance(outcome, Again):
        assert outcome.at == NOW + ends + SECOND
        assert outcome.reason.code == Cause.NO_TERM_END.value
        assert outcome.reason.text.startswith(f"a person is needed: stuck {LINE}. Meanwhile 1 commitment runs on")
        assert outcome.reason.operator_action == ASK


@pytest.mark.parametrize(
    ("slow", "rechecks", "waits"),
    [
        (DAY, 0, True),
        (DAY + SECOND, 0, False),
        (6 * HOUR, 11, True),
        (6 * HOUR, 12, False),
        (6 * HOUR, 13, False),
    ],
)
def test_what_may_itself_wait_for_that_person_is_waited_for_a_dozen_times(
    slow: timedelta, rechecks: int, *, waits: bool
) -> None:
    pace = replace(PACE, slow_recheck=slow)
    outcome = outcome_of(stuck(), transfers=complete(transfer()), rechecks=rechecks, pace=pace)

    assert isinstance(outcome, Again if waits else Attention)


def test_what_a_person_asks_for_alone_is_asked_for_at_once() -> None:
    assert isinstance(outcome_of(stuck()), Attention)


@pytest.mark.parametrize("rechecks", [0, 11])
def test_an_incomplete_read_is_repeated_a_dozen_times(rechecks: int) -> None:
    assert isinstance(outcome_of(orders=Collection((), 1), rechecks=rechecks), Again)


@pytest.mark.parametrize("rechecks", [12, 13])
def test_an_incomplete_read_that_stays_asks_a_person(rechecks: int) -> None:
    outcome = outcome_of(orders=Collection((), 1), rechecks=rechecks)

    assert isinstance(outcome, Attention)
    assert outcome.reason.code == Cause.INCOMPLETE_READ.value
    assert outcome.reason.text == "orders orders: 0 items were read but the answer says 1"
    assert outcome.reason.operator_action == "Look at the customer in Partner Center, then resume."


@pytest.mark.parametrize("rechecks", [12, 500])
def test_what_is_no_unread_collection_is_waited_for_however_often(rechecks: int) -> None:
    assert isinstance(outcome_of(orders=complete(Order("o", "pending", NOW)), rechecks=rechecks), Again)


def test_what_the_problem_itself_advises_comes_first() -> None:
    bought = Entitlement("virtualMachineReservedInstance", "o-1", "1", 1, resource_id="order-1")
    seen = reservation_holding(Reservation("order-1", "r-1", "VM", "Succeeded", 1, NOW - HOUR))
    # Shown before, so one odd answer is read again; a dozen of them are for a person.
    outcome = outcome_of(entitlements=complete(bought), records=(HoldingRecord(seen, NOW, NOW),), rechecks=12)

    assert isinstance(outcome, Attention)
    assert outcome.reason.code == Cause.INCOMPLETE_READ.value
    assert outcome.reason.operator_action.startswith("Grant the Admin agents group")


# "Stop and report" was planned as finished today.

STOP = {"commitments": Commitments.STOP}


def test_stop_asks_before_it_waits_for_a_date() -> None:
    outcome = outcome_of(dated(9 * DAY), dated(3 * DAY, "other"), wanted=STOP)

    assert isinstance(outcome, Attention)
    assert outcome.reason.code == "commitments_remain"
    assert outcome.reason.text == (
        "licence-1 is outside its cancellation window and ends with its term, as recorded, "
        "and the request says stop_and_report"
    )
    assert outcome.reason.operator_action == "Resume to wait for the end of what runs on."


@pytest.mark.parametrize(
    ("fields", "item"),
    [
        ({"wanted": STOP, "words": (ReasonCode.COMMITMENTS_REMAIN,)}, dated(9 * DAY)),
        ({"wanted": STOP}, legacy(status="pending")),
        ({"wanted": STOP}, licence(ends=-HOUR)),
        ({}, dated(9 * DAY)),
        ({"words": (ReasonCode.COMMITMENTS_REMAIN,)}, dated(9 * DAY)),
    ],
)
def test_it_waits_once_a_person_said_so_and_for_what_has_no_date(fields: dict[str, Any], item: Subscription) -> None:
    assert isinstance(outcome_of(item, **fields), Again)


@pytest.mark.parametrize("given", [False, True])
def test_what_a_person_was_asked_stands_until_the_word_is_given(*, given: bool) -> None:
    words = (ReasonCode.COMMITMENTS_REMAIN,) if given else ()
    outcome = outcome_of(legacy(status="deleted"), wanted=STOP, stopped_for="a term runs on", words=words)
    if given:
        assert isinstance(outcome, Next)
    else:
        assert isinstance(outcome, Attention)
        assert outcome.reason.text == "a term runs on, and the request says stop_and_report"
