"""An engine with a clock that stands still and a journal in memory."""

from __future__ import annotations

from local.broker.engine.intake import Intake
from local.broker.engine.message import Message
from local.broker.engine.namespace import DEAD_LETTER_SUFFIX, Namespace
from local.broker.engine.queue import MessageQueue
from local.broker.entities.model import Entities
from local.broker.tests.unit.clocks import ManualClock
from local.broker.tests.unit.keeping_journal import KeepingJournal


class Engine:
    """A namespace under test that can be killed and started again."""

    def __init__(self, entities: Entities) -> None:
        self.clock = ManualClock()
        self.journal = KeepingJournal()
        self._entities = entities
        self.restart()

    def restart(self, entities: Entities | None = None) -> None:
        """Start a new engine on what the journal of the old one kept."""
        self._entities = entities or self._entities
        self.namespace = Namespace(self._entities, self.clock, self.journal, self.journal.recovered())

    def intake(self, path: str) -> Intake:
        """The sending side of a queue or topic."""
        entity = self.namespace.find(path)
        assert entity is not None
        assert entity.intake is not None
        return entity.intake

    def queue(self, path: str, dead: bool = False) -> MessageQueue:
        """The receiving side of a queue or subscription, or its dead letters."""
        entity = self.namespace.find(path + DEAD_LETTER_SUFFIX if dead else path)
        assert entity is not None
        assert entity.queue is not None
        return entity.queue

    @staticmethod
    def text(message: Message | None) -> str | None:
        """What a message says."""
        return None if message is None else message.content.rest.decode()

    def texts(self, path: str, dead: bool = False) -> list[str | None]:
        """What all messages say, in order."""
        return [self.text(message) for message in self.queue(path, dead).peek(0, 1_000)]
