"""Holdings, timeline and outbox: sizes, order, any bytes."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from shared.ports.store import Change, OffboardingStore
from tests.contract.store.conftest import Opener
from tests.contract.store.samples import NOW, committed, entry, message, offboarding, record, stored

FILLING = "x" * 4000
LARGE = '{"text": "' + "ä€𝄞" * 12_000 + '"}'


def noise(size: int, seed: str = "") -> bytes:
    """Bytes that do not compress, the same ones in every run."""
    return b"".join(hashlib.sha256(f"{seed}{n}".encode()).digest() for n in range(size // 32 + 1))[:size]


def test_500_holdings_with_their_images(opened: Opener) -> None:
    store = opened()
    records = tuple(record(number, f'{{"id": "{number}", "text": "{FILLING}"}}') for number in range(500))
    created = stored(store, offboarding())
    first = committed(store, Change(created.offboarding, created.etag, records, (entry(1),)))
    assert opened().holdings(created.offboarding.id) == {item.holding.key: item for item in records}
    changed = replace(records[7], missing_since=NOW)
    committed(store, Change(created.offboarding, first.etag, (changed, record(500))))
    found = opened().holdings(created.offboarding.id)
    assert len(found) == 501
    assert found[changed.holding.key] == changed
    assert list(found) == sorted(found)


def test_5000_timeline_entries(opened: Opener) -> None:
    store = opened()
    entries = [entry(seq, f"holding {seq} of the customer was looked at again") for seq in range(1, 5001)]
    last = stored(store, offboarding(), timeline=tuple(entries[:4900]))
    for start in range(4900, 5000, 10):
        last = committed(store, Change(last.offboarding, last.etag, timeline=tuple(entries[start : start + 10])))
    assert list(opened().timeline(last.offboarding.id)) == entries


def test_a_timeline_entry_is_replaced_by_its_seq(store: OffboardingStore) -> None:
    first = stored(store, offboarding(), timeline=(entry(2), entry(1)))
    committed(store, Change(first.offboarding, first.etag, timeline=(entry(3), entry(2, "corrected"))))
    assert list(store.timeline(first.offboarding.id)) == [entry(1), entry(2, "corrected"), entry(3)]


def test_what_belongs_to_one_offboarding_is_not_shown_with_another(store: OffboardingStore) -> None:
    one = stored(store, offboarding("one"), holdings=(record(1),), timeline=(entry(1),), outbox=(message("m"),))
    two = stored(store, offboarding("two"), holdings=(record(2),), timeline=(entry(2),), outbox=(message("m", b"2"),))
    store.clear_outbox(one.offboarding.id, ["m"])
    assert list(store.holdings(two.offboarding.id).values()) == [record(2)]
    assert list(store.timeline(two.offboarding.id)) == [entry(2)]
    assert list(store.outbox(two.offboarding.id)) == [message("m", b"2")]


def test_the_outbox_keeps_its_order_until_cleared(opened: Opener) -> None:
    store = opened()
    first = stored(store, offboarding(), outbox=tuple(message(name) for name in ("c", "a", "b/1#?\\")))
    second = committed(store, Change(first.offboarding, first.etag, outbox=(message("0"), message("z"))))
    identity = first.offboarding.id
    assert [item.id for item in opened().outbox(identity)] == ["c", "a", "b/1#?\\", "0", "z"]
    store.clear_outbox(identity, ["a", "0", "unknown", "a"])
    assert [item.id for item in opened().outbox(identity)] == ["c", "b/1#?\\", "z"]
    store.clear_outbox(identity, [])
    committed(store, Change(first.offboarding, second.etag, outbox=(message("a"),)))
    store.clear_outbox(identity, ["a", "b/1#?\\", "c", "z"])
    store.clear_outbox(identity, ["a", "b/1#?\\", "c", "z"])
    assert not opened().outbox(identity)


def test_a_message_that_is_owed_again_goes_to_the_end(store: OffboardingStore) -> None:
    first = stored(store, offboarding(), outbox=(message("a"), message("b"), message("a", b"[1]")))
    identity = first.offboarding.id
    assert list(store.outbox(identity)) == [message("b"), message("a", b"[1]")]
    committed(store, Change(first.offboarding, first.etag, outbox=(message("b", b"[2]"),)))
    assert list(store.outbox(identity)) == [message("a", b"[1]"), message("b", b"[2]")]
    store.clear_outbox(identity, ["b"])
    assert list(store.outbox(identity)) == [message("a", b"[1]")]


def test_clearing_the_outbox_is_no_write_to_the_head(store: OffboardingStore) -> None:
    first = stored(store, offboarding(), outbox=(message("a"),))
    store.clear_outbox(first.offboarding.id, ["a"])
    assert store.load(first.offboarding.id) == first


def test_250_messages(store: OffboardingStore) -> None:
    last = stored(store, offboarding())
    for start in range(0, 250, 50):
        owed = tuple(message(f"m{number}") for number in range(start, start + 50))
        last = committed(store, Change(last.offboarding, last.etag, outbox=owed))
    identity = last.offboarding.id
    assert [item.id for item in store.outbox(identity)] == [f"m{number}" for number in range(250)]
    store.clear_outbox(identity, [f"m{number}" for number in range(249)])
    assert [item.id for item in store.outbox(identity)] == ["m249"]


@pytest.mark.parametrize(
    "body",
    [b"", b"\x00\xff" * 40, noise(256 * 1024), bytes(256 * 1024), "ü€𝄞".encode() * 20_000, noise(64 * 1024)],
    ids=["empty", "no text", "256 KB of noise", "256 KB of zeros", "text", "64 KB"],
)
def test_a_rejected_body_is_any_bytes(opened: Opener, body: bytes) -> None:
    half = len(body) // 2
    parts = (message("id:1", body[:half]), message("id:2", body[half:]), message("id:3", body))
    head = stored(opened(), offboarding(customer=None), outbox=parts).offboarding
    assert tuple(opened().outbox(head.id)) == parts


def test_large_and_strange_texts(opened: Opener) -> None:
    strange = "\u0000\u0001\u001f\u007f\u0085\u2028\ufffe\uffff\U0010ffff'\"\\\n\r\t</>"
    large = replace(record(1, LARGE), holding=replace(record(1, LARGE).holding, name=strange, note=LARGE))
    head = offboarding(reestablish_url=LARGE * 3, gdap_requested=(strange,))
    due = message("m", LARGE.encode(), NOW + timedelta(microseconds=1))
    stored(opened(), head, holdings=(large,), timeline=(entry(1, LARGE), entry(2, strange)), outbox=(due,))
    store = opened()
    loaded = store.load(head.id)
    assert loaded is not None
    assert loaded.offboarding == head
    assert store.holdings(head.id) == {large.holding.key: large}
    assert list(store.timeline(head.id)) == [entry(1, LARGE), entry(2, strange)]
    assert list(store.outbox(head.id)) == [due]


def test_whoever_looks_sees_the_etag_that_was_answered(opened: Opener) -> None:
    """So that a caller can go on with it, and nothing that is sent or cleared afterwards moves it."""
    store = opened()
    created = stored(store, offboarding())
    shown = store.load(created.offboarding.id)
    assert shown is not None
    assert shown.etag == created.etag
    later = committed(store, Change(created.offboarding, created.etag, outbox=(message("0"),)))
    store.clear_outbox(created.offboarding.id, ["0"])
    shown = opened().load(created.offboarding.id)
    assert shown is not None
    assert shown.etag == later.etag != created.etag
