"""The table store while others read and write between any two of its writes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.stores.table import TableStore
from shared.domain.errors import ConcurrencyConflictError
from shared.domain.offboarding.states import Status
from shared.ports.store import Change, Filter
from tests.contract.store.checks import LATER, is_done
from tests.contract.store.conftest import new_table
from tests.contract.store.emulator import Emulator, Trouble
from tests.contract.store.operations import IDENTITY, OPERATIONS, Operation
from tests.contract.store.samples import GRACE, NOW, committed, offboarding, record, stored


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: str(operation.name))
def test_readers_between_two_writes_repair_nothing_that_is_needed(emulator: Emulator, operation: Operation) -> None:
    for writes in range(20):
        table = new_table()
        reader = TableStore(emulator.service(), table=table)
        operation.prepare(reader)

        def read(reader: TableStore = reader) -> None:
            for at in (NOW, NOW + GRACE, LATER):
                reader.due(at, datetime.now(UTC), GRACE, 10)
            reader.find(Filter())
            reader.find(Filter(statuses=tuple(Status)))
            reader.expired(LATER + timedelta(days=500), 10)

        trouble = Trouble(writes + 1, read)
        operation.run(TableStore(emulator.service(trouble), table=table))
        is_done(reader, operation)
        if not trouble.met:
            return
    raise AssertionError("it never ends")


def test_late_tidying_removes_nothing_newer(emulator: Emulator) -> None:
    """One writer is slow to leave a list that another writer meanwhile came back to."""
    table = new_table()
    store = TableStore(emulator.service(), table=table)
    first = stored(store, offboarding(status=Status.RUNNING))

    def come_back() -> None:
        seen = store.load(IDENTITY)
        assert seen is not None
        assert seen.offboarding.status is Status.WAITING
        committed(store, Change(first.offboarding, seen.etag))

    trouble = Trouble(3, come_back)  # the table, the new entries and the head pass
    slow = TableStore(emulator.service(trouble), table=table)
    committed(slow, Change(replace(first.offboarding, status=Status.WAITING), first.etag))
    assert trouble.met
    assert store.find(Filter(statuses=(Status.RUNNING,))).items == (first.offboarding,)
    assert not store.find(Filter(statuses=(Status.WAITING,))).items


def test_a_conflict_in_the_middle_of_a_large_inventory(emulator: Emulator) -> None:
    """Another writer gets in between two transactions: the record is theirs, and the large write ends."""
    table = new_table()
    store = TableStore(emulator.service(), table=table)
    first = stored(store, offboarding())
    theirs = replace(record(249), missing_since=NOW)

    def get_in() -> None:
        seen = store.load(IDENTITY)
        assert seen is not None
        committed(store, Change(replace(seen.offboarding, attempt=9), seen.etag, (theirs,)))

    slow = TableStore(emulator.service(Trouble(2, get_in)), table=table)
    with pytest.raises(ConcurrencyConflictError):
        slow.commit(Change(first.offboarding, first.etag, tuple(record(number) for number in range(250))))
    loaded = store.load(IDENTITY)
    assert loaded is not None
    assert loaded.offboarding.attempt == 9
    assert store.holdings(IDENTITY)[theirs.holding.key] == theirs
