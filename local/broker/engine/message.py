"""A message inside the broker, and the journal that is told of every change to one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol
from uuid import UUID

from local.broker.amqp.message import Content


class Place(Enum):
    """Where in its entity a message is. The values are stored."""

    ACTIVE = 0
    SCHEDULED = 1
    DEAD_LETTERED = 2


@dataclass(frozen=True, slots=True)
class Lock:
    """A receiver's right to settle a message until a point of machine time."""

    token: UUID
    until_ms: int


@dataclass(slots=True, eq=False)
class Message:
    """One message in one entity.

    `key` identifies it in the journal, `sequence` counts within `entity` (its path). `deliveries` counts the times it
    was handed out under a lock, the present one included; times are Unix milliseconds, machine clock.
    """

    key: int
    entity: str
    place: Place
    sequence: int
    content: Content
    enqueued_ms: int
    expires_ms: int | None = None
    deliveries: int = 0
    lock: Lock | None = None


class Journal(Protocol):
    """Hears of every change, in order. `put` and `count` keep the message object until it is written."""

    def put(self, message: Message) -> None:
        """The message is new or has changed as a whole."""

    def count(self, message: Message) -> None:
        """The number of deliveries has changed, nothing else."""

    def remove(self, message: Message) -> None:
        """The message is gone."""

    def sequence(self, entity: str, last: int) -> None:
        """The entity has given out this sequence number."""

    def seen(self, entity: str, message_id: str, at_ms: int) -> None:
        """The entity has taken a message of this id (duplicate detection)."""

    def forget(self, entity: str, until_ms: int) -> None:
        """Ids that were seen at or before this time do not matter any more."""


class NullJournal:
    """Keeps nothing: for a broker that lives in memory."""

    def put(self, message: Message) -> None:
        """Nothing."""

    def count(self, message: Message) -> None:
        """Nothing."""

    def remove(self, message: Message) -> None:
        """Nothing."""

    def sequence(self, entity: str, last: int) -> None:
        """Nothing."""

    def seen(self, entity: str, message_id: str, at_ms: int) -> None:
        """Nothing."""

    def forget(self, entity: str, until_ms: int) -> None:
        """Nothing."""


class Numbers:
    """The sequence numbers of one entity: 1, 2, 3, … and never one twice, a restart included."""

    def __init__(self, entity: str, journal: Journal, last: int = 0) -> None:
        self._entity = entity
        self._journal = journal
        self._last = last

    def next(self) -> int:
        """Give out the next number."""
        self._last += 1
        self._journal.sequence(self._entity, self._last)
        return self._last


class Keys:
    """Journal keys for messages, unique in the whole namespace."""

    def __init__(self, last: int = 0) -> None:
        self._last = last

    def next(self) -> int:
        """Give out the next key."""
        self._last += 1
        return self._last
