"""A message that can never work: what its record, its copy and its event tell, so that the sender finds them."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import replace
from typing import Any

import pytest

from local.world.world import World
from shared.contracts.mistakes import LONGEST_TEXT
from shared.contracts.problems import problem_of
from shared.contracts.request import parse_request
from shared.domain.codes import ReasonCode
from shared.domain.errors import ConcurrencyConflictError, InvalidRequestError, RequestIdReusedError
from shared.domain.offboarding.identifiers import offboarding_id, rejection_id
from shared.domain.offboarding.messages import OutboundMessage, Who
from shared.domain.offboarding.record import Offboarding, Reason
from shared.domain.offboarding.states import Status
from shared.intake.reject import Refusal, reject_message
from shared.ports.store import Change
from tests.unit.support.heads import NOW
from tests.unit.support.scripted import CUSTOMER, DOMAIN, NAME, REQUEST
from tests.unit.support.worlds import StoreSwitch

ERROR = InvalidRequestError(ReasonCode.WRONG_VALUE, "notBefore", "must be a date", "soon")
REUSED = RequestIdReusedError("crm-7", "o-1")
GOOD = {"requestId": "crm-7", "correlationId": "case-9"}
WRAPPED = b'@\x06string\x083http://schemas.microsoft.com/2003/10/Serialization/\x99\x15{"requestId":"crm-7"}'


def rejected(
    body: object, message_id: str = "m-1", error: Refusal = ERROR
) -> tuple[Offboarding, OutboundMessage, dict[str, Any], World]:
    """The record, the copy and the event of one message."""
    world = World()
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    found = reject_message(raw, message_id, error, world.services)
    [copy], [event] = world.bus.rejected, world.events()
    return found, copy, event, world


def test_the_record_says_why_and_who_must_do_what() -> None:
    found, _, event, world = rejected(GOOD)
    stored = world.store.load(found.id)

    assert stored is not None
    assert stored.offboarding == found
    assert (found.status, found.stage, found.attempt, found.next_attempt_at) == (Status.REJECTED, None, 0, None)
    assert (found.created_at, found.updated_at, found.timeline_length) == (NOW, NOW, 1)
    assert found.reason == Reason(
        ReasonCode.WRONG_VALUE, str(ERROR), "Correct the field, and send the corrected request with a new request id."
    )
    assert (found.customer_id, found.request.domain, found.request.company_name) == (None, None, None)
    [entry] = world.store.timeline(found.id)
    assert (entry.seq, entry.at, entry.actor, entry.stage) == (1, NOW, Who.REQUEST, None)
    assert (entry.what, entry.detail) == ("state.rejected", str(ERROR))
    assert event["type"] == "offboarding.rejected.v1"
    assert event["data"]["reason"]["code"] == "wrong_value"
    assert world.store.outbox(found.id) == []


def test_the_copy_is_the_body_as_it_came_with_what_a_person_needs_beside_it() -> None:
    found, copy, _, _ = rejected(GOOD)

    assert (copy.id, copy.body, copy.created_at) == (f"{found.id}:1", json.dumps(GOOD).encode(), NOW)
    assert (copy.subject, copy.content_type, copy.correlation_id) == ("wrong_value", "application/octet-stream", "m-1")
    assert copy.properties == (
        ("code", "wrong_value"),
        ("field", "notBefore"),
        ("rule", str(ERROR)),
        ("errors", '[{"field": "notBefore", "rule": "must be a date"}]'),
        ("offboardingId", found.id),
        ("part", "1"),
        ("parts", "1"),
    )
    assert copy.scheduled_at is None


def test_properties_are_cut_to_what_the_queue_takes() -> None:
    error = InvalidRequestError(ReasonCode.WRONG_VALUE, "f" * 70, "r" * 2000)
    _, copy, _, _ = rejected(GOOD, "m" * 300, error)
    properties = dict(copy.properties)
    assert len(properties["rule"]) == 1024
    assert (copy.correlation_id, properties["field"]) == ("m" * 128, "f" * 70)


def test_event_and_copy_list_every_mistake_as_the_answer_over_http_does() -> None:
    body = {"version": "2", "requestId": "crm-7", "customerTenantId": "no guid", "dryRun": "yes", "colour": "red"}
    with pytest.raises(InvalidRequestError) as caught:
        parse_request(json.dumps(body).encode())
    _, copy, event, _ = rejected(body, error=caught.value)
    told, over_http = event["data"]["errors"], problem_of(caught.value)

    fields = ["version", "customerTenantId", "requestedBy", "reason", "dryRun", "colour"]
    assert sorted(item["field"] for item in told) == sorted(fields)
    assert json.loads(dict(copy.properties)["errors"]) == told
    assert told[0]["field"] == over_http.field == dict(copy.properties)["field"]
    assert [(item["field"], item["rule"]) for item in told[1:]] == [
        (item.field, item.rule) for item in over_http.errors or ()
    ]


def test_an_id_that_is_used_is_the_one_mistake() -> None:
    _, copy, event, _ = rejected(GOOD, error=REUSED)
    assert event["data"]["errors"] == [{"field": "requestId", "rule": str(REUSED)}]
    assert json.loads(dict(copy.properties)["errors"]) == event["data"]["errors"]


def test_a_list_of_mistakes_is_cut_to_what_a_property_takes() -> None:
    error = InvalidRequestError(ReasonCode.WRONG_VALUE, "first", "rule", others=(("\u00e4" * 80, "\u00fc" * 400),) * 19)
    _, copy, event, _ = rejected(GOOD, error=error)
    text = dict(copy.properties)["errors"]

    assert len(text.encode()) <= LONGEST_TEXT
    assert json.loads(text) == event["data"]["errors"][: len(json.loads(text))]
    assert 1 < len(json.loads(text)) < len(event["data"]["errors"]) == 20


@pytest.mark.parametrize(("size", "copies"), [(0, 1), (128 * 1024, 1), (128 * 1024 + 1, 2)])
def test_a_copy_is_at_most_half_of_what_a_message_may_be(size: int, copies: int) -> None:
    world = World()
    reject_message(b"x" * size, "m-1", ERROR, world.services)
    assert len(world.bus.rejected) == copies


def test_the_copy_of_a_reused_id_names_that_field() -> None:
    _, copy, _, _ = rejected(GOOD, error=REUSED)
    assert dict(copy.properties)["field"] == "requestId"
    assert dict(copy.properties)["code"] == copy.subject == "request_id_reused"


@pytest.mark.parametrize(
    ("fields", "error", "request_id", "correlation"),
    [
        (GOOD, ERROR, "crm-7", "case-9"),
        ({"requestId": "crm-7"}, ERROR, "crm-7", "crm-7"),
        ({"correlationId": "case-9"}, ERROR, None, "case-9"),
        ({}, ERROR, None, "m-1"),
        ({"requestId": "not readable!"}, ERROR, None, "m-1"),
        ({"requestId": 7, "correlationId": 8}, ERROR, None, "m-1"),
        ({"requestId": "crm-ü", "correlationId": "cäse"}, ERROR, None, "m-1"),
        ({"requestId": "crm-7\n", "correlationId": "a\tb"}, ERROR, None, "m-1"),
        ({"requestId": "x" * 128}, ERROR, "x" * 128, "x" * 128),
        ({"requestId": "x" * 129}, ERROR, None, "m-1"),
        ({"correlationId": "c" * 200}, ERROR, None, "c" * 128),
        ({"specversion": "1.0", "data": GOOD}, ERROR, "crm-7", "case-9"),
        ({"requestId": "outside", "data": GOOD}, ERROR, "crm-7", "case-9"),
        ({"requestId": "crm-7", "data": "text"}, ERROR, "crm-7", "crm-7"),
        ([GOOD], ERROR, None, "m-1"),
        ("text", ERROR, None, "m-1"),
        (WRAPPED, ERROR, "crm-7", "crm-7"),
        (WRAPPED[:-1], ERROR, None, "m-1"),
        (b"{", ERROR, None, "m-1"),
        (b"\xff\xfe", ERROR, None, "m-1"),
        (b"[" * 100_000, ERROR, None, "m-1"),
        (b"", ERROR, None, "m-1"),
        # A reused id stays with the offboarding that owns it; the sender finds the answer by the correlation id.
        (GOOD, REUSED, None, "case-9"),
        ({"requestId": "crm-7"}, REUSED, None, "crm-7"),
    ],
)
def test_the_sender_finds_the_answer_to_its_own_message(
    fields: object, error: Refusal, request_id: str | None, correlation: str
) -> None:
    found, _, event, _ = rejected(fields, error=error)
    expected = request_id or f"unreadable:{found.id}"

    assert (found.request.request_id, found.request.correlation_id) == (expected, correlation)
    assert (event["data"]["requestId"], event["correlationid"]) == (expected, correlation)


@pytest.mark.parametrize(("said", "batch"), [("June", "June"), ("a b", None), (7, None), (None, None)])
def test_the_batch_is_told_where_it_can_be_read(said: object, batch: str | None) -> None:
    found, _, event, _ = rejected({**GOOD, "batchId": said})
    assert (found.request.batch_id, event["data"].get("batchId")) == (batch, batch)


def test_a_message_without_any_id_is_found_by_the_id_of_its_rejection() -> None:
    found, copy, _, _ = rejected(b"{", message_id="")
    assert (found.request.correlation_id, copy.correlation_id) == (found.id, "")


@pytest.mark.parametrize(("value", "dry"), [(True, True), (False, False), ("true", False), (1, False), (None, False)])
def test_only_what_plainly_was_a_dry_run_is_called_one(value: object, dry: bool) -> None:
    found, _, event, _ = rejected({"dryRun": value})
    assert (found.request.dry_run, event["data"]["dryRun"]) == (dry, dry)


def test_what_is_not_known_of_the_request_is_not_invented() -> None:
    found, _, _, _ = rejected(b"{")
    request = found.request
    assert (request.requested_by, request.reason) == ("unknown", "the request could not be read")
    assert (request.not_before, request.fingerprint) == (None, hashlib.sha256(b"{").hexdigest())


def test_a_message_that_comes_again_sends_what_is_still_owed_and_stores_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World()
    world.bus.cut_off = True
    first = reject_message(b"{", "m-1", ERROR, world.services)
    assert len(world.store.outbox(first.id)) == 2
    world.bus.cut_off = False
    later = reject_message(b"{", "m-1", InvalidRequestError(ReasonCode.WRONG_VALUE, "x", "y"), world.services)

    assert later == first
    assert world.store.outbox(first.id) == []
    assert len(world.bus.rejected) == len(world.events()) == 1
    assert first.id == rejection_id("m-1", b"{")
    warning = next(item for item in caplog.records if "request rejected" in item.getMessage())
    assert (warning.levelno, warning.__dict__["offboardingId"]) == (logging.WARNING, first.id)


def test_two_handlers_of_one_message_at_the_same_moment_answer_it_once() -> None:
    world = World()
    store, services = StoreSwitch(world), world.services
    store.before["commit"] = lambda: reject_message(b"{", "m-1", ERROR, services)
    reject_message(b"{", "m-1", ERROR, world.services)

    assert len(world.all()) == len(world.bus.rejected) == len(world.events()) == 1


@pytest.mark.parametrize(
    ("status", "customer_id", "domain", "company_name"),
    [
        (Status.PLANNING, CUSTOMER, DOMAIN, None),
        (Status.REJECTED, CUSTOMER, DOMAIN, None),
        (Status.REMOVED, CUSTOMER, DOMAIN, None),
        (Status.REJECTED, CUSTOMER, None, None),
        (Status.REJECTED, None, DOMAIN, None),
        (Status.REJECTED, None, None, NAME),
    ],
)
def test_a_body_like_that_of_an_accepted_request_is_kept_beside_it(
    status: Status, customer_id: str | None, domain: str | None, company_name: str | None
) -> None:
    """The canonical form of an accepted request, as a message that no function can be given: it loses nothing."""
    world, body = World(), json.dumps(GOOD, sort_keys=True).encode()
    named = replace(REQUEST, customer_id=customer_id, domain=domain, company_name=company_name)
    request = replace(named, request_id="crm-7", fingerprint=hashlib.sha256(body).hexdigest())
    accepted = Offboarding(offboarding_id("crm-7"), request, status, None, NOW, NOW)
    world.store.commit(Change(accepted, None))
    found = reject_message(body, "m-1", ERROR, world.services)

    assert (found.id, found.status) == (rejection_id("m-1", body), Status.REJECTED)
    assert len(world.bus.rejected) == len(world.events()) == 1
    kept = world.store.load(accepted.id)
    assert kept is not None
    assert kept.offboarding == accepted


def test_the_race_is_no_error_of_the_message() -> None:
    world = World()
    store = StoreSwitch(world)

    def conflict() -> None:
        raise ConcurrencyConflictError("newer")

    store.before["commit"] = conflict
    with pytest.raises(ConcurrencyConflictError):  # The store says stored, and shows nothing: the message comes again.
        reject_message(b"{", "m-1", ERROR, world.services)
    assert ConcurrencyConflictError.retryable
