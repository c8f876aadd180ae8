"""Messages waiting to be received: order, locks, delivery counts, expiry, dead letters.

One class serves queues, subscriptions and their dead-letter sub-queues. Rules:
https://learn.microsoft.com/azure/service-bus-messaging/message-transfers-locks-settlement
https://learn.microsoft.com/azure/service-bus-messaging/service-bus-dead-letter-queues
https://learn.microsoft.com/azure/service-bus-messaging/message-expiration
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from uuid import UUID, uuid4

from local.broker.amqp import encode as put
from local.broker.amqp.errors import AmqpError, Condition
from local.broker.engine.clock import Clock
from local.broker.engine.deadlines import Deadlines
from local.broker.engine.message import Journal, Lock, Message, Place
from local.broker.entities.model import DeliverySettings

Changes = Mapping[str, bytes]
"""Application properties to set on a message, encoded values by name."""


class MessageQueue:
    """Messages of one entity that receivers can take, in the order of their sequence numbers."""

    def __init__(
        self,
        path: str,
        settings: DeliverySettings,
        clock: Clock,
        journal: Journal,
        *,
        dead_letters: MessageQueue | None,
        wake: Callable[[MessageQueue], None],
    ) -> None:
        """`dead_letters` is None for a dead-letter sub-queue itself; `wake` is called when something can be taken."""
        self.path = path
        self.messages: dict[int, Message] = {}
        self.bytes = 0
        self._settings = settings
        self._lock_ms = max(1, round(settings.lock_duration.total_seconds() * 1000))
        self._clock = clock
        self._journal = journal
        self._dead_letters = dead_letters
        self._wake = wake
        self._ready: list[int] = []
        self._locked: dict[UUID, Message] = {}
        self._lock_ends: Deadlines[int] = Deadlines()
        self._expiries: Deadlines[int] = Deadlines()

    def add(self, message: Message) -> None:
        """Store a message that can be received from now on."""
        self._journal.put(message)
        self.restore(message)

    def restore(self, message: Message) -> None:
        """Take back a message that the journal knows already."""
        self.messages[message.sequence] = message
        self.bytes += message.content.size
        if message.expires_ms is not None:
            self._expiries.set(message.sequence, message.expires_ms)
        if self._is_spent(message):
            self._bury(message, "MaxDeliveryCountExceeded", self._spent_text(message))
            return
        heapq.heappush(self._ready, message.sequence)
        self._wake(self)

    def take(self, *, peek_lock: bool) -> Message | None:
        """Hand out the first message, locked, or removed for good if not `peek_lock`. None if there is none."""
        now = self._clock.now_ms()
        while self._ready:
            message = self.messages.get(heapq.heappop(self._ready))
            if message is None:
                continue
            if self._is_expired(message, now):
                self._expire(message)
                continue
            if not peek_lock:
                self._remove(message)
                return message
            message.deliveries += 1
            message.lock = Lock(uuid4(), now + self._lock_ms)
            self._locked[message.lock.token] = message
            self._lock_ends.set(message.sequence, message.lock.until_ms)
            self._journal.count(message)
            return message
        return None

    def complete(self, token: UUID) -> None:
        """The message is done with. This and its siblings raise message-lock-lost without a live lock."""
        self._remove(self._holder(token))

    def abandon(self, token: UUID, changes: Changes | None = None) -> None:
        """The delivery has failed: next please, or the dead letters if it was the last one allowed."""
        message = self._holder(token)
        if changes:
            self._rewrite(message, changes)
        self._unlock(message)
        self._give_back(message)

    def release(self, token: UUID) -> None:
        """The receiver did not want the message: as if it had not been delivered."""
        message = self._holder(token)
        self._unlock(message)
        message.deliveries -= 1
        self._journal.count(message)
        self._give_back(message)

    def dead_letter(self, token: UUID, changes: Changes) -> None:
        """Move the message to the dead letters. Raises not-allowed for one that is a dead letter already."""
        message = self._holder(token)
        if self._dead_letters is None:
            raise AmqpError(Condition.NOT_ALLOWED, "a dead letter cannot be dead-lettered; complete it")
        self._unlock(message)
        self._move_to_dead_letters(message, changes)

    def renew(self, token: UUID) -> int:
        """Extend a lock by the whole lock duration; returns its new end."""
        message = self._holder(token)
        message.lock = Lock(token, self._clock.now_ms() + self._lock_ms)
        self._lock_ends.set(message.sequence, message.lock.until_ms)
        return message.lock.until_ms

    def locked(self, token: UUID) -> Message | None:
        """The message that the token holds; None if the lock has run out or never was."""
        message = self._locked.get(token)
        is_live = message is not None and message.lock is not None and message.lock.until_ms > self._clock.now_ms()
        return message if is_live else None

    def is_locked(self, token: UUID) -> bool:
        """Whether the token still holds a lock that has not run out."""
        return self.locked(token) is not None

    def peek(self, first: int, count: int) -> list[Message]:
        """Messages from a sequence number on, locked ones included, without touching them."""
        now = self._clock.now_ms()
        sequences = heapq.nsmallest(count, (
            number for number, each in self.messages.items() if number >= first and not self._is_expired(each, now)
        ))  # fmt: skip
        return [self.messages[number] for number in sequences]

    def advance(self) -> None:
        """Let locks and messages run out that are due by machine time."""
        now = self._clock.now_ms()
        for sequence in self._lock_ends.take_due(now):
            message = self.messages[sequence]
            self._unlock(message)
            self._give_back(message)
        for sequence in self._expiries.take_due(now):
            expired = self.messages.get(sequence)
            if expired is not None and expired.lock is None:
                self._expire(expired)

    def next_ms(self) -> int | None:
        """When `advance` has something to do next."""
        times = [at for at in (self._lock_ends.next_ms(), self._expiries.next_ms()) if at is not None]
        return min(times, default=None)

    def _holder(self, token: UUID) -> Message:
        if not self.is_locked(token):
            raise AmqpError(
                Condition.MESSAGE_LOCK_LOST,
                "The lock on the message is gone: it ran out, or the message has been settled already.",
            )
        return self._locked[token]

    def _unlock(self, message: Message) -> None:
        assert message.lock is not None
        del self._locked[message.lock.token]
        self._lock_ends.clear(message.sequence)
        message.lock = None

    def _give_back(self, message: Message) -> None:
        if self._is_spent(message):
            self._bury(message, "MaxDeliveryCountExceeded", self._spent_text(message))
        elif self._is_expired(message, self._clock.now_ms()):
            self._expire(message)
        else:
            heapq.heappush(self._ready, message.sequence)
            self._wake(self)

    def _is_spent(self, message: Message) -> bool:
        return self._dead_letters is not None and message.deliveries >= self._settings.max_delivery_count

    def _spent_text(self, message: Message) -> str:
        limit = self._settings.max_delivery_count
        return f"Delivered {message.deliveries} times without being completed; {limit} deliveries are allowed."

    @staticmethod
    def _is_expired(message: Message, now: int) -> bool:
        return message.lock is None and message.expires_ms is not None and message.expires_ms <= now

    def _expire(self, message: Message) -> None:
        if self._settings.dead_letter_expired and self._dead_letters is not None:
            self._bury(message, "TTLExpiredException", "The message was not received within its time to live.")
        else:
            self._remove(message)

    def _bury(self, message: Message, reason: str, description: str) -> None:
        texts = {"DeadLetterReason": reason, "DeadLetterErrorDescription": description}
        self._move_to_dead_letters(message, {name: put.string(text) for name, text in texts.items()})

    def _move_to_dead_letters(self, message: Message, changes: Changes) -> None:
        assert self._dead_letters is not None
        self._drop(message)
        message.content = message.content.with_application_properties(changes)
        message.place, message.expires_ms = Place.DEAD_LETTERED, None
        self._dead_letters.add(message)

    def _rewrite(self, message: Message, changes: Changes) -> None:
        self.bytes -= message.content.size
        message.content = message.content.with_application_properties(changes)
        self.bytes += message.content.size
        self._journal.put(message)

    def _remove(self, message: Message) -> None:
        self._drop(message)
        self._journal.remove(message)

    def _drop(self, message: Message) -> None:
        if message.lock is not None:
            self._unlock(message)
        del self.messages[message.sequence]
        self._expiries.clear(message.sequence)
        self.bytes -= message.content.size
