"""An inventory: one complete read of everything a customer holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.domain.holdings import Holding
from shared.domain.partner import CustomerProfile


@dataclass(frozen=True, slots=True)
class InventoryProblem:
    """Why an inventory proves nothing: a collection that is incomplete, unreadable or contradicts another."""

    collection: str
    code: str
    detail: str
    operator_action: str = ""
    passes_by_itself: bool = True


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
    def by_key(self) -> dict[str, Holding]:
        return {holding.key: holding for holding in self.holdings}
