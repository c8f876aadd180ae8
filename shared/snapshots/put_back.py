"""Put a snapshot back into a store. Killed anywhere it is run again and goes on; what is whole is not touched twice.

Nothing acts because of it: the kill switch is held first, and what is not finished waits for a person.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from shared.adapters.brakes import ROW as BRAKE
from shared.domain.brake import Brake
from shared.domain.errors import ConcurrencyConflictError
from shared.domain.evidence.chain import ChainHead
from shared.domain.evidence.walk import walk
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.restored import Provenance, Restored
from shared.domain.offboarding.states import Status
from shared.domain.people.actor import Actor
from shared.pipeline.core.services import Services
from shared.ports.evidence import SealReader
from shared.ports.shelf import Shelf
from shared.ports.store import Change, Filter, Live, LiveElsewhere, Stored
from shared.snapshots.hold import Standing, ended, held, still_owed, unsigned_end
from shared.snapshots.judge import Differs, Judge
from shared.snapshots.lines import Copy
from shared.snapshots.lost import Ended
from shared.snapshots.manifest import Manifest, SnapshotError
from shared.snapshots.signed import Snapshot
from shared.snapshots.take import ROW as LAST
from shared.snapshots.verify import copies, shared_texts, verify

log = logging.getLogger("offboarding")
ROW = "restore"
OWN = frozenset({BRAKE, ROW, LAST, "last-sweep"})
"""Rows of this deployment as it is now."""
AT_ONCE = 40
"""Entries in one write: a transaction of a table has 4 MiB, and a row 1 MiB."""
T = TypeVar("T")


@dataclass(slots=True)
class Report:
    """What became of what the snapshot has. `left`: was in the store already, and is as it was. `known`: whole since an
    earlier run of the same restore. `differs`: ids of what does not agree with its evidence, and is held for good."""

    held: int = 0
    ended: int = 0
    finished: int = 0
    left: int = 0
    known: int = 0
    differs: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Restore:
    """One restore: into which services, from which shelf, by whom. `archive`: where finished evidence was exported to;
    None: nothing is known of what ended since. `missing_only`: into a store that has offboardings, which stay. `seals`:
    reads what was signed; None: no key is known."""

    services: Services
    shelf: Shelf
    by: Actor
    archive: Shelf | None = None
    missing_only: bool = False
    seals: SealReader | None = None

    def run(self, snapshot: Snapshot) -> Report:
        """Verify all of it, then put it back. Raises SnapshotError with nothing changed, and what the store raises: it
        is to be run again then."""
        manifest, signed = snapshot.manifest, bool(snapshot.key_id)
        verify(self.shelf, manifest)
        last = self._last()
        if last is not None and last.whole and last.snapshot == manifest.name and not self.missing_only:
            # The last run was killed when all was done; people may have released the kill switch since.
            return Report(known=manifest.counts.get("offboarding", 0))
        begun = self._begin(manifest, last)
        self._hold_brake(manifest)
        provenance = Provenance.SIGNED if signed else Provenance.UNSIGNED
        restored = Restored(manifest.name, manifest.taken_at, begun, provenance=provenance)
        report, judge = Report(), Judge(signed, self.seals, self.archive)
        for copy in copies(self.shelf, manifest):
            self._put(copy, restored, judge, report)
        if signed:
            self._put_shared(manifest)
        self._note(manifest, begun, whole=True)
        return report

    def _last(self) -> Restored | None:
        row = self.services.store.shared_row(ROW)
        if row is None:
            return None
        said = json.loads(row.text)
        at = datetime.fromisoformat(said["at"])
        return Restored(said["snapshot"], at, at, said["whole"])

    def _begin(self, manifest: Manifest, last: Restored | None) -> datetime:
        if last is not None and not last.whole:
            if last.snapshot != manifest.name:
                raise SnapshotError(f"the restore of snapshot {last.snapshot} has not ended; run that one again")
            return last.at
        if not self.missing_only and self.services.store.find(Filter(limit=1)).items:
            raise SnapshotError(
                "the store has offboardings. A restore is for an empty store; --missing-only adds what it has not"
            )
        return self._note(manifest, self.services.clock.now(), whole=False)

    def _note(self, manifest: Manifest, at: datetime, *, whole: bool) -> datetime:
        row = self.services.store.shared_row(ROW)
        text = json.dumps({"snapshot": manifest.name, "at": at.isoformat(), "whole": whole})
        self.services.store.put_shared_row(ROW, text, row.etag if row else None)
        return at

    def _hold_brake(self, manifest: Manifest) -> None:
        stored = self.services.brakes.read()
        if not stored.brake.held:
            why = f"the record was put back from snapshot {manifest.name}; release it when that was looked at"
            self.services.brakes.move(Brake(True, self.by, why, self.services.clock.now()), stored.etag)

    def _put(self, copy: Copy, restored: Restored, judge: Judge, report: Report) -> None:
        store, identity = self.services.store, copy.head.id
        stored = store.load(identity)
        if stored is not None:
            mine = stored.offboarding.restored
            if mine is None or (mine.snapshot, mine.at) != (restored.snapshot, restored.at):
                report.left += 1
                return
            if mine.whole:
                report.known += 1
                return
        found = judge.of(copy)
        if isinstance(found, Differs):
            restored = replace(restored, found=found.why, provenance=Provenance.DIFFERS)
        elif isinstance(found, Ended):
            copy.evidence = list(found.lines)
        else:
            restored = replace(restored, found=judge.remark(copy))
        etag = stored.etag if stored is not None else self._commit(Change(_begun(copy.head, restored), None)).etag
        etag = self._put_beside(copy, restored, etag)
        standing = self._standing(copy, found, replace(restored, whole=True), report)
        head = standing.head
        # What nobody signed is not told to others.
        owed = (*(still_owed(copy.outbox) if judge.signed and not head.differs else ()), *standing.outbox)
        change = Change(head, etag, timeline=standing.timeline, outbox=owed, evidence=standing.evidence)
        takes = not head.finished and not head.differs and head.customer is not None and not head.request.dry_run
        # Whoever else has the customer keeps it: what is held takes it before it goes on.
        if isinstance(store.commit(replace(change, live=Live.TAKE if takes else Live.KEEP)), LiveElsewhere):
            self._commit(change)

    def _put_beside(self, copy: Copy, restored: Restored, etag: str) -> str:
        begun = _begun(copy.head, restored)
        for entries in _some(copy.timeline):
            etag = self._commit(Change(begun, etag, timeline=tuple(entries))).etag
        # Entries are only ever added: those that an earlier run has put there stay.
        there = len(self.services.store.evidence(begun.id))
        for evidence in _some(list(copy.entries(after=there))):
            etag = self._commit(Change(begun, etag, evidence=tuple(evidence))).etag
        for holdings in _some(copy.holdings):
            etag = self._commit(Change(begun, etag, holdings=tuple(holdings))).etag
        return etag

    def _standing(self, copy: Copy, found: Ended | Differs | None, restored: Restored, report: Report) -> Standing:
        source, head = self.services.event_source, copy.head
        match found:
            case Ended():
                report.ended += 1
                return ended(head, found, copy.holdings, restored, self.by, source)
            case Differs():
                report.differs.append(head.id)
                return held(self._as_stored(head), restored, self.by, source)
            case None if head.finished:
                report.finished += 1
                if restored.provenance is Provenance.UNSIGNED:
                    return Standing(unsigned_end(head, walk(head.id, copy.evidence), restored))
                return Standing(replace(head, restored=restored))
            case None:
                report.held += 1
                return held(self._as_stored(head), restored, self.by, source)

    def _as_stored(self, head: Offboarding) -> Offboarding:
        """Its evidence goes on from what is there: less than was copied where that is not whole, and more where an
        earlier run, with a key that this one does not know, found how it ended."""
        return replace(head, evidence=walk(head.id, self.services.store.evidence(head.id)).head)

    def _put_shared(self, manifest: Manifest) -> None:
        store = self.services.store
        for name, text in shared_texts(self.shelf, manifest).items():
            if name not in OWN and store.shared_row(name) is None:
                with suppress(ConcurrencyConflictError):
                    store.put_shared_row(name, text, None)

    def _commit(self, change: Change) -> Stored:
        done = self.services.store.commit(change)
        if isinstance(done, LiveElsewhere):
            raise AssertionError("only who takes a customer can be told that another has it")
        return done


def _begun(head: Offboarding, restored: Restored) -> Offboarding:
    """While it is put back: nothing wakes it, and nobody can have it go on."""
    return replace(
        head,
        status=Status.NEEDS_ATTENTION,
        next_attempt_at=None,
        claim=None,
        evidence=ChainHead(),
        restored=replace(restored, whole=False),
    )


def _some(items: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(items), AT_ONCE):
        yield items[start : start + AT_ONCE]
