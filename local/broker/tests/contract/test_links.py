"""What holds when links come and go, as Microsoft's own tests of azure-servicebus expect of the real service."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from azure.servicebus import (
    ServiceBusClient,
    ServiceBusMessage,
    ServiceBusReceivedMessage,
    ServiceBusReceiveMode,
    ServiceBusReceiver,
)
from azure.servicebus.amqp import AmqpAnnotatedMessage, AmqpMessageBodyType

from local.broker.amqp.performatives import Detach
from local.broker.entities.file import parse_entities
from local.broker.front.limits import Limits
from local.broker.server import BrokerServer
from local.broker.tests.contract.lanes import Lane, eventually, text
from local.broker.tests.contract.raw import RawClient, error_of

IDLE_SECONDS = 1.0


@pytest.fixture(scope="module")
def impatient() -> Iterator[BrokerServer]:
    """A broker that detaches idle links soon."""
    entities = parse_entities({"queues": [{"name": "sent"}, {"name": "received"}, {"name": "raw"}], "topics": []})
    with BrokerServer(entities, limits=Limits(idle_link_seconds=IDLE_SECONDS)) as server:
        yield server


@pytest.fixture(scope="module")
def patient_client(impatient: BrokerServer) -> ServiceBusClient:
    """Microsoft's client as an application makes it, its retries as they are by default."""
    return ServiceBusClient.from_connection_string(impatient.connection_string, retry_backoff_factor=0.05)


def cut_link(receiver: ServiceBusReceiver) -> None:
    """Detach the link under a receiver, as a network does that loses it."""
    link = receiver._handler._link  # Microsoft's tests reach in like this
    assert link is not None
    link.detach()


Settle = Callable[[ServiceBusReceiver, ServiceBusReceivedMessage], object]


@pytest.mark.parametrize(
    ("settle", "left"),
    [
        (lambda receiver, message: receiver.complete_message(message), []),
        (lambda receiver, message: receiver.abandon_message(message), [("kept", 1)]),
        (lambda receiver, message: receiver.dead_letter_message(message, reason="broken"), []),
    ],
    ids=["complete", "abandon", "dead-letter"],
)
def test_a_message_is_settled_by_its_lock_after_its_link_is_gone(
    lane: Lane, settle: Settle, left: list[tuple[str, int]]
) -> None:
    lane.send("kept")
    (message,) = lane.take()
    cut_link(lane.receiver)
    settle(lane.receiver, message)
    assert [(text(each), each.delivery_count) for each in lane.peek()] == left


def test_a_receiver_that_closes_releases_nothing_and_its_lock_can_be_renewed_and_settled_by_another(lane: Lane) -> None:
    first = lane.open()
    lane.send("held")
    (message,) = lane.take(1, first)
    first.close()
    other = lane.open()
    assert other.receive_messages(1, max_wait_time=0.5) == [], "it came again although it is still locked"
    message._receiver = other
    before = message.locked_until_utc
    assert before is not None
    assert eventually(lambda: other.renew_message_lock(message) > before)
    assert message.lock_token is not None
    other._settle_message_via_mgmt_link("completed", [message.lock_token])
    assert lane.is_empty()


def test_a_lock_whose_link_is_gone_still_runs_out(open_lane: Callable[[str], Lane]) -> None:
    lane = open_lane("fleeting")
    first = lane.open()
    lane.send("held")
    lane.take(1, first)
    first.close()
    (again,) = lane.take()
    assert (text(again), again.delivery_count) == ("held", 1)


def test_delivery_annotations_arrive_with_the_lock_token_among_them(lane: Lane) -> None:
    own = {"for-the-next": "value", "x-opt-lock-token": "forged"}
    lane.sender.send_messages(AmqpAnnotatedMessage(data_body=b"x", delivery_annotations=own))
    (message,) = lane.take()
    annotations = message.raw_amqp_message.delivery_annotations
    assert annotations == {b"for-the-next": b"value", b"x-opt-lock-token": message.lock_token}
    lane.receiver.abandon_message(message)
    (deleted,) = lane.take(1, lane.open(receive_mode=ServiceBusReceiveMode.RECEIVE_AND_DELETE))
    assert deleted.raw_amqp_message.delivery_annotations == {b"for-the-next": b"value"}


def test_a_message_without_a_body_is_taken_and_handed_over(lane: Lane) -> None:
    bare = ServiceBusMessage(None, message_id="bare", application_properties={"kept": "yes"})
    lane.sender.send_messages(bare)
    lane.sender.send_messages(AmqpAnnotatedMessage(data_body=[]))
    one, other = lane.take(2)
    assert (one.message_id, one.application_properties) == ("bare", {b"kept": b"yes"})
    for message in (one, other):
        assert message.body_type is AmqpMessageBodyType.VALUE
        assert message.body is None
        lane.receiver.complete_message(message)
    assert lane.is_empty()


def test_a_sender_whose_link_was_idle_for_too_long_sends_on(
    impatient: BrokerServer, patient_client: ServiceBusClient
) -> None:
    with patient_client.get_queue_sender("sent") as sender:
        sender.send_messages(ServiceBusMessage("1"))
        wait_for_idle_links(impatient)
        sender.send_messages(ServiceBusMessage("2"))
        with patient_client.get_queue_receiver("sent") as receiver:
            assert [text(message) for message in receiver.peek_messages(9, sequence_number=1)] == ["1", "2"]


def test_a_receiver_whose_link_was_idle_for_too_long_settles_and_receives_on(
    impatient: BrokerServer, patient_client: ServiceBusClient
) -> None:
    with patient_client.get_queue_sender("received") as sender:
        sender.send_messages([ServiceBusMessage("1"), ServiceBusMessage("2")])
    with patient_client.get_queue_receiver("received") as receiver:
        (first,) = receiver.receive_messages(1, max_wait_time=5)
        wait_for_idle_links(impatient)
        receiver.complete_message(first)
        (second,) = eventually(lambda: receiver.receive_messages(1, max_wait_time=10))
        assert text(second) == "2"
        receiver.complete_message(second)
        assert receiver.peek_messages(9, sequence_number=1) == []


def test_an_idle_link_is_told_why_and_its_connection_lives_on(impatient: BrokerServer) -> None:
    with RawClient(impatient.port).sign_in() as raw:
        raw.attach_sender(0, "raw")
        detach = raw.expect(Detach)
        condition, description = error_of(detach.error)
        assert (detach.handle, detach.closed, condition) == (0, True, "amqp:link:detach-forced")
        assert "AmqpMessagePublisher.IdleTimerExpired: Idle timeout: 0:00:01" in description
        raw.attach_receiver(1, "raw", credit=5)
        assert "AmqpMessageConsumer.IdleTimerExpired" in error_of(raw.expect(Detach).error)[1]


def wait_for_idle_links(broker: BrokerServer) -> None:
    """Wait until a link that is idle from now on was detached: older idle ones were too."""
    with RawClient(broker.port).sign_in() as raw:
        raw.attach_sender(0, "raw")
        raw.expect(Detach)
