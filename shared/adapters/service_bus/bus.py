"""The bus on azure-servicebus: one pooled sender for each queue and for the topic, each used by one thread at a time.

Output bindings cannot set message ids or schedules from Python, so the SDK sends. An id that was seen in the duplicate
detection window is dropped by the service, which makes a repeated outbox harmless.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence

from azure.core.exceptions import AzureError
from azure.servicebus import ServiceBusClient, ServiceBusMessage, ServiceBusSender

from shared.adapters.service_bus.dead_letters import DeadLetterQueues
from shared.adapters.service_bus.names import EntityNames
from shared.domain.errors import UnavailableError
from shared.domain.offboarding.messages import OutboundMessage
from shared.domain.offboarding.states import Stage
from shared.ports.bus import COUNTED_AT_MOST, DeadLetter

SEND_WITHIN = 10.0
"""Seconds: a broker that does not answer must not hold a function until its time-out."""


class ServiceBusBus:
    """A Bus; `connect` builds the client at the first use, so that nothing connects at import."""

    def __init__(self, connect: Callable[[], ServiceBusClient], names: EntityNames) -> None:
        self._connect, self._names = connect, names
        self._lock = threading.Lock()
        self._client: ServiceBusClient | None = None
        self._senders: dict[str, tuple[ServiceBusSender, threading.Lock]] = {}
        self._dead_letters = DeadLetterQueues(self._connected)
        # Receivers of its own: whoever looks does not wait for whoever deals with letters.
        self._looks = DeadLetterQueues(self._connected)

    def send(self, messages: Sequence[OutboundMessage]) -> None:
        """Send in order; raises UnavailableError naming the entity when one was not acknowledged."""
        for message in messages:
            entity = self._names.of(message)
            try:
                sender, lock = self._sender(entity)
                with lock:
                    sender.send_messages(to_service_bus(message), timeout=SEND_WITHIN)
            except (AzureError, OSError, ValueError) as error:
                self._forget(entity)
                text = f"{entity} did not take message {message.id}: {type(error).__name__}"
                raise UnavailableError(text, service="service_bus") from error

    def dead_letters(self, stage: Stage | None, handle: Callable[[DeadLetter], bool], limit: int) -> int:
        """Hand over what was given up on a stage's queue (None: on the request queue); see the port."""
        queue = self._names.requests if stage is None else self._names.stage(stage)
        return self._dead_letters.hand_over(queue, handle, limit)

    def count_dead_letters(self) -> Mapping[str, int]:
        """A look at every queue that this app reads; see the port."""
        queues = (self._names.requests, *map(self._names.stage, Stage))
        return {queue: self._looks.count(queue, COUNTED_AT_MOST) for queue in queues}

    def close(self) -> None:
        """Close every link and the connection."""
        self._dead_letters.close()
        self._looks.close()
        with self._lock:
            for sender, _ in self._senders.values():
                sender.close()
            self._senders.clear()
            if self._client is not None:
                self._client.close()
            self._client = None

    def _connected(self) -> ServiceBusClient:
        with self._lock:
            return self._connected_once()

    def _connected_once(self) -> ServiceBusClient:
        if self._client is None:
            self._client = self._connect()
        return self._client

    def _sender(self, entity: str) -> tuple[ServiceBusSender, threading.Lock]:
        with self._lock:
            client = self._connected_once()
            if entity not in self._senders:
                topic = entity == self._names.events
                sender = client.get_topic_sender(entity) if topic else client.get_queue_sender(entity)
                self._senders[entity] = (sender, threading.Lock())
            return self._senders[entity]

    def _forget(self, entity: str) -> None:
        with self._lock:
            found = self._senders.pop(entity, None)
        if found is not None:
            with found[1]:
                found[0].close()


def to_service_bus(message: OutboundMessage) -> ServiceBusMessage:
    """The SDK's message, with id, correlation id, schedule and properties."""
    return ServiceBusMessage(
        message.body,
        message_id=message.id,
        subject=message.subject or None,
        content_type=message.content_type,
        correlation_id=message.correlation_id or None,
        scheduled_enqueue_time_utc=message.scheduled_at,
        application_properties=dict(message.properties),
    )
