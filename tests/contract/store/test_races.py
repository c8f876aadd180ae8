"""Twelve at once: exactly one wins, nobody's write is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

import pytest

from shared.domain.errors import ConcurrencyConflictError
from shared.domain.offboarding.record import Claim
from shared.domain.offboarding.states import Status
from shared.ports.store import Change, Filter, Live, LiveElsewhere, OffboardingStore, Stored
from tests.contract.store.conftest import Opener
from tests.contract.store.samples import (
    GRACE,
    NOW,
    committed,
    entry,
    finished,
    guid,
    identified,
    message,
    offboarding,
    record,
    stored,
)  # fmt: skip

MANY = 12
T = TypeVar("T")


def at_once(opened: Opener, work: Callable[[OffboardingStore, int], T], many: int = MANY) -> list[T | None]:
    """Every worker with a store of its own, all starting together; None for a conflict."""
    together = threading.Barrier(many)
    stores = [opened() for _ in range(many)]

    def run(number: int) -> T | None:
        together.wait(timeout=30)
        try:
            return work(stores[number], number)
        except ConcurrencyConflictError:
            return None

    with ThreadPoolExecutor(many) as pool:
        return list(pool.map(run, range(many)))


def winners(results: Sequence[object]) -> list[int]:
    return [number for number, result in enumerate(results) if isinstance(result, Stored)]


def test_one_etag_one_writer(opened: Opener) -> None:
    first = stored(opened(), offboarding())

    def write(store: OffboardingStore, number: int) -> object:
        head = replace(first.offboarding, attempt=number, status=list(Status)[number])
        return store.commit(
            Change(head, first.etag, (record(number),), (entry(1, str(number)),), (message(str(number)),))
        )

    results = at_once(opened, write)
    (winner,) = winners(results)
    assert results.count(None) == MANY - 1
    store = opened()
    assert store.load(first.offboarding.id) == results[winner]
    assert list(store.holdings(first.offboarding.id).values()) == [record(winner)]
    assert list(store.timeline(first.offboarding.id)) == [entry(1, str(winner))]
    assert list(store.outbox(first.offboarding.id)) == [message(str(winner))]
    for status in Status:
        found = store.find(Filter(statuses=(status,))).items
        assert len(found) == (1 if status is list(Status)[winner] else 0)


@pytest.mark.parametrize("customer_known", [True, False], ids=["by tenant id", "by domain"])
def test_one_id_one_creator(opened: Opener, customer_known: bool) -> None:
    head = offboarding() if customer_known else offboarding(customer=None)
    live = Live.TAKE if customer_known else Live.KEEP

    def create(store: OffboardingStore, number: int) -> object:
        change = Change(
            replace(head, attempt=number), None, (), (entry(1, str(number)),), (message(str(number)),), live
        )
        return store.commit(change)

    results = at_once(opened, create)
    (winner,) = winners(results)
    assert results.count(None) == MANY - 1
    store = opened()
    assert store.load(head.id) == results[winner]
    assert list(store.timeline(head.id)) == [entry(1, str(winner))]
    assert list(store.outbox(head.id)) == [message(str(winner))]
    assert len(store.find(Filter()).items) == 1


@pytest.mark.parametrize("left_behind", [False, True], ids=["free", "left by a finished one"])
def test_one_customer_one_live_offboarding(opened: Opener, left_behind: bool) -> None:
    store = opened()
    if left_behind:
        before = stored(store, offboarding("before"), Live.TAKE)
        committed(store, Change(finished(before.offboarding), before.etag))
    waiting = [stored(store, offboarding(f"n{number}", customer=None)) for number in range(0, MANY, 2)]

    def take(store: OffboardingStore, number: int) -> object:
        if number % 2:
            return store.commit(Change(offboarding(f"n{number}"), None, live=Live.TAKE))
        own = waiting[number // 2]
        return store.commit(Change(identified(own.offboarding), own.etag, live=Live.TAKE))

    results = at_once(opened, take)
    (winner,) = winners(results)
    held = LiveElsewhere(guid(f"n{winner}"))
    assert [result for number, result in enumerate(results) if number != winner] == [held] * (MANY - 1)
    assert opened().commit(Change(offboarding("late"), None, live=Live.TAKE)) == held


def test_a_claim_is_taken_while_others_write(opened: Opener) -> None:
    """Everybody reloads and applies again after a conflict: in the end all writes are there."""
    first = stored(opened(), offboarding())
    claim = Claim("owner", NOW + timedelta(minutes=15))

    def write(store: OffboardingStore, number: int) -> int:
        for tries in range(500):
            loaded = store.load(first.offboarding.id)
            assert loaded is not None
            head = replace(loaded.offboarding, timeline_length=loaded.offboarding.timeline_length + 1)
            head = replace(head, claim=claim) if number == 0 else head
            try:
                store.commit(Change(head, loaded.etag, timeline=(entry(head.timeline_length, f"by {number}"),)))
            except ConcurrencyConflictError:
                continue
            return tries
        raise AssertionError("never got through")

    at_once(opened, write, 4)
    store = opened()
    loaded = store.load(first.offboarding.id)
    assert loaded is not None
    assert loaded.offboarding.claim == claim
    assert loaded.offboarding.timeline_length == 4
    assert {item.detail for item in store.timeline(first.offboarding.id)} == {f"by {number}" for number in range(4)}


def test_two_large_inventories_at_once(opened: Opener) -> None:
    """Who loses the record writes no holding over those of the winner."""
    first = stored(opened(), offboarding())

    def write(store: OffboardingStore, number: int) -> object:
        records = tuple(record(item, f'"by {number}"') for item in range(150))
        return store.commit(Change(replace(first.offboarding, attempt=number), first.etag, records))

    results = at_once(opened, write, 3)
    won = winners(results)
    images = {item.holding.image for item in opened().holdings(first.offboarding.id).values()}
    assert len(won) == 1
    assert images == {f'"by {won[0]}"'}


def test_the_sweeper_reads_while_others_write(opened: Opener) -> None:
    """Due or not due, it is never forgotten: after any interleaving it is due when its time has come."""
    first = stored(opened(), offboarding())

    def work(store: OffboardingStore, number: int) -> None:
        for turn in range(6):
            if number:
                store.due(NOW + timedelta(days=turn * 3), NOW, GRACE, 10)
                continue
            loaded = store.load(first.offboarding.id)
            assert loaded is not None
            day = (4, 1, 9, 2, 14, 7)[turn]
            head = replace(loaded.offboarding, status=Status.WAITING, next_attempt_at=NOW + timedelta(days=day))
            store.commit(Change(head, loaded.etag))
            store.due(NOW + timedelta(days=day - 1), NOW, GRACE, 10)

    at_once(opened, work, 3)
    store = opened()
    assert list(store.due(NOW + timedelta(days=6), NOW, GRACE, 10)) == []
    assert list(store.due(NOW + timedelta(days=8), NOW, GRACE, 10)) == [first.offboarding.id]
