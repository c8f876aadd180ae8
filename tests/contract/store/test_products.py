"""What is found by a product, an SKU or an id of a holding, and what needs a person: the same of every store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from azure.data.tables import UpdateMode

from shared.adapters.stores.sqlite import SqliteStore
from shared.adapters.stores.table import TableStore, held, keys
from shared.adapters.stores.table.listing import Listing
from shared.adapters.stores.table.rows import Place
from shared.adapters.stores.table.table import Table
from shared.domain.decisions.blockers import Blocker, Cause, Remedy
from shared.domain.decisions.plan import Plan
from shared.domain.errors import ConcurrencyConflictError
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.holdings.model import Holding, HoldingKind, HoldingStatus
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Stage, Status
from shared.ports.listing import NEVER, Filter, Listed, Order
from shared.ports.store import Change, OffboardingStore, Stored
from tests.contract.store.conftest import Opener, new_table
from tests.contract.store.emulator import Emulator
from tests.contract.store.samples import BATCH, NOW, committed, finished, guid, offboarding, stored

E3, E5 = "Microsoft 365 E3", "Microsoft 365 E5"
SKU = "CFQ7TTC0LF8R:0001:CFQ7TTC0K971"
DAY = timedelta(days=1)


def holding(name: str, number: int, image: str = "") -> HoldingRecord:
    one = Holding(
        f"subscription:{guid(f's{number}')}", HoldingKind.NCE_LICENCE, guid(f"s{number}"), name, HoldingStatus.ACTIVE,
        order_id=f"Order{number}", image=image or f'{{"offerId": "{SKU}"}}',
    )  # fmt: skip
    return HoldingRecord(one, first_seen_at=NOW, changed_at=NOW)


def with_holdings(store: OffboardingStore, name: str, records: Iterable[HoldingRecord], **fields: Any) -> Offboarding:
    """Created first, read later: as it happens."""
    created = stored(store, offboarding(name, customer=guid(f"customer of {name}"), **fields))
    return committed(store, Change(created.offboarding, created.etag, tuple(records))).offboarding


def found(store: OffboardingStore, product: str, **wanted: Any) -> list[str]:
    names, after = [], None
    while True:
        page = store.find(Filter(product=product, after=after, **wanted))
        names += [head.request.request_id for head in page.items]
        after = page.next
        if after is None:
            return names


@pytest.fixture
def filled(store: OffboardingStore) -> OffboardingStore:
    for number in range(6):
        records = [holding((E3, E5)[number % 2], number), holding("Teams Rooms Pro", 10 + number, "{}")]
        with_holdings(store, f"n{number}", records, created_at=NOW + timedelta(seconds=number))
    stored(store, offboarding("empty", customer=guid("nothing"), created_at=NOW + DAY))
    return store


def test_a_product_is_found_by_any_part_of_its_name(filled: OffboardingStore) -> None:
    assert found(filled, "microsoft  365 e3") == ["n4", "n2", "n0"]
    assert found(filled, "365 E") == found(filled, "teams rooms") == ["n5", "n4", "n3", "n2", "n1", "n0"]
    assert found(filled, "Microsoft 365 E3 (no Teams)") == found(filled, "n:") == found(filled, "%") == []


def test_an_id_is_found_whole_and_a_sku_without_its_last_parts(filled: OffboardingStore) -> None:
    assert found(filled, guid("s3").upper()) == found(filled, "order3") == ["n3"]
    assert found(filled, guid("s3")[:8]) == found(filled, "order") == []
    assert found(filled, SKU.lower()) == found(filled, "CFQ7TTC0LF8R:0001") == found(filled, "cfq7ttc0lf8r") != []
    assert found(filled, "CFQ7") == []


def test_a_product_narrows_and_is_narrowed(filled: OffboardingStore) -> None:
    for limit in (1, 2, 5):
        assert found(filled, E3, limit=limit) == ["n4", "n2", "n0"]
        assert found(filled, E3, limit=limit, order=Order.CREATED) == ["n0", "n2", "n4"]
    assert found(filled, E3, customer_id=guid("customer of n2")) == ["n2"]
    assert found(filled, E3, customer_id=guid("customer of n3")) == []
    assert found(filled, E3, batch_id=BATCH) == ["n4", "n2", "n0"]
    assert found(filled, E3, text="crm-n4", statuses=(Status.RECEIVED,)) == ["n4"]
    assert found(filled, E3, statuses=(Status.WAITING,)) == []


def test_what_it_had_once_finds_it_still(store: OffboardingStore) -> None:
    head = with_holdings(store, "one", [holding(E3, 1)])
    last = store.load(head.id)
    assert last is not None
    committed(store, Change(finished(head), last.etag, (holding("Renamed", 1), holding(E5, 2))))
    for product in (E3, E5, "renamed", guid("s1"), guid("s2")):
        assert found(store, product) == ["one"]


def test_what_comes_with_the_first_write_is_found(store: OffboardingStore) -> None:
    stored(store, offboarding("one"), holdings=(holding(E3, 1),))
    assert found(store, E3) == ["one"]


def test_a_name_that_was_forgotten_finds_nothing_and_an_id_does(store: OffboardingStore) -> None:
    head = with_holdings(store, "one", [holding(E3, 1)])
    last = store.load(head.id)
    assert last is not None
    over = committed(store, Change(finished(head, NOW - 500 * DAY), last.etag))
    record = holding(E3, 1)
    nameless = replace(record, holding=replace(record.holding, name="", image=""))
    store.forget(Change(over.offboarding, over.etag, (nameless,)))
    assert found(store, E3) == found(store, SKU) == []
    assert found(store, guid("s1")) == ["one"]


def test_two_writers_take_no_word_from_each_other(opened: Opener) -> None:
    first, second = opened(), opened()
    head = with_holdings(first, "one", [holding(E3, 1)])
    for store, record in ((second, holding(E5, 2)), (first, holding("Visio", 3)), (second, holding("Project", 4))):
        last = store.load(head.id)
        assert last is not None
        committed(store, Change(last.offboarding, last.etag, (record,)))
    for product in (E3, E5, "visio", "project"):
        assert found(first, product) == found(second, product) == ["one"]


def test_a_writer_who_loses_takes_no_word_of_the_winner(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has read the words, the other stores its own, and it goes on with what it has read."""
    name = new_table()
    winner, loser = (TableStore(emulator.service(), table=name) for _ in range(2))
    head = with_holdings(winner, "one", [holding(E3, 1)])
    last = winner.load(head.id)
    assert last is not None
    read = Table.get

    def late(table: Table, partition: str, row: str, select: Any = None) -> Any:
        found = read(table, partition, row, select)
        if row.startswith(keys.HELD):
            monkeypatch.setattr(Table, "get", read)
            committed(winner, Change(last.offboarding, last.etag, (holding(E5, 2),)))
        return found

    monkeypatch.setattr(Table, "get", late)
    with pytest.raises(ConcurrencyConflictError):
        loser.commit(Change(last.offboarding, last.etag, (holding("Visio", 3),)))
    assert found(winner, E5) == found(loser, E3) == ["one"]


