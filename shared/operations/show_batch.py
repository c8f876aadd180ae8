"""Reading a batch for people: where each of its offboardings stands, and what they add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from shared.contracts.batch import BatchItemView, BatchRow, BatchView, KeptBatch, WaitsFor, row_name
from shared.contracts.event_data import customer_data, reason_data
from shared.domain.offboarding.needs import NeedKind, asked_of
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status
from shared.pipeline.core.services import Services
from shared.ports.listing import Filter
from shared.ports.walk import walk

LOOKED_AT = 1000
"""So many offboardings of a batch are read; where there are more, the view says so."""
NOT_ACCEPTED = "not_accepted"
LIST = "/api/offboardings"


@dataclass(frozen=True, slots=True)
class Batch:
    """What is known of a batch: each request with its offboarding, if it became one."""

    batch_id: str
    received_at: datetime
    complete: bool
    more: bool
    items: tuple[tuple[BatchRow, Offboarding | None], ...]


def read_batch(batch_id: str, services: Services) -> Batch | None:
    """The batch, with at most 1 000 offboardings and the 200 requests of one call; None when there is no such batch."""
    row = services.store.shared_row(row_name(batch_id))
    kept = KeptBatch.of(row.text) if row is not None else None
    found = list(walk(services.store, Filter(batch_id=batch_id), LOOKED_AT + 1))
    heads = {head.id: head for head in reversed(found[:LOOKED_AT])}
    if kept is None and not heads:
        return None
    sent = kept.items if kept is not None else ()
    items = [(item, _head(item, heads, services)) for item in sent]
    named = {item.offboarding_id for item in sent}
    others = (head for head in heads.values() if head.id not in named)
    items += [(_row(head, position), head) for position, head in enumerate(others, len(sent))]
    return Batch(
        batch_id=batch_id,
        received_at=kept.received_at if kept is not None else min(head.created_at for head in heads.values()),
        complete=kept is None or kept.complete,
        more=len(found) > LOOKED_AT,
        items=tuple(items),
    )


def show_batch(batch_id: str, services: Services) -> BatchView | None:
    """The batch with a row for each request; None when there is no such batch."""
    batch = read_batch(batch_id, services)
    return view_of(batch) if batch is not None else None


def view_of(batch: Batch) -> BatchView:
    """What is told of it."""
    items = tuple(_shown(row, head) for row, head in batch.items)
    heads = {head.id: head for _, head in batch.items if head is not None}.values()
    counts = Counter(item.status or NOT_ACCEPTED for item in items)
    plans = [head.plan for head in heads if head.plan and (not head.finished or head.status is Status.PLANNED)]
    days = [plan.removal_expected_at for plan in plans if plan.removal_expected_at is not None]
    return BatchView(
        batch_id=batch.batch_id,
        received_at=batch.received_at,
        complete=batch.complete,
        counts=dict(sorted(counts.items())),
        waiting_for=_waiting_for(heads),
        first_removal_expected_at=min(days, default=None),
        last_removal_expected_at=max(days, default=None),
        removal_unknown=len(plans) - len(days),
        offboardings=f"{LIST}?{urlencode({'batchId': batch.batch_id})}",
        more=batch.more,
        items=items,
    )


def _head(item: BatchRow, heads: Mapping[str, Offboarding], services: Services) -> Offboarding | None:
    """Of another batch, where it was there before."""
    if item.offboarding_id is None or item.offboarding_id in heads:
        return heads.get(item.offboarding_id or "")
    stored = services.store.load(item.offboarding_id)
    return stored.offboarding if stored is not None else None


def _row(head: Offboarding, position: int) -> BatchRow:
    return BatchRow(position=position, request_id=head.request.request_id, offboarding_id=head.id)


def _shown(item: BatchRow, head: Offboarding | None) -> BatchItemView:
    view = BatchItemView(**{name: getattr(item, name) for name in BatchRow.model_fields})
    if head is None:
        return view
    told = {"status": head.status.value, "updated_at": head.updated_at, "reason": reason_data(head)}
    return view.model_copy(update={**told, "customer": customer_data(head)})


def _waiting_for(heads: Iterable[Offboarding]) -> dict[WaitsFor, int]:
    whom = {NeedKind.APPROVAL: WaitsFor.APPROVER, NeedKind.DECISION: WaitsFor.OPERATOR, None: WaitsFor.NOBODY}
    found = Counter(whom[asked_of(head)] for head in heads if not head.finished)
    return {one: found[one] for one in WaitsFor if found[one]}
