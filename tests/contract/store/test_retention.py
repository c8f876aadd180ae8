"""Retention: what is old and finished loses what is personal, on every store, through the sweeper."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from local.world.clock import WorldClock
from local.world.world import World
from shared.adapters.stores import codec
from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import Blocker, Cause, Remedy
from shared.domain.errors import ConcurrencyConflictError
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.offboarding.record import Offboarding, Proof, Reason
from shared.domain.offboarding.removal import RemovalIntent
from shared.domain.offboarding.states import Status
from shared.pipeline.core.services import Services
from shared.ports.store import Change, Filter, Live, OffboardingStore
from shared.upkeep.retention import forget_expired, without_person
from shared.upkeep.sweep import sweep
from tests.contract.store.conftest import KEPT, Opener
from tests.contract.store.samples import (
    NOW,
    committed,
    entry,
    finished,
    identified,
    message,
    offboarding,
    record,
    stored,
)  # fmt: skip

SECRET = "Ada Lovelace of Contoso"
OLD = NOW + KEPT
SECOND = timedelta(seconds=1)


@pytest.fixture
def services() -> Services:
    """What the sweeper works with, when the time has come; each test brings its store."""
    return replace(World().services, clock=WorldClock(OLD))


def personal(name: str = "one") -> Offboarding:
    """A finished one in which every sentence names somebody."""
    head = identified(offboarding(name))
    blocker = Blocker("key", SECRET, Cause.IN_TERM, Remedy.DATE, SECRET, SECRET)
    return finished(
        replace(
            head,
            request=replace(head.request, requested_by=SECRET, reason=SECRET, domain=SECRET, company_name=SECRET),
            reason=Reason(ReasonCode.REMOVED, SECRET, SECRET),
            customer=replace(head.customer, company_name=SECRET, domain=SECRET) if head.customer else None,
            blockers=(blocker,),
            removal=RemovalIntent(1, "id", NOW, detail=SECRET),
            proofs=(Proof("customer_list", True, SECRET, NOW),),
        )
    )


def test_only_old_and_finished_ones_expire(store: OffboardingStore) -> None:
    old = stored(store, personal("old")).offboarding
    stored(store, finished(offboarding("young"), NOW + SECOND))
    stored(store, offboarding("open", updated_at=NOW - KEPT))
    late = stored(store, offboarding("late", customer=None))
    committed(store, Change(finished(late.offboarding, NOW - SECOND, Status.REJECTED), late.etag))
    assert set(store.expired(OLD, 10)) == {old.id, late.offboarding.id}
    assert len(store.expired(OLD, 1)) == 1
    assert list(store.expired(OLD - SECOND, 10)) == [late.offboarding.id]
    assert list(store.expired(OLD - 2 * SECOND, 10)) == []


def test_forgetting_takes_the_person_and_leaves_the_record(opened: Opener, services: Services) -> None:
    store = opened()
    head = stored(
        store,
        personal(),
        holdings=tuple(_named(number) for number in range(3)),
        timeline=(entry(1, SECRET), entry(2, SECRET)),
    ).offboarding
    sweep(replace(services, store=store))
    assert forget_expired(replace(services, store=store)) == 0
    found = opened()
    loaded = found.load(head.id)
    assert loaded is not None
    assert loaded.offboarding == without_person(head)
    assert loaded.offboarding.request.fingerprint == head.request.fingerprint
    assert (loaded.offboarding.status, loaded.offboarding.customer_id) == (head.status, head.customer_id)
    records = found.holdings(head.id)
    assert [item.seq for item in found.timeline(head.id)] == [1, 2]
    assert list(records) == [_named(number).holding.key for number in range(3)]
    texts = [codec.dump_offboarding(loaded.offboarding)]
    texts += [codec.dump_holding(item) for item in records.values()]
    texts += [codec.dump_entry(item) for item in found.timeline(head.id)]
    assert "Ada" not in "".join(texts)
    assert "Contoso" not in "".join(texts)
    assert list(found.find(Filter(statuses=(head.status,))).items) == [loaded.offboarding]


def test_a_large_one_is_forgotten_whole(store: OffboardingStore, services: Services) -> None:
    last = stored(store, offboarding(), timeline=(entry(1, SECRET),))
    last = committed(store, Change(last.offboarding, last.etag, tuple(_named(number) for number in range(150))))
    for seq in range(2, 12):
        last = committed(store, Change(last.offboarding, last.etag, timeline=(entry(seq, SECRET),)))
    committed(store, Change(finished(last.offboarding), last.etag, live=Live.RELEASE))
    assert forget_expired(replace(services, store=store)) == 1
    records, entries = store.holdings(last.offboarding.id), store.timeline(last.offboarding.id)
    assert (len(records), len(entries)) == (150, 11)
    assert not any(item.holding.name or item.before_image for item in records.values())
    assert not any(item.detail for item in entries)


def test_what_is_owed_is_sent_first(store: OffboardingStore, services: Services) -> None:
    head = stored(store, personal(), outbox=(message("m"),)).offboarding
    services = replace(services, store=store)
    assert forget_expired(services) == 0
    store.clear_outbox(head.id, ["m"])
    assert forget_expired(services) == 1


def test_forgetting_is_conditional(store: OffboardingStore) -> None:
    first = stored(store, personal())
    second = committed(store, Change(first.offboarding, first.etag))
    for etag in (first.etag, None):
        with pytest.raises(ConcurrencyConflictError):
            store.forget(Change(without_person(first.offboarding), etag))
    assert store.load(first.offboarding.id) == second
    assert list(store.expired(OLD, 10)) == [first.offboarding.id]


def _named(number: int) -> HoldingRecord:
    plain = record(number, SECRET)
    return replace(plain, holding=replace(plain.holding, name=SECRET, note=SECRET))
