"""The holdings for which a list by product shows an offboarding."""

from __future__ import annotations

from shared.domain.errors import NewerRecordError
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.holdings.products import is_of
from shared.pipeline.core.services import Services


def of_product(offboarding_id: str, product: str, services: Services) -> tuple[HoldingRecord, ...]:
    """Those that are of `product` by what they are called now, all without one; none of what a later version stored."""
    try:
        records = services.store.holdings(offboarding_id)
    except NewerRecordError:
        return ()
    return tuple(record for record in records.values() if not product or is_of(record.holding, product))
