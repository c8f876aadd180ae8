"""The live marker: one live offboarding for each customer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.domain.errors import ConcurrencyConflictError
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status
from shared.ports.store import Change, Live, LiveElsewhere, OffboardingStore
from tests.contract.store.conftest import Opener
from tests.contract.store.samples import committed, finished, guid, identified, message, offboarding, stored


def test_a_second_one_of_the_customer_is_told_the_first(opened: Opener) -> None:
    first = stored(opened(), offboarding("one"), Live.TAKE)
    second = offboarding("two")
    change = Change(second, None, outbox=(message("m"),), live=Live.TAKE)
    assert opened().commit(change) == LiveElsewhere(first.offboarding.id)
    assert opened().load(second.id) is None
    assert not opened().outbox(second.id)


def test_another_customer_has_its_own(store: OffboardingStore) -> None:
    stored(store, offboarding("one"), Live.TAKE)
    other = stored(store, offboarding("two", customer=guid("another")), Live.TAKE)
    assert store.load(other.offboarding.id) == other


def test_without_taking_there_may_be_many(store: OffboardingStore) -> None:
    stored(store, offboarding("one"), Live.TAKE)
    other = stored(store, offboarding("two", status=Status.PLANNING))
    assert store.load(other.offboarding.id) == other


def test_keeping_keeps_it(store: OffboardingStore) -> None:
    first = stored(store, offboarding("one"), Live.TAKE)
    committed(store, Change(replace(first.offboarding, status=Status.PLANNING), first.etag))
    assert store.commit(Change(offboarding("two"), None, live=Live.TAKE)) == LiveElsewhere(first.offboarding.id)


def test_taking_it_again_is_harmless(store: OffboardingStore) -> None:
    first = stored(store, offboarding("one"), Live.TAKE)
    again = committed(store, Change(first.offboarding, first.etag, live=Live.TAKE))
    assert again.offboarding == first.offboarding


@pytest.mark.parametrize("customer_known", [True, False], ids=["by tenant id", "by domain"])
def test_released_it_is_free(store: OffboardingStore, customer_known: bool) -> None:
    first = _taken(store, customer_known)
    etag = store.load(first.id)
    assert etag is not None
    committed(store, Change(finished(first), etag.etag, live=Live.RELEASE))
    stored(store, offboarding("two"), Live.TAKE)


def test_releasing_what_another_holds_changes_nothing(store: OffboardingStore) -> None:
    first = stored(store, offboarding("one"), Live.TAKE)
    second = stored(store, offboarding("two"))
    committed(store, Change(finished(second.offboarding), second.etag, live=Live.RELEASE))
    assert store.commit(Change(offboarding("three"), None, live=Live.TAKE)) == LiveElsewhere(first.offboarding.id)


@pytest.mark.parametrize("holder_known", [True, False], ids=["holder by tenant id", "holder by domain"])
@pytest.mark.parametrize("taker_known", [True, False], ids=["taker by tenant id", "taker by domain"])
def test_one_by_domain_takes_the_same_marker(store: OffboardingStore, holder_known: bool, taker_known: bool) -> None:
    holder = _taken(store, holder_known)
    if taker_known:
        taker = Change(offboarding("two"), None, live=Live.TAKE)
    else:
        waiting = stored(store, offboarding("two", customer=None))
        taker = Change(identified(waiting.offboarding), waiting.etag, live=Live.TAKE)
    assert store.commit(taker) == LiveElsewhere(holder.id)
    kept = store.load(taker.offboarding.id)
    assert (kept.etag if kept else None) == taker.etag


@pytest.mark.parametrize("customer_known", [True, False], ids=["by tenant id", "by domain"])
def test_a_finished_one_holds_nothing(store: OffboardingStore, customer_known: bool) -> None:
    first = _taken(store, customer_known)
    loaded = store.load(first.id)
    assert loaded is not None
    committed(store, Change(finished(first), loaded.etag, live=Live.KEEP))
    second = stored(store, offboarding("two"), Live.TAKE)
    assert store.commit(Change(offboarding("three"), None, live=Live.TAKE)) == LiveElsewhere(second.offboarding.id)


def test_a_conflict_takes_nothing(store: OffboardingStore) -> None:
    waiting = stored(store, offboarding("one", customer=None))
    committed(store, Change(replace(waiting.offboarding, attempt=2), waiting.etag))
    with pytest.raises(ConcurrencyConflictError):
        store.commit(Change(identified(waiting.offboarding), waiting.etag, live=Live.TAKE))
    stored(store, offboarding("two"), Live.TAKE)


def test_a_conflict_releases_nothing(store: OffboardingStore) -> None:
    first = stored(store, offboarding("one"), Live.TAKE)
    committed(store, Change(replace(first.offboarding, attempt=2), first.etag))
    with pytest.raises(ConcurrencyConflictError):
        store.commit(Change(finished(first.offboarding), first.etag, live=Live.RELEASE))
    assert store.commit(Change(offboarding("two"), None, live=Live.TAKE)) == LiveElsewhere(first.offboarding.id)


def test_it_is_taken_for_a_customer(store: OffboardingStore) -> None:
    with pytest.raises(ValueError, match="for a customer"):
        store.commit(Change(offboarding(customer=None), None, live=Live.TAKE))


def _taken(store: OffboardingStore, customer_known: bool) -> Offboarding:
    """An offboarding that holds the marker of the customer."""
    if customer_known:
        return stored(store, offboarding("one"), Live.TAKE).offboarding
    created = stored(store, offboarding("one", customer=None))
    return committed(store, Change(identified(created.offboarding), created.etag, live=Live.TAKE)).offboarding
