"""What leaves the stages by the bus: in which order it is owed, and what goes back to the request queue unchanged."""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import timedelta

import pytest
from pytest_mock import MockerFixture

from local.world.world import World
from shared.domain.errors import OffboardingError, UnavailableError
from shared.domain.offboarding.messages import Destination, OutboundMessage
from shared.intake import take_in as intake
from shared.intake.take_in import TRY_AGAIN_AFTER, take_in
from shared.pipeline.core.outbox import drain
from tests.unit.support.heads import IDENTITY, NOW, head_of, keep
from tests.unit.support.worlds import on_queue


def message(identity: str, destination: Destination) -> OutboundMessage:
    return OutboundMessage(identity, destination, identity.encode(), NOW)


OWED = (
    message("e-1", Destination.EVENTS),
    message("w-1", Destination.STAGE),
    message("e-2", Destination.EVENTS),
    message("r-1", Destination.REJECTED),
)


@pytest.fixture
def owing() -> World:
    world = World()
    keep(world, head_of(), owed=OWED)
    return world


def left(world: World) -> list[str]:
    return [item.id for item in world.store.outbox(IDENTITY)]


def test_wake_ups_and_rejections_are_sent_before_events_each_in_its_order(owing: World, mocker: MockerFixture) -> None:
    send = mocker.spy(owing.bus, "send")
    assert drain(owing.services, IDENTITY) is True
    assert [[item.id for item in call.args[0]] for call in send.call_args_list] == [["w-1", "r-1"], ["e-1", "e-2"]]
    assert left(owing) == []


@pytest.mark.parametrize(
    ("down", "remains"),
    [
        ({Destination.EVENTS}, ["e-1", "e-2"]),
        ({Destination.STAGE}, ["w-1", "r-1"]),
        ({Destination.EVENTS, Destination.STAGE}, ["e-1", "w-1", "e-2", "r-1"]),
    ],
)
def test_what_could_not_be_sent_is_left_and_told(
    down: set[Destination], remains: list[str], owing: World, caplog: pytest.LogCaptureFixture
) -> None:
    owing.bus.failing |= down
    assert drain(owing.services, IDENTITY) is False
    assert left(owing) == remains
    assert {(item.levelno, item.__dict__["offboardingId"]) for item in caplog.records} == {(logging.WARNING, IDENTITY)}
    owing.bus.failing.clear()
    assert drain(owing.services, IDENTITY) is True


def test_only_what_was_sent_is_cleared(owing: World) -> None:
    """Another message may be owed by now."""
    late = message("w-2", Destination.STAGE)
    send = owing.bus.send

    def sent_while_more_is_owed(messages: list[OutboundMessage]) -> None:
        send(messages)
        owing.store._rows[IDENTITY].outbox[late.id] = late

    owing.bus.send = sent_while_more_is_owed  # type: ignore[method-assign, assignment]
    drain(owing.services, IDENTITY)
    assert left(owing) == ["w-2"]


def test_nothing_owed_calls_no_bus(mocker: MockerFixture) -> None:
    world = World()
    send = mocker.spy(world.bus, "send")
    assert drain(world.services, IDENTITY) is True
    send.assert_not_called()


def test_a_bug_in_the_bus_is_not_hidden(owing: World, mocker: MockerFixture) -> None:
    mocker.patch.object(owing.bus, "send", side_effect=ZeroDivisionError)
    with pytest.raises(ZeroDivisionError):
        drain(owing.services, IDENTITY)


# Back to the request queue.


def put_back(body: bytes, message_id: str, mocker: MockerFixture) -> OutboundMessage:
    world = World()
    mocker.patch.object(intake, "accept", side_effect=UnavailableError("down"))
    mocker.patch.object(intake, "reject_message", side_effect=UnavailableError("down"))
    take_in(body, message_id, world.services)
    [found] = on_queue(world, Destination.REQUESTS)
    assert world.bus.rejected == []
    return found


@pytest.mark.parametrize(
    ("message_id", "identity"),
    [("m-1", "m-1"), ("m" * 128, "m" * 128), ("m" * 200, "m" * 128), ("", hashlib.sha256(b"{").hexdigest())],
)
def test_a_request_goes_back_as_it_came_a_minute_later(message_id: str, identity: str, mocker: MockerFixture) -> None:
    found = put_back(b"{", message_id, mocker)
    assert (found.id, found.body, found.created_at) == (identity, b"{", NOW)
    assert found.scheduled_at == NOW + timedelta(minutes=1) == NOW + TRY_AGAIN_AFTER


def test_a_request_that_was_taken_in_does_not_go_back(mocker: MockerFixture) -> None:
    world = World()
    send = mocker.spy(world.bus, "send")
    accept = mocker.patch.object(intake, "accept")
    request = {
        "version": "1",
        "requestId": "crm-7",
        "customerTenantId": "c0ffee00-0000-4000-8000-000000000001",
        "customerDomain": "contoso.example",
        "requestedBy": "tests",
        "reason": "testing",
    }
    take_in(json.dumps(request).encode(), "m-1", world.services)
    assert accept.call_args.args[0].request_id == "crm-7"
    send.assert_not_called()


def test_a_request_that_cannot_work_is_answered_under_its_own_message() -> None:
    world = World()
    take_in(b"{", "m-7", world.services)
    [copy] = world.bus.rejected
    assert (copy.body, copy.correlation_id) == (b"{", "m-7")
    assert on_queue(world, Destination.REQUESTS) == []


@pytest.mark.parametrize("error", [OffboardingError("a bug"), ZeroDivisionError()])
def test_what_no_time_heals_is_raised(error: Exception, mocker: MockerFixture) -> None:
    world = World()
    mocker.patch.object(intake, "reject_message", side_effect=error)
    with pytest.raises(type(error)):
        take_in(b"{", "m-1", world.services)
    assert on_queue(world, Destination.REQUESTS) == []
