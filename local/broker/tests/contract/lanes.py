"""Queues for tests, each with an open sender and receiver.

The client library takes half a second to open a link and up to a second to close one. So lanes are opened ahead and
closed behind in threads, and every test gets a queue of its own.
"""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from azure.servicebus import (
    ServiceBusClient,
    ServiceBusMessage,
    ServiceBusReceivedMessage,
    ServiceBusReceiver,
    ServiceBusSender,
    ServiceBusSubQueue,
)

DEADLINE = 20.0
"""Seconds after which a test gives up waiting for something that should be there at once."""
COPIES = 40
KINDS: dict[str, dict[str, Any]] = {
    "plain": {"lockDuration": "PT60S", "maxDeliveryCount": 3},
    "fleeting": {"lockDuration": "PT0.2S", "maxDeliveryCount": 3},
    "dated": {"deadLetteringOnMessageExpiration": True},
    "distinct": {"requiresDuplicateDetection": True, "duplicateDetectionHistoryTimeWindow": "PT1M"},
    "small": {"maxSizeInMegabytes": 1, "maxMessageSizeInKilobytes": 1024},
}
AHEAD = {"plain": 8, "fleeting": 1, "dated": 1, "distinct": 1, "small": 1}
"""Lanes that are opened before a test asks for them."""
Found = TypeVar("Found")


def eventually(look: Callable[[], Found | None], what: str = "what the test waits for") -> Found:
    """Look again and again until there is something; fail at the deadline, naming it."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"{what} did not happen")


def text(message: ServiceBusMessage | ServiceBusReceivedMessage) -> str:
    """The body of a message as text."""
    return b"".join(bytes(part) for part in message.body).decode()


class Lane:
    """One queue, a sender to it, a receiver from it and one from its dead letters."""

    def __init__(self, client: ServiceBusClient, queue: str) -> None:
        self.client = client
        self.queue = queue
        self.sender: ServiceBusSender = client.get_queue_sender(queue)
        self.receiver: ServiceBusReceiver = client.get_queue_receiver(queue)
        self.dead_letters = client.get_queue_receiver(queue, sub_queue=ServiceBusSubQueue.DEAD_LETTER)
        self._opened: list[ServiceBusSender | ServiceBusReceiver] = [self.sender, self.receiver, self.dead_letters]
        with ThreadPoolExecutor(3) as pool:
            pool.submit(self.sender.create_message_batch)
            pool.submit(self.receiver.peek_messages, 1)
            pool.submit(self.dead_letters.peek_messages, 1)

    def send(self, *bodies: str, **settings: Any) -> None:
        """Send messages in one batch."""
        self.sender.send_messages([ServiceBusMessage(body, **settings) for body in bodies])

    def take(self, count: int = 1, receiver: ServiceBusReceiver | None = None) -> list[ServiceBusReceivedMessage]:
        """Receive exactly so many messages."""
        found: list[ServiceBusReceivedMessage] = []

        def more() -> bool:
            got = (receiver or self.receiver).receive_messages(count - len(found), max_wait_time=1)
            found.extend(got)
            return len(found) == count

        eventually(more)
        return found

    def is_empty(self) -> bool:
        """Whether nothing is in the queue, neither waiting nor locked nor scheduled."""
        return not self.receiver.peek_messages(1, sequence_number=1)

    def peek(self) -> list[ServiceBusReceivedMessage]:
        """All messages in the queue."""
        return self.receiver.peek_messages(100, sequence_number=1)

    def open(self, **settings: Any) -> ServiceBusReceiver:
        """Another receiver, closed with the lane."""
        receiver = self.client.get_queue_receiver(self.queue, **settings)
        self._opened.append(receiver)
        receiver.peek_messages(1)
        return receiver

    def close(self) -> None:
        """Close everything."""
        with ThreadPoolExecutor(3) as pool:
            for each in self._opened:
                pool.submit(each.close)


class Lanes:
    """Gives out lanes of a kind, no queue twice."""

    def __init__(self, client: ServiceBusClient) -> None:
        self._client = client
        self._pool = ThreadPoolExecutor(16)
        self._ready: dict[str, deque[Future[Lane]]] = defaultdict(deque)
        self._used: dict[str, int] = defaultdict(int)
        self._closing: list[Future[None]] = []
        for kind in KINDS:
            self._open_ahead(kind)

    def take(self, kind: str) -> Lane:
        """A lane that nobody has used; the next ones are opened meanwhile."""
        self._open_ahead(kind)
        lane = self._ready[kind].popleft()
        self._open_ahead(kind)
        return lane.result(DEADLINE)

    def _open_ahead(self, kind: str) -> None:
        while len(self._ready[kind]) < AHEAD[kind] and self._used[kind] < COPIES:
            self._used[kind] += 1
            self._ready[kind].append(self._pool.submit(Lane, self._client, f"{kind}-{self._used[kind]}"))

    def give_back(self, lane: Lane | ServiceBusReceiver | ServiceBusSender) -> None:
        """Close something in the background."""
        self._closing.append(self._pool.submit(lane.close))

    def close(self) -> None:
        """Close what is left."""
        for futures in self._ready.values():
            for future in futures:
                self.give_back(future.result(DEADLINE))
        for closing in self._closing:
            closing.result(DEADLINE)
        self._pool.shutdown()
