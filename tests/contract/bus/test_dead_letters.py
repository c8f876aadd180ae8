"""Dead letters: each is handed over, removed when it was dealt with, and holds up no other."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from uuid import UUID

import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.amqp import AmqpAnnotatedMessage
from pytest_mock import MockerFixture

from local.world.bus import MemoryBus
from local.world.clock import WorldClock
from shared.domain.errors import UnavailableError
from shared.domain.offboarding.states import Stage
from shared.ports.bus import Bus, DeadLetter
from tests.contract.bus.conftest import Office, Real

LETTERS = [DeadLetter(f"{{{number}".encode(), True, f"m-{number}", "why", "ten times") for number in range(4)]
MOMENT = datetime.datetime(2026, 5, 31, tzinfo=datetime.UTC)
GUID = UUID("c0000001-0000-4000-8000-000000000001")
Handle = Callable[[DeadLetter], bool]


def looked(bus: Bus, stage: Stage | None = None, handle: Handle = lambda _: False, limit: int = 50) -> list[DeadLetter]:
    """What one call hands over."""
    seen: list[DeadLetter] = []

    def both(letter: DeadLetter) -> bool:
        seen.append(letter)
        return handle(letter)

    bus.dead_letters(stage, both, limit)
    return seen


def test_none_is_nothing(office: Office) -> None:
    assert office.bus.dead_letters(None, lambda _: True, 50) == 0


def test_what_was_dealt_with_is_gone_and_the_rest_stays(office: Office) -> None:
    for letter in LETTERS:
        office.put(None, letter)
    done = office.bus.dead_letters(None, lambda letter: letter.message_id in ("m-0", "m-2"), 50)
    assert done == 2
    assert looked(office.bus) == [LETTERS[1], LETTERS[3]]
    assert office.bus.dead_letters(None, lambda _: True, 50) == 2
    assert looked(office.bus) == []


def test_a_call_hands_over_no_more_than_its_limit(office: Office) -> None:
    for letter in LETTERS:
        office.put(None, letter)
    assert looked(office.bus, limit=3) == LETTERS[:3]
    assert looked(office.bus, handle=lambda _: True, limit=3) == LETTERS[:3]
    assert looked(office.bus) == LETTERS[3:]


@pytest.mark.long
def test_each_queue_has_its_own(office: Office) -> None:
    office.put(Stage.VERIFY, LETTERS[0])
    office.put(Stage.REMOVE, LETTERS[1])
    assert looked(office.bus) == []
    assert looked(office.bus, Stage.VERIFY, lambda _: True) == [LETTERS[0]]
    assert looked(office.bus, Stage.REMOVE) == [LETTERS[1]]


@pytest.mark.long
def test_they_are_counted_where_they_lie_and_stay(office: Office) -> None:
    for letter in LETTERS[:3]:
        office.put(None, letter)
    office.put(Stage.REMOVE, LETTERS[3])
    counts = office.bus.count_dead_letters()
    assert {name: count for name, count in counts.items() if count} == {
        "offboarding-requests": 3,
        "offboarding-remove": 1,
    }
    assert len(counts) == 1 + len(Stage)
    assert office.bus.count_dead_letters() == counts
    assert looked(office.bus, handle=lambda _: True) == LETTERS[:3]
    assert office.bus.count_dead_letters()["offboarding-requests"] == 0


def test_without_a_reason(office: Office) -> None:
    office.put(None, DeadLetter(b"", message_id="m"))
    assert looked(office.bus) == [DeadLetter(b"", message_id="m")]


def test_a_bus_that_cannot_be_reached(own_real: Real) -> None:
    own_real.broker.stop()
    for bus in (own_real.bus, MemoryBus(WorldClock(), cut_off=True)):
        with pytest.raises(UnavailableError):
            bus.dead_letters(None, lambda _: True, 50)
        with pytest.raises(UnavailableError):
            bus.count_dead_letters()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (AmqpAnnotatedMessage(value_body='{"a": "ä"}'), '{"a": "ä"}'.encode()),
        (AmqpAnnotatedMessage(value_body=b"\xff\x00"), b"\xff\x00"),
        (AmqpAnnotatedMessage(value_body={"text": "ä", "bytes": b"\xff", "list": [1, None, True, 2.5]}), None),
        (AmqpAnnotatedMessage(value_body=GUID), f'"{GUID}"'.encode()),
        (AmqpAnnotatedMessage(value_body=MOMENT), str(int(MOMENT.timestamp() * 1000)).encode()),
        (AmqpAnnotatedMessage(sequence_body=[[1, "two"], [{"three": 3}]]), b'[[1, "two"], [{"three": 3}]]'),
    ],
    ids=["text", "binary", "map", "guid", "time", "sequence"],
)
def test_a_body_that_is_no_data_is_kept_as_bytes(sent: AmqpAnnotatedMessage, kept: bytes | None, real: Real) -> None:
    real.undertaker.bury(None, sent, "MaxDeliveryCountExceeded")
    [letter] = looked(real.bus)
    assert (letter.readable, letter.reason) == (False, "MaxDeliveryCountExceeded")
    if kept is None:
        assert json.loads(letter.body) == {"text": "ä", "bytes": "/w==", "list": [1, None, True, 2.5]}
    else:
        assert letter.body == kept


@pytest.mark.slow
def test_a_letter_that_the_sdk_cannot_decode_holds_up_no_other(
    own_real: Real, mocker: MockerFixture, caplog: pytest.LogCaptureFixture
) -> None:
    """It stays for people to see; the rest goes on."""
    mocker.patch("shared.adapters.service_bus.dead_letters.RECEIVE_WITHIN", 2)
    own_real.undertaker.put(None, LETTERS[0])
    own_real.undertaker.bury_undecodable(None)
    own_real.undertaker.put(None, LETTERS[1])
    rounds = [looked(own_real.bus, handle=lambda _: True) for _ in range(2)]
    assert [letter for seen in rounds for letter in seen] == LETTERS[:2]
    assert "cannot be decoded" in caplog.text


@pytest.mark.long
def test_closed_it_opens_again(real: Real) -> None:
    real.undertaker.put(None, LETTERS[0])
    assert looked(real.bus) == [LETTERS[0]]
    real.bus.close()
    assert looked(real.bus) == [LETTERS[0]]


@pytest.mark.long
def test_several_data_sections_are_one_body(real: Real) -> None:
    real.undertaker.bury(None, AmqpAnnotatedMessage(data_body=[b"{", b"}"]))
    real.undertaker.bury(None, ServiceBusMessage("text"))
    letters = looked(real.bus)
    assert [letter.body for letter in letters] == [b"{}", b"text"]
    assert all(letter.readable for letter in letters)
