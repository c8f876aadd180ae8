"""Settling: complete, abandon, dead-letter, and the dead-letter sub-queue."""

from __future__ import annotations

import pytest
from azure.servicebus.exceptions import ServiceBusError

from local.broker.tests.contract.lanes import Lane, text


def test_what_is_completed_is_gone(lane: Lane) -> None:
    lane.send("done")
    lane.receiver.complete_message(lane.take()[0])
    assert lane.is_empty()


def test_what_is_abandoned_comes_again_at_once_and_ends_as_a_dead_letter(lane: Lane) -> None:
    lane.send("unlucky")
    for count in range(3):
        (message,) = lane.take()
        assert message.delivery_count == count
        lane.receiver.abandon_message(message)
    (dead,) = lane.take(1, lane.dead_letters)
    assert text(dead) == "unlucky"
    assert dead.dead_letter_reason == "MaxDeliveryCountExceeded"
    assert lane.is_empty()
    lane.dead_letters.complete_message(dead)
    assert lane.dead_letters.peek_messages(1, sequence_number=1) == []


def test_a_dead_letter_says_why_and_keeps_its_properties(lane: Lane) -> None:
    lane.send("bad", application_properties={"kept": "yes"}, message_id="id")
    (message,) = lane.take()
    lane.receiver.dead_letter_message(message, reason="broken", error_description="cannot be read")
    (dead,) = lane.take(1, lane.dead_letters)
    assert (dead.dead_letter_reason, dead.dead_letter_error_description) == ("broken", "cannot be read")
    assert dead.application_properties is not None
    assert dead.application_properties[b"kept"] == b"yes"
    assert (dead.message_id, dead.sequence_number) == ("id", message.sequence_number)
    lane.dead_letters.abandon_message(dead)
    (again,) = lane.take(1, lane.dead_letters)
    with pytest.raises(ServiceBusError, match="cannot be dead-lettered"):
        lane.dead_letters.dead_letter_message(again, reason="twice")


def test_a_dead_letter_without_reason_is_fine(lane: Lane) -> None:
    lane.send("bad")
    lane.receiver.dead_letter_message(lane.take()[0])
    (dead,) = lane.take(1, lane.dead_letters)
    assert dead.dead_letter_reason is None


def test_deferring_is_refused_and_the_message_stays(lane: Lane) -> None:
    lane.send("later")
    (message,) = lane.take()
    assert message.sequence_number is not None
    with pytest.raises(ServiceBusError, match="not supported"):
        lane.receiver.receive_deferred_messages([message.sequence_number])
    assert len(lane.peek()) == 1
    with pytest.raises(ServiceBusError, match="not supported"):
        lane.receiver.defer_message(message)
