"""Topics: every subscription gets a copy and has dead letters of its own."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from azure.servicebus import ServiceBusClient, ServiceBusMessage, ServiceBusReceiver, ServiceBusSubQueue
from azure.servicebus.exceptions import ServiceBusError

from local.broker.tests.contract.lanes import Lanes, text


@pytest.fixture
def receivers(client: ServiceBusClient, lanes: Lanes) -> Iterator[dict[str, ServiceBusReceiver]]:
    """A receiver of each subscription and of one's dead letters."""
    opened = {
        "crm": client.get_subscription_receiver("events", "CRM"),
        "audit": client.get_subscription_receiver("Events", "audit"),
        "dead": client.get_subscription_receiver("events", "crm", sub_queue=ServiceBusSubQueue.DEAD_LETTER),
    }
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda receiver: receiver.peek_messages(1), opened.values()))
    yield opened
    for receiver in opened.values():
        lanes.give_back(receiver)


def test_every_subscription_gets_a_copy_and_settles_it_alone(
    client: ServiceBusClient, lanes: Lanes, receivers: dict[str, ServiceBusReceiver]
) -> None:
    sender = client.get_topic_sender("EVENTS")
    sender.send_messages([ServiceBusMessage("1", message_id="one"), ServiceBusMessage("2")])
    lanes.give_back(sender)
    crm = receivers["crm"].receive_messages(2, max_wait_time=5)
    audit = receivers["audit"].receive_messages(2, max_wait_time=5)
    assert [text(each) for each in crm] == [text(each) for each in audit] == ["1", "2"]
    assert [each.sequence_number for each in crm] == [1, 2]
    receivers["crm"].abandon_message(crm[0])
    (dead,) = receivers["dead"].receive_messages(1, max_wait_time=5)
    assert (text(dead), dead.message_id) == ("1", "one")
    assert dead.dead_letter_reason == "MaxDeliveryCountExceeded"
    receivers["dead"].complete_message(dead)
    receivers["crm"].complete_message(crm[1])
    for message in audit:
        receivers["audit"].complete_message(message)
    assert all(receiver.peek_messages(1, sequence_number=1) == [] for receiver in receivers.values())


def test_a_topic_without_subscriptions_takes_messages_and_cannot_be_received_from(
    client: ServiceBusClient, lanes: Lanes
) -> None:
    sender, receiver = client.get_topic_sender("silent"), client.get_queue_receiver("silent")
    sender.send_messages(ServiceBusMessage("nobody hears"))
    lanes.give_back(sender)
    with pytest.raises(ServiceBusError, match="receive from one of"):
        receiver.receive_messages(1, max_wait_time=5)
