"""Lists: by status and customer, newest first, in pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.errors import InvalidRequestError
from shared.domain.offboarding.states import Status
from shared.ports.listing import Order
from shared.ports.store import Change, Filter, Live, OffboardingStore
from tests.contract.store.samples import NOW, committed, finished, guid, identified, offboarding, stored

OTHER = guid("other customer")
BATCHES = {"n1": "June", "n4": "June", "n5": "June", "n6": "june"}
ALL = [
    ("n0", guid("first"), Status.RECEIVED),
    ("n1", OTHER, Status.REMOVED),
    ("n2", None, Status.REJECTED),
    ("n3", OTHER, Status.NEEDS_ATTENTION),
    ("n4", guid("first"), Status.REMOVED),
    ("n5", None, Status.RUNNING),
    ("n6", OTHER, Status.REMOVED),
]


@pytest.fixture
def filled(store: OffboardingStore) -> OffboardingStore:
    for number, (name, customer, status) in enumerate(ALL):
        at = NOW + timedelta(microseconds=number)
        head = offboarding(name, customer=customer, created_at=at)
        head = replace(head, request=replace(head.request, batch_id=BATCHES.get(name)))
        created = stored(store, head)
        committed(store, Change(replace(created.offboarding, status=status), created.etag))
    return store


LISTS = [
    (Filter(), "n6 n5 n4 n3 n2 n1 n0"),
    (Filter(statuses=(Status.REMOVED,)), "n6 n4 n1"),
    (Filter(statuses=(Status.NEEDS_ATTENTION, Status.RECEIVED)), "n3 n0"),
    (Filter(statuses=(Status.REMOVED, Status.REMOVED, Status.REJECTED)), "n6 n4 n2 n1"),
    (Filter(statuses=(Status.WITHDRAWN,)), ""),
    (Filter(statuses=tuple(Status)), "n6 n5 n4 n3 n2 n1 n0"),
    (Filter(customer_id=OTHER), "n6 n3 n1"),
    (Filter(customer_id=OTHER, statuses=(Status.REMOVED,)), "n6 n1"),
    (Filter(customer_id=guid("nobody")), ""),
    (Filter(customer_id="no guid/#"), ""),
    (Filter(batch_id="June"), "n5 n4 n1"),
    (Filter(batch_id="june"), "n6"),
    (Filter(batch_id="Jun"), ""),
    (Filter(batch_id="no id/#"), ""),
    (Filter(batch_id="June", statuses=(Status.REMOVED,)), "n4 n1"),
    (Filter(batch_id="June", customer_id=OTHER), "n1"),
    (Filter(batch_id="June", order=Order.CREATED), "n1 n4 n5"),
    (Filter(batch_id="June", text="N4"), "n4"),
    (Filter(batch_id="June", customer_id=OTHER, order=Order.CREATED), "n1"),
    (Filter(text="JUNE"), "n6 n5 n4 n1"),
]
NO_CURSORS = ["", "abc", "-1", "0", "1.5", "1e3", " 5", "9" * 17, str(2**53 + 1), "٣", "1; DROP TABLE offboardings"]


def test_find(filled: OffboardingStore) -> None:
    for wanted, expected in LISTS:
        for limit in (1, 2, 3, 7, 50):
            assert _read(filled, replace(wanted, limit=limit)) == expected.split(), (wanted, limit)


def _read(store: OffboardingStore, wanted: Filter) -> list[str]:
    """All pages, one after the other."""
    found: list[str] = []
    after = None
    for _ in range(len(ALL) + 1):
        page = store.find(replace(wanted, after=after))
        assert len(page.items) <= wanted.limit
        found += [item.request.request_id for item in page.items]
        assert page.next is None or len(page.items) == wanted.limit
        after = page.next
        if after is None:
            return found
    raise AssertionError("the pages never end")


def test_a_page_is_not_followed_by_an_empty_one(filled: OffboardingStore) -> None:
    assert filled.find(Filter(limit=len(ALL))).next is None
    assert filled.find(Filter(limit=len(ALL) - 1)).next is not None


def test_a_cursor_survives_changes(filled: OffboardingStore) -> None:
    first = filled.find(Filter(limit=3))
    stored(filled, offboarding("newer", created_at=NOW + timedelta(seconds=1)))
    seen = filled.load(guid("n3"))
    assert seen is not None
    committed(filled, Change(finished(seen.offboarding), seen.etag))
    second = filled.find(Filter(limit=3, after=first.next))
    assert [item.request.request_id for item in second.items] == ["n3", "n2", "n1"]


@pytest.mark.parametrize("cursor", NO_CURSORS)
def test_something_else_is_no_cursor(store: OffboardingStore, cursor: str) -> None:
    with pytest.raises(InvalidRequestError, match="after"):
        store.find(Filter(after=cursor))


def test_the_ends_of_the_list(filled: OffboardingStore) -> None:
    assert not filled.find(Filter(after="1")).items
    assert len(filled.find(Filter(after=str(2**53))).items) == len(ALL)


def test_created_in_the_same_microsecond(store: OffboardingStore) -> None:
    names = {f"n{number}" for number in range(24)}
    for name in sorted(names):
        stored(store, offboarding(name))
    first = store.find(Filter(limit=15))
    rest = store.find(Filter(limit=15, after=first.next))
    found = [item.request.request_id for item in (*first.items, *rest.items)]
    assert len(found) == len(names)
    assert set(found) == names
    assert rest.next is None


def test_an_offboarding_stays_in_its_batch_to_its_end_and_when_it_is_forgotten(store: OffboardingStore) -> None:
    head = offboarding()
    last = stored(store, head)
    for status in (Status.PLANNING, Status.RUNNING):
        last = committed(store, Change(replace(head, status=status), last.etag))
        assert [item.status for item in store.find(Filter(batch_id="June")).items] == [status]
    last = committed(store, Change(finished(head), last.etag))
    store.forget(Change(replace(last.offboarding, survivors=("forgotten",)), last.etag))
    assert [item.survivors for item in store.find(Filter(batch_id="June")).items] == [("forgotten",)]


def test_an_offboarding_moves_from_list_to_list(store: OffboardingStore) -> None:
    last = stored(store, offboarding(customer=None))
    head = identified(last.offboarding)
    way = (Status.PLANNING, Status.RUNNING, Status.WAITING, Status.RUNNING, Status.NEEDS_ATTENTION, Status.RUNNING)
    for status in way:
        last = committed(store, Change(replace(head, status=status), last.etag))
        for other in Status:
            assert len(store.find(Filter(statuses=(other,))).items) == (1 if other is status else 0)
    committed(store, Change(finished(head), last.etag, live=Live.RELEASE))
    assert [item.status for item in store.find(Filter(customer_id=head.customer_id)).items] == [Status.REMOVED]
