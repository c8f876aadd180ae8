"""Small texts that all processes share, changed under their ETag."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from shared.domain.errors import ConcurrencyConflictError
from shared.ports.store import LARGEST_TEXT, OffboardingStore
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


@pytest.mark.parametrize(
    "text", ["ö" * 40_000, "x" * 31_999 + "\n", Random(7).randbytes(LARGEST_TEXT // 2).hex()], ids=len
)
def test_a_long_text_is_read_as_it_was_stored(opened: Opener, text: str) -> None:
    first = opened().put_shared_row("batch-1", "short", None)
    second = opened().put_shared_row("batch-1", text, first.etag)
    assert opened().shared_row("batch-1") == second
    assert second.text == text
    third = opened().put_shared_row("batch-1", "short again", second.etag)
    assert opened().shared_row("batch-1") == third


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
