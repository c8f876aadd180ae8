"""Which queue or subscription a trigger listens to."""

from dataclasses import dataclass

from azure.servicebus import ServiceBusSubQueue

_SUFFIXES = {
    "/$Transfer/$DeadLetterQueue": ServiceBusSubQueue.TRANSFER_DEAD_LETTER,
    "/$DeadLetterQueue": ServiceBusSubQueue.DEAD_LETTER,
}


@dataclass(frozen=True, slots=True)
class Entity:
    """A queue, or a subscription of a topic (then `topic` is set); `sub_queue` for its dead letters."""

    name: str
    topic: str | None = None
    sub_queue: ServiceBusSubQueue | None = None

    def __str__(self) -> str:
        path = f"{self.topic}/Subscriptions/{self.name}" if self.topic else self.name
        suffix = next((text for text, kind in _SUFFIXES.items() if kind is self.sub_queue), "")
        return path + suffix


def parse_entity(name: str, topic: str | None = None) -> Entity:
    """An Entity from a binding's names; a `/$DeadLetterQueue` ending (any case) selects the dead letters.

    Raises ValueError for an empty name.
    """
    sub_queue = None
    for suffix, kind in _SUFFIXES.items():
        if name.casefold().endswith(suffix.casefold()):
            name, sub_queue = name[: -len(suffix)], kind
            break
    if not name.strip() or (topic is not None and not topic.strip()):
        raise ValueError("queue, topic and subscription names must not be empty")
    return Entity(name, topic, sub_queue)
