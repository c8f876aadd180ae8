"""What the states of a granular delegated admin relationship (GDAP) mean for an offboarding.

Microsoft Graph, delegatedAdminRelationship. An invitation that nobody answered (approvalPending) gives no rights, can
be neither deleted nor terminated, and lapses 90 days after it was made; until then the customer can accept it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.domain.holdings.records import DelegatedRelationship
from shared.domain.wording import day

LAPSES_AFTER = timedelta(days=90)


class Delegation(StrEnum):
    """ENDED: over. ENDING: asked to end, minutes away. INVITED: no rights, lapses. STANDING: has to be ended; every
    word that is not known is one of these (I8)."""

    ENDED = "ended"
    ENDING = "ending"
    INVITED = "invited"
    STANDING = "standing"


_MEANING = {
    "terminated": Delegation.ENDED,
    "expired": Delegation.ENDED,
    "terminationrequested": Delegation.ENDING,
    "terminating": Delegation.ENDING,
    "approvalpending": Delegation.INVITED,
}


def meaning(relationship: DelegatedRelationship) -> Delegation:
    """What its status means."""
    return _MEANING.get(relationship.status.casefold(), Delegation.STANDING)


def those(found: Iterable[DelegatedRelationship], *wanted: Delegation) -> tuple[DelegatedRelationship, ...]:
    """The relationships of some meanings."""
    return tuple(item for item in found if meaning(item) in wanted)


def invitation(relationship: DelegatedRelationship) -> str:
    """An invitation that nobody answered, for those who are told what a removal leaves behind."""
    made = relationship.created_at
    lapses = f"lapses on {day(made + LAPSES_AFTER)}" if made else "lapses within 90 days of its making"
    name = relationship.name or relationship.id
    text = f"The invitation to the delegated admin relationship (GDAP) {name}: it gives no rights and {lapses}"
    return f"{text}; until then the customer must not accept it."


@dataclass(frozen=True, slots=True)
class GdapRefusal:
    """Graph refused to end one relationship: what it was then, how often it was refused, and when it is asked again."""

    id: str
    status: str
    times: int
    again_at: datetime
    text: str

    def holds(self, relationship: DelegatedRelationship, now: datetime) -> bool:
        """Nothing has changed since, and it is too early to ask again."""
        return relationship.status == self.status and now < self.again_at
