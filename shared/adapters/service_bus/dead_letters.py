"""The dead-letter queues, read with the SDK instead of triggers.

A trigger takes plain data only, and gives back at once what it could not hand to its function; a dead-letter queue
gives up on nothing. Together they would deliver such a message for ever, as fast as they can. Here a letter is seen
once a round (docs/decisions/0007-dead-letters.md).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from azure.servicebus import ServiceBusClient, ServiceBusReceivedMessage, ServiceBusReceiver, ServiceBusSubQueue
from azure.servicebus.exceptions import ServiceBusError

from shared.adapters.service_bus.received import to_dead_letter
from shared.domain.errors import UnavailableError
from shared.ports.bus import DeadLetter

PEEK_WITHIN = 10.0
"""Seconds that a look at a queue may take."""
RECEIVE_WITHIN = 3.0
"""Seconds that a letter which is known to lie there may take to arrive; it may be locked by an earlier round."""

log = logging.getLogger("offboarding")


class DeadLetterQueues:
    """Receivers are opened at the first look and kept, because opening one takes a second. Safe for threads."""

    def __init__(self, connected: Callable[[], ServiceBusClient]) -> None:
        self._connected = connected
        self._lock = threading.Lock()
        self._receivers: dict[str, ServiceBusReceiver] = {}

    def hand_over(self, queue: str, handle: Callable[[DeadLetter], bool], limit: int) -> int:
        """See `Bus.dead_letters`. Whatever goes wrong, the next call has a fresh receiver.

        Dying between `handle` and the removal shows the letter again, once its lock has ended.
        """
        return self._guarded(queue, lambda: self._hand_over(queue, handle, limit))

    def count(self, queue: str, limit: int) -> int:
        """How many letters lie there, at most `limit`. One that cannot be decoded hides how many: then `limit`."""
        return self._guarded(queue, lambda: _lying(self._receiver(queue), limit))

    def _guarded(self, queue: str, work: Callable[[], int]) -> int:
        with self._lock:
            try:
                return work()
            except Exception as error:  # the SDK lets errors of its own through when a connection dies under it
                self._forget(queue)
                text = f"the dead letters of {queue} cannot be read: {type(error).__name__}"
                raise UnavailableError(text, service="service_bus") from error

    def close(self) -> None:
        """Detach everywhere; letters that are locked come back when their locks end."""
        with self._lock:
            for queue in list(self._receivers):
                self._forget(queue)

    def _hand_over(self, queue: str, handle: Callable[[DeadLetter], bool], limit: int) -> int:
        receiver = self._receiver(queue)
        kept: list[ServiceBusReceivedMessage] = []
        removed, expected = 0, _lying(receiver, limit)
        while removed + len(kept) < expected:
            # One at a time: the lock of a letter then begins when its turn comes.
            received = receiver.receive_messages(max_message_count=1, max_wait_time=RECEIVE_WITHIN)
            if not received:
                break
            if handle(to_dead_letter(received[0])):
                receiver.complete_message(received[0])
                removed += 1
            else:
                kept.append(received[0])
        for message in kept:  # only now, or it would be the next one again
            receiver.abandon_message(message)
        if removed + len(kept) < expected:
            # Locked, gone, or not to be decoded. In the last case the SDK hands out nothing on this link any more.
            self._forget(queue)
        return removed

    def _receiver(self, queue: str) -> ServiceBusReceiver:
        if queue not in self._receivers:
            self._receivers[queue] = self._connected().get_queue_receiver(
                queue, sub_queue=ServiceBusSubQueue.DEAD_LETTER
            )
        return self._receivers[queue]

    def _forget(self, queue: str) -> None:
        receiver = self._receivers.pop(queue, None)
        if receiver is not None:
            try:
                receiver.close()
            except Exception as error:
                log.debug("closing the dead letters of %s: %s", queue, error)


def _lying(receiver: ServiceBusReceiver, limit: int) -> int:
    """How many letters to expect. A look answers at once; to wait for a letter, where mostly none lies, would not."""
    try:
        return len(receiver.peek_messages(limit, sequence_number=1, timeout=PEEK_WITHIN))
    except ServiceBusError as error:
        if type(error) is not ServiceBusError:  # no connection, no right, time-out
            raise
        # One letter has content that the SDK cannot decode (a decimal, for example). The others are there all the same.
        log.warning("a dead letter cannot be decoded; look at the queue with Service Bus Explorer: %s", error)
        return limit
