"""accept: one offboarding for each request id, one live for each customer, wherever the first try died."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.world.world import World
from shared.contracts.request import parse_request
from shared.domain.codes import ReasonCode
from shared.domain.errors import InvalidRequestError, RequestIdReusedError
from shared.domain.offboarding.messages import Destination
from shared.domain.offboarding.request import OffboardingRequest
from shared.domain.offboarding.states import Status
from shared.intake.accept import Acceptance, accept
from shared.intake.reject import COPY_LIMIT, reject_message
from tests.unit.support.worlds import SMALL, StoreSwitch, on_queue


def request_of(world: World, **fields: Any) -> OffboardingRequest:
    world.ask(SMALL, **fields)
    return parse_request(world.bus.queued.pop().body)


def test_a_new_request_is_stored_with_everything_that_it_owes() -> None:
    world = World(SMALL)
    accepted = accept(request_of(world), world.services)

    assert accepted.acceptance is Acceptance.NEW
    assert accepted.offboarding.status is Status.RECEIVED
    assert [item.id for item in on_queue(world, Destination.STAGE)] == [f"{accepted.offboarding.id}:plan:1"]
    assert len(world.events()) == 1
    assert world.store.outbox(accepted.offboarding.id) == []


def test_a_repetition_is_the_same_offboarding() -> None:
    world = World(SMALL)
    request = request_of(world)
    first, second = accept(request, world.services), accept(request, world.services)

    assert second.acceptance is Acceptance.KNOWN
    assert second.offboarding.id == first.offboarding.id
    assert len(world.all()) == 1
    assert len(world.events()) == 1


def test_another_body_under_the_same_id_changes_nothing() -> None:
    world = World(SMALL)
    first = accept(request_of(world), world.services)
    with pytest.raises(RequestIdReusedError) as caught:
        accept(request_of(world, dryRun=True), world.services)

    assert caught.value.offboarding_id == first.offboarding.id
    assert not world.all()[0].request.dry_run


def test_spelling_the_same_request_differently_is_a_repetition() -> None:
    world = World(SMALL)
    world.ask(SMALL)
    body = world.bus.queued.pop().body
    upside_down = json.dumps(dict(reversed(json.loads(body).items())), indent=2).encode()
    accept(parse_request(body), world.services)

    assert accept(parse_request(upside_down), world.services).acceptance is Acceptance.KNOWN


@pytest.mark.parametrize(
    ("fields", "acceptance", "status"),
    [
        ({}, Acceptance.JOINED, Status.JOINED),
        ({"reason": "another one"}, Acceptance.JOINED, Status.JOINED),
        ({"commitments": "stop_and_report"}, Acceptance.REFUSED, Status.REJECTED),
        ({"notBefore": "2027-01-01T00:00:00Z"}, Acceptance.REFUSED, Status.REJECTED),
        ({"dryRun": True}, Acceptance.NEW, Status.RECEIVED),
    ],
)
def test_a_second_request_for_a_customer(fields: dict[str, Any], acceptance: Acceptance, status: Status) -> None:
    world = World(SMALL)
    first = accept(request_of(world), world.services)
    world.deliver(world.bus.take() or pytest.fail("no wake-up"))  # it is identified now
    second = accept(request_of(world, requestId="second", **fields), world.services)

    assert (second.acceptance, second.offboarding.status) == (acceptance, status)
    if acceptance is not Acceptance.NEW:
        assert second.offboarding.other_id == first.offboarding.id
        assert second.offboarding.reason is not None
        assert first.offboarding.id in second.offboarding.reason.text
        assert [event["data"]["status"] for event in world.events("second")] == [status.value]


def test_a_request_that_names_another_customer_does_not_join() -> None:
    world = World(SMALL)
    accept(request_of(world), world.services)
    world.deliver(world.bus.take() or pytest.fail("no wake-up"))
    accept(request_of(world, requestId="wrong", customerDomain="another.example"), world.services)
    world.run()

    reason = world.offboarding("wrong").reason
    assert reason is not None
    assert (world.offboarding("wrong").status, reason.code) == (Status.REJECTED, "customer_mismatch")


def test_when_the_first_offboarding_is_over_the_next_may_start() -> None:
    world = World(SMALL)
    accept(request_of(world, commitments="stop_and_report"), world.services)
    world.run()

    assert accept(request_of(world, requestId="second"), world.services).acceptance is Acceptance.NEW


def test_two_handlers_of_one_request_store_it_once() -> None:
    world = World(SMALL)
    request = request_of(world)
    store = StoreSwitch(world)
    store.before["commit"] = lambda: accept(request, world.services)

    assert accept(request, world.services).acceptance is Acceptance.KNOWN
    assert len(world.all()) == 1
    assert len(on_queue(world, Destination.STAGE)) == 1


def test_two_requests_at_the_same_moment_leave_one_live() -> None:
    world = World(SMALL)
    for name in ("first", "second"):
        accept(request_of(world, requestId=name), world.services)
    world.run()

    assert sorted(item.status for item in world.all()) == [Status.JOINED, Status.REMOVED]


def test_a_mistaken_request_does_not_stand_in_for_the_right_one() -> None:
    world = World(SMALL)
    accept(request_of(world, requestId="typo", customerDomain="typo.example"), world.services)
    accept(request_of(world, requestId="right"), world.services)
    world.run()

    assert world.offboarding("typo").status is Status.REJECTED
    assert world.offboarding("right").status is Status.REMOVED


def test_what_could_not_be_sent_is_sent_by_the_repetition() -> None:
    world = World(SMALL)
    request = request_of(world)
    world.bus.failing |= {Destination.STAGE, Destination.EVENTS}
    accepted = accept(request, world.services)
    assert len(world.store.outbox(accepted.offboarding.id)) == 2

    world.bus.failing.clear()
    accept(request, world.services)
    assert world.store.outbox(accepted.offboarding.id) == []
    assert len(on_queue(world, Destination.STAGE)) == len(world.events()) == 1


ERROR = InvalidRequestError(ReasonCode.NOT_JSON, "byte 7", "the body must be JSON")


@pytest.mark.parametrize("size", [0, 1, COPY_LIMIT, COPY_LIMIT + 1, 3 * COPY_LIMIT])
def test_a_rejected_body_is_kept_whole_in_numbered_parts(size: int) -> None:
    world = World(SMALL)
    body = bytes(number % 251 for number in range(size))
    rejected = reject_message(body, "m-1", ERROR, world.services)

    assert rejected.status is Status.REJECTED
    assert b"".join(item.body for item in world.bus.rejected) == body
    parts = [dict(item.properties) for item in world.bus.rejected]
    assert [part["part"] for part in parts] == [str(number) for number in range(1, len(parts) + 1)]
    assert {(part["code"], part["field"], part["parts"]) for part in parts} == {("not_json", "byte 7", str(len(parts)))}


def test_the_same_message_twice_is_one_rejection() -> None:
    world = World(SMALL)
    first = reject_message(b"{", "m-1", ERROR, world.services)
    again = reject_message(b"{", "m-1", ERROR, world.services)
    other = reject_message(b"{", "m-2", ERROR, world.services)

    assert first.id == again.id != other.id
    assert len(world.all()) == len(world.bus.rejected) == len(world.events()) == 2
