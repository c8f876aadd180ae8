"""A CRM and an operator at Service Bus: plain azure-servicebus."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self, TypeVar

from azure.servicebus import (
    ServiceBusClient,
    ServiceBusMessage,
    ServiceBusMessageState,
    ServiceBusReceivedMessage,
    ServiceBusReceiver,
    ServiceBusSender,
    ServiceBusSubQueue,
)
from azure.servicebus.amqp import AmqpAnnotatedMessage

from tests.e2e.support.stack import Addresses
from tests.e2e.support.until import DEADLINE, until

REQUESTS, REJECTED, EVENTS = "offboarding-requests", "offboarding-rejected", "offboarding-events"
PROGRESS = frozenset(f"offboarding.{kind}.v1" for kind in ("progress", "waiting", "needs_attention"))
Link = TypeVar("Link", ServiceBusSender, ServiceBusReceiver)


class Crm:
    """Sends requests, keeps every event that it receives. For one thread; its links stay open, as opening is slow."""

    def __init__(self, addresses: Addresses) -> None:
        self._client = ServiceBusClient.from_connection_string(addresses.servicebus)
        self._senders: dict[str, ServiceBusSender] = {}
        self._receivers: dict[str, ServiceBusReceiver] = {}
        self._events: list[dict[str, Any]] = []
        self._copies: list[ServiceBusReceivedMessage] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        links = [*self._senders.values(), *self._receivers.values()]
        with ThreadPoolExecutor(len(links) or 1) as pool:
            list(pool.map(lambda link: link.close(), links))
        self._client.close()

    def send(self, request: dict[str, Any]) -> None:
        """Drop one request."""
        self.send_raw([ServiceBusMessage(json.dumps(request), content_type="application/json")])

    def send_raw(self, messages: Iterable[ServiceBusMessage | AmqpAnnotatedMessage], queue: str = REQUESTS) -> None:
        """Send any messages, one by one."""
        sender = _opened(self._senders, queue, lambda: self._client.get_queue_sender(queue))
        for message in messages:
            sender.send_messages(message)

    def events(self) -> list[dict[str, Any]]:
        """Every event that arrived on subscription crm until now, repetitions included."""
        receiver = _opened(self._receivers, EVENTS, lambda: self._client.get_subscription_receiver(EVENTS, "crm"))
        self._events += [json.loads(body(message)) for message in _taken(receiver)]
        return self._events

    def outcome(self, request_id: str, seconds: float = DEADLINE) -> dict[str, Any]:
        """The outcome event of a request; fails when there are two different ones."""

        def arrived() -> dict[str, dict[str, Any]]:
            mine = [event for event in self.events() if event["data"]["requestId"] == request_id]
            return {event["id"]: event for event in mine if event["type"] not in PROGRESS}

        found = until(arrived, f"outcome event of {request_id}", seconds)
        assert len(found) == 1, found
        return next(iter(found.values()))

    def rejected(self) -> list[ServiceBusReceivedMessage]:
        """Every message that arrived on queue offboarding-rejected until now."""
        receiver = _opened(self._receivers, REJECTED, lambda: self._client.get_queue_receiver(REJECTED))
        self._copies += _taken(receiver)
        return self._copies

    def lying(self, queue: str, *, dead: bool = False) -> list[ServiceBusReceivedMessage]:
        """What a look into a queue (or its dead-letter queue) shows, without what is scheduled for later."""
        part = ServiceBusSubQueue.DEAD_LETTER if dead else None
        receiver = _opened(
            self._receivers, f"look/{queue}/{part}", lambda: self._client.get_queue_receiver(queue, sub_queue=part)
        )
        seen = receiver.peek_messages(max_message_count=250, sequence_number=1)
        return [message for message in seen if message.state is ServiceBusMessageState.ACTIVE]


def _opened(links: dict[str, Link], name: str, connect: Callable[[], Link]) -> Link:
    if name not in links:
        # Opened before the first receive, whose wait would bound the opening of the link as well.
        links[name] = connect().__enter__()
    return links[name]


def _taken(receiver: ServiceBusReceiver) -> list[ServiceBusReceivedMessage]:
    taken = receiver.receive_messages(max_message_count=500, max_wait_time=0.2)
    for message in taken:
        receiver.complete_message(message)
    return taken


def body(message: ServiceBusReceivedMessage) -> bytes:
    """The bytes of a message."""
    return b"".join(bytes(part) for part in message.body)


def properties(message: ServiceBusReceivedMessage) -> dict[str, str]:
    """Application properties as text."""

    def text(value: object) -> str:
        return value.decode() if isinstance(value, bytes) else str(value)

    return {text(name): text(value) for name, value in (message.application_properties or {}).items()}
