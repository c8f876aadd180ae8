"""Delegated admin relationships: ended after the customer is gone, each asked for once, never before."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.domain.errors import (
    BusyError,
    ClaimEndingError,
    RefusedError,
    RemoteError,
    ThrottledError,
    UnavailableError,
)
from shared.domain.holdings.records import DelegatedRelationship
from shared.domain.offboarding.identifiers import ms_request_id
from shared.domain.offboarding.removal import RemovalIntent
from shared.domain.offboarding.states import Stage
from shared.domain.policy import Mode, Partner, Policy, Restriction
from shared.pipeline.core.outcome import Again, Finish
from shared.pipeline.core.session import Session
from shared.pipeline.stages.confirm import confirm
from tests.unit.pipeline.stages.test_confirm_proofs import ACCEPTED, LEGACY, confirming, gone
from tests.unit.support.brakes import BRAKES
from tests.unit.support.scripted import (
    CUSTOMER,
    DONE,
    NOW,
    OFFBOARDING,
    PACE,
    PARTNER,
    PROFILE,
    Tenant,
    clock_of,
    complete,
    noted,
    services,
    session_at,
    stored,
)


def gdap(*statuses: str) -> Any:
    """Relationships g1, g2 … in these states."""
    return complete(*(DelegatedRelationship(f"g{n}", f"Admin {n}", word) for n, word in enumerate(statuses, 1)))


def detail(session: Session) -> tuple[bool, str]:
    proof = next(item for item in session.offboarding.proofs if item.name == "delegated_admin")
    return proof.holds, proof.detail


@pytest.mark.parametrize("status", ["terminated", "expired", "Terminated", "EXPIRED"])
def test_what_has_ended_is_left_alone(status: str) -> None:
    tenant = gone(gdap=gdap(status))
    session = confirming(tenant)

    assert isinstance(confirm(session), Finish)
    assert "terminate" not in tenant.names
    assert detail(session) == (True, "the only delegated admin relationship has ended")


def test_several_that_have_ended_are_counted() -> None:
    session = confirming(gone(gdap=gdap("terminated", "expired", "terminated")))

    assert isinstance(confirm(session), Finish)
    assert detail(session) == (True, "all 3 delegated admin relationships have ended")


@pytest.mark.parametrize("status", ["terminationRequested", "terminating", "TERMINATING"])
def test_what_is_ending_is_waited_for_and_not_asked_for(status: str) -> None:
    tenant = gone(gdap=gdap(status, "terminated"))
    session = confirming(tenant)

    assert isinstance(confirm(session), Again)
    assert "terminate" not in tenant.names
    assert detail(session) == (False, "1 of 2 delegated admin relationships not ended yet")


@pytest.mark.parametrize("status", ["active", "created", "approved", "activating", "expiring", "?", ""])
def test_everything_else_is_asked_to_end_once(status: str) -> None:
    tenant = gone(gdap=gdap("expired", status))
    session = confirming(tenant)

    assert isinstance(confirm(session), Again)
    request_id = ms_request_id(OFFBOARDING, "gdap:g2", "terminate", 1)
    assert [call for call in tenant.calls if call[0] == "terminate"] == [("terminate", "g2", request_id)]
    assert stored(session).gdap_requested == ("g2",)
    assert detail(session) == (False, "1 of 2 delegated admin relationships not ended yet")

    confirm(session)
    assert tenant.names.count("terminate") == 1
    assert noted(session, "gdap.intended") == ["Admin 2"]
    assert noted(session, "gdap.accepted") == ["done"]


def test_each_intent_is_stored_before_its_call() -> None:
    tenant = gone(gdap=gdap("active", "active"))
    session = confirming(tenant)
    seen: list[int] = []

    def look(name: str) -> None:
        if name == "terminate":
            entries = session.services.store.timeline(OFFBOARDING)
            seen.append(sum(entry.what == "gdap.intended" for entry in entries))

    tenant.before = look
    confirm(session)

    assert seen == [1, 2]
    assert stored(session).gdap_requested == ("g1", "g2")
    entries = [e for e in session.services.store.timeline(OFFBOARDING) if e.what.startswith("gdap.")]
    assert [(entry.holding, entry.status) for entry in entries] == [
        ("gdap:g1", None),
        ("gdap:g1", 200),
        ("gdap:g2", None),
        ("gdap:g2", 200),
    ]
    assert entries[0].request_id == ms_request_id(OFFBOARDING, "gdap:g1", "terminate", 1)


def test_a_refusal_holds_up_no_other_and_is_asked_for_again_a_day_later() -> None:
    tenant = gone(gdap=gdap("active", "active"), terminated=RefusedError("not now", status=409))
    session = confirming(tenant)

    assert isinstance(confirm(session), Again)
    assert [call[1] for call in tenant.calls if call[0] == "terminate"] == ["g1", "g2"]
    assert session.offboarding.gdap_requested == ()
    for _ in range(10):
        confirm(session)
        clock_of(session).advance(timedelta(hours=2))
    assert tenant.names.count("terminate") == 2, "a refused write is remembered"
    assert detail(session)[1].endswith("not ended yet; refused: Admin 1: 409: not now; Admin 2: 409: not now")
    clock_of(session).advance(timedelta(hours=4))
    confirm(session)
    assert tenant.names.count("terminate") == 4
    ids = [call[2] for call in tenant.calls if call[0] == "terminate"]
    assert ids[2] == ms_request_id(OFFBOARDING, "gdap:g1", "terminate", 2), "raised after any answer"
    assert noted(session, "gdap.refused") == ["409: not now"] * 4
    refused = [e for e in session.services.store.timeline(OFFBOARDING) if e.what == "gdap.refused"]
    assert {(entry.holding, entry.status) for entry in refused} == {("gdap:g1", 409), ("gdap:g2", 409)}


@pytest.mark.parametrize(
    ("retry_after", "word", "after", "again"),
    [
        (None, "approved", timedelta(hours=23), False),
        (None, "approved", timedelta(hours=24), True),
        (None, "active", timedelta(minutes=2), True),
        (timedelta(minutes=5), "approved", timedelta(minutes=4), False),
        (timedelta(minutes=5), "approved", timedelta(minutes=5), True),
    ],
)
def test_a_refused_end_is_asked_for_again_when_something_changed_or_it_is_time(
    retry_after: timedelta | None, word: str, after: timedelta, *, again: bool
) -> None:
    busy = BusyError("wait", status=409, retry_after=retry_after)
    tenant = gone(gdap=gdap("approved"), terminated=busy)
    session = confirming(tenant)
    confirm(session)
    tenant.gdap = gdap(word)
    clock_of(session).advance(after)
    confirm(session)

    assert tenant.names.count("terminate") == (2 if again else 1)


@pytest.mark.parametrize("word", ["approvalPending", "APPROVALPENDING"])
@pytest.mark.parametrize("removal", [ACCEPTED, None])
@pytest.mark.parametrize("made", [NOW - timedelta(days=80), None])
def test_an_invitation_that_nobody_answered_is_named_and_holds_nothing_up(
    word: str, removal: RemovalIntent | None, made: datetime | None
) -> None:
    invited = DelegatedRelationship("g1", "Support", word, created_at=made)
    tenant = gone(gdap=complete(invited, DelegatedRelationship("g2", "Old", "terminated")))
    session = confirming(tenant, removal=removal)
    outcome = confirm(session)
    if removal is None:
        clock_of(session).advance(timedelta(minutes=10))
        outcome = confirm(session)

    assert isinstance(outcome, Finish)
    assert "terminate" not in tenant.names
    assert detail(session) == (
        True,
        "the only delegated admin relationship has ended; 1 invitation without an answer will lapse",
    )
    named = session.offboarding.survivors[-1]
    assert "(GDAP) Support" in named
    assert ("lapses on 2026-06-11" if made else "lapses within 90 days") in named


def test_being_throttled_ends_this_round() -> None:
    tenant = gone(gdap=gdap("active", "active"), terminated=ThrottledError("slow down", status=429))

    with pytest.raises(ThrottledError):
        confirm(confirming(tenant))
    assert tenant.names.count("terminate") == 1


@pytest.mark.parametrize("late", ["contact_refused", "audited"])
@pytest.mark.parametrize(
    ("error", "ended"), [(UnavailableError("down"), True), (ThrottledError("slow down", status=429), False)]
)
def test_what_cannot_be_asked_after_them_keeps_none_alive(late: str, error: RemoteError, *, ended: bool) -> None:
    tenant = gone(gdap=gdap("active"), **{late: error})

    with pytest.raises(type(error)):
        confirm(confirming(tenant, records=(LEGACY,)))
    assert ("terminate" in tenant.names) is ended


def test_gone_means_neither_listed_nor_readable_and_nothing_more() -> None:
    tenant = gone(gdap=gdap("active"), subscriptions=complete(), orders=complete())

    assert isinstance(confirm(confirming(tenant)), Again)
    assert tenant.names.count("terminate") == 1


@pytest.mark.parametrize("answers", [{"customers": complete(PROFILE)}, {"profile": PROFILE}])
def test_nothing_ends_while_the_customer_may_still_be_ours(answers: dict[str, Any]) -> None:
    tenant = gone(gdap=gdap("active", "expired"), **answers)
    session = confirming(tenant)

    assert isinstance(confirm(session), Again)
    assert "terminate" not in tenant.names
    assert detail(session) == (False, "1 delegated admin relationships end as soon as the customer is gone")


@pytest.mark.parametrize("how", ["configured", "requested"])
def test_they_are_left_alone_as_configured_or_requested(how: str) -> None:
    tenant = gone(gdap=gdap("active"))
    policy = Policy(terminate_gdap=how != "configured")
    wanted = {"restrictions": (Restriction.LEAVE_GDAP,) if how == "requested" else ()}
    session = session_at(Stage.CONFIRM, tenant, within=services(tenant, policy=policy), wanted=wanted, removal=ACCEPTED)

    assert isinstance(confirm(session), Finish)
    assert not {"gdap", "terminate"} & set(tenant.names)
    assert detail(session) == (
        True,
        "delegated admin relationships are left alone, because the settings or the request say so",
    )


@pytest.mark.parametrize(
    ("wanted", "fields"),
    [
        ({"dry_run": True}, {}),
        ({}, {"mode": Mode.PLAN}),
        ({}, {"partner": Partner(PARTNER, frozenset({CUSTOMER}))}),
        ({}, {"partner": Partner(CUSTOMER)}),
    ],
)
def test_nothing_ends_where_nothing_may_be_written(wanted: dict[str, Any], fields: dict[str, Any]) -> None:
    tenant: Tenant = gone(gdap=gdap("active"))
    session = session_at(Stage.CONFIRM, tenant, within=services(tenant, **fields), wanted=wanted, removal=ACCEPTED)

    with pytest.raises(BRAKES):
        confirm(session)
    assert "terminate" not in tenant.names


def test_nothing_ends_when_the_claim_is_about_to_end() -> None:
    tenant = gone(gdap=gdap("active"))
    session = confirming(tenant)
    clock_of(session).pass_machine(PACE.work_budget + timedelta(seconds=1))

    with pytest.raises(ClaimEndingError):
        confirm(session)
    assert "terminate" not in tenant.names


@pytest.mark.parametrize("answer", [DONE, RefusedError("not now", status=409)])
def test_an_answered_end_is_progress_when_time_runs_out(answer: Any) -> None:
    """The runner goes on at once then; without any answer it counts a fault."""
    tenant = gone(gdap=gdap("active", "active"), terminated=answer)
    session = confirming(tenant)

    def slow(name: str) -> None:
        if name == "terminate":
            clock_of(session).pass_machine(PACE.work_budget + timedelta(seconds=1))

    tenant.before = slow
    with pytest.raises(ClaimEndingError):
        confirm(session)
    assert tenant.names.count("terminate") == 1
    assert session.answered
