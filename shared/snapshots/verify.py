"""Read a snapshot back: only what is exactly as it was written is read at all."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zlib
from collections import Counter
from collections.abc import Iterator

from pydantic import ValidationError

from shared.domain.errors import NewerRecordError
from shared.ports.shelf import Shelf
from shared.snapshots.lines import Copy, add
from shared.snapshots.manifest import Manifest, Part, SnapshotError
from shared.snapshots.plausible import implausible

LARGEST = 2**29
"""Bytes of a file, unpacked: it is closed after a few megabytes, at the end of an offboarding. A few bytes can be made
to unpack to more than any memory."""
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError, ValidationError)
"""What reading a line raises that nobody of us wrote."""


def verify(shelf: Shelf, manifest: Manifest) -> None:
    """Read all of it once; raises SnapshotError for the first thing that is not as the manifest says."""
    counts = Counter[str]()
    for part in manifest.parts:
        lines = _lines(shelf, part)
        found, _ = _read(part, lines)
        odd = next((why for copy in found.values() if (why := implausible(copy))), "")
        if odd:
            raise SnapshotError(f"{part.name} cannot be put back: {odd}")
        counts.update(str(json.loads(line)["is"]) for line in lines)
    if dict(counts) != {kind: number for kind, number in manifest.counts.items() if number}:
        raise SnapshotError(f"snapshot {manifest.name} has {dict(counts)}, and its manifest says {manifest.counts}")


def copies(shelf: Shelf, manifest: Manifest) -> Iterator[Copy]:
    """Every offboarding, oldest first; a file at a time is held."""
    for part in reversed(manifest.parts):
        yield from reversed(_read(part, _lines(shelf, part))[0].values())


def shared_texts(shelf: Shelf, manifest: Manifest) -> dict[str, str]:
    """The texts that all processes shared."""
    found: dict[str, str] = {}
    for part in manifest.parts:
        found |= _read(part, _lines(shelf, part))[1]
    return found


def _lines(shelf: Shelf, part: Part) -> list[str]:
    content = shelf.get(part.name)
    if content is None:
        raise SnapshotError(f"{part.name} is missing")
    if len(content) != part.size or hashlib.sha256(content).hexdigest() != part.sha256:
        raise SnapshotError(f"{part.name} is not what was written: its SHA-256 is another")
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
            text = file.read(LARGEST + 1)
        if len(text) > LARGEST:
            raise SnapshotError(f"{part.name} unpacks to more than {LARGEST} bytes, which no file of a snapshot has")
        lines = text.decode("utf-8", "surrogatepass").split("\n")[:-1]
    except (OSError, EOFError, zlib.error, UnicodeDecodeError):
        raise SnapshotError(f"{part.name} cannot be unpacked") from None
    if len(lines) != part.lines:
        raise SnapshotError(f"{part.name} has {len(lines)} lines, and the manifest says {part.lines}")
    return lines


def _read(part: Part, lines: list[str]) -> tuple[dict[str, Copy], dict[str, str]]:
    found: dict[str, Copy] = {}
    shared: dict[str, str] = {}
    try:
        for line in lines:
            add(json.loads(line), found, shared)
    except NewerRecordError as error:
        raise SnapshotError(f"{part.name} has what this version cannot read: {error}") from None
    except UNREADABLE as error:
        raise SnapshotError(f"{part.name} has a line that cannot be read: {type(error).__name__}") from None
    late = next((copy.head for copy in found.values() if copy.head.unread), None)
    if late is not None:
        raise SnapshotError(f"{part.name} has offboarding {late.id}, which this version cannot read")
    return found, shared
