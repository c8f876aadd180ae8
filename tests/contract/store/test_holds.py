"""Until when a service is not called: shared by every process, and moved forward."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta, timezone

from shared.ports.store import OffboardingStore
from tests.contract.store.conftest import Opener
from tests.contract.store.samples import NOW, offboarding, stored

MINUTE = timedelta(minutes=1)


def test_nothing_is_held_at_first(store: OffboardingStore) -> None:
    stored(store, offboarding())
    assert dict(store.holds()) == {}


def test_what_one_process_was_told_every_other_reads(opened: Opener) -> None:
    opened().hold("Partner Center", NOW + MINUTE)
    opened().hold("Microsoft Graph", NOW + 2 * MINUTE)
    assert dict(opened().holds()) == {"Partner Center": NOW + MINUTE, "Microsoft Graph": NOW + 2 * MINUTE}


def test_it_only_moves_forward(opened: Opener) -> None:
    for minutes, kept in ((5, 5), (3, 5), (5, 5), (9, 9)):
        opened().hold("Azure", NOW + minutes * MINUTE)
        assert opened().holds()["Azure"] == NOW + kept * MINUTE


def test_a_moment_that_cannot_be_right_is_replaced(opened: Opener) -> None:
    store = opened()
    store.hold("Azure", NOW + 9 * MINUTE, at_most=NOW)
    for minutes, most, kept in ((5, 9, 9), (5, None, 9), (5, 8, 5), (3, 5, 5), (7, 5, 7), (2, 1, 2)):
        store.hold("Azure", NOW + minutes * MINUTE, None if most is None else NOW + most * MINUTE)
        assert opened().holds()["Azure"] == NOW + kept * MINUTE, (minutes, most)


def test_whole_seconds_and_other_zones_are_the_same_moments(store: OffboardingStore) -> None:
    whole = NOW.replace(microsecond=0)
    store.hold("Azure", whole)
    store.hold("Azure", (whole + timedelta(microseconds=1)).astimezone(timezone(timedelta(hours=-9))))
    assert store.holds()["Azure"] == whole + timedelta(microseconds=1)
    store.hold("Azure", whole.astimezone(timezone(timedelta(hours=9))))
    assert store.holds()["Azure"] == whole + timedelta(microseconds=1)


def test_any_name_may_be_held(store: OffboardingStore) -> None:
    names = ["a/b\\c#d?e", "Ünï%", "x" * 300]
    for name in names:
        store.hold(name, NOW)
    assert sorted(store.holds()) == sorted(names)


def test_of_many_at_once_the_latest_is_kept(opened: Opener) -> None:
    stores = [opened() for _ in range(4)]
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(lambda number: stores[number % 4].hold("Azure", NOW + number * MINUTE), range(12)))
    assert opened().holds() == {"Azure": NOW + 11 * MINUTE}
