"""What a snapshot is: its files, what is in them, and when it was taken. Written last: without it there is none."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from shared.adapters.stores.later import FORMAT as RECORD_FORMAT
from shared.ports.shelf import Shelf
from shared.version import VERSION

FORMAT = (1, 0)
"""Of the snapshot itself. Raise the minor number for what an earlier version may overlook, else the major one."""
FILE = "manifest.json"


class SnapshotError(Exception):
    """This snapshot cannot be used, and nothing was changed: it is not whole, not what was written, or a later
    version's."""


class Part(BaseModel):
    """One file of the snapshot: gzip of JSON lines. `sha256` and `size` are of the file as it is kept."""

    model_config = ConfigDict(frozen=True)

    name: str
    sha256: str
    size: int
    lines: int


class Manifest(BaseModel):
    """`format`: of the snapshot, `record`: of what is in it. `taken_at`: when it was begun (business time), `clock`: by
    machine time. `counts`: lines by what they are."""

    model_config = ConfigDict(frozen=True)

    format: str = f"{FORMAT[0]}.{FORMAT[1]}"
    record: str = f"{RECORD_FORMAT[0]}.{RECORD_FORMAT[1]}"
    version: str = VERSION
    name: str
    taken_at: AwareDatetime
    clock: AwareDatetime
    parts: tuple[Part, ...]
    counts: dict[str, int] = Field(default_factory=dict)


def newest_first(shelf: Shelf) -> Iterator[str]:
    """The names of the whole snapshots on a shelf."""
    found = [name.removesuffix(f"/{FILE}") for name in shelf.names() if name.endswith(f"/{FILE}")]
    yield from reversed(found)


def read_manifest(shelf: Shelf, name: str) -> Manifest:
    """Raises SnapshotError for what is no snapshot, or a later version's."""
    return parsed(name, manifest_bytes(shelf, name))


def manifest_bytes(shelf: Shelf, name: str) -> bytes:
    """The manifest as it is kept; raises SnapshotError where there is none."""
    content = shelf.get(f"{name}/{FILE}")
    if content is None:
        raise SnapshotError(f"there is no whole snapshot {name}: it has no {FILE}")
    return content


def parsed(name: str, content: bytes) -> Manifest:
    """Raises SnapshotError for what is no manifest, that of another snapshot, or a later version's."""
    try:
        raw = json.loads(content)
        if raw["name"] != name:
            # Else an older one could be shown as the newest.
            raise SnapshotError(f"{name}/{FILE} is the manifest of another snapshot")
        for what, form, known in (("snapshot", raw["format"], FORMAT), ("record", raw["record"], RECORD_FORMAT)):
            if int(str(form).split(".", 1)[0]) != known[0]:
                text = f"its {what} has format {form}, and this version reads {known[0]}.x"
                raise SnapshotError(f"snapshot {name} was taken by version {raw.get('version')}: {text}")
        return Manifest.model_validate(raw)
    except (ValueError, KeyError, TypeError, RecursionError, ValidationError):
        raise SnapshotError(f"{name}/{FILE} is no manifest of a snapshot") from None
