"""Take a snapshot: page by page, so that memory does not grow with the store; the manifest last, so that what was cut
off in the middle is no snapshot. Two at the same time have two names."""

from __future__ import annotations

import gzip
import hashlib
import logging
import secrets
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial

from shared.domain.errors import ConcurrencyConflictError, UnavailableError
from shared.pipeline.core.parallel import run_all
from shared.ports.clock import Clock
from shared.ports.evidence import EvidenceSigner
from shared.ports.shelf import Shelf
from shared.ports.store import Filter, OffboardingStore
from shared.snapshots.lines import Line, lines_of, shared_line
from shared.snapshots.manifest import FILE, Manifest, Part
from shared.snapshots.signed import SEAL, said_of

log = logging.getLogger("offboarding")
AT_A_TIME = 32
"""Offboardings that are read before anything of them is written."""
SIDE_BY_SIDE = 8
ROW = "last-snapshot"
"""When the newest one was whole, for the doctor: a timer that does not run shows nowhere else."""
PART = 4_000_000
"""Characters after which a file is closed, at the end of an offboarding."""


def take_snapshot(
    store: OffboardingStore, shelf: Shelf, clock: Clock, signer: EvidenceSigner | None = None, *, part: int = PART
) -> Manifest:
    """Everything that is in the store now, signed where there is a signer. Raises what store, shelf and signer raise;
    there is no snapshot then: one without its signature would be taken for a forged one.

    Newest offboardings first: of two of one customer the earlier one had ended when the later one began its work.
    """
    machine, now = clock.machine(), clock.now()
    writer = _Writer(shelf, f"{machine:%Y-%m-%dT%H-%M-%SZ}-{secrets.token_hex(4)}", part)
    cursor: str | None = None
    while True:
        page = store.find(Filter(limit=AT_A_TIME, after=cursor))
        for lines in run_all(SIDE_BY_SIDE, [partial(lines_of, store, head) for head in page.items]):
            writer.add(lines)
        cursor = page.next
        if cursor is None:
            break
    for name in store.shared_names():
        row = store.shared_row(name)
        if row is not None:
            writer.add([shared_line(name, row.text)])
    parts = writer.close()
    manifest = Manifest(name=writer.name, taken_at=now, clock=machine, parts=parts, counts=dict(writer.counts))
    content = manifest.model_dump_json(indent=2).encode()
    if signer is None:
        log.warning("snapshot %s is not signed: no key for evidence is set", writer.name)
    else:
        # First, so that no manifest is ever without it.
        shelf.put(f"{writer.name}/{SEAL}", signer.sealed(said_of(manifest, content)).encode())
    shelf.put(f"{writer.name}/{FILE}", content)
    _note(store, clock)
    kept = sum(part.size for part in parts)
    # Each day, whether there is anything or not: whoever watches can tell when the line is absent.
    log.info("snapshot %s: %d offboarding(s), %d bytes", writer.name, writer.counts["offboarding"], kept)
    return manifest


def last_snapshot(store: OffboardingStore) -> datetime | None:
    """When the newest snapshot was whole (aware UTC, machine time); None where none was, or the note is unreadable."""
    row = store.shared_row(ROW)
    try:
        return datetime.fromisoformat(row.text).astimezone(UTC) if row is not None else None
    except ValueError:
        return None


def _note(store: OffboardingStore, clock: Clock) -> None:
    """A snapshot whose note is lost is one all the same."""
    try:
        row = store.shared_row(ROW)
        store.put_shared_row(ROW, clock.machine().isoformat(), row.etag if row else None)
    except (ConcurrencyConflictError, UnavailableError) as error:
        log.warning("the snapshot could not be noted: %s", error)


class _Writer:
    """Lines to files of about one size."""

    def __init__(self, shelf: Shelf, name: str, most: int) -> None:
        self.name, self.counts = name, Counter[str]()
        self._shelf, self._most = shelf, most
        self._lines: list[str] = []
        self._size = 0
        self._parts: list[Part] = []

    def add(self, lines: Iterable[Line]) -> None:
        """The lines of one offboarding, which stay together."""
        for line in lines:
            self._lines.append(line.text)
            self._size += len(line.text)
            self.counts[line.kind] += 1
        if self._size >= self._most:
            self._put()

    def close(self) -> tuple[Part, ...]:
        """What is left, and all parts in order."""
        if self._lines:
            self._put()
        return tuple(self._parts)

    def _put(self) -> None:
        content = gzip.compress("".join(self._lines).encode("utf-8", "surrogatepass"), 6, mtime=0)
        name = f"{self.name}/{len(self._parts) + 1:06d}.jsonl.gz"
        self._shelf.put(name, content)
        digest = hashlib.sha256(content).hexdigest()
        self._parts.append(Part(name=name, sha256=digest, size=len(content), lines=len(self._lines)))
        self._lines, self._size = [], 0
