"""All entities of the broker, found by their addresses."""

from __future__ import annotations

from dataclasses import dataclass, field

from local.broker.engine.clock import Clock
from local.broker.engine.intake import Intake, Outlet
from local.broker.engine.message import Journal, Keys, Message, Numbers, Place
from local.broker.engine.queue import MessageQueue
from local.broker.entities.model import DeliverySettings, Entities, IntakeSettings, Status

DEAD_LETTER_SUFFIX = "/$deadletterqueue"


@dataclass(frozen=True, slots=True)
class Entity:
    """What stands behind one address, in lower case. A topic has no `queue`, a subscription no `intake`."""

    path: str
    status: Status
    queue: MessageQueue | None = None
    intake: Intake | None = None
    max_message_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a journal kept: messages, last sequence numbers by entity, ids seen (entity, id, time) by time."""

    messages: tuple[Message, ...] = ()
    sequences: dict[str, int] = field(default_factory=dict)
    seen: tuple[tuple[str, str, int], ...] = ()


class Namespace:
    """Builds the entities, gives them back what the journal kept, and lets time pass for all of them."""

    def __init__(self, entities: Entities, clock: Clock, journal: Journal, recovered: Recovered | None = None) -> None:
        self.awake: set[MessageQueue] = set()
        """Queues in which something has become ready since the set was last emptied."""
        self._clock = clock
        self._journal = journal
        self._recovered = recovered or Recovered()
        self._keys = Keys(max((message.key for message in self._recovered.messages), default=0))
        self._numbers: dict[str, Numbers] = {}
        self._entities: dict[str, Entity] = {}
        for queue in entities.queues:
            path = queue.name.lower()
            outlet = self._outlet(path, queue.delivery, queue.status)
            intake = self._intake(path, queue.intake, (outlet,))
            self._entities[path] = Entity(path, queue.status, outlet.queue, intake, queue.intake.max_message_bytes)
        for topic in entities.topics:
            path = topic.name.lower()
            outlets = tuple(
                self._outlet(f"{path}/subscriptions/{each.name.lower()}", each.delivery, each.status)
                for each in topic.subscriptions
            )
            intake = self._intake(path, topic.intake, outlets)
            self._entities[path] = Entity(path, topic.status, None, intake, topic.intake.max_message_bytes)
        self._queues = [each.queue for each in self._entities.values() if each.queue is not None]
        self._intakes = [each.intake for each in self._entities.values() if each.intake is not None]
        self.orphans = self._restore()
        """How many stored messages belong to which entity that does not exist any more; they stay stored."""

    def find(self, path: str) -> Entity | None:
        """The entity at an address, in any case; None if there is none."""
        return self._entities.get(path.lower())

    def largest_message(self, default: int) -> int:
        """Bytes of the largest message that any entity takes, if `default` is the limit of those without their own."""
        return max(each.max_message_bytes or default for each in [*self._entities.values(), Entity("", Status.ACTIVE)])

    def advance(self) -> None:
        """Do everything that is due by now: locks, expiries, scheduled messages."""
        for intake in self._intakes:
            intake.advance()
        for queue in self._queues:
            queue.advance()

    def wait_ms(self) -> int | None:
        """Milliseconds until `advance` has something to do if neither clock is changed; None if nothing waits."""
        now, business = self._clock.now_ms(), self._clock.business_ms()
        waits = [at - now for queue in self._queues if (at := queue.next_ms()) is not None]
        waits += [at - business for intake in self._intakes if (at := intake.next_business_ms()) is not None]
        return max(0, min(waits)) if waits else None

    def _outlet(self, path: str, settings: DeliverySettings, status: Status) -> Outlet:
        dead = MessageQueue(path, settings, self._clock, self._journal, dead_letters=None, wake=self.awake.add)
        queue = MessageQueue(path, settings, self._clock, self._journal, dead_letters=dead, wake=self.awake.add)
        self._entities[path] = Entity(path, status, queue)
        self._entities[path + DEAD_LETTER_SUFFIX] = Entity(path + DEAD_LETTER_SUFFIX, status, dead)
        return Outlet(queue, dead, self._numbers_of(path), settings.time_to_live)

    def _intake(self, path: str, settings: IntakeSettings, outlets: tuple[Outlet, ...]) -> Intake:
        return Intake(
            path, settings, outlets, clock=self._clock, journal=self._journal, keys=self._keys,
            numbers=self._numbers_of(path),
        )  # fmt: skip

    def _numbers_of(self, path: str) -> Numbers:
        if path not in self._numbers:
            last = self._recovered.sequences.get(path, 0)
            self._numbers[path] = Numbers(path, self._journal, last)
        return self._numbers[path]

    def _restore(self) -> dict[str, int]:
        orphans: dict[str, int] = {}
        for message in self._recovered.messages:
            if not self._put_back(message):
                orphans[message.entity] = orphans.get(message.entity, 0) + 1
        for path, message_id, at_ms in self._recovered.seen:
            entity = self.find(path)
            if entity is not None and entity.intake is not None and entity.intake.duplicates is not None:
                entity.intake.duplicates.restore(message_id, at_ms)
        return orphans

    def _put_back(self, message: Message) -> bool:
        dead = message.place is Place.DEAD_LETTERED
        entity = self.find(message.entity + (DEAD_LETTER_SUFFIX if dead else ""))
        if entity is None:
            return False
        if message.place is Place.SCHEDULED and entity.intake is not None:
            entity.intake.restore(message)
        elif message.place is not Place.SCHEDULED and entity.queue is not None:
            entity.queue.restore(message)
        else:
            return False
        return True
