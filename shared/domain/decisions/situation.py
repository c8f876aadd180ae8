"""What every decision looks at: all holdings ever seen, what the partner decided, and the time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.holdings.model import Holding
from shared.domain.pace import Pace
from shared.domain.policy import Policy, Renewals


@dataclass(frozen=True, slots=True)
class Situation:
    """One customer at one moment. `records`: by holding key, already updated with the newest inventory. `now`: aware
    UTC, business time. `start`: when the work is to begin, where that is later; `renewals`: what the request says of
    terms that renew before; `agreed`: keys of those that a person let renew."""

    records: Mapping[str, HoldingRecord]
    policy: Policy
    pace: Pace
    now: datetime
    start: datetime | None = None
    renewals: Renewals | None = None
    agreed: frozenset[str] = frozenset()

    @property
    def holdings(self) -> dict[str, Holding]:
        """The holdings as last seen, by key."""
        return {key: record.holding for key, record in self.records.items()}

    @property
    def live(self) -> tuple[HoldingRecord, ...]:
        """What is listed and has not ended."""
        return tuple(r for r in self.records.values() if r.missing_since is None and not r.holding.ended)
