"""The signature of a snapshot: over its manifest, which has the hash of every file. Made with the key of the evidence,
which nobody has who can only write to the place of the snapshots."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from shared.domain.evidence.chain import moment
from shared.ports.evidence import Manifest as Sealed
from shared.ports.evidence import SealError, SealReader
from shared.ports.shelf import Shelf
from shared.snapshots.manifest import FILE, Manifest, SnapshotError, manifest_bytes, parsed

SEAL = "manifest.seal.json"
WHAT = "snapshot"
"""Says of what the signature is: the same key signs evidence, and one is never taken for the other."""
MEANS = (
    "whoever can write to the place of the snapshots may have made it up. Take one that is signed. Only where there is "
    "none, one of before snapshots were signed for example: --accept-unsigned takes it, all of it then waits for a "
    "person, and each has to be compared with what its sender has"
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A manifest, and the key that signed it; "" where a person accepts that none did."""

    manifest: Manifest
    key_id: str = ""


def said_of(manifest: Manifest, content: bytes) -> Sealed:
    """What is signed: that these bytes are the manifest of this snapshot."""
    return {
        "what": WHAT,
        "name": manifest.name,
        "takenAt": moment(manifest.taken_at),
        "manifestSha256": hashlib.sha256(content).hexdigest(),
    }


def open_snapshot(shelf: Shelf, name: str, seals: SealReader | None, *, accept_unsigned: bool = False) -> Snapshot:
    """The snapshot of this name, its signature checked. `seals`: None where no key is known.

    `accept_unsigned` takes one that no known key signed, and never one that is not what was signed. Raises
    SnapshotError for both, and what `shelf` and `seals` raise.
    """
    content = manifest_bytes(shelf, name)
    manifest, seal = parsed(name, content), shelf.get(f"{name}/{SEAL}")
    try:
        if seal is None:
            raise SealError("it is not signed", unknown=True)
        if seals is None:
            raise SealError("it is signed, and no key is known here to check that", unknown=True)
        told = dict(seals.opened(seal.decode("utf-8", "replace")))
        key_id = str(told.pop("keyId"))
        if told != said_of(manifest, content):
            raise SealError(f"{name}/{FILE} is not what was signed: it was written by somebody else, or later")
    except SealError as error:
        if not error.unknown:
            raise SnapshotError(f"snapshot {name} is forged or damaged: {error}. Take another one") from None
        if not accept_unsigned:
            given = "--key gives the public half of a key that you trust; otherwise " if seal is not None else ""
            raise SnapshotError(f"snapshot {name} cannot be trusted: {error}; {given}{MEANS}") from None
        return Snapshot(manifest)
    return Snapshot(manifest, key_id)
