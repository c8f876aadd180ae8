"""What each answer to the removal leads to: what is stored of it, and with which id and dates the next try goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.errors import (
    BusyError,
    NoAnswerError,
    NoRelationshipError,
    RefusedError,
    RemoteError,
    ThrottledError,
    UnavailableError,
    Verdict,
)
from shared.domain.holdings.records import WriteAnswer
from shared.domain.offboarding.counters import Counters
from shared.domain.offboarding.removal import RemovalIntent, RemovalState
from shared.domain.offboarding.states import Stage
from shared.pipeline.core.outcome import Attention, Next
from shared.pipeline.stages.remove import remove
from tests.unit.pipeline.stages.test_remove_permit import removing, request_id
from tests.unit.support.scripted import NOW, OFFBOARDING, Tenant, clock_of, complete, legacy, noted, stored

EARLIER = NOW - timedelta(hours=1)


def refused(**fields: Any) -> RefusedError:
    return RefusedError("something is active", **{"status": 400, "remote_code": "5000", **fields})


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (NoAnswerError("time-out"), {}),
        (
            UnavailableError("oops", status=503),
            {"answered_at": NOW, "code": "unavailable", "state": RemovalState.UNCLEAR},
        ),
        (
            UnavailableError("oops", status=500, remote_code="E1"),
            {"answered_at": NOW, "code": "E1", "state": RemovalState.UNCLEAR},
        ),
        (
            ThrottledError("slow", status=429),
            {"answered_at": NOW, "code": "throttled", "state": RemovalState.WITHOUT_EFFECT},
        ),
    ],
)
def test_what_settles_nothing_is_raised_and_kept_for_the_next_try(error: RemoteError, kept: dict[str, Any]) -> None:
    session = removing(Tenant(removed=error))

    with pytest.raises(type(error)):
        remove(session)
    assert stored(session).removal == replace(RemovalIntent(1, request_id(1), NOW), **kept)
    assert session.offboarding.counters == Counters()


FIRST = RemovalIntent(1, request_id(1), EARLIER)
ANSWERED = replace(FIRST, state=RemovalState.UNCLEAR, answered_at=EARLIER)


@pytest.mark.parametrize(
    ("last", "following"),
    [
        # No answer: the same id, another try, and the log is searched from the first of them.
        (FIRST, RemovalIntent(1, request_id(1), EARLIER, tries=2)),
        (replace(FIRST, tries=2), RemovalIntent(1, request_id(1), EARLIER, tries=3)),
        (replace(FIRST, n=4), RemovalIntent(4, request_id(4), EARLIER, tries=2)),
        # An answer that settles nothing: a new id, and it may have taken effect all the same.
        (ANSWERED, RemovalIntent(2, request_id(2), EARLIER, tries=2)),
        (replace(ANSWERED, n=2, tries=2), RemovalIntent(3, request_id(3), EARLIER, tries=3)),
        # It had no effect, or was refused: a new id, and a first try again.
        (replace(ANSWERED, state=RemovalState.WITHOUT_EFFECT), RemovalIntent(2, request_id(2), NOW)),
        (replace(FIRST, state=RemovalState.WITHOUT_EFFECT, tries=3), RemovalIntent(2, request_id(2), NOW)),
        (replace(ANSWERED, state=RemovalState.REFUSED, status=400), RemovalIntent(2, request_id(2), NOW)),
        (replace(ANSWERED, state=RemovalState.REFUSED, status=400, tries=2), RemovalIntent(2, request_id(2), NOW)),
        # One before was accepted and showed no effect in time: what is found gone is its work.
        (
            replace(ANSWERED, state=RemovalState.ACCEPTED, status=200).had_no_effect(),
            RemovalIntent(2, request_id(2), EARLIER, accepted_before=True),
        ),
        (
            replace(ANSWERED, n=2, state=RemovalState.REFUSED, status=400, accepted_before=True),
            RemovalIntent(3, request_id(3), EARLIER, accepted_before=True),
        ),
    ],
)
def test_the_intent_that_follows_an_earlier_one(last: RemovalIntent, following: RemovalIntent) -> None:
    tenant = Tenant(removed=NoAnswerError("time-out"))
    session = removing(tenant, removal=last)

    with pytest.raises(NoAnswerError):
        remove(session)
    assert stored(session).removal == following
    assert tenant.calls[-1] == ("remove", session.offboarding.customer_id, following.request_id)


def test_a_removal_without_an_answer_is_repeated_with_the_same_id_until_one_comes() -> None:
    tenant = Tenant(removed=NoAnswerError("time-out"))
    session = removing(tenant)
    with pytest.raises(NoAnswerError):
        remove(session)
    clock_of(session).advance(timedelta(minutes=1))
    tenant.removed = WriteAnswer(204, detail="removed")

    assert remove(session) == Next(Stage.CONFIRM)
    assert [call[-1] for call in tenant.calls if call[0] == "remove"] == [request_id(1)] * 2
    assert stored(session).removal == RemovalIntent(
        1,
        request_id(1),
        NOW,
        RemovalState.ACCEPTED,
        NOW + timedelta(minutes=1),
        204,
        detail="removed",
        tries=2,
    )


def test_gone_already_goes_to_the_proofs() -> None:
    gone = NoRelationshipError("not a customer", status=400, remote_code="3000")
    tenant = Tenant(removed=gone)
    tenant.before = lambda name: setattr(tenant, "profile", gone) if name == "remove" else None
    session = removing(tenant)

    assert remove(session) == Next(Stage.CONFIRM)
    removal = stored(session).removal
    assert removal == RemovalIntent(1, request_id(1), NOW, RemovalState.REFUSED, NOW, 400, "3000", "not a customer")
    assert session.offboarding.counters.refusals == 0


@pytest.mark.parametrize(("status", "code"), [(400, "3000"), (404, "1000"), (403, "20002"), (404, "900159")])
@pytest.mark.parametrize("refusals", [0, 1, 2])
def test_gone_already_says_an_answer_about_a_customer_who_can_be_read(status: int, code: str, refusals: int) -> None:
    stray = NoRelationshipError("not a customer", status=status, remote_code=code)
    session = removing(Tenant(removed=stray), counters=Counters(refusals=refusals))

    outcome = remove(session)

    assert isinstance(outcome, Next if refusals < 2 else Attention)
    assert outcome.reason is not None
    assert outcome.reason.code == "removal_refused"
    assert "can still be read, and is looked at again" in outcome.reason.text
    if isinstance(outcome, Next):
        assert (outcome.stage, outcome.at) == (Stage.VERIFY, NOW + timedelta(minutes=2))


@pytest.mark.parametrize("last", [ANSWERED, FIRST, replace(ANSWERED, accepted_before=True)])
def test_gone_already_after_a_call_that_may_have_done_it_goes_to_the_proofs(last: RemovalIntent) -> None:
    stray = NoRelationshipError("not a customer", status=400, remote_code="3000")
    session = removing(Tenant(removed=stray), removal=last)

    assert remove(session) == Next(Stage.CONFIRM)


@pytest.mark.parametrize("refusals", [0, 1])
@pytest.mark.parametrize(
    ("retry_after", "wait"),
    [(None, 120), (timedelta(seconds=119), 120), (timedelta(seconds=121), 121), (timedelta(hours=2), 7200)],
)
def test_a_refusal_leads_back_to_the_gate_after_a_wait(refusals: int, retry_after: timedelta | None, wait: int) -> None:
    session = removing(Tenant(removed=refused(retry_after=retry_after)), counters=Counters(1, 2, refusals, 3))

    outcome = remove(session)

    assert isinstance(outcome, Next)
    assert (outcome.stage, outcome.at) == (Stage.VERIFY, NOW + timedelta(seconds=wait))
    assert outcome.reason is not None
    assert outcome.reason.code == "removal_refused"
    assert outcome.reason.text == "Partner Center refused the removal (400 5000): something is active"
    assert session.offboarding.counters == Counters(1, 2, refusals + 1, 3)
    removal = stored(session).removal
    assert removal == RemovalIntent(
        1, request_id(1), NOW, RemovalState.REFUSED, NOW, 400, "5000", "something is active"
    )
    assert noted(session, "removal.refused") == ["400 5000: something is active"]
    entries = session.services.store.timeline(OFFBOARDING)
    told = [(e.status, e.request_id) for e in entries if e.what == "removal.refused"]
    assert told == [(400, request_id(1))]


@pytest.mark.parametrize(
    ("refusals", "verdict", "asks"),
    [
        (1, None, False),
        (2, None, True),
        (3, None, True),
        (0, Verdict.OPERATOR, True),
        (0, Verdict.RETRY_LATER, False),
        (0, Verdict.CANNOT_NOW, False),
        (0, Verdict.BUG, False),
        (1, Verdict.ALREADY_DONE, False),
    ],
)
def test_the_third_refusal_or_one_for_an_operator_asks_a_person(
    refusals: int, verdict: Verdict | None, *, asks: bool
) -> None:
    session = removing(Tenant(removed=refused(verdict=verdict)), counters=Counters(refusals=refusals))

    outcome = remove(session)

    assert isinstance(outcome, Attention if asks else Next)
    assert outcome.reason is not None
    assert outcome.reason.code == "removal_refused"
    assert session.offboarding.counters.refusals == refusals + 1


@pytest.mark.parametrize(
    ("advice", "shown"),
    [("", "Look in Partner Center for what it names, then resume."), ("Ask Microsoft.", "Ask Microsoft.")],
)
def test_a_person_is_told_what_to_do(advice: str, shown: str) -> None:
    outcome = remove(removing(Tenant(removed=refused(advice=advice, verdict=Verdict.OPERATOR))))

    assert isinstance(outcome, Attention)
    assert outcome.reason.operator_action == shown


def test_a_refusal_without_a_code_is_told_by_its_kind() -> None:
    session = removing(Tenant(removed=BusyError("wait", status=409)))

    outcome = remove(session)

    assert isinstance(outcome, Next)
    assert outcome.reason is not None
    assert outcome.reason.text == "Partner Center refused the removal (409 busy): wait"
    removal = stored(session).removal
    assert removal is not None
    assert removal.code == "busy"


def test_a_refusal_without_a_status_is_no_acceptance() -> None:
    session = removing(Tenant(removed=RefusedError("nothing was sent")))

    assert isinstance(remove(session), Next)
    removal = stored(session).removal
    assert removal is not None
    assert (removal.status, removal.state) == (0, RemovalState.REFUSED)


def test_the_orders_that_a_refusal_names_are_looked_up_among_the_holdings() -> None:
    held = legacy(status="suspended", order_id="order-77")
    named = refused(sentence="Something is active.")
    named.message = "active items in the following orders: order-77"
    session = removing(Tenant(subscriptions=complete(held), removed=named))

    outcome = remove(session)

    assert isinstance(outcome, Next)
    assert outcome.reason is not None
    assert outcome.reason.text == (
        "Partner Center refused the removal (400 5000): Something is active. "
        "Order order-77 is that of legacy-1 (legacy_licence, suspended)."
    )


def test_a_long_refusal_is_kept_in_three_hundred_characters() -> None:
    session = removing(Tenant(removed=RefusedError("x" * 400, status=400)))
    remove(session)
    removal = stored(session).removal
    assert removal is not None
    assert removal.detail == "x" * 299 + "…"
