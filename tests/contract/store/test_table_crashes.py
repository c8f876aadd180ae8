"""The table store dies between any two writes, or never hears an answer: nothing is torn, nothing blocks for ever."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from shared.adapters.stores.table import TableStore
from shared.domain.errors import RequestIdReusedError
from shared.ports.store import Change, Filter, Live
from shared.upkeep.retention import without_detail, without_person
from tests.contract.store.checks import blocks_nobody, is_done, is_whole
from tests.contract.store.conftest import new_table
from tests.contract.store.emulator import CrashError, Emulator, LostAnswer, Trouble
from tests.contract.store.operations import IDENTITY, OPERATIONS, Operation
from tests.contract.store.samples import (
    NOW,
    committed,
    entry,
    finished,
    guid,
    message,
    offboarding,
    record,
    stored,
)  # fmt: skip

MOST_WRITES = 20
BY_NAME = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: str(operation.name))


def cut_off(emulator: Emulator, table: str, writes: int, run: Callable[[TableStore], object]) -> bool:
    """Run it in a process that dies before its write number `writes` (from 0); False when it needs fewer."""
    trouble = Trouble(writes + 1)  # the first one makes sure that the table exists
    try:
        run(TableStore(emulator.service(trouble), table=table))
    except CrashError:
        return True
    return False


@BY_NAME
def test_a_crash_between_two_writes(emulator: Emulator, operation: Operation) -> None:
    for writes in range(MOST_WRITES):
        table = new_table()
        store = TableStore(emulator.service(), table=table)
        operation.prepare(store)
        before = store.load(IDENTITY)
        died = cut_off(emulator, table, writes, operation.run)
        store = TableStore(emulator.service(), table=table)
        is_whole(store, operation, before)
        if writes % 2:
            blocks_nobody(store)
        operation.run(store)
        is_done(store, operation)
        if not died:
            assert writes > 0
            return
    raise AssertionError("it never ends")


@BY_NAME
def test_an_answer_that_is_lost(emulator: Emulator, operation: Operation) -> None:
    """The write took effect and its answer did not arrive: done again, or recognised, it is done once."""
    for writes in range(MOST_WRITES):
        table = new_table()
        operation.prepare(TableStore(emulator.service(), table=table))
        trouble = LostAnswer(writes + 1)
        store = TableStore(emulator.service(trouble), table=table)
        try:
            operation.run(store)
        except Exception:
            assert trouble.met
            operation.run(store)
        is_done(TableStore(emulator.service(), table=table), operation)
        if not trouble.met:
            return
    raise AssertionError("it never ends")


def test_a_crash_while_clearing_the_outbox(emulator: Emulator) -> None:
    names = [f"m{number}" for number in range(230)]
    table = new_table()
    store = TableStore(emulator.service(), table=table)
    last = stored(store, offboarding())
    for start in range(0, len(names), 60):
        owed = tuple(message(name) for name in names[start : start + 60])
        last = committed(store, Change(last.offboarding, last.etag, outbox=owed))
    for writes in (0, 1, 1, 1):
        cut_off(emulator, table, writes, lambda store: store.clear_outbox(IDENTITY, names))
        left = [item.id for item in store.outbox(IDENTITY)]
        assert left == names[len(names) - len(left) :]
    store.clear_outbox(IDENTITY, names)
    assert not store.outbox(IDENTITY)


def test_a_crash_while_forgetting(emulator: Emulator) -> None:
    secret = "Ada"

    def forget(store: TableStore) -> None:
        found = store.load(IDENTITY)
        assert found is not None
        entries = tuple(without_detail(item) for item in store.timeline(IDENTITY))
        store.forget(Change(without_person(found.offboarding), found.etag, (), entries))

    def expired(store: TableStore, at: datetime) -> list[str]:
        return list(store.expired(at, 10))

    much_later = NOW + timedelta(days=401)
    for writes in range(MOST_WRITES):
        table = new_table()
        store = TableStore(emulator.service(), table=table)
        last = stored(store, offboarding(), timeline=(entry(1, secret),))
        holdings = tuple(record(number, secret) for number in range(120))
        last = committed(store, Change(last.offboarding, last.etag, holdings, (entry(2, secret),)))
        last = committed(store, Change(finished(last.offboarding), last.etag))
        died = cut_off(emulator, table, writes, forget)
        store = TableStore(emulator.service(), table=table)
        assert [item.seq for item in store.timeline(IDENTITY)] == [1, 2]
        if IDENTITY in expired(store, much_later):
            forget(store)
        assert expired(store, much_later) == []
        assert not any(item.detail for item in store.timeline(IDENTITY))
        assert not store.holdings(IDENTITY)
        assert store.find(Filter()).items == (without_person(finished(offboarding())),)
        if not died:
            assert writes > 1
            return
    raise AssertionError("it never ends")


def test_a_creation_that_died_leaves_its_request_id_to_the_same_request(emulator: Emulator) -> None:
    """The place was given, the head never written: another body under the same id is told so, the same one goes on."""
    table = new_table()
    assert cut_off(emulator, table, 1, lambda store: store.commit(Change(offboarding(), None)))
    store = TableStore(emulator.service(), table=table)
    assert store.load(IDENTITY) is None
    for customer in (guid("other"), None):
        with pytest.raises(RequestIdReusedError):
            store.commit(Change(offboarding(customer=customer), None))
    assert stored(store, offboarding(), Live.TAKE) == store.load(IDENTITY)
