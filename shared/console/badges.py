"""The numbers beside the places in the head of each page: what waits there for this person."""

from __future__ import annotations

from collections.abc import Mapping

from shared.console.visitor import Visitor
from shared.domain.errors import OffboardingError
from shared.domain.offboarding.states import Status
from shared.domain.people.rights import Operation
from shared.pipeline.core.services import Services
from shared.ports.store import Filter

LOOKED_AT = 50
PLACES = {
    "Approvals": (Status.AWAITING_APPROVAL, Operation.APPROVE),
    "Decisions": (Status.NEEDS_ATTENTION, Operation.RESUME),
}
NOT_KNOWN = "?"
"""The page is shown all the same."""


def badges(visitor: Visitor, services: Services) -> Mapping[str, str]:
    """By place, where this person can act on something; "50+" at most."""
    if not visitor.may(Operation.LIST):
        return {}
    told = {
        place: _count(visitor, status, operation, services)
        for place, (status, operation) in PLACES.items()
        if visitor.may_ever(operation)
    }
    return {place: count for place, count in told.items() if count}


def _count(visitor: Visitor, status: Status, operation: Operation, services: Services) -> str:
    try:
        page = services.store.find(Filter(statuses=(status,), limit=LOOKED_AT))
    except OffboardingError:
        return NOT_KNOWN
    count = sum(visitor.may(operation, head) for head in page.items)
    return f"{count}+" if count and page.next is not None else str(count or "")
