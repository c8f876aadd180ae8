"""Reading a batch for people: where each of its offboardings stands."""

from __future__ import annotations

from collections import Counter

from shared.contracts.batch import BatchItemView, BatchRow, BatchView, KeptBatch, row_name
from shared.contracts.event_data import reason_data
from shared.pipeline.core.services import Services

NOT_ACCEPTED = "not_accepted"


def show_batch(batch_id: str, services: Services) -> BatchView | None:
    """The batch with a row for each request; None when there is no such batch."""
    row = services.store.shared_row(row_name(batch_id))
    if row is None:
        return None
    kept = KeptBatch.of(row.text)
    items = tuple(_shown(item, services) for item in kept.items)
    counts = Counter(item.status or NOT_ACCEPTED for item in items)
    return BatchView(
        batch_id=kept.batch_id,
        received_at=kept.received_at,
        complete=kept.complete,
        counts=dict(sorted(counts.items())),
        items=items,
    )


def _shown(item: BatchRow, services: Services) -> BatchItemView:
    view = BatchItemView(**{name: getattr(item, name) for name in BatchRow.model_fields})
    stored = services.store.load(item.offboarding_id) if item.offboarding_id else None
    if stored is None:
        return view
    head = stored.offboarding
    told = {"status": head.status.value, "updated_at": head.updated_at, "reason": reason_data(head)}
    return view.model_copy(update=told)
