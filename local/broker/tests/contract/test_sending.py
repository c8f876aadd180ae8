"""Sending: one message, lists, batches, what is too large, and what comes out of what went in."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from azure.servicebus import ServiceBusMessage
from azure.servicebus.exceptions import MessageSizeExceededError, ServiceBusQuotaExceededError

from local.broker.tests.contract.lanes import Lane, eventually, text


def test_messages_come_out_in_the_order_in_which_they_went_in(lane: Lane) -> None:
    lane.sender.send_messages(ServiceBusMessage("1"))
    lane.send("2", "3")
    batch = lane.sender.create_message_batch()
    batch.add_message(ServiceBusMessage("4"))
    batch.add_message(ServiceBusMessage("5"))
    lane.sender.send_messages(batch)
    messages = lane.take(5)
    assert [text(message) for message in messages] == ["1", "2", "3", "4", "5"]
    assert [message.sequence_number for message in messages] == [1, 2, 3, 4, 5]


def test_everything_the_sender_wrote_arrives(lane: Lane) -> None:
    sent = ServiceBusMessage(
        b"\x00\xffbody",
        application_properties={"text": "ä", "number": -7, "flag": True, "real": 1.5, "id": uuid.UUID(int=7)},
        content_type="application/json",
        correlation_id="correlation",
        subject="subject",
        message_id="message-id",
        partition_key="partition",
        to="to",
        reply_to="reply-to",
        reply_to_session_id="reply-session",
        time_to_live=timedelta(minutes=5),
    )
    lane.sender.send_messages(sent)
    (got,) = lane.take()
    assert b"".join(got.body) == b"\x00\xffbody"
    assert got.application_properties == {
        b"text": "ä".encode(), b"number": -7, b"flag": True, b"real": 1.5, b"id": uuid.UUID(int=7)
    }  # fmt: skip
    for name in (
        "content_type", "correlation_id", "subject", "message_id", "partition_key", "to", "reply_to",
        "reply_to_session_id", "time_to_live",
    ):  # fmt: skip
        assert getattr(got, name) == getattr(sent, name), name
    assert got.enqueued_time_utc is not None
    assert got.expires_at_utc == got.enqueued_time_utc + timedelta(minutes=5)
    assert got.delivery_count == 0
    assert got.lock_token is not None


def test_a_message_of_many_frames_arrives_whole(lane: Lane) -> None:
    body = bytes(range(256)) * 1000
    lane.sender.send_messages(ServiceBusMessage(body))
    assert b"".join(lane.take()[0].body) == body


def test_a_message_that_is_too_large_is_refused_and_the_sender_lives_on(lane: Lane) -> None:
    with pytest.raises(MessageSizeExceededError):
        lane.sender.send_messages(ServiceBusMessage(b"x" * 300_000))
    lane.send("small")
    assert text(lane.take()[0]) == "small"
    assert lane.sender.create_message_batch().max_size_in_bytes == 256 * 1024


def test_a_queue_that_is_full_says_so(open_lane: Callable[[str], Lane]) -> None:
    lane = open_lane("small")
    lane.sender.send_messages(ServiceBusMessage(b"x" * 600_000))
    with pytest.raises(ServiceBusQuotaExceededError, match="is full"):
        lane.sender.send_messages(ServiceBusMessage(b"x" * 600_000))
    lane.receiver.complete_message(lane.take()[0])
    lane.sender.send_messages(ServiceBusMessage(b"x" * 600_000))


def test_a_duplicate_is_accepted_and_dropped_even_after_the_first_was_completed(
    open_lane: Callable[[str], Lane],
) -> None:
    lane = open_lane("distinct")
    lane.send("first", message_id="same")
    lane.send("in between", message_id="other")
    lane.send("second", message_id="same")
    lane.receiver.complete_message(lane.take()[0])
    lane.send("third", message_id="same")
    assert [text(message) for message in lane.peek()] == ["in between"]


def test_a_message_that_expires_is_dropped_or_dead_lettered(lane: Lane, open_lane: Callable[[str], Lane]) -> None:
    lane.send("gone", time_to_live=timedelta(milliseconds=50))
    eventually(lane.is_empty)
    dated = open_lane("dated")
    dated.send("expired", time_to_live=timedelta(milliseconds=50))
    (dead,) = dated.take(1, dated.dead_letters)
    assert dead.dead_letter_reason == "TTLExpiredException"
    assert lane.dead_letters.peek_messages(1) == []
