"""The table store and its service: rows, limits, what an ordinary write costs, errors."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from azure.core.pipeline.transport import RequestsTransport
from azure.data.tables import TableServiceClient

from local.stack.azurite import connection_string, new_key
from shared.adapters.stores.table import TableStore
from shared.domain.decisions.blockers import Blocker, Cause, Remedy
from shared.domain.errors import RefusedError, UnavailableError
from shared.domain.offboarding.record import Claim
from shared.domain.offboarding.states import Status
from shared.ports.store import Change, Live
from tests.contract.store.conftest import new_table
from tests.contract.store.emulator import Emulator
from tests.contract.store.samples import (
    CUSTOMER,
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


class Counting(RequestsTransport):  # type: ignore[misc]  # azure-core exports it lazily, without its type
    """Counts the requests that are no reads."""

    def __init__(self) -> None:
        super().__init__()
        self.writes = 0

    def send(self, request: Any, **options: Any) -> Any:
        self.writes += request.method != "GET"
        return super().send(request, **options)


def rows(emulator: Emulator, table: str) -> dict[str, list[str]]:
    """The beginnings of the row keys, by partition."""
    found: dict[str, list[str]] = {}
    for row in emulator.service().get_table_client(table).list_entities(select=["PartitionKey", "RowKey"]):
        found.setdefault(str(row["PartitionKey"]), []).append(str(row["RowKey"]).split(":")[0])
    return found


def test_everything_of_a_customer_is_in_its_partition(emulator: Emulator) -> None:
    table = new_table()
    store = TableStore(emulator.service(), table=table)
    stored(store, offboarding(), Live.TAKE, timeline=(entry(1),), outbox=(message("m"),), holdings=(record(1),))
    by_domain = stored(store, offboarding("two", customer=None), timeline=(entry(1),))
    found = rows(emulator, table)
    assert sorted(found[CUSTOMER]) == ["head", "holding", "live", "note", "out"]
    assert sorted(found[f"offboarding:{guid('two')}"]) == ["head", "note"]
    twice = ["all", "batch", "due", "held", "id", "status"]
    assert sorted(found["index"]) == sorted(["customer", *twice, *twice])
    committed(store, Change(finished(identified(by_domain.offboarding)), by_domain.etag))
    assert rows(emulator, table)["index"].count("customer") == 2


def test_an_ordinary_write_is_one_transaction(emulator: Emulator) -> None:
    counting = Counting()
    store = TableStore(emulator.service(counting), table=new_table())
    last = stored(store, offboarding(status=Status.RUNNING), Live.TAKE)
    claimed = replace(last.offboarding, claim=Claim("me", NOW + timedelta(minutes=15)))
    before = counting.writes
    last = committed(store, Change(claimed, last.etag))
    last = committed(store, Change(claimed, last.etag, (record(1), record(2)), (entry(2), entry(3))))
    last = committed(store, Change(claimed, last.etag, (record(1), record(2))))
    assert counting.writes == before + 4
    later = replace(claimed, claim=None, next_attempt_at=NOW + timedelta(hours=1))
    committed(store, Change(later, last.etag, timeline=(entry(4),), outbox=(message("m"),)))
    # One each, one more for the words of new holdings, and one more for the new date, which lists compare.
    assert counting.writes == before + 6


def test_the_index_keeps_only_what_is_needed(emulator: Emulator) -> None:
    table = new_table()
    store = TableStore(emulator.service(), table=table)
    last = stored(store, offboarding(), Live.TAKE)
    for day in (9, 3, 5, 1):
        for status in (Status.PLANNING, Status.RUNNING, Status.WAITING):
            head = replace(last.offboarding, status=status, next_attempt_at=NOW + timedelta(days=day))
            last = committed(store, Change(head, last.etag))
    store.due(NOW + timedelta(days=10), NOW, GRACE, 10)
    assert sorted(rows(emulator, table)["index"]) == ["all", "batch", "customer", "due", "held", "id", "status"]
    committed(store, Change(finished(last.offboarding), last.etag, live=Live.RELEASE))
    store.due(NOW + timedelta(days=10), NOW, GRACE, 10)
    assert sorted(rows(emulator, table)["index"]) == ["all", "batch", "customer", "finished", "held", "id", "status"]
    assert "live" not in rows(emulator, table)[CUSTOMER]


def test_a_head_with_5000_blockers(emulator: Emulator) -> None:
    blockers = tuple(
        Blocker(guid(str(n)), f"Licence {n}", Cause.IN_TERM, Remedy.DATE, f"runs until day {n}", until=NOW)
        for n in range(5000)
    )
    head = replace(offboarding(), blockers=blockers)
    store = TableStore(emulator.service(), table=new_table())
    assert stored(store, head) == store.load(head.id)


def test_more_than_a_transaction_holds_is_refused(emulator: Emulator) -> None:
    store = TableStore(emulator.service(), table=new_table())
    large = tuple(message(f"m{number}", bytes(300_000)) for number in range(10))
    with pytest.raises(RefusedError, match="more than one transaction holds"):
        store.commit(Change(offboarding(), None, outbox=large))
    with pytest.raises(RefusedError, match="more than one transaction holds"):
        store.commit(Change(offboarding(), None, outbox=tuple(message(str(number)) for number in range(100))))
    with pytest.raises(ValueError, match="created without holdings"):
        store.commit(Change(offboarding(), None, tuple(record(number) for number in range(100))))
    assert store.load(offboarding().id) is None


def test_a_table_that_was_deleted_is_made_again(emulator: Emulator) -> None:
    table = new_table()
    store = TableStore(emulator.service(), table=table)
    stored(store, offboarding())
    emulator.service().delete_table(table)
    with pytest.raises(UnavailableError, match="TableNotFound"):
        store.ping()
    store.ping()
    stored(store, offboarding("two"))


def test_a_wrong_key_says_which_role_is_missing(emulator: Emulator) -> None:
    url = emulator.connection.split("TableEndpoint=")[1].rsplit("/", 1)[0]
    service = TableServiceClient.from_connection_string(connection_string(url, new_key()), retry_total=0)
    with pytest.raises(UnavailableError, match="Storage Table Data Contributor"):
        TableStore(service).ping()


def test_a_service_that_is_not_there() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        service = TableServiceClient.from_connection_string(connection_string(url, new_key()), retry_total=0)
        store = TableStore(service)
        for call in (store.ping, lambda: store.load("x"), lambda: store.commit(Change(offboarding(), None))):
            with pytest.raises(UnavailableError):
                call()
