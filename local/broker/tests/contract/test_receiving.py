"""Receiving: modes, prefetch, giving back, locks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from azure.servicebus import ServiceBusReceiveMode
from azure.servicebus.exceptions import MessageLockLostError

from local.broker.tests.contract.lanes import Lane, eventually, text


def test_receive_and_delete_leaves_nothing(lane: Lane) -> None:
    lane.send("1", "2")
    receiver = lane.open(receive_mode=ServiceBusReceiveMode.RECEIVE_AND_DELETE)
    messages = lane.take(2, receiver)
    assert [text(message) for message in messages] == ["1", "2"]
    assert messages[0].delivery_count == 0
    assert lane.is_empty()


def test_what_was_prefetched_and_not_used_is_given_back_uncounted(lane: Lane) -> None:
    lane.send("1", "2", "3")
    greedy = lane.open(prefetch_count=10)
    greedy.complete_message(lane.take(1, greedy)[0])
    greedy.close()
    messages = lane.take(2)
    assert [(text(message), message.delivery_count) for message in messages] == [("2", 0), ("3", 0)]


def test_receivers_share_a_queue(lane: Lane) -> None:
    other = lane.open()
    assert other.receive_messages(1, max_wait_time=0.1) == []
    lane.send("1", "2")
    mine, theirs = lane.take(1), lane.take(1, other)
    assert {text(mine[0]), text(theirs[0])} == {"1", "2"}
    lane.receiver.complete_message(mine[0])
    other.complete_message(theirs[0])
    assert lane.is_empty()


def test_a_lock_that_runs_out_returns_the_message_and_is_lost(open_lane: Callable[[str], Lane]) -> None:
    lane = open_lane("fleeting")
    lane.send("slow")
    (first,) = lane.take()
    (second,) = lane.take(1, lane.open())
    assert (text(second), second.delivery_count) == ("slow", 1)
    with pytest.raises(MessageLockLostError):
        lane.receiver.complete_message(first)
    with pytest.raises(MessageLockLostError):
        lane.receiver.renew_message_lock(first)


def test_a_renewed_lock_lives_longer(lane: Lane) -> None:
    lane.send("renewed")
    (message,) = lane.take()
    before = message.locked_until_utc
    assert before is not None
    eventually(lambda: lane.receiver.renew_message_lock(message) > before)
    lane.receiver.complete_message(message)
    assert lane.is_empty()


def test_a_peek_shows_everything_and_touches_nothing(lane: Lane) -> None:
    lane.send("1", "2", "3")
    (locked,) = lane.take()
    shown = lane.peek()
    assert [(text(message), message.sequence_number, message.delivery_count) for message in shown] == [
        ("1", 1, 0), ("2", 2, 0), ("3", 3, 0),
    ]  # fmt: skip
    assert [text(message) for message in lane.receiver.peek_messages(1, sequence_number=2)] == ["2"]
    lane.receiver.complete_message(locked)
