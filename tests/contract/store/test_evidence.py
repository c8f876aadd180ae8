"""Evidence: added with the head, never replaced, read back in order; its personal texts go, its lines stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from offboard.verify_evidence import read
from shared.domain.errors import ConcurrencyConflictError
from shared.domain.evidence.chain import Appender, Data
from shared.domain.evidence.entry import Entry, Personal
from shared.domain.evidence.kinds import EntryKind
from shared.domain.offboarding.record import Offboarding
from shared.domain.people.actor import Actor, ActorType
from shared.ports.store import Change, OffboardingStore, Stored
from tests.contract.store.conftest import Opener
from tests.contract.store.samples import NOW, committed, finished, guid, offboarding, record, stored

AUTHOR = Actor(ActorType.PERSON, "ada", "Ada")
SALTS = count(1)


def appended(head: Offboarding, *said: Data, kind: EntryKind = EntryKind.NOTE) -> tuple[Offboarding, list[Entry]]:
    chain, entries = head.evidence, []
    for number, data in enumerate(said):
        appender = Appender(head.id, lambda: f"salt {next(SALTS)}")
        chain, entry = appender.append(chain, kind, AUTHOR, NOW + timedelta(seconds=number), data)
        entries.append(entry)
    return replace(head, evidence=chain), entries


def told(number: int) -> Data:
    return {"number": number, "why": Personal("because\nof \u00e4 and \U0001f600"), "long": "x" * 2000}


def written(store: OffboardingStore, commits: int = 12, each: int = 3) -> tuple[Stored, list[Entry]]:
    """Several writes with several entries each."""
    head, every = appended(offboarding(), told(0))
    last = stored(store, head, evidence=tuple(every))
    for commit in range(commits):
        head, entries = appended(last.offboarding, *(told(commit * each + number) for number in range(each)))
        last = committed(store, Change(head, last.etag, evidence=tuple(entries)))
        every += entries
    return last, every


def test_entries_and_texts_come_back_in_order(opened: Opener) -> None:
    last, every = written(opened())
    found = opened()
    assert list(found.evidence(guid("one"))) == [entry.line for entry in every]
    assert list(found.asides(guid("one"))) == [aside for entry in every for aside in entry.asides]
    assert len(every[0].asides) == 2
    content = "".join(f"{line}\n" for line in found.evidence(guid("one"))).encode()
    loaded = found.load(guid("one"))
    assert loaded is not None
    assert (read(content).head, len(every)) == (loaded.offboarding.evidence.head, loaded.offboarding.evidence.entries)
    assert loaded.offboarding == last.offboarding


def test_of_an_unknown_one_there_is_none(store: OffboardingStore) -> None:
    assert list(store.evidence(guid("nobody"))) == []
    assert list(store.asides(guid("nobody"))) == []


def test_who_lost_the_record_adds_nothing(store: OffboardingStore) -> None:
    last, every = written(store, 1)
    late, entries = appended(last.offboarding, told(99))
    committed(store, Change(last.offboarding, last.etag))
    with pytest.raises(ConcurrencyConflictError):
        store.commit(Change(late, last.etag, evidence=tuple(entries)))
    assert len(store.evidence(last.offboarding.id)) == len(every)
    assert len(store.asides(last.offboarding.id)) == sum(len(entry.asides) for entry in every)


def test_a_large_inventory_and_its_evidence_are_one_write(store: OffboardingStore) -> None:
    last, every = written(store, 1)
    head, entries = appended(last.offboarding, *(told(number) for number in range(60)))
    holdings = tuple(record(number) for number in range(150))
    committed(store, Change(head, last.etag, holdings, evidence=tuple(entries)))
    assert list(store.evidence(head.id)) == [entry.line for entry in (*every, *entries)]


def test_forgetting_takes_the_texts_and_leaves_a_chain_that_goes_on(store: OffboardingStore) -> None:
    last, every = written(store)
    done = committed(store, Change(finished(last.offboarding), last.etag))
    head, entries = appended(done.offboarding, {"entries": [1]}, kind=EntryKind.ERASURE)
    entries = [replace(entry, asides=()) for entry in entries]
    store.forget(Change(head, done.etag, evidence=tuple(entries)))
    assert list(store.asides(head.id)) == []
    lines = store.evidence(head.id)
    assert list(lines) == [entry.line for entry in (*every, *entries)]
    assert read("".join(f"{line}\n" for line in lines).encode()).head == head.evidence.head
