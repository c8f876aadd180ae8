"""Who caused something: a person, a program, the queue, or the pipeline itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shared.domain.people.rights import Role


class ActorType(StrEnum):
    """KEY: a program with a function key. PERSON: signed in. QUEUE: whoever may send. SYSTEM: stages and timers."""

    KEY = "key"
    PERSON = "person"
    QUEUE = "queue"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """One who acts. `id` is what tells two of them apart: of a person the object id in Entra, which never changes; of
    a key its name. `name` is for people; of the queue it is what the sender claims."""

    type: ActorType
    id: str
    name: str

    @property
    def named(self) -> str:
        """For people. A queue tells no sender, so what it claims is said to be a claim."""
        if self.type is ActorType.QUEUE:
            return f"by queue, as {self.name}"
        return f"{self.name} (key)" if self.type is ActorType.KEY else f"{self.name} ({self.id})"

    def same(self, other: Actor | None) -> bool:
        """The same one, whatever it is called now; what comes by queue is never known to be anybody's."""
        if other is None or self.type not in (ActorType.KEY, ActorType.PERSON):
            return False
        return (self.type, self.id) == (other.type, other.id)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls over HTTP, with the roles that the platform vouches for; a program has none."""

    actor: Actor
    roles: frozenset[Role] = frozenset()


UNNAMED_KEY = Actor(ActorType.KEY, "function-key", "a function key")
"""The platform checks a key and does not tell the application which one it was."""


PIPELINE = Actor(ActorType.SYSTEM, "pipeline", "pipeline")


def from_queue(claimed: str) -> Actor:
    """Who sent a message: Service Bus tells no sender, so it is the queue, with the name that the message claims."""
    return Actor(ActorType.QUEUE, "requests", claimed)


def known_by_name(name: str) -> Actor:
    """A person of whom nothing else is known: somebody who works in the same process, and did not sign in."""
    return Actor(ActorType.PERSON, f"name:{name}", name)


def system(part: str) -> Actor:
    """A part of the pipeline that acts by itself."""
    return Actor(ActorType.SYSTEM, part, part)
