"""accept: what is stored and owed for a new request, how far away it may start, and whom another live one stops."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_mock import MockerFixture

from local.world.world import World
from shared.domain.codes import ReasonCode
from shared.domain.errors import ConcurrencyConflictError, InvalidRequestError, RequestIdReusedError
from shared.domain.offboarding.identifiers import offboarding_id
from shared.domain.offboarding.messages import Destination, Who
from shared.domain.offboarding.record import Customer, Offboarding, Reason
from shared.domain.offboarding.request import FARTHEST_START
from shared.domain.offboarding.states import TERMINAL, Stage, Status
from shared.domain.policy import Commitments, Restriction
from shared.intake.accept import Acceptance, accept
from shared.pipeline.steps.rivals import end_as_rival
from tests.unit.support.heads import CUSTOMER, DAY, NOW, SECOND, head_of, keep, request_of
from tests.unit.support.worlds import StoreSwitch, on_queue

IDENTIFIED = Customer(CUSTOMER, "Contoso Ltd.", "Contoso.example")
ASKED = {"request_id": "req-2", "fingerprint": "2" * 64}


def world_with(status: Status = Status.RUNNING, **fields: Any) -> World:
    """A world in which another offboarding of the customer stands somewhere."""
    world = World()
    keep(world, head_of(status, **{"customer": IDENTIFIED, **fields}))
    return world


def asked(world: World, **fields: Any) -> tuple[Acceptance, Offboarding]:
    accepted = accept(request_of(**{**ASKED, **fields}), world.services)
    return accepted.acceptance, accepted.offboarding


def test_a_repetition_writes_nothing_and_is_told_what_is_stored(mocker: MockerFixture) -> None:
    world = World()
    _, first = asked(world)
    mocker.patch.object(world.store, "commit", side_effect=AssertionError("written again"))
    acceptance, found = asked(world)
    assert (acceptance, found) == (Acceptance.KNOWN, replace(first, timeline_length=1))


def test_a_new_offboarding_begins_with_planning_now() -> None:
    world = World()
    acceptance, found = asked(world)

    assert acceptance is Acceptance.NEW
    assert found.id == offboarding_id("req-2")
    assert (found.status, found.stage, found.attempt) == (Status.RECEIVED, Stage.PLAN, 1)
    assert (found.created_at, found.updated_at, found.next_attempt_at) == (NOW, NOW, NOW)
    assert (found.reason, found.other_id) == (None, None)
    stored = world.store.load(found.id)
    assert stored is not None
    assert stored.offboarding.timeline_length == 1
    [entry] = world.store.timeline(found.id)
    assert (entry.seq, entry.at, entry.actor, entry.stage) == (1, NOW, Who.REQUEST, Stage.PLAN)
    assert (entry.what, entry.detail) == ("received", "requested by tests: testing")


def test_a_new_offboarding_owes_one_event_and_one_wake_up() -> None:
    world = World()
    _, found = asked(world)
    [message] = on_queue(world, Destination.STAGE)
    [event] = world.events()

    assert json.loads(message.body) == {"offboardingId": found.id, "stage": "plan", "attempt": 1}
    assert (message.id, message.scheduled_at) == (f"{found.id}:plan:1", None)
    assert (event["type"], event["data"]["status"]) == ("offboarding.progress.v1", "received")


def test_what_is_stored_is_logged_with_its_offboarding(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    _, found = asked(World())
    assert any(record.__dict__.get("offboardingId") == found.id for record in caplog.records)


@pytest.mark.parametrize(
    ("start", "accepted"),
    [
        (None, True),
        (NOW - DAY, True),
        (NOW + FARTHEST_START, True),
        (NOW + FARTHEST_START + SECOND, False),
    ],
)
def test_a_start_beyond_every_commitment_is_a_mistake(start: datetime | None, accepted: bool) -> None:
    world = World()
    if accepted:
        assert asked(world, not_before=start)[0] is Acceptance.NEW
        return
    with pytest.raises(InvalidRequestError) as caught:
        asked(world, not_before=start)
    assert (caught.value.code, caught.value.field) == ("wrong_value", "notBefore")
    assert caught.value.rule == "must be within 1100 days"
    assert world.all() == []


def test_a_known_request_is_answered_whatever_its_start_is_by_now() -> None:
    world = World()
    start = NOW + FARTHEST_START
    first = asked(world, not_before=start)[1]
    world.clock.advance(timedelta(days=2000))
    acceptance, found = asked(world, not_before=start)
    assert (acceptance, found.id, len(world.all())) == (Acceptance.KNOWN, first.id, 1)


def test_another_body_under_a_known_id_is_refused_and_names_both() -> None:
    world = World()
    _, first = asked(world)
    with pytest.raises(RequestIdReusedError) as caught:
        asked(world, fingerprint="3" * 64)
    error = caught.value
    assert (error.request_id, error.offboarding_id) == ("req-2", first.id)
    assert str(error) == f"requestId req-2 belongs to offboarding {first.id}, which has another body"
    assert len(world.all()) == len(world.events()) == 1


def test_the_same_asked_for_by_somebody_else_is_the_same() -> None:
    world = World()
    _, first = asked(world)
    before = world.all()
    acceptance, found = asked(world, requested_by="Somebody Else", fingerprint="3" * 64, batch_id="other")
    assert (acceptance, found) == (Acceptance.KNOWN, first)
    assert world.all() == before


def test_a_real_change_beside_another_name_is_refused_and_named() -> None:
    world = World()
    asked(world)
    change = {"grace": timedelta(days=1), "reactivate_suspended": True, "not_before": NOW + timedelta(days=1)}
    for name, value in change.items():
        with pytest.raises(RequestIdReusedError) as caught:
            asked(world, requested_by="Somebody Else", fingerprint="3" * 64, **{name: value})
        named = {"grace": "graceSeconds", "reactivate_suspended": "suspendedLicences", "not_before": "notBefore"}[name]
        assert caught.value.fields == ("requestedBy", named)
        assert f"another body; not the same: requestedBy, {named}" in str(caught.value)


# Beside another one.


@pytest.mark.parametrize("status", Status)
def test_any_other_one_that_has_not_ended_is_live(status: Status) -> None:
    acceptance, _ = asked(world_with(status))
    assert acceptance is (Acceptance.NEW if status in TERMINAL else Acceptance.JOINED)


@pytest.mark.parametrize(
    ("live", "asks", "acceptance"),
    [
        ({}, {}, Acceptance.JOINED),
        ({}, {"domain": "contoso.example"}, Acceptance.JOINED),
        ({}, {"domain": None, "company_name": "Contoso Ltd."}, Acceptance.JOINED),
        ({}, {"domain": "contoso.example", "company_name": "Contoso Ltd."}, Acceptance.JOINED),
        # In doubt it is planned: the plan stage compares everything and takes the marker.
        ({}, {"domain": "another.example"}, Acceptance.NEW),
        ({}, {"company_name": "Another Ltd."}, Acceptance.NEW),
        ({}, {"domain": None, "company_name": "contoso ltd."}, Acceptance.NEW),
        ({}, {"customer_id": None}, Acceptance.NEW),
        ({}, {"customer_id": CUSTOMER.replace("1", "2")}, Acceptance.NEW),
        ({"customer": None}, {}, Acceptance.NEW),
        # A dry run takes no lock: it neither stops another one nor is stopped.
        ({}, {"dry_run": True}, Acceptance.NEW),
        ({"request": request_of(dry_run=True)}, {}, Acceptance.NEW),
        ({"request": request_of(dry_run=True)}, {"dry_run": True}, Acceptance.NEW),
        ({}, {"commitments": Commitments.STOP}, Acceptance.REFUSED),
        ({}, {"not_before": NOW + DAY}, Acceptance.REFUSED),
        ({}, {"reseller": "1234567"}, Acceptance.REFUSED),
        ({}, {"restrictions": (Restriction.NO_REFUNDS,)}, Acceptance.REFUSED),
        ({}, {"reactivate_suspended": True}, Acceptance.REFUSED),
    ],
)
def test_whom_a_live_one_stops(live: dict[str, Any], asks: dict[str, Any], acceptance: Acceptance) -> None:
    assert asked(world_with(**live), **asks)[0] is acceptance


def test_a_dry_run_of_the_customer_does_not_hide_the_live_one() -> None:
    world = world_with()
    keep(world, head_of(id="o-3", request=request_of(dry_run=True), customer=IDENTIFIED))
    keep(world, head_of(id="o-4", customer=None))
    assert asked(world)[1].other_id == "o-1"


def test_who_joins_is_told_what_to_follow_and_owes_no_work() -> None:
    world = world_with()
    acceptance, found = asked(world)

    assert (acceptance, found.status, found.stage) == (Acceptance.JOINED, Status.JOINED, None)
    assert (found.attempt, found.next_attempt_at, found.other_id) == (0, None, "o-1")
    assert (found.created_at, found.updated_at) == (NOW, NOW)
    assert found.reason == Reason(
        ReasonCode.JOINED, "offboarding o-1 is doing this already", "Follow the offboarding that joinedTo names."
    )
    [event] = world.events("req-2")
    assert (event["type"], event["data"]["joinedTo"]) == ("offboarding.joined.v1", "o-1")
    assert on_queue(world, Destination.STAGE) == []
    [entry] = world.store.timeline(found.id)
    assert (entry.what, entry.detail) == ("state.joined", "offboarding o-1 is doing this already")


def test_who_is_refused_is_told_by_whom_and_what_to_do() -> None:
    world = world_with()
    _, found = asked(world, commitments=Commitments.STOP)

    assert (found.status, found.stage, found.other_id) == (Status.REJECTED, None, "o-1")
    assert found.reason is not None
    assert found.reason.code == "live_with_other_options"
    assert found.reason.text == "offboarding o-1 of the same customer is live with other options"
    assert found.reason.operator_action.startswith("Wait for it, or join it")
    [event] = world.events("req-2")
    assert (event["type"], event["data"]["liveOffboardingId"]) == ("offboarding.rejected.v1", "o-1")
    assert [entry.what for entry in world.store.timeline(found.id)] == ["state.rejected"]


def test_beside_one_whose_request_is_not_known_nobody_joins() -> None:
    assert end_as_rival(request_of(), None, "o-1")[0] is Status.REJECTED
    assert end_as_rival(request_of(), head_of(request=request_of(**ASKED)), "o-1")[0] is Status.JOINED


# Races.


def test_a_record_that_vanishes_after_the_race_is_stored_by_another_try() -> None:
    """The write met another one, and the look after it meets nothing: begun again instead of answered wrongly."""
    world = World()
    store = StoreSwitch(world)

    def conflict() -> None:
        raise ConcurrencyConflictError("newer")

    store.before["commit"] = conflict
    acceptance, found = asked(world)
    assert acceptance is Acceptance.NEW
    assert world.store.load(found.id) is not None
    assert len(world.events()) == 1


@pytest.mark.parametrize(("fingerprint", "reused"), [("2" * 64, False), ("3" * 64, True)])
def test_who_loses_the_race_is_answered_as_a_repetition_or_as_a_reuse(fingerprint: str, reused: bool) -> None:
    world = World()
    store, services = StoreSwitch(world), world.services
    store.before["commit"] = lambda: accept(request_of(**{**ASKED, "fingerprint": fingerprint}), services)
    if reused:
        with pytest.raises(RequestIdReusedError):
            asked(world)
    else:
        assert asked(world)[0] is Acceptance.KNOWN
    assert len(world.all()) == len(world.events()) == 1
