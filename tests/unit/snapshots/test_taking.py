"""A snapshot is whole or none, and what is not exactly as it was written is not put back."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local.world.world import World
from shared.adapters.shelves.folder_shelf import FolderShelf
from shared.adapters.stores.codec import load_offboarding
from shared.domain.errors import UnavailableError
from shared.ports.store import Filter, Page
from shared.snapshots import take
from shared.snapshots.manifest import FILE, Manifest, SnapshotError, newest_first, read_manifest
from shared.snapshots.take import AT_A_TIME, take_snapshot
from shared.snapshots.verify import copies, verify
from tests.unit.support.worlds import received


class Killed(BaseException):
    """The process ends here."""


class DyingShelf(FolderShelf):
    """Dies before a file, or fails at one."""

    def __init__(self, folder: Path, at: int, error: BaseException) -> None:
        super().__init__(folder)
        self._left, self._error = at, error

    def put(self, name: str, content: bytes) -> None:
        self._left -= 1
        if self._left < 0:
            raise self._error
        super().put(name, content)


def taken(folder: Path) -> tuple[FolderShelf, Manifest, World]:
    world, _ = received()
    shelf = FolderShelf(folder)
    return shelf, take_snapshot(world.store, shelf, world.clock), world


@pytest.mark.parametrize("error", [Killed(), UnavailableError("away", service="shelf")], ids=["killed", "away"])
@pytest.mark.parametrize("files", [0, 1])
def test_what_is_cut_off_is_no_snapshot(files: int, error: BaseException, tmp_path: Path) -> None:
    whole, manifest, world = taken(tmp_path)
    with pytest.raises(type(error)):
        take_snapshot(world.store, DyingShelf(tmp_path, files, error), world.clock)

    assert list(newest_first(whole)) == [manifest.name]
    verify(whole, manifest)
    half = {name.split("/")[0] for name in whole.names()} - {manifest.name}
    for name in half:
        with pytest.raises(SnapshotError, match="no whole snapshot"):
            read_manifest(whole, name)


def test_two_at_the_same_moment_are_two_snapshots(tmp_path: Path) -> None:
    shelf, first, world = taken(tmp_path)
    second = take_snapshot(world.store, shelf, world.clock)
    assert sorted(newest_first(shelf)) == sorted([first.name, second.name])
    assert first.name != second.name
    for manifest in (first, second):
        verify(shelf, read_manifest(shelf, manifest.name))


def test_an_empty_store_has_a_snapshot_too(tmp_path: Path) -> None:
    world, shelf = World(), FolderShelf(tmp_path)
    manifest = take_snapshot(world.store, shelf, world.clock)
    assert (manifest.parts, manifest.counts) == ((), {})
    verify(shelf, read_manifest(shelf, manifest.name))
    assert list(copies(shelf, manifest)) == []


def test_no_more_is_read_than_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory does not grow with the store: a page is read, written, and let go of."""
    world, _ = received()
    head, seen = world.all()[0], list[int | None]()
    shelf = FolderShelf(tmp_path)

    def find(wanted: Filter) -> Page:
        seen.append(wanted.limit)
        last = len(seen) == 20
        return Page((head,) * wanted.limit, None if last else str(len(seen)))

    monkeypatch.setattr(world.store, "find", find)
    manifest = take_snapshot(world.store, shelf, world.clock, part=100_000)
    assert seen == [AT_A_TIME] * 20
    most = max(len(gzip.decompress(shelf.get(part.name) or b"")) for part in manifest.parts)
    assert most < 200_000
    assert len(manifest.parts) > 10
    assert take.PART <= 8_000_000


def flipped(content: bytes) -> bytes:
    return content[:-1] + bytes([content[-1] ^ 1])


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "a bit": flipped,
    "cut off": lambda content: content[:-3],
    "another line": lambda content: gzip.compress(gzip.decompress(content) + b"{}\n"),
    "nothing": lambda _: b"",
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_file_that_is_another_is_refused(damage: Callable[[bytes], bytes], tmp_path: Path) -> None:
    shelf, manifest, _ = taken(tmp_path)
    name = manifest.parts[0].name
    shelf.put(name, damage(shelf.get(name) or b""))
    with pytest.raises(SnapshotError, match="not what was written"):
        verify(shelf, manifest)


def test_a_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    shelf, manifest, _ = taken(tmp_path)
    (tmp_path / manifest.parts[0].name).unlink()
    with pytest.raises(SnapshotError, match="is missing"):
        verify(shelf, manifest)


MANIFESTS: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "a later snapshot": (
        lambda raw: raw.update(format="2.0", version="9.1"),
        "version 9.1: its snapshot has format 2.0",
    ),
    "a later record": (lambda raw: raw.update(record="2.3"), "its record has format 2.3"),
    "no format": (lambda raw: raw.pop("format"), "is no manifest"),
    "no parts": (lambda raw: raw.pop("parts"), "is no manifest"),
    "another count": (lambda raw: raw["counts"].update(entry=9), "its manifest says"),
    "another number of lines": (lambda raw: raw["parts"][0].update(lines=1), "and the manifest says 1"),
}


@pytest.mark.parametrize(("change", "said"), MANIFESTS.values(), ids=MANIFESTS)
def test_a_manifest_that_says_something_else_is_refused(
    change: Callable[[dict[str, Any]], object], said: str, tmp_path: Path
) -> None:
    shelf, manifest, _ = taken(tmp_path)
    file = f"{manifest.name}/{FILE}"
    raw = json.loads(shelf.get(file) or b"")
    change(raw)
    shelf.put(file, json.dumps(raw).encode())
    with pytest.raises(SnapshotError, match=said):
        verify(shelf, read_manifest(shelf, manifest.name))


def test_a_minor_change_of_the_format_is_read(tmp_path: Path) -> None:
    shelf, manifest, _ = taken(tmp_path)
    file = f"{manifest.name}/{FILE}"
    raw = json.loads(shelf.get(file) or b"") | {"format": "1.7", "colour": "blue"}
    shelf.put(file, json.dumps(raw).encode())
    verify(shelf, read_manifest(shelf, manifest.name))


def test_what_this_version_cannot_read_is_not_put_back(tmp_path: Path) -> None:
    """A record of a later version is copied as it is, and only that version puts it back."""
    world, identity = received()
    row = world.store._rows[identity]
    text = json.dumps({"format": "2.0", "id": identity, "request": {"request_id": "r"}})
    row.head = load_offboarding(text)
    shelf = FolderShelf(tmp_path)
    manifest = take_snapshot(world.store, shelf, world.clock)
    content = gzip.decompress(shelf.get(manifest.parts[0].name) or b"").decode()
    assert json.loads(content.split("\n")[0])["value"] == json.loads(text)
    with pytest.raises(SnapshotError, match="which this version cannot read"):
        verify(shelf, manifest)


def test_every_day_the_log_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="offboarding"):
        _, manifest, _ = taken(tmp_path)
    assert f"snapshot {manifest.name}: 1 offboarding(s)" in caplog.text
