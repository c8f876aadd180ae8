"""The session: who may be written to, until when a call may start, one conditional write for everything (I9, I10)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.codes import ReasonCode
from shared.domain.errors import (
    ClaimEndingError,
    ConcurrencyConflictError,
    ModePlanError,
    OffboardingError,
    ProtectedCustomerError,
    RefusedError,
)
from shared.domain.offboarding.messages import Destination, OutboundMessage, TimelineEntry, Who
from shared.domain.offboarding.record import Customer, Offboarding
from shared.domain.offboarding.states import Stage
from shared.domain.offboarding.timeline import Happening
from shared.domain.pace import Pace
from shared.domain.policy import Mode, Partner, Policy, Restriction
from shared.pipeline.core.evidence import fresh_salt
from shared.pipeline.core.progress import note_mode
from shared.pipeline.core.session import Session
from shared.ports.store import Change, Live, LiveElsewhere, Stored
from tests.unit.support.ports import CUSTOMER, OURS, desk, known, thing

ITEM = known(thing())


# The last line of defence.

GUARDED: list[tuple[type[OffboardingError], str, dict[str, Any]]] = [
    (RefusedError, "only plan", {"dry_run": True}),
    (ModePlanError, "mode plan", {"mode": Mode.PLAN}),
    (RefusedError, "only plan", {"dry_run": True, "mode": Mode.PLAN}),
    (ProtectedCustomerError, "own tenant", {"partner": Partner(CUSTOMER)}),
    (ProtectedCustomerError, "is protected by", {"partner": Partner(OURS, frozenset({"other", CUSTOMER}))}),
    (ProtectedCustomerError, "own tenant", {"customer_id": OURS}),
    (ProtectedCustomerError, "own tenant", {"customer_id": OURS, "mode": Mode.PLAN}),
]


@pytest.mark.parametrize(("kind", "why", "fields"), GUARDED)
def test_no_write_in_a_dry_run_or_in_mode_plan_or_to_whom_we_never_touch(
    kind: type[OffboardingError], why: str, fields: dict[str, Any]
) -> None:
    with pytest.raises(kind, match=why):
        desk(**fields).session.require_live()


@pytest.mark.parametrize(("kind", "why", "fields"), GUARDED)
def test_only_a_protected_customer_is_left_before_anything_is_due(
    kind: type[OffboardingError], why: str, fields: dict[str, Any]
) -> None:
    session = desk(**fields).session
    if kind is not ProtectedCustomerError:
        session.require_unprotected()
        return
    with pytest.raises(kind, match=why):
        session.require_unprotected()


@pytest.mark.parametrize("partner", [Partner(OURS), Partner(OURS, frozenset({"other"})), Partner(OURS, frozenset())])
def test_anybody_else_may_be_written_to(partner: Partner) -> None:
    desk(partner=partner).session.require_live()


def test_the_identified_customer_is_guarded_and_not_the_one_that_was_asked_for() -> None:
    session = desk().session
    session.offboarding = replace(session.offboarding, customer=Customer(OURS, "Ourselves", "ours.example"))

    with pytest.raises(ProtectedCustomerError, match="own tenant"):
        session.require_live()


# Until when a call may start.


@pytest.mark.parametrize(
    ("pace", "seconds"),
    [
        (Pace(), 300),
        (Pace(claim=timedelta(seconds=300)), 85),
        (Pace(claim=timedelta(seconds=200), call_timeout=timedelta(seconds=20)), 105),
        (Pace(claim=timedelta(seconds=300), margin=timedelta(seconds=50)), 65),
        (Pace(work_budget=timedelta(seconds=7)), 7),
    ],
)
def test_no_call_starts_after_the_budget_or_near_the_end_of_the_claim(pace: Pace, seconds: int) -> None:
    at = desk(pace=pace)
    at.clock.pass_machine(timedelta(seconds=seconds))
    at.session.require_time()
    at.clock.pass_machine(timedelta(microseconds=1))

    with pytest.raises(ClaimEndingError):
        at.session.require_time()


def test_time_is_counted_from_the_start_of_the_session_and_not_by_business_time() -> None:
    at = desk()
    at.clock.pass_machine(timedelta(hours=1))
    later = Session(Stored(at.session.offboarding, at.session.etag), at.services)
    at.clock.advance(timedelta(days=365))

    later.require_time()


# Records and policy.


def test_the_records_are_loaded_once() -> None:
    at = desk(ITEM)
    records = at.session.records

    assert records == {ITEM.holding.key: ITEM}
    assert at.session.records is records


@pytest.mark.parametrize("indirect", [True, False])
def test_a_request_narrows_the_policy_and_the_partner_says_whether_it_is_indirect(indirect: bool) -> None:
    at = desk(
        policy=Policy(strict_nce=False, indirect=not indirect),
        partner=Partner(OURS, indirect_provider=indirect),
        restrictions=(Restriction.STRICT_NCE, Restriction.NO_REFUNDS),
        reseller="111",
        reactivate_suspended=True,
    )

    assert at.session.policy == Policy(
        strict_nce=True, refund_reservations=False, reseller="111", indirect=indirect, reactivate_suspended=True
    )


# Notes and the one write.


def test_notes_are_numbered_stamped_and_stored_by_the_next_save_only() -> None:
    at = desk()
    at.session.note(Happening("first"), "one")
    at.clock.advance(timedelta(minutes=1))
    at.session.note(Happening("second"), holding="h", status=202, request_id="r-2")
    assert at.timeline == []
    at.session.save()
    at.session.note(Happening("third"))
    at.session.save()

    start = at.session.offboarding.created_at
    pipeline, cancel = Who.PIPELINE, Stage.CANCEL
    minute = start + timedelta(minutes=1)
    assert at.timeline == [
        TimelineEntry(1, start, pipeline, cancel, "first", "one"),
        TimelineEntry(2, minute, pipeline, cancel, "second", "", "h", 202, "r-2"),
        TimelineEntry(3, minute, pipeline, cancel, "third"),
    ]
    stored = at.store.load("o-1")
    assert stored is not None
    assert (stored.offboarding.timeline_length, at.session.offboarding) == (3, stored.offboarding)


def test_notes_say_who_caused_them_and_are_stored_once() -> None:
    at = desk()
    session = Session(Stored(at.session.offboarding, at.session.etag), at.services, Who.OPERATOR)
    session.offboarding = replace(session.offboarding, stage=None)
    session.note(Happening("resumed"))
    session.save()
    session.save()

    assert [(item.actor, item.stage) for item in at.timeline] == [(Who.OPERATOR, None)]
    assert [len(change.timeline) for change in at.store.changes] == [1, 0]


def test_a_log_line_names_the_offboarding_the_stage_and_the_holding(caplog: pytest.LogCaptureFixture) -> None:
    at = desk()
    with caplog.at_level("INFO", logger="offboarding"):
        at.session.note(Happening("cancel.intended"), "Base", holding="subscription:base")
        at.session.offboarding = replace(at.session.offboarding, stage=None)
        at.session.note(Happening("resumed"))

    first, second = caplog.records
    assert first.getMessage() == "o-1 cancel cancel.intended Base"
    places = [{name: vars(item)[name] for name in ("offboardingId", "stage", "holding")} for item in (first, second)]
    assert places == [
        {"offboardingId": "o-1", "stage": "cancel", "holding": "subscription:base"},
        {"offboardingId": "o-1", "stage": "", "holding": ""},
    ]


def test_one_write_stores_the_head_the_holdings_the_notes_and_what_is_owed() -> None:
    at = desk(ITEM)
    changed, new = replace(ITEM, no_refund=True), known(thing(name="b"))
    owed = OutboundMessage("m", Destination.EVENTS, b"{}", at.now)
    head: Offboarding = replace(at.session.offboarding, attempt=5)
    before = at.session.etag
    assert at.session.records == {"subscription:a": ITEM}
    at.session.note(Happening("x"))

    assert at.session.save(replace(head, timeline_length=1), holdings=iter([changed, new]), outbox=(owed,)) is None
    stored = at.store.load("o-1")
    assert stored is not None
    assert stored.offboarding.attempt == 5
    assert (at.session.offboarding, at.session.etag) == (stored.offboarding, stored.etag)
    assert at.session.etag != before
    assert at.store.holdings("o-1") == at.session.records == {"subscription:a": changed, "subscription:b": new}
    assert (at.store.outbox("o-1"), at.whats) == ([owed], ["x"])


def test_a_lost_claim_stores_nothing_and_keeps_what_the_session_knows() -> None:
    at = desk(ITEM)
    other = Session(Stored(at.session.offboarding, at.session.etag), at.services)
    other.save(replace(other.offboarding, attempt=9))
    etag = at.session.etag
    at.session.note(Happening("x"))

    with pytest.raises(ConcurrencyConflictError):
        at.session.save(holdings=[replace(ITEM, no_refund=True)])
    assert (at.stored("subscription:a"), at.whats, at.session.etag) == (ITEM, [], etag)
    assert at.session.records == {"subscription:a": ITEM}


@pytest.mark.parametrize("live", [Live.KEEP, Live.TAKE])
def test_a_customer_that_is_live_elsewhere_is_told_and_nothing_is_stored(live: Live) -> None:
    at = desk(ITEM)
    head = replace(at.session.offboarding, id="o-2")
    at.store.commit(Change(head, None, live=Live.TAKE))
    etag = at.session.etag
    at.session.note(Happening("x"))
    found = at.session.save(holdings=[replace(ITEM, no_refund=True)], live=live)

    if live is Live.KEEP:
        assert (found, at.whats) == (None, ["x"])
        return
    assert found == LiveElsewhere("o-2")
    assert (at.stored("subscription:a"), at.whats, at.session.etag) == (ITEM, [], etag)
    at.session.save()
    assert at.whats == ["x"]


# A plan that waits is looked at for months.


@pytest.mark.parametrize(
    ("stage", "looks", "what", "detail", "sent", "noted_again"),
    [
        (Stage.PLAN, True, "planned", "3 holdings", None, False),
        (Stage.PLAN, True, "planned", "4 holdings", None, True),
        (Stage.PLAN, True, "inventory", "3 holdings", None, True),
        (Stage.PLAN, True, "fault.busy", "3 holdings", None, True),
        (Stage.PLAN, True, "planned", "3 holdings", "m-1", True),
        (Stage.PLAN, False, "planned", "3 holdings", None, True),
        (Stage.RESTORE, True, "planned", "3 holdings", None, True),
        (None, True, "planned", "3 holdings", None, True),
    ],
)
def test_what_the_look_before_noted_is_noted_again_only_where_it_says_more(
    stage: Stage | None, looks: bool, what: str, detail: str, sent: str | None, noted_again: bool
) -> None:
    """Only by looks of a plan, never what was sent or failed; a withdrawal leads out of the plan between two looks."""
    at = desk()
    first = Session(Stored(replace(at.session.offboarding, stage=Stage.PLAN), at.session.etag), at.services, began=0.0)
    first.note(Happening("planned"), "3 holdings")
    first.note(Happening("fault.busy"), "3 holdings")
    first.remember_notes()
    first.save()
    before = len(at.whats)
    head = replace(first.offboarding, stage=stage)
    second = Session(Stored(head, first.etag), at.services, began=0.0 if looks else None)
    second.note(Happening(what), detail, request_id=sent)
    second.save()
    assert (len(at.whats) > before) is noted_again


@pytest.mark.parametrize(("stage", "kept"), [(Stage.PLAN, 2), (Stage.SUSPEND, 0), (None, 0)])
def test_what_a_look_of_the_plan_noted_is_remembered_until_it_goes_on(stage: Stage | None, kept: int) -> None:
    at = desk()
    head = replace(at.session.offboarding, stage=Stage.PLAN, noted=("older",))
    session = Session(Stored(head, at.session.etag), at.services, began=0.0)
    for what in ("identified", "planned", "planned"):
        session.note(Happening(what))
    session.offboarding = replace(session.offboarding, stage=stage)
    session.remember_notes()
    assert len(session.offboarding.noted) == kept
    assert "older" not in session.offboarding.noted


@pytest.mark.parametrize(
    ("mode", "dry_run", "held"),
    [(Mode.LIVE, False, False), (Mode.LIVE, True, False), (Mode.PLAN, False, True), (Mode.PLAN, True, False)],
)
def test_only_what_would_be_written_and_may_not_waits_for_the_word_to_go_live(
    mode: Mode, dry_run: bool, held: bool
) -> None:
    words = (ReasonCode.WENT_LIVE, ReasonCode.COMMITMENTS_REMAIN)
    at = desk(mode=mode, dry_run=dry_run)
    at.session.offboarding = replace(at.session.offboarding, words=words)
    note_mode(at.session)
    assert at.session.offboarding.held_by_mode is held
    assert at.session.offboarding.words == (words[1:] if held else words), "an earlier word was for an earlier plan"


def test_what_hides_a_text_has_128_random_bits() -> None:
    salts = {fresh_salt() for _ in range(50)}
    assert len(salts) == 50
    assert {len(bytes.fromhex(salt)) * 8 for salt in salts} == {128}
