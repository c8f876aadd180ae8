"""A sweep of a fleet that waits reads what is due, and no more: counted, on each store that lasts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.adapters.stores.sqlite import SqliteStore
from shared.adapters.stores.sqlite_schema import columns
from shared.adapters.stores.table import TableStore
from shared.adapters.stores.table.table import Table
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Stage, Status
from tests.contract.store.conftest import new_table
from tests.contract.store.emulator import Emulator
from tests.contract.store.samples import GRACE, NOW, guid, message, offboarding, stored

FLEET = 10_000
DAY = timedelta(days=1)
LONG_AGO = NOW - 400 * DAY
DUE: tuple[tuple[Status, datetime], ...] = (
    (Status.WAITING, NOW - DAY),
    (Status.SCHEDULED, NOW - GRACE),
    (Status.NEEDS_ATTENTION, NOW),
)
WAITS = (Status.WAITING, Status.SCHEDULED, Status.AWAITING_APPROVAL, Status.NEEDS_ATTENTION)


def waiting(number: int) -> Offboarding:
    """Of all states that wait, each until another moment."""
    status, at = WAITS[number % len(WAITS)], NOW + DAY + number * timedelta(minutes=1)
    return one(f"waiting {number}", status, at)


def one(name: str, status: Status, at: datetime) -> Offboarding:
    return offboarding(
        name, customer=guid(name), status=status, stage=Stage.VERIFY, next_attempt_at=at, created_at=LONG_AGO
    )


def due() -> list[Offboarding]:
    return [one(f"due {status.value}", status, at) for status, at in DUE]


# SQLite: the steps of its virtual machine, each of which touches a row or an index entry at most.


def steps(path: Path, fleet: int) -> tuple[int, int]:
    """What one look at what is due, and at what is to be forgotten, costs with so many waiting."""
    store = SqliteStore(path)
    connection = store._db
    rows = [(*columns(head), head.id) for head in map(waiting, range(fleet))]
    connection.execute("BEGIN")
    connection.executemany(
        "INSERT INTO offboardings (customer_id, status, next_attempt, claim_expires, body, etag, id)"
        " VALUES (?,?,?,?,?,1,?)",
        rows,
    )
    connection.execute("COMMIT")
    expected = [stored(store, head).offboarding.id for head in due()]
    owes = stored(store, one("owes", Status.REMOVED, NOW), outbox=(message("m", at=NOW - GRACE),))
    counted = [0]

    def count() -> int:
        counted[0] += 1
        return 0

    connection.set_progress_handler(count, 1)
    found = store.due(NOW, NOW, GRACE, 200)
    of_due, counted[0] = counted[0], 0
    store.expired(NOW, 200)
    connection.set_progress_handler(None, 1)
    store.close()
    assert set(found) == {*expected, owes.offboarding.id}
    return of_due, counted[0]


@pytest.mark.long
def test_sqlite_looks_at_what_is_due_alone(tmp_path: Path) -> None:
    assert steps(tmp_path / "large.sqlite3", FLEET) == steps(tmp_path / "small.sqlite3", 100)


# Azure Tables: entities that were read.


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The row key of every entity that the adapter read."""
    found: list[str] = []
    get, rows = Table.get, Table.rows

    def counting_get(self: Table, partition: str, row: str, select: Sequence[str] | None = None) -> Any:
        found.append(row)
        return get(self, partition, row, select)

    def counting_rows(self: Table, *places: Any, **options: Any) -> Iterator[Any]:
        for row in rows(self, *places, **options):
            found.append(str(row["RowKey"]))
            yield row

    monkeypatch.setattr(Table, "get", counting_get)
    monkeypatch.setattr(Table, "rows", counting_rows)
    return found


def entities(emulator: Emulator, read: list[str], fleet: int) -> int:
    store = TableStore(emulator.service(), table=new_table())
    for number in range(fleet):
        stored(store, waiting(number))
    expected = [stored(store, head).offboarding.id for head in due()]
    counts = []
    for _ in range(2):
        read.clear()
        assert set(store.due(NOW, NOW, GRACE, 200)) == set(expected)
        counts.append(len(read))
    assert counts[0] == counts[1]
    read.clear()
    store.expired(NOW, 200)
    assert read == []
    return counts[0]


def test_the_table_looks_at_what_is_due_alone(emulator: Emulator, read: list[str]) -> None:
    """Of each that is due its entry and its head; of those that wait nothing."""
    assert entities(emulator, read, 40) == entities(emulator, read, 4) == 2 * len(DUE)
