"""The bus on azure-servicebus: one pooled sender for each queue and for the topic, each used by one thread at a time.

Output bindings cannot set message ids or schedules from Python, so the SDK sends. An id that was seen in the duplicate
detection window is dropped by the service, which makes a repeated outbox harmless.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from azure.core.exceptions import AzureError
from azure.servicebus import ServiceBusClient, ServiceBusMessage, ServiceBusSender

from shared.domain.errors import UnavailableError
from shared.domain.messages import Destination, OutboundMessage
from shared.domain.offboarding import Stage

SEND_WITHIN = 10.0
"""Seconds: a broker that does not answer must not hold a function until its time-out."""


@dataclass(frozen=True, slots=True)
class EntityNames:
    """The names of the queues and the topic (infra/servicebus.json)."""

    requests: str = "offboarding-requests"
    rejected: str = "offboarding-rejected"
    events: str = "offboarding-events"
    stage_prefix: str = "offboarding-"

    def stage(self, stage: Stage) -> str:
        return f"{self.stage_prefix}{stage.value}"


class ServiceBusBus:
    """A Bus; `connect` builds the client at the first message, so that nothing connects at import."""

    def __init__(self, connect: Callable[[], ServiceBusClient], names: EntityNames) -> None:
        self._connect, self._names = connect, names
        self._lock = threading.Lock()
        self._client: ServiceBusClient | None = None
        self._senders: dict[str, tuple[ServiceBusSender, threading.Lock]] = {}

    def send(self, messages: Sequence[OutboundMessage]) -> None:
        """Send in order; raises UnavailableError naming the entity when one was not acknowledged."""
        for message in messages:
            entity = self._entity(message)
            try:
                sender, lock = self._sender(entity)
                with lock:
                    sender.send_messages(to_service_bus(message), timeout=SEND_WITHIN)
            except (AzureError, OSError, ValueError) as error:
                self._forget(entity)
                text = f"{entity} did not take message {message.id}: {type(error).__name__}"
                raise UnavailableError(text, service="service_bus") from error

    def close(self) -> None:
        """Close every sender and the connection."""
        with self._lock:
            for sender, _ in self._senders.values():
                sender.close()
            self._senders.clear()
            if self._client is not None:
                self._client.close()
            self._client = None

    def _entity(self, message: OutboundMessage) -> str:
        if message.destination is Destination.STAGE:
            if message.stage is None:
                raise ValueError(f"stage message {message.id} names no stage")
            return self._names.stage(message.stage)
        named = {
            Destination.EVENTS: self._names.events,
            Destination.REJECTED: self._names.rejected,
            Destination.REQUESTS: self._names.requests,
        }
        return named[message.destination]

    def _sender(self, entity: str) -> tuple[ServiceBusSender, threading.Lock]:
        with self._lock:
            if self._client is None:
                self._client = self._connect()
            if entity not in self._senders:
                topic = entity == self._names.events
                client = self._client
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
