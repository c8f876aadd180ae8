"""Short ways to build domain objects."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.domain.holdings import Holding, HoldingKind, HoldingStatus
from shared.domain.inventory import Inventory
from shared.domain.ledger import HoldingRecord
from shared.domain.partner import CustomerProfile

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=3)
EARLIER = NOW - timedelta(days=3)


def holding(kind: HoldingKind, status: HoldingStatus = HoldingStatus.ACTIVE, **fields: Any) -> Holding:
    fields = {"key": f"x:{kind.value}", "id": "id-1", "name": kind.value, **fields}
    return Holding(kind=kind, status=status, **fields)


def record(item: Holding, **fields: Any) -> HoldingRecord:
    return HoldingRecord(item, first_seen_at=NOW, changed_at=NOW, **fields)


def inventory(*items: Holding, **fields: Any) -> Inventory:
    profile = CustomerProfile("c-1", "Contoso", "contoso.example", fields.pop("relationship", "reseller"))
    return Inventory(profile, items, fields.pop("problems", ()), NOW, 0.0, fields.pop("ordered", frozenset()))
