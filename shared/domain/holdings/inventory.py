"""An inventory: one complete read of everything a customer holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.holdings.model import Holding
from shared.domain.holdings.records import CustomerProfile

AZURE_SUBSCRIPTIONS = "azureEntitlements"
"""The collection of Azure subscriptions; below one plan: the same, a colon, and the plan's subscription id."""


@dataclass(frozen=True, slots=True)
class InventoryProblem:
    """Why an inventory proves nothing: a collection that is incomplete, unreadable or contradicts another.

    `name`: what it is called in a blocker, where the collection's own name says too little.
    """

    collection: str
    code: str
    detail: str
    operator_action: str = ""
    passes_by_itself: bool = True
    name: str = ""


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything read, with the times that I1 needs: business time for the record, monotonic seconds for its 60 s.

    `ordered`: the keys of holdings that an order with a live line still names. `moved`: those that a completed transfer
    took away, and when.
    """

    customer: CustomerProfile
    holdings: tuple[Holding, ...]
    problems: tuple[InventoryProblem, ...]
    began_at: datetime
    began_monotonic: float
    ordered: frozenset[str] = frozenset()
    moved: Mapping[str, datetime | None] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """SHA-256 over what each holding and each problem was read as: equal for equal answers."""
        problems = sorted(f"{problem.collection}:{problem.code}" for problem in self.problems)
        text = json.dumps([sorted(_as_read(holding) for holding in self.holdings), problems])
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def by_key(self) -> dict[str, Holding]:
        """The holdings by their keys."""
        return {holding.key: holding for holding in self.holdings}


def _as_read(holding: Holding) -> list[str]:
    dates = (holding.term_end, holding.cancellable_until)
    words = (holding.key, holding.kind, holding.status, holding.raw_status, holding.quantity, holding.auto_renew)
    return [*map(str, words), str(holding.ends_at_term), *(at.isoformat() if at else "" for at in dates)]
