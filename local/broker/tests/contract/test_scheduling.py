"""Scheduled messages follow business time; cancelling takes them back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from azure.servicebus import ServiceBusMessage, ServiceBusMessageState
from azure.servicebus.exceptions import MessageNotFoundError

from local.broker.tests.contract.lanes import Lane, text

FAR = datetime.now(UTC) + timedelta(days=20_000)
"""Beyond anything that the tests of this process advance the clock by."""


def test_scheduled_messages_are_seen_by_a_peek_and_can_be_cancelled(lane: Lane) -> None:
    numbers = lane.sender.schedule_messages([ServiceBusMessage("a"), ServiceBusMessage("b")], FAR)
    assert numbers == [1, 2]
    shown = lane.peek()
    assert [(text(each), each.state) for each in shown] == [
        ("a", ServiceBusMessageState.SCHEDULED),
        ("b", ServiceBusMessageState.SCHEDULED),
    ]
    assert lane.receiver.receive_messages(1, max_wait_time=0.1) == []
    lane.sender.cancel_scheduled_messages(numbers[0])
    with pytest.raises(MessageNotFoundError):
        lane.sender.cancel_scheduled_messages(numbers[0])
    assert [text(each) for each in lane.peek()] == ["b"]
    lane.sender.cancel_scheduled_messages(numbers[1])
    assert lane.is_empty()


def test_a_message_becomes_active_when_business_time_reaches_it(
    lane: Lane, advance_clock: Callable[[float], None]
) -> None:
    due = datetime.now(UTC) + timedelta(days=400)
    lane.sender.schedule_messages(ServiceBusMessage("by request"), due)
    lane.sender.send_messages(ServiceBusMessage("by annotation", scheduled_enqueue_time_utc=due))
    lane.sender.send_messages(ServiceBusMessage("far", scheduled_enqueue_time_utc=FAR))
    assert lane.receiver.receive_messages(3, max_wait_time=0.1) == []
    advance_clock(timedelta(days=401).total_seconds())
    messages = lane.take(2)
    assert [text(each) for each in messages] == ["by request", "by annotation"]
    assert [each.sequence_number for each in messages] == [4, 5]
    assert messages[0].enqueued_time_utc is not None
    assert messages[0].enqueued_time_utc < due
    assert [text(each) for each in lane.peek() if each.state is ServiceBusMessageState.SCHEDULED] == ["far"]


def test_what_is_due_already_is_active_at_once(lane: Lane) -> None:
    lane.sender.schedule_messages(ServiceBusMessage("now"), datetime.now(UTC) - timedelta(days=1))
    assert text(lane.take()[0]) == "now"
