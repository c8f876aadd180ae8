"""Small texts that all processes share, changed under their ETag."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.domain.errors import ConcurrencyConflictError
from shared.ports.store import OffboardingStore
from tests.contract.store.conftest import Opener


def test_nothing_is_stored_at_first(store: OffboardingStore) -> None:
    assert store.shared_row("brake") is None


def test_what_one_process_stored_every_other_reads(opened: Opener) -> None:
    stored = opened().put_shared_row("brake", '{"held": "ö"}', None)
    opened().put_shared_row("other", "x", None)
    assert opened().shared_row("brake") == stored
    again = opened().put_shared_row("brake", "released", stored.etag)
    assert opened().shared_row("brake") == again
    assert again.text == "released"
    assert again.etag != stored.etag


def test_a_row_is_created_once(opened: Opener) -> None:
    opened().put_shared_row("brake", "first", None)
    with pytest.raises(ConcurrencyConflictError):
        opened().put_shared_row("brake", "second", None)
    assert opened().shared_row("brake") is not None


def test_only_the_etag_that_is_stored_may_change_it(opened: Opener) -> None:
    first = opened().put_shared_row("brake", "first", None)
    second = opened().put_shared_row("brake", "second", first.etag)
    for etag in (first.etag, "no-etag"):
        with pytest.raises(ConcurrencyConflictError):
            opened().put_shared_row("brake", "third", etag)
    with pytest.raises(ConcurrencyConflictError):
        opened().put_shared_row("nothing", "third", second.etag)
    assert opened().shared_row("brake") == second


def test_of_many_at_once_one_wins(opened: Opener) -> None:
    first = opened().put_shared_row("brake", "first", None)
    stores = [opened() for _ in range(4)]

    def write(number: int) -> bool:
        try:
            stores[number].put_shared_row("brake", str(number), first.etag)
        except ConcurrencyConflictError:
            return False
        return True

    with ThreadPoolExecutor(max_workers=4) as pool:
        assert sum(pool.map(write, range(4))) == 1
