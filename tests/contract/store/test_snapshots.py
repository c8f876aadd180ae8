"""A snapshot of each store, put back into each: what was there is there again, however much it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from local.world.store import MemoryStore
from local.world.world import World
from shared.adapters.shelves.folder_shelf import FolderShelf
from shared.domain.evidence.chain import Appender, Data
from shared.domain.evidence.entry import Personal
from shared.domain.evidence.kinds import EntryKind
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Stage, Status
from shared.domain.people.actor import PIPELINE, known_by_name
from shared.pipeline.core.evidence import first_entries
from shared.ports.store import Change, Filter, Live, LiveElsewhere, OffboardingStore
from shared.snapshots.lines import ENTRY, EVIDENCE, lines_of
from shared.snapshots.manifest import Manifest
from shared.snapshots.put_back import Report, Restore
from shared.snapshots.signed import Snapshot
from shared.snapshots.take import take_snapshot
from tests.contract.store.conftest import Opener
from tests.contract.store.samples import (
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
)

PERSON = known_by_name("Ada")
MANY = 230


def filled(store: OffboardingStore) -> tuple[Offboarding, Offboarding]:
    """One that has much beside it, and one that has ended; what is shared; and a few more."""
    first, asked = first_entries(offboarding(), PERSON, NOW)
    chain, entries = first.evidence, list(asked)
    for number in range(MANY):
        data: Data = {"n": number, "why": Personal(f"Grüße, no. {number}\u2028")}
        chain, one = Appender(guid("one"), lambda: "salt").append(chain, EntryKind.NOTE, PIPELINE, NOW, data)
        entries.append(one)
    busy = identified(offboarding(status=Status.RUNNING, stage=Stage.CANCEL, attempt=7))
    found = stored(store, offboarding(), timeline=(entry(1),))
    for start in range(0, len(entries), 50):
        part = replace(busy, timeline_length=start + 50, evidence=chain)
        notes = tuple(entry(number) for number in range(start + 1, start + 51))
        change = Change(part, found.etag, timeline=notes, evidence=tuple(entries[start : start + 50]))
        found = committed(store, change)
    busy = replace(busy, timeline_length=MANY, evidence=chain)
    holdings = tuple(record(number, '{"long": "' + "x" * 3_000 + '"}') for number in range(MANY))
    committed(store, Change(busy, found.etag, holdings, outbox=(message("m-1", b"\x00\xff"),), live=Live.TAKE))
    done = finished(offboarding("two", customer=guid("other"), created_at=NOW + timedelta(hours=1), timeline_length=1))
    done, said = first_entries(done, PERSON, NOW)
    stored(store, done, timeline=(entry(1, "removed"),), holdings=(record(1),), evidence=said)
    for number in range(40):
        later = NOW + timedelta(hours=2, minutes=number)
        more = offboarding(f"more-{number}", customer=guid(f"c-{number}"), created_at=later)
        more, said = first_entries(more, PERSON, NOW)
        stored(store, more, evidence=said)
    store.put_shared_row("batch-1", '{"ä": 1}', None)
    store.put_shared_row("last-sweep", "yesterday", None)
    return busy, done


def restored_into(store: OffboardingStore, shelf: FolderShelf, manifest: Manifest) -> tuple[World, Report]:
    world = World()
    world.store = store  # type: ignore[assignment]
    world.clock.pass_machine(timedelta(days=400))
    world.services = world._start()
    return world, Restore(world.services, shelf, PERSON).run(Snapshot(manifest, "a key"))


@pytest.mark.long
def test_a_snapshot_of_this_store_has_everything(opened: Opener, tmp_path: Path) -> None:
    busy, done = filled(opened())
    shelf, target = FolderShelf(tmp_path / "shelf"), MemoryStore()
    manifest = take_snapshot(opened(), shelf, World().clock, part=5_000)
    assert len(manifest.parts) > 5
    assert manifest.counts["holding"] == MANY + 1
    _, report = restored_into(target, shelf, manifest)
    assert (report.held, report.finished) == (41, 1)
    is_there(opened(), target, busy, done)


@pytest.mark.long
def test_a_snapshot_is_put_back_into_this_store(opened: Opener, tmp_path: Path) -> None:
    source = MemoryStore()
    busy, done = filled(source)
    shelf = FolderShelf(tmp_path / "shelf")
    manifest = take_snapshot(source, shelf, World().clock, part=5_000)
    world, _ = restored_into(opened(), shelf, manifest)
    is_there(source, opened(), busy, done)

    due = opened().due(world.clock.now() + timedelta(days=2), world.clock.machine(), timedelta(0), 100)
    assert len(set(due)) == 41, "each of them reminds of itself, and none has ended"
    # The customer is taken, and a new request of the same customer finds it so.
    other = replace(identified(offboarding("three")), status=Status.PLANNING)
    fresh = stored(opened(), offboarding("three"))

    assert opened().commit(Change(other, fresh.etag, live=Live.TAKE)) == LiveElsewhere(busy.id)


def is_there(source: OffboardingStore, target: OffboardingStore, busy: Offboarding, done: Offboarding) -> None:
    found = target.load(busy.id)
    assert found is not None
    head = found.offboarding
    assert (head.status, head.stage, head.customer) == (Status.NEEDS_ATTENTION, Stage.VERIFY, busy.customer)
    assert target.holdings(busy.id) == source.holdings(busy.id)
    assert len(target.holdings(busy.id)) == MANY
    assert list(target.timeline(busy.id))[:MANY] == list(source.timeline(busy.id))[:MANY]
    assert list(target.evidence(busy.id))[:-1] == list(source.evidence(busy.id))
    assert len(target.evidence(busy.id)) == head.evidence.entries == MANY + 2
    beside = list(source.asides(busy.id))
    assert list(target.asides(busy.id))[: len(beside)] == beside
    assert next(iter(target.outbox(busy.id))) == message("m-1", b"\x00\xff")
    ended = target.load(done.id)
    assert ended is not None
    assert replace(ended.offboarding, restored=None) == done
    assert list(target.timeline(done.id)) == list(source.timeline(done.id))
    assert target.outbox(done.id) == []
    batch = target.shared_row("batch-1")
    assert batch is not None
    assert batch.text == '{"ä": 1}'
    assert target.shared_row("last-sweep") is None, "what tells of this deployment is not of that one"
    wanted = [head.id for head in source.find(Filter(limit=100)).items]
    assert [head.id for head in target.find(Filter(limit=100)).items] == wanted


def test_names_of_shared_rows_are_sorted(opened: Opener) -> None:
    assert opened().shared_names() == []
    for name in ("b", "a-2", "a-1"):
        opened().put_shared_row(name, "x", None)
    assert list(opened().shared_names()) == ["a-1", "a-2", "b"]


@pytest.mark.parametrize("cut", ["evidence", "timeline"])
def test_what_was_added_after_the_head_was_read_is_not_in_it(opened: Opener, cut: str) -> None:
    """The store goes on while it is copied: the copy ends where its head ends."""

    store = opened()
    head = offboarding(timeline_length=1)
    chain, first = Appender(head.id, lambda: "s").append(head.evidence, EntryKind.NOTE, PIPELINE, NOW, {"n": 1})
    head = replace(head, evidence=chain)
    before = stored(store, head, timeline=(entry(1),), evidence=(first,))
    chain, second = Appender(head.id, lambda: "s").append(chain, EntryKind.NOTE, PIPELINE, NOW, {"n": 2})
    committed(
        store,
        Change(replace(head, timeline_length=2, evidence=chain), before.etag, timeline=(entry(2),), evidence=(second,)),
    )
    kind = {"evidence": EVIDENCE, "timeline": ENTRY}[cut]
    assert sum(line.kind == kind for line in lines_of(store, before.offboarding)) == 1
