"""What holds after an operation was cut off, and after it was done."""

from __future__ import annotations

from datetime import timedelta

from shared.adapters.stores.table import TableStore
from shared.domain.offboarding.record import Offboarding
from shared.ports.store import Change, Filter, Live, LiveElsewhere, Stored
from tests.contract.store.operations import DONE, IDENTITY, OWED, Operation
from tests.contract.store.samples import BATCH, CUSTOMER, GRACE, NOW, committed, finished, offboarding

LATER = NOW + timedelta(days=30)


def is_whole(store: TableStore, operation: Operation, before: Stored | None) -> None:
    """The head is the old one or the new one, and what belongs to the new one is there or not there with it."""
    found = store.load(IDENTITY)
    head = found.offboarding if found else None
    old = before.offboarding if before else None
    is_new = head == operation.change(old)
    assert is_new or head == old
    assert (DONE in store.timeline(IDENTITY)) == is_new
    assert list(store.outbox(IDENTITY)) == ([OWED] if is_new else [])
    if is_new:
        assert len(store.holdings(IDENTITY)) == operation.holdings
    is_listed(store, head)


def is_listed(store: TableStore, head: Offboarding | None) -> None:
    shown = [head] if head else []
    assert [item for item in store.find(Filter()).items if item.id == IDENTITY] == shown
    for status in {item.status for item in shown}:
        assert [item for item in store.find(Filter(statuses=(status,))).items if item.id == IDENTITY] == shown
    by_customer = store.find(Filter(customer_id=CUSTOMER)).items
    assert [item for item in by_customer if item.id == IDENTITY] == [item for item in shown if item.customer_id]
    by_batch = store.find(Filter(batch_id=BATCH)).items
    assert [item for item in by_batch if item.id == IDENTITY] == [item for item in shown if item.request.batch_id]
    due = list(store.due(LATER, LATER, GRACE, 10))
    assert due == list(store.due(LATER, LATER, GRACE, 10))
    assert (IDENTITY in due) == bool(head and (head.next_attempt_at or store.outbox(IDENTITY)))


def blocks_nobody(store: TableStore) -> None:
    """Another request of the customer is told of an offboarding that is live, or takes its place."""
    result = store.commit(Change(offboarding("next"), None, live=Live.TAKE))
    if isinstance(result, LiveElsewhere):
        holder = store.load(result.offboarding_id)
        assert holder is not None
        assert not holder.offboarding.finished
    else:
        committed(store, Change(finished(result.offboarding), result.etag, live=Live.RELEASE))


def is_done(store: TableStore, operation: Operation) -> None:
    found = store.load(IDENTITY)
    assert found is not None
    assert operation.change(found.offboarding) == found.offboarding
    assert DONE in store.timeline(IDENTITY)
    assert list(store.outbox(IDENTITY)) == [OWED]
    assert len(store.holdings(IDENTITY)) == operation.holdings
    is_listed(store, found.offboarding)
    other = store.commit(Change(offboarding("last"), None, live=Live.TAKE))
    holds = operation.live is Live.TAKE or (operation.live is Live.KEEP and "domain" not in operation.name)
    assert (other == LiveElsewhere(IDENTITY)) == holds
