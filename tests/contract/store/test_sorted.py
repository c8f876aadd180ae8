"""Lists that are searched and sorted: the same of every store, page by page, whatever changes in between."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from azure.core.pipeline.transport import RequestsTransport
from azure.data.tables import UpdateMode

from shared.adapters.stores.sqlite import SqliteStore
from shared.adapters.stores.table import TableStore
from shared.adapters.stores.table.listing import Listing
from shared.domain.codes import ReasonCode
from shared.domain.decisions.plan import Plan
from shared.domain.errors import InvalidRequestError
from shared.domain.offboarding.record import Customer, Offboarding, Reason
from shared.domain.offboarding.states import Stage, Status
from shared.ports.listing import NEVER, Cursor, Filter, Listed, Order
from shared.ports.store import Change, OffboardingStore
from tests.contract.store.conftest import Opener, new_table
from tests.contract.store.emulator import Emulator
from tests.contract.store.samples import NOW, committed, finished, guid, offboarding, stored

HOUR = timedelta(hours=1)
PLAN = Plan(1, (), 0, 0, 0, NOW + 2 * HOUR, None, "d" * 64)
NAMES = ("Zebra", "Äpfel", "apple", "Apple", "", "Contoso", "zebra")


def sample(number: int) -> Offboarding:
    """One of a few dozen that differ in everything that lists compare, with many that are equal in one of it."""
    head = offboarding(
        f"n{number}",
        customer=guid(f"customer {number % 5}"),
        status=(Status.RUNNING, Status.WAITING, Status.NEEDS_ATTENTION)[number % 3],
        created_at=NOW + timedelta(microseconds=number),
        updated_at=NOW + number % 4 * HOUR,
        next_attempt_at=NOW + number % 3 * HOUR if number % 7 else None,
        reason=Reason(ReasonCode.IN_TERM, f"Straße {number % 2} runs on") if number % 2 else None,
    )
    name = NAMES[number % len(NAMES)]
    request = replace(
        head.request, company_name=name or None, domain=None if number % 6 else f"d{number}.example",
        requested_by=f"Ada{number % 3}@partner.example", reason=f"contract {number} ended",
    )  # fmt: skip
    head = replace(head, request=request)
    if number % 5 == 0:
        head = replace(head, plan=PLAN, begun_at=NOW if number % 10 else None)
    if number % 8 == 3:
        head = replace(head, customer=Customer(guid(f"customer {number % 5}"), f"Found {number % 2}", "found.example"))
    return finished(head, head.updated_at) if number % 9 == 4 else head


HEADS = [sample(number) for number in range(30)]


def due(head: Offboarding) -> datetime | None:
    """What the documentation says, in other words than the code."""
    if head.stage is None:
        return None
    moments = [head.next_attempt_at] if head.next_attempt_at else []
    if head.plan and not head.begun_at and head.plan.first_window_closes_at:
        moments.append(head.plan.first_window_closes_at)
    return min(moments, default=None)


def name_of(head: Offboarding) -> str:
    found = head.customer.company_name if head.customer else head.request.company_name
    return (found or head.request.domain or "").casefold()


def expected(wanted: Filter, heads: Sequence[Offboarding]) -> list[str]:
    """The whole list, by a plain look at every head."""
    text = wanted.text.casefold()

    def matches(head: Offboarding) -> bool:
        request, at = head.request, due(head)
        words = [
            request.request_id,
            request.correlation_id,
            request.batch_id,
            request.reason,
            request.company_name,
            request.domain,
        ]
        words += [head.customer.company_name, head.customer.domain] if head.customer else []
        words += [head.reason.text] if head.reason else []
        return (
            (not wanted.statuses or head.status in wanted.statuses)
            and wanted.customer_id in (None, head.customer_id)
            and (wanted.updated_since is None or head.updated_at >= wanted.updated_since)
            and (wanted.due_before is None or (at is not None and at < wanted.due_before))
            and (not wanted.requested_by or request.requested_by.casefold() == wanted.requested_by.casefold())
            and (not text or any(text in word.casefold() for word in words if word))
        )

    keys: dict[str, Callable[[Offboarding], Any]] = {
        "created": lambda head: head.created_at,
        "updated": lambda head: head.updated_at,
        "due": lambda head: due(head) or datetime.max.replace(tzinfo=NOW.tzinfo),
        "customer": name_of,
    }
    by = wanted.order.value
    found = [head for head in heads if matches(head)]
    found.sort(key=lambda head: (keys[by.lstrip("-")](head), head.created_at), reverse=by.startswith("-"))
    return [head.request.request_id for head in found]


def read(store: OffboardingStore, wanted: Filter) -> list[str]:
    """All pages, one after the other; each is full but the last."""
    found: list[str] = []
    after = None
    for _ in range(100):
        page = store.find(replace(wanted, after=after))
        found += [head.request.request_id for head in page.items]
        assert len(page.items) == wanted.limit or (page.next is None and len(page.items) < wanted.limit)
        after = page.next
        if after is None:
            return found
    raise AssertionError("the pages never end")


@pytest.fixture
def filled(store: OffboardingStore) -> OffboardingStore:
    for head in HEADS:
        created = stored(store, replace(head, status=Status.RECEIVED, stage=Stage.PLAN, updated_at=NOW))
        committed(store, Change(head, created.etag))
    return store


FILTERS = (
    Filter(),
    Filter(updated_since=NOW + 2 * HOUR),
    Filter(updated_since=NOW + 2 * HOUR + timedelta(microseconds=1)),
    Filter(due_before=NOW + HOUR),
    Filter(due_before=NOW + 3 * HOUR),
    Filter(text="CONTOSO"),
    Filter(text="straSSe 1"),
    Filter(text="crm-n1"),
    Filter(text="n2"),
    Filter(text="contract 7 e"),
    Filter(text="FOUND.ex"),
    Filter(text="%"),
    Filter(text="no such word"),
    Filter(requested_by="ADA1@partner.example"),
    Filter(requested_by="ada1"),
    Filter(statuses=(Status.WAITING, Status.REMOVED), updated_since=NOW + HOUR),
    Filter(customer_id=guid("customer 3"), text="contract"),
    Filter(customer_id=guid("nobody"), due_before=NOW + 9 * HOUR),
    Filter(statuses=(Status.RUNNING,), requested_by="ada0@partner.example", text="a", due_before=NOW + 2 * HOUR),
)


def test_every_list_is_what_a_plain_look_at_every_head_finds(filled: OffboardingStore) -> None:
    for wanted in FILTERS:
        for order in Order:
            whole = replace(wanted, order=order, limit=50)
            assert read(filled, whole) == expected(whole, HEADS), whole


@pytest.mark.parametrize("order", Order)
def test_pages_of_any_length_make_the_same_list(filled: OffboardingStore, order: Order) -> None:
    for limit in (1, 3, 29, 30):
        wanted = Filter(order=order, limit=limit, due_before=NOW + 3 * HOUR if limit == 3 else None)
        assert read(filled, wanted) == expected(wanted, HEADS)


@pytest.mark.parametrize("order", Order)
def test_what_does_not_change_between_pages_is_neither_lost_nor_doubled(filled: OffboardingStore, order: Order) -> None:
    """Between any two pages some are changed in everything that lists compare, and one is created."""
    chance, found, after = random.Random(order.value), [], None
    changed: set[str] = set()
    for number in range(40):
        page = filled.find(Filter(order=order, limit=4, after=after))
        found += [head.request.request_id for head in page.items]
        after = page.next
        if after is None:
            break
        for head in chance.sample(HEADS[::2], 2):
            last = filled.load(head.id)
            assert last is not None
            moved = replace(
                last.offboarding,
                updated_at=last.offboarding.updated_at + 5 * HOUR,
                next_attempt_at=NOW - number * HOUR,
                customer=Customer(guid("moved"), f"M{number}", "m.example"),
            )
            committed(filled, Change(moved, last.etag))
            changed.add(head.request.request_id)
        stored(filled, offboarding(f"new {number}", created_at=NOW + HOUR + number * HOUR))
    else:
        raise AssertionError("the pages never end")
    still = [name for name in expected(Filter(order=order), HEADS) if name not in changed]
    assert [name for name in found if name in still] == still
    assert len(still) > 15
    if order is Order.UPDATED:
        assert changed <= set(found), "what changes is shown again, and never lost"


@pytest.mark.parametrize("order", Order)
def test_something_else_is_no_cursor_of_this_order(filled: OffboardingStore, order: Order) -> None:
    mine = filled.find(Filter(order=order, limit=1)).next
    assert mine is not None
    others = {filled.find(Filter(order=other, limit=1)).next for other in Order if other.by != order.by}
    broken = {"", "x", "W10", mine + "=", mine + "A", "é", "[]", "bnVsbA", Cursor(0).text(order), "9" * 17}
    for cursor in (*others, *broken, Cursor(2**53 + 1, NEVER).text(order), "WyIiLCIiLDFd", "[" * 40_000):
        with pytest.raises(InvalidRequestError, match="after"):
            filled.find(Filter(order=order, after=cursor))


def test_what_is_forgotten_is_not_found_by_its_words(store: OffboardingStore) -> None:
    head = finished(offboarding("kept", customer=None), NOW - timedelta(days=500))
    created = stored(store, head)
    assert [item.id for item in store.find(Filter(text="contoso")).items] == [head.id]
    request = replace(head.request, company_name=None, domain=None, reason="", requested_by="")
    store.forget(Change(replace(head, request=request), created.etag))

    for text in ("contoso", "the contract"):
        assert not store.find(Filter(text=text)).items
    assert not store.find(Filter(requested_by=head.request.requested_by)).items
    assert [item.id for item in store.find(Filter(text="KEPT")).items] == [head.id]


def test_the_same_data_opened_twice_is_listed_alike(opened: Opener) -> None:
    first = opened()
    for head in HEADS[:6]:
        stored(first, head)
    wanted = Filter(order=Order.CUSTOMER)
    assert read(opened(), wanted) == read(first, wanted) == expected(wanted, HEADS[:6])


def test_a_file_of_an_earlier_version_is_listed_whole(tmp_path: Path) -> None:
    path = tmp_path / "offboardings.sqlite3"
    store = SqliteStore(path)
    for head in HEADS:
        stored(store, head)
    store.close()
    with sqlite3.connect(path) as db:
        db.execute("DROP TABLE listed")
    store = SqliteStore(path)
    for wanted in FILTERS:
        assert read(store, wanted) == expected(wanted, HEADS)
    store.close()


def test_a_file_of_an_earlier_version_knows_no_batch_and_takes_one(tmp_path: Path) -> None:
    path = tmp_path / "offboardings.sqlite3"
    store = SqliteStore(path)
    stored(store, HEADS[0])
    store.close()
    with sqlite3.connect(path) as db:
        db.execute("DROP TABLE batched")
        [(body,)] = db.execute("SELECT body FROM offboardings").fetchall()
        known = json.loads(body)
        del known["request"]["batch_id"]
        db.execute("UPDATE offboardings SET body = ?", (json.dumps(known),))
    store = SqliteStore(path)
    stored(store, HEADS[1])
    assert read(store, Filter()) == expected(Filter(), HEADS[:2])
    assert store.find(Filter(batch_id=HEADS[1].request.batch_id)).items == (HEADS[1],)
    found = store.load(HEADS[0].id)
    assert found is not None
    assert found.offboarding == replace(HEADS[0], request=replace(HEADS[0].request, batch_id=None))
    store.close()


def test_a_list_in_sqlite_reads_along_an_index(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "offboardings.sqlite3")
    store.close()
    from shared.adapters.stores.sqlite_listing import selection

    with sqlite3.connect(tmp_path / "offboardings.sqlite3") as db:
        for order in Order:
            sql, values = selection(Filter(order=order))
            plan = " ".join(str(row[3]) for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", values))
            assert "TEMP B-TREE" not in plan, (order, plan)


def test_a_table_of_an_earlier_version_is_listed_whole(emulator: Emulator) -> None:
    name = new_table()
    store = TableStore(emulator.service(), table=name)
    for head in HEADS[:12]:
        stored(store, head)
    client = emulator.service().get_table_client(name)
    kept = {"PartitionKey", "RowKey", "id", "partition", "position", "version"}
    for row in list(client.query_entities("PartitionKey eq 'index' and RowKey ge 'all:' and RowKey lt 'all;'")):
        client.update_entity({key: row[key] for key in kept}, mode=UpdateMode.REPLACE)
    for wanted in FILTERS:
        assert read(store, wanted) == expected(wanted, HEADS[:12])


class Counting(RequestsTransport):  # type: ignore[misc]  # azure-core exports it lazily, without its type
    """Counts requests."""

    def __init__(self) -> None:
        super().__init__()
        self.all = self.writes = 0

    def send(self, request: Any, **options: Any) -> Any:
        self.all += 1
        self.writes += request.method != "GET"
        return super().send(request, **options)


def test_a_sorted_page_of_a_table_reads_the_index_and_the_heads_that_it_shows(emulator: Emulator) -> None:
    counting = Counting()
    store = TableStore(emulator.service(counting), table=new_table())
    for head in HEADS:
        stored(store, head)
    for wanted in (Filter(order=Order.LATEST, limit=5), Filter(text="n1", limit=5)):
        before = counting.all
        assert len(store.find(wanted).items) == 5
        assert counting.all - before == 1 + 5 + 1  # of the page after it one head tells that there is more


def test_what_lists_compare_costs_a_write_only_when_it_changes(emulator: Emulator) -> None:
    counting = Counting()
    store = TableStore(emulator.service(counting), table=new_table())
    last = stored(store, replace(HEADS[1], status=Status.RUNNING))
    before = counting.writes
    last = committed(store, Change(replace(last.offboarding, attempt=7), last.etag))
    assert counting.writes - before == 1
    last = committed(store, Change(replace(last.offboarding, updated_at=NOW + 9 * HOUR), last.etag))
    assert counting.writes - before == 3


def test_ten_thousand_are_compared_without_their_heads() -> None:
    """The index of a table answers a thousand rows a request, so ten requests for all; heads are read for one page."""

    class Index:
        def listed(self, *, words: bool) -> Any:
            del words
            for number in range(10_000):
                yield number_place(number), Listed(f"{number * 7919 % 10_000:05d}", NEVER, "", "", "")

    class Heads:
        read = 0

        def stored(self, place: Any) -> Any:
            self.read += 1
            return type("Stored", (), {"offboarding": replace(HEADS[0], id=place.offboarding_id)})

    heads = Heads()
    page = Listing(Index(), heads, None).find(Filter(order=Order.LATEST, limit=50))  # type: ignore[arg-type]  # stand-ins
    assert heads.read == 51
    assert len({head.id for head in page.items}) == 50
    assert page.next is not None


def number_place(number: int) -> Any:
    from shared.adapters.stores.table.rows import Place

    return Place(f"o{number}", "p", number + 1)
