"""Whatever is stored comes back equal, field by field."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings

from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.offboarding.messages import OutboundMessage, TimelineEntry
from shared.domain.offboarding.record import Offboarding
from shared.ports.store import Change, Filter, OffboardingStore
from tests.contract.store import strategies
from tests.contract.store.conftest import Opener
from tests.contract.store.samples import committed, stored

EXAMPLES = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.mark.long
@EXAMPLES
@given(
    strategies.offboardings(),
    strategies.offboardings(),
    strategies.holdings(),
    strategies.entries(),
    strategies.messages(),
)
def test_round_trip(
    opened: Opener,
    head: Offboarding,
    changed: Offboarding,
    holdings: tuple[HoldingRecord, ...],
    entries: tuple[TimelineEntry, ...],
    owed: tuple[OutboundMessage, ...],
) -> None:
    # The store outlives the examples, so each one has an id of its own.
    identity = str(uuid4())
    head, changed = replace(head, id=identity), replace(changed, id=identity)
    first = stored(opened(), head, holdings=holdings, timeline=entries, outbox=owed)
    found = opened()
    _is_stored(found, head)
    assert found.holdings(identity) == {item.holding.key: item for item in holdings}
    assert list(found.timeline(identity)) == sorted(entries, key=lambda item: item.seq)
    assert tuple(found.outbox(identity)) == owed
    committed(found, Change(changed, first.etag))
    _is_stored(opened(), changed)


def _is_stored(store: OffboardingStore, head: Offboarding) -> None:
    loaded = store.load(head.id)
    assert loaded is not None
    assert loaded.offboarding == head
    listed = store.find(Filter(statuses=(head.status,), customer_id=head.customer_id, limit=100)).items
    assert [item for item in listed if item.id == head.id] == [head]
