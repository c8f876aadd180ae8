"""Who looks at the console, and what the pages may offer to that person."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.offboarding.record import Offboarding
from shared.domain.people.actor import Actor
from shared.domain.people.authorise import authorise
from shared.domain.people.rights import Operation, Role


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person who is signed in; `form_key` stands in each form that the person is sent."""

    actor: Actor
    roles: frozenset[Role]
    form_key: str

    def may(self, operation: Operation, about: Offboarding | None = None) -> bool:
        """Whether a page offers it: the operation itself asks the same table again."""
        return not self.refusal(operation, about)

    def refusal(self, operation: Operation, about: Offboarding | None = None) -> str:
        """Why this person may not do it, with the role that is missing; empty for whoever may."""
        own = about is not None and self.actor.same(about.requester)
        denied = authorise(self.actor, self.roles, operation, own=own)
        return str(denied) if denied is not None else ""

    def may_ever(self, operation: Operation) -> bool:
        """Whether there can be an offboarding about which this person may do it."""
        return any(authorise(self.actor, self.roles, operation, own=own) is None for own in (True, False))

    @property
    def asks(self) -> bool:
        """Whether this person may ask for offboardings, one or many."""
        return self.may(Operation.CREATE)

    @property
    def operates(self) -> bool:
        """Whether this person may let things go on."""
        return self.may(Operation.RESUME)

    @property
    def decides(self) -> bool:
        """Whether anything that waits can wait for this person."""
        return any(map(self.may_ever, (Operation.APPROVE, Operation.RESUME, Operation.OVERRIDE)))

    @property
    def role_words(self) -> str:
        """The roles as the head of a page names them."""
        return ", ".join(sorted(role.value.removeprefix("Offboarding.") for role in self.roles)) or "no role"
