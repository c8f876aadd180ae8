"""People for tests."""

from __future__ import annotations

from shared.domain.people.actor import Actor, ActorType

OPERATOR = Actor(ActorType.PERSON, "0be7a704-0000-4000-8000-0000000be7a7", "Ms. Operator")
OTHER = Actor(ActorType.PERSON, "07be7000-0000-4000-8000-0000000007be", "Mr. Other")
