"""A round with the asynchronous client, which is other code with the same wire."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from azure.servicebus import ServiceBusMessage
from azure.servicebus.aio import ServiceBusClient

from local.broker.server import BrokerServer
from local.broker.tests.contract.lanes import Lane, text


def test_a_round_with_the_asynchronous_client(broker: BrokerServer, lane: Lane) -> None:
    async def work() -> list[str]:
        async with ServiceBusClient.from_connection_string(broker.connection_string) as client:
            sender, receiver = client.get_queue_sender(lane.queue), client.get_queue_receiver(lane.queue)
            async with sender, receiver:
                await sender.send_messages([ServiceBusMessage(body) for body in ("1", "2", "3")])
                (number,) = await sender.schedule_messages(
                    ServiceBusMessage("later"), datetime.now(UTC) + timedelta(days=20_000)
                )
                await sender.cancel_scheduled_messages(number)
                first, second, third = await receiver.receive_messages(3, max_wait_time=5)
                await receiver.renew_message_lock(first)
                await receiver.complete_message(first)
                await receiver.abandon_message(second)
                await receiver.dead_letter_message(third, reason="test")
                return [text(message) for message in await receiver.peek_messages(9, sequence_number=1)]

    with ThreadPoolExecutor(1) as other:  # this thread may have a loop that runs: a browser's, of another test
        assert other.submit(asyncio.run, work()).result() == ["2"]
    assert [message.dead_letter_reason for message in lane.dead_letters.peek_messages(9)] == ["test"]
