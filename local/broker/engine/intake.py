"""The side of a queue or topic that takes messages: limits, duplicates, schedules, and the way on.

A topic copies each message to its subscriptions. https://learn.microsoft.com/azure/service-bus-messaging/message-sequencing
describes scheduled messages: one has its own sequence number until it is due and gets a new one then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from local.broker.amqp.errors import AmqpError, Condition
from local.broker.amqp.message import Content
from local.broker.engine.clock import Clock
from local.broker.engine.deadlines import Deadlines
from local.broker.engine.duplicates import DuplicateHistory
from local.broker.engine.message import Journal, Keys, Message, Numbers, Place
from local.broker.engine.queue import MessageQueue
from local.broker.entities.model import IntakeSettings

MAX_MESSAGE_ID = 128
"""https://learn.microsoft.com/azure/service-bus-messaging/service-bus-quotas"""


@dataclass(frozen=True, slots=True)
class Outlet:
    """A place where accepted messages go: a queue's own messages, or one subscription of a topic."""

    queue: MessageQueue
    dead_letters: MessageQueue
    numbers: Numbers
    time_to_live: timedelta | None


class Intake:
    """Takes messages for one queue or topic. Each call happens whole or not at all."""

    def __init__(
        self,
        path: str,
        settings: IntakeSettings,
        outlets: Sequence[Outlet],
        *,
        clock: Clock,
        journal: Journal,
        keys: Keys,
        numbers: Numbers,
    ) -> None:
        self.path = path
        self.scheduled: dict[int, Message] = {}
        self._settings = settings
        self._outlets = outlets
        self._clock = clock
        self._journal = journal
        self._keys = keys
        self._numbers = numbers
        self._due: Deadlines[int] = Deadlines()
        self._scheduled_bytes = 0
        window = settings.duplicate_window
        self.duplicates = None if window is None else DuplicateHistory(path, _ms(window), journal)

    def accept(self, contents: Sequence[Content]) -> None:
        """Store messages that were sent; a duplicate is accepted and dropped. Raises AmqpError, storing none."""
        self._check(contents)
        now, business = self._clock.now_ms(), self._clock.business_ms()
        for content in contents:
            if self._is_duplicate(content, now):
                continue
            if content.scheduled_ms is not None and content.scheduled_ms > business:
                self._schedule(content, now)
            else:
                self._pass_on(content, now)

    def schedule(self, contents: Sequence[Content]) -> list[int]:
        """Store messages for later and return their sequence numbers; one that is due already goes on at once."""
        self._check(contents)
        if any(content.scheduled_ms is None for content in contents):
            raise AmqpError(Condition.ARGUMENT_ERROR, "a message to be scheduled has no x-opt-scheduled-enqueue-time")
        now = self._clock.now_ms()
        numbers = []
        for content in contents:
            duplicate = self._is_duplicate(content, now)
            numbers.append(self._numbers.next() if duplicate else self._schedule(content, now))
        self.advance()
        return numbers

    def cancel(self, sequences: Sequence[int]) -> None:
        """Remove scheduled messages. Raises message-not-found, and removes none, if one of them is not there."""
        for sequence in sequences:
            if sequence not in self.scheduled:
                raise AmqpError(
                    Condition.MESSAGE_NOT_FOUND, f"there is no scheduled message with sequence number {sequence}"
                )
        for sequence in dict.fromkeys(sequences):
            self._journal.remove(self._unschedule(sequence))

    def restore(self, message: Message) -> None:
        """Take back a scheduled message that the journal knows already."""
        assert message.content.scheduled_ms is not None
        self.scheduled[message.sequence] = message
        self._scheduled_bytes += message.content.size
        self._due.set(message.sequence, message.content.scheduled_ms)

    def advance(self) -> None:
        """Pass on the scheduled messages that are due by business time; forget old message ids."""
        now = self._clock.now_ms()
        for sequence in self._due.take_due(self._clock.business_ms()):
            message = self._unschedule(sequence)
            self._journal.remove(message)
            self._pass_on(message.content, now)
        if self.duplicates is not None:
            self.duplicates.purge(now)

    def next_business_ms(self) -> int | None:
        """When, by business time, a scheduled message is due next."""
        return self._due.next_ms()

    def _check(self, contents: Sequence[Content]) -> None:
        size = sum(content.size for content in contents)
        used = self._scheduled_bytes + sum(each.queue.bytes + each.dead_letters.bytes for each in self._outlets)
        copies = max(1, len(self._outlets))
        if used + copies * size > self._settings.max_bytes:
            raise AmqpError(
                Condition.RESOURCE_LIMIT_EXCEEDED,
                f"{self.path} is full: {used} of {self._settings.max_bytes} bytes are taken (maxSizeInMegabytes)",
            )
        for content in contents:
            if content.message_id is not None and len(content.message_id) > MAX_MESSAGE_ID:
                raise AmqpError(
                    Condition.ARGUMENT_ERROR,
                    f"the message id has {len(content.message_id)} characters; {MAX_MESSAGE_ID} are allowed",
                )

    def _is_duplicate(self, content: Content, now: int) -> bool:
        if self.duplicates is None or not content.message_id:
            return False
        return self.duplicates.is_duplicate(content.message_id, now)

    def _schedule(self, content: Content, now: int) -> int:
        message = Message(self._keys.next(), self.path, Place.SCHEDULED, self._numbers.next(), content, now)
        self._journal.put(message)
        self.restore(message)
        return message.sequence

    def _unschedule(self, sequence: int) -> Message:
        message = self.scheduled.pop(sequence)
        self._due.clear(sequence)
        self._scheduled_bytes -= message.content.size
        return message

    def _pass_on(self, content: Content, now: int) -> None:
        own = None if content.ttl_ms is None else timedelta(milliseconds=content.ttl_ms)
        for outlet in self._outlets:
            lives = [each for each in (own, self._settings.time_to_live, outlet.time_to_live) if each is not None]
            outlet.queue.add(
                Message(
                    key=self._keys.next(),
                    entity=outlet.queue.path,
                    place=Place.ACTIVE,
                    sequence=outlet.numbers.next(),
                    content=content,
                    enqueued_ms=now,
                    expires_ms=now + _ms(min(lives)) if lives else None,
                )
            )


def _ms(duration: timedelta) -> int:
    return round(duration.total_seconds() * 1000)