def test_who_is_late_to_create_it_takes_no_word_of_whoever_was_first(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request that is delivered twice: the second one finds nothing, and goes on when the first has planned it."""
    name = new_table()
    first, second = (TableStore(emulator.service(), table=name) for _ in range(2))
    ready = held.Held.writes

    def late(self: held.Held, change: Change, place: Place) -> Any:
        monkeypatch.setattr(held.Held, "writes", ready)
        found = self.writes(change, place)
        with_holdings(first, "one", [holding(E3, 1)])
        return found

    monkeypatch.setattr(held.Held, "writes", late)
    with pytest.raises(ConcurrencyConflictError):
        second.commit(Change(offboarding("one", customer=guid("customer of one")), None))
    assert found(first, E3) == found(second, guid("s1")) == ["one"]


def test_ten_thousand_are_searched_by_product_without_their_heads() -> None:
    """Both parts of the index are read side by side, never as a whole, and the heads of one page."""
    ahead: list[int] = []

    class Rows:
        def rows(self, _: str, first: str, __: str) -> Any:
            assert first == keys.HELD
            for number in range(10_000, 0, -1):
                ahead.append(number)
                yield {"RowKey": keys.held(number), "json": f"n:{E3 if number % 100 == 0 else E5}".casefold()}

    class Places:
        def listed(self, *, words: bool) -> Any:
            assert not words
            for number in range(10_000, 0, -1):
                assert not ahead or number - ahead[-1] <= 1
                yield Place(f"o{number}", "p", number), Listed("", "", "", "", "", NEVER)

    class Heads:
        read = 0

        def stored(self, place: Place) -> Any:
            self.read += 1
            return Stored(offboarding(place.offboarding_id), "")

    heads = Heads()
    listing = Listing(Places(), heads, held.Held(Rows(), heads))  # type: ignore[arg-type]  # stand-ins
    page = listing.find(Filter(product=E3, limit=20))
    assert [head.request.request_id for head in page.items] == [f"o{number}" for number in range(10_000, 8_000, -100)]
    assert page.next is not None
    assert (heads.read, len(ahead)) == (21, 10_000)


def needing(store: OffboardingStore, at: datetime, **wanted: Any) -> set[str]:
    return {head.request.request_id for head in store.find(Filter(needed_at=at, limit=200, **wanted)).items}


def plan(closes: datetime | None) -> Plan:
    return Plan(1, (), 0, 0, 0, closes, None, "d" * 64)


MOVING = Blocker("k1", "Moving", Cause.OPEN_TRANSFER, Remedy.PERSON, "is part of a transfer", "Accept it.")


def heads_that_may_need_somebody() -> list[Offboarding]:
    closing = plan(NOW + 7 * DAY)
    return [
        offboarding("asks", status=Status.NEEDS_ATTENTION),
        offboarding("to approve", status=Status.AWAITING_APPROVAL, plan=plan(None)),
        offboarding("closes", status=Status.SCHEDULED, plan=closing),
        offboarding("closed", status=Status.SCHEDULED, plan=plan(NOW - timedelta(seconds=1))),
        offboarding("closes later", status=Status.WAITING, plan=plan(NOW + 7 * DAY + timedelta(seconds=1))),
        offboarding("begun", status=Status.WAITING, plan=closing, begun_at=NOW),
        offboarding("put back", status=Status.RESTORING, stage=Stage.RESTORE, plan=closing),
        offboarding("goes on", status=Status.RUNNING),
        offboarding("asks beside", status=Status.WAITING, blockers=(MOVING,)),
        finished(offboarding("over", plan=closing)),
    ]


@pytest.fixture
def mixed(store: OffboardingStore) -> OffboardingStore:
    for number, head in enumerate(heads_that_may_need_somebody()):
        stored(store, replace(head, created_at=NOW + timedelta(seconds=number)))
    return store


def test_what_needs_a_person(mixed: OffboardingStore) -> None:
    assert needing(mixed, NOW) == {"asks", "asks beside", "to approve", "closes"}
    assert needing(mixed, NOW + DAY) == {"asks", "asks beside", "to approve", "closes", "closes later"}
    assert needing(mixed, NOW + 8 * DAY) == {"asks", "asks beside", "to approve"}
    assert needing(mixed, NOW, statuses=(Status.SCHEDULED, Status.NEEDS_ATTENTION)) == {"asks", "closes"}
    assert needing(mixed, NOW, batch_id=BATCH, order=Order.DUE) == {"asks", "asks beside", "to approve", "closes"}
    assert needing(mixed, NOW, text="no such word") == set()


def test_dry_runs_alone_and_none_of_them(store: OffboardingStore) -> None:
    for number in range(6):
        head = offboarding(f"o{number}", created_at=NOW + timedelta(seconds=number))
        stored(store, replace(head, request=replace(head.request, dry_run=number % 2 == 1)))

    def found(**wanted: Any) -> list[str]:
        return [head.request.request_id for head in store.find(Filter(**wanted)).items]

    assert found(dry_run=True) == ["o5", "o3", "o1"]
    assert found(dry_run=False, order=Order.CREATED) == ["o0", "o2", "o4"]
    assert len(found()) == 6
    first = store.find(Filter(dry_run=False, limit=2))
    assert [head.request.request_id for head in first.items] == ["o4", "o2"]
    assert found(dry_run=False, limit=2, after=first.next) == ["o0"]


def test_a_file_of_an_earlier_version_is_found_by_product_and_by_need(tmp_path: Path) -> None:
    path = tmp_path / "offboardings.sqlite3"
    store = SqliteStore(path)
    for number, head in enumerate(heads_that_may_need_somebody()):
        stored(store, replace(head, created_at=NOW + timedelta(seconds=number)), holdings=(holding(E3, number),))
    store.close()
    with sqlite3.connect(path) as db:
        db.execute("DROP TABLE held")
        db.execute("ALTER TABLE listed DROP COLUMN closes")
        db.execute('UPDATE holdings SET body = \'{"format":"2.0"}\' WHERE key LIKE ?', (f"%{guid('s1')}",))
    store = SqliteStore(path)
    assert needing(store, NOW) == {"asks", "asks beside", "to approve", "closes"}
    assert found(store, guid("s0")) == ["asks"]
    assert found(store, E3) == [
        "over",
        "asks beside",
        "goes on",
        "put back",
        "begun",
        "closes later",
        "closed",
        "closes",
        "asks",
    ]
    store.close()
    SqliteStore(path).close()


def test_a_table_of_an_earlier_version_is_found_by_product_and_by_need(emulator: Emulator) -> None:
    name = new_table()
    store = TableStore(emulator.service(), table=name)
    for number, head in enumerate(heads_that_may_need_somebody()):
        stored(store, replace(head, created_at=NOW + timedelta(seconds=number)), holdings=(holding(E3, number),))
    client = emulator.service().get_table_client(name)
    for row in list(client.query_entities("PartitionKey eq 'index' and RowKey ge 'all:' and RowKey lt 'i'")):
        if row["RowKey"].startswith("held:"):
            client.delete_entity(row)
        elif row["RowKey"].startswith("all:"):
            del row["closes"]
            client.update_entity(row, mode=UpdateMode.REPLACE)
    assert needing(store, NOW) == {"asks", "asks beside", "to approve", "closes"}
    assert found(store, guid("s0")) == ["asks"]
    assert len(found(store, E3)) == 10

    last = store.load(guid("asks"))
    assert last is not None
    committed(store, Change(last.offboarding, last.etag, (holding(E5, 20),)))
    [row] = client.query_entities("PartitionKey eq 'index' and RowKey ge 'held:' and RowKey lt 'held;'")
    assert {guid("s0"), E3.casefold(), E5.casefold()} <= {word[2:] for word in row["json"].split("\n")}
    assert found(store, guid("s0")) == found(store, E5) == ["asks"]


def test_the_words_of_a_very_large_customer_fit_into_a_row(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are found beyond the bound, ids are not; at the bound itself the row is taken."""
    name = new_table()
    store = TableStore(emulator.service(), table=name)
    with_holdings(store, "huge", [holding(f"Product {number % 50}", number) for number in range(2_000)])
    row = emulator.service().get_table_client(name).get_entity("index", keys.held(keys.position(NOW)))
    assert 30_000 < sum(len(part) for part in row.values() if isinstance(part, bytes)) < 1_000_000
    assert found(store, "product 49") == found(store, guid("s7")) == ["huge"]

    monkeypatch.setattr(held, "LONGEST", 100)
    with_holdings(store, "small", [holding("Visio", number) for number in range(100, 110)])
    assert found(store, "visio") == ["small"]
    assert sum(found(store, guid(f"s{number}")) == ["small"] for number in range(100, 110)) < 10
