"""Sends messages to the local broker and gives them up."""

from __future__ import annotations

import decimal
import time
from typing import Any

from azure.servicebus import (
    ServiceBusClient,
    ServiceBusMessage,
    ServiceBusReceiver,
    ServiceBusSender,
    ServiceBusSubQueue,
)
from azure.servicebus.amqp import AmqpAnnotatedMessage, AmqpMessageHeader
from azure.servicebus.exceptions import ServiceBusError

from shared.adapters.service_bus import EntityNames
from shared.domain.offboarding.states import Stage
from shared.ports.bus import DeadLetter

NAMES = EntityNames()
QUICK: dict[str, Any] = {"retry_total": 1, "retry_backoff_factor": 0.05, "retry_backoff_max": 0.2}
DEADLINE = 20.0


class Undertaker:
    """Its links stay open; they die with the broker."""

    def __init__(self, connection: str) -> None:
        self._client = ServiceBusClient.from_connection_string(connection, **QUICK)
        self._links: dict[str, tuple[ServiceBusSender, ServiceBusReceiver]] = {}

    def put(self, stage: Stage | None, letter: DeadLetter) -> None:
        """One plain letter."""
        message = ServiceBusMessage(letter.body, message_id=letter.message_id)
        self.bury(stage, message, letter.reason, letter.description)

    def bury(
        self, stage: Stage | None, message: ServiceBusMessage | AmqpAnnotatedMessage, reason: str = "", text: str = ""
    ) -> None:
        """Send any message and move it to the dead-letter queue."""
        queue = _queue(stage)
        if queue not in self._links:
            self._links[queue] = (self._client.get_queue_sender(queue), self._client.get_queue_receiver(queue))
        sender, receiver = self._links[queue]
        sender.send_messages(message)
        [received] = receiver.receive_messages(max_wait_time=DEADLINE)
        receiver.dead_letter_message(received, reason=reason or None, error_description=text or None)

    def bury_undecodable(self, stage: Stage | None) -> None:
        """A decimal, which the SDK sends and cannot read: it has to die by itself."""
        queue, header = _queue(stage), AmqpMessageHeader(time_to_live=1)
        value = AmqpAnnotatedMessage(value_body=decimal.Decimal("1.5"), header=header)
        self._client.get_queue_sender(queue).send_messages(value)
        looking = self._client.get_queue_receiver(queue, sub_queue=ServiceBusSubQueue.DEAD_LETTER)
        ends = time.monotonic() + DEADLINE
        while time.monotonic() < ends:
            try:
                looking.peek_messages(50, sequence_number=1)
            except ServiceBusError:
                return
        raise AssertionError("the message did not expire")


def _queue(stage: Stage | None) -> str:
    return NAMES.requests if stage is None else NAMES.stage(stage)
