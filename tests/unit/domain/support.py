"""Short ways to build domain objects."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.adapters.partner_center.error_map.final import FINAL
from shared.adapters.partner_center.error_map.passing import PASSING
from shared.adapters.reservations.error_map import AZURE
from shared.domain.decisions.situation import Situation
from shared.domain.holdings.inventory import Inventory
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.domain.holdings.records import CustomerProfile
from shared.domain.holdings.windows import WindowSigns
from shared.domain.lessons import Lesson
from shared.domain.pace import Pace
from shared.domain.policy import Policy

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=3)
EARLIER = NOW - timedelta(days=3)
LONG_AGO = NOW - timedelta(days=1000)


def holding(kind: HoldingKind, status: HoldingStatus = HoldingStatus.ACTIVE, **fields: Any) -> Holding:
    signs = WindowSigns(term_started=LONG_AGO)
    fields = {"key": f"x:{kind.value}", "id": "id-1", "name": kind.value, "signs": signs, **fields}
    return Holding(kind=kind, status=status, **fields)


def record(item: Holding, **fields: Any) -> HoldingRecord:
    return HoldingRecord(item, first_seen_at=NOW, changed_at=NOW, **fields)


def situation(
    *items: Holding | HoldingRecord, policy: Policy | None = None, pace: Pace | None = None, now: datetime = NOW
) -> Situation:
    """A situation of holdings, or of records, as of `now`."""
    records = [item if isinstance(item, HoldingRecord) else record(item) for item in items]
    return Situation({item.holding.key: item for item in records}, policy or Policy(), pace or Pace(), now)


def lesson_of(code: str) -> Lesson | None:
    """What the application's own error maps say that this code teaches."""
    rows = (*FINAL, *PASSING, *AZURE)
    return next((row.teaches for row in rows if row.code == code and row.teaches is not None), None)


def inventory(*items: Holding, **fields: Any) -> Inventory:
    profile = CustomerProfile("c-1", "Contoso", "contoso.example", fields.pop("relationship", "reseller"))
    return Inventory(profile, items, fields.pop("problems", ()), NOW, 0.0, fields.pop("ordered", frozenset()))
