"""Settings of queues, topics and subscriptions, as the engine uses them.

Names and defaults follow the Bicep types Microsoft.ServiceBus/namespaces/queues, /topics and /topics/subscriptions:
https://learn.microsoft.com/azure/templates/microsoft.servicebus/namespaces/queues
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class Status(StrEnum):
    """Whether an entity takes and gives messages."""

    ACTIVE = "Active"
    DISABLED = "Disabled"
    SEND_DISABLED = "SendDisabled"
    RECEIVE_DISABLED = "ReceiveDisabled"


@dataclass(frozen=True, slots=True)
class IntakeSettings:
    """How a queue or topic takes messages. A time to live of None is endless; sizes are bytes, None = the default."""

    time_to_live: timedelta | None = None
    duplicate_window: timedelta | None = None
    max_bytes: int = 1024 * 1024 * 1024
    max_message_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """How a queue or subscription hands messages out."""

    lock_duration: timedelta = timedelta(minutes=1)
    max_delivery_count: int = 10
    time_to_live: timedelta | None = None
    dead_letter_expired: bool = False


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue: takes messages and hands them out."""

    name: str
    intake: IntakeSettings = field(default_factory=IntakeSettings)
    delivery: DeliverySettings = field(default_factory=DeliverySettings)
    status: Status = Status.ACTIVE


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription: hands out a copy of each message of its topic."""

    name: str
    delivery: DeliverySettings = field(default_factory=DeliverySettings)
    status: Status = Status.ACTIVE


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic: takes messages and copies each to every subscription."""

    name: str
    intake: IntakeSettings = field(default_factory=IntakeSettings)
    subscriptions: tuple[Subscription, ...] = ()
    status: Status = Status.ACTIVE


@dataclass(frozen=True, slots=True)
class Entities:
    """All that exists in the namespace."""

    queues: tuple[Queue, ...] = ()
    topics: tuple[Topic, ...] = ()
