"""Creating, loading and changing: every write is conditional."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.errors import ConcurrencyConflictError
from shared.domain.offboarding.record import Claim
from shared.domain.offboarding.states import Status
from shared.ports.store import Change, OffboardingStore
from tests.contract.store.conftest import Opener
from tests.contract.store.samples import NOW, committed, entry, guid, message, offboarding, record, stored


def test_what_was_created_is_loaded(opened: Opener) -> None:
    head = offboarding()
    created = stored(opened(), head, timeline=(entry(1),), outbox=(message("m"),))
    again = opened()
    assert again.load(head.id) == created
    assert created.offboarding == head
    assert list(again.timeline(head.id)) == [entry(1)]
    assert list(again.outbox(head.id)) == [message("m")]


@pytest.mark.parametrize("identity", [guid("nobody"), "", "a/b\\c#d?e", "%2F", "x" * 3000, "Ünï\u0000\u007f", "live"])
def test_an_unknown_id_is_nothing(store: OffboardingStore, identity: str) -> None:
    stored(store, offboarding())
    assert store.load(identity) is None
    assert dict(store.holdings(identity)) == {}
    assert list(store.timeline(identity)) == []
    assert list(store.outbox(identity)) == []
    store.clear_outbox(identity, ["m"])


def test_an_id_is_created_once(store: OffboardingStore) -> None:
    created = stored(store, offboarding(), timeline=(entry(1),))
    other = replace(offboarding(), status=Status.REJECTED)
    with pytest.raises(ConcurrencyConflictError):
        store.commit(Change(other, None, timeline=(entry(1, "other"),), outbox=(message("m"),)))
    assert store.load(created.offboarding.id) == created
    assert list(store.timeline(created.offboarding.id)) == [entry(1)]
    assert list(store.outbox(created.offboarding.id)) == []


def test_an_id_is_created_once_for_another_customer_too(store: OffboardingStore) -> None:
    created = stored(store, offboarding())
    for customer in (guid("another"), None):
        with pytest.raises(ConcurrencyConflictError):
            store.commit(Change(offboarding(customer=customer), None))
    assert store.load(created.offboarding.id) == created


def test_every_commit_has_a_new_etag(opened: Opener) -> None:
    first = stored(opened(), offboarding())
    later = replace(first.offboarding, status=Status.PLANNING, claim=Claim("me", NOW + timedelta(minutes=15)))
    second = committed(opened(), Change(later, first.etag))
    third = committed(opened(), Change(later, second.etag))
    assert len({first.etag, second.etag, third.etag}) == 3
    assert opened().load(later.id) == third


@pytest.mark.parametrize("etag", ["0", "-1", "2", "W/\"datetime'2026-11-22T17%3A05%3A04.2925851Z'\"", "*", "", "²"])
def test_another_etag_changes_nothing(store: OffboardingStore, etag: str) -> None:
    created = stored(store, offboarding())
    later = replace(created.offboarding, status=Status.PLANNING)
    with pytest.raises(ConcurrencyConflictError):
        store.commit(Change(later, etag, (record(1),), (entry(1),), (message("m"),)))
    assert store.load(later.id) == created
    assert not store.holdings(later.id)
    assert not store.timeline(later.id)
    assert not store.outbox(later.id)


def test_an_old_etag_changes_nothing(store: OffboardingStore) -> None:
    first = stored(store, offboarding())
    second = committed(store, Change(replace(first.offboarding, attempt=2), first.etag))
    with pytest.raises(ConcurrencyConflictError):
        store.commit(Change(replace(first.offboarding, attempt=3), first.etag))
    assert store.load(first.offboarding.id) == second


def test_what_does_not_exist_is_not_changed(store: OffboardingStore) -> None:
    with pytest.raises(ConcurrencyConflictError):
        store.commit(Change(offboarding(), "1"))
    assert store.load(offboarding().id) is None


def test_ping(store: OffboardingStore) -> None:
    before = store.load(offboarding().id)
    store.ping()
    assert store.load(offboarding().id) == before, "asking whether it is there changes nothing"
