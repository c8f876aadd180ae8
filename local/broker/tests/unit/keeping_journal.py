"""A journal that keeps what a durable one would have, and gives it back after a restart."""

from __future__ import annotations

from dataclasses import replace

from local.broker.engine.message import Message
from local.broker.engine.namespace import Recovered


class KeepingJournal:
    """Copies every message when it hears of it, so that later changes must be told too."""

    def __init__(self) -> None:
        self._messages: dict[int, Message] = {}
        self._sequences: dict[str, int] = {}
        self._seen: dict[tuple[str, str], int] = {}

    def recovered(self) -> Recovered:
        """What a new process would find; locks are not kept."""
        messages = tuple(replace(self._messages[key], lock=None) for key in sorted(self._messages))
        seen = tuple((entity, each, at) for (entity, each), at in sorted(self._seen.items(), key=lambda item: item[1]))
        return Recovered(messages, dict(self._sequences), seen)

    def put(self, message: Message) -> None:
        """Keep a copy."""
        self._messages[message.key] = replace(message)

    def count(self, message: Message) -> None:
        """Keep the number of deliveries."""
        self._messages[message.key].deliveries = message.deliveries

    def remove(self, message: Message) -> None:
        """Forget the message."""
        del self._messages[message.key]

    def sequence(self, entity: str, last: int) -> None:
        """Keep the number."""
        self._sequences[entity] = last

    def seen(self, entity: str, message_id: str, at_ms: int) -> None:
        """Keep the id."""
        self._seen[entity, message_id] = at_ms

    def forget(self, entity: str, until_ms: int) -> None:
        """Forget old ids."""
        self._seen = {key: at for key, at in self._seen.items() if key[0] != entity or at > until_ms}
