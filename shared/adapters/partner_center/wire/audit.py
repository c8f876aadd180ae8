"""Activity log records (get a record of Partner Center activity): old ones have no id."""

from __future__ import annotations

from datetime import datetime

from shared.adapters.http.record import Record

REMOVAL = "remove_partner_customer_relationship"


def removes(record: Record, customer_id: str, since: datetime) -> bool:
    """True for a succeeded removal of this customer at or after `since` (UTC)."""
    at = record.moment("operationDate")
    return (
        (record.text("operationType") or "").casefold() == REMOVAL
        and (record.text("operationStatus") or "").casefold() == "succeeded"
        and (record.text("customerId") or "").lower() == customer_id.lower()
        and at is not None
        and at >= since
    )
