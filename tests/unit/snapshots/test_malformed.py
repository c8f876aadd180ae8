"""What somebody put where snapshots are kept, to break whoever reads it: refused in a sentence, nothing changed."""

from __future__ import annotations

import gzip
import hashlib
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from shared.adapters.shelves.folder_shelf import FolderShelf
from shared.adapters.stores.sqlite import SqliteStore
from shared.snapshots import verify
from shared.snapshots.manifest import FILE, Manifest, Part, SnapshotError
from tests.unit.snapshots.test_command import name_of, ran, settings
from tests.unit.support.heads import NOW

__all__ = ["settings"]
NAME = "2026-01-01T00-00-00Z-00000000"
DEEP = "[" * 200_000


def planted(folder: Path, text: str, **counts: int) -> FolderShelf:
    """A snapshot with this text in its one file, all hashes of which are right."""
    shelf, packed = FolderShelf(folder), gzip.compress(text.encode())
    name, lines = f"{NAME}/000001.jsonl.gz", text.count("\n")
    part = Part(name=name, sha256=hashlib.sha256(packed).hexdigest(), size=len(packed), lines=lines)
    manifest = Manifest(name=NAME, taken_at=NOW, clock=NOW, parts=(part,), counts=counts)
    shelf.put(name, packed)
    shelf.put(f"{NAME}/{FILE}", manifest.model_dump_json().encode())
    return shelf


@pytest.mark.parametrize(
    "line",
    ["nonsense", "[]", "null", DEEP, "{}", '{"is":"shared"}', '{"is":"shared","of":"x","value":' + DEEP,
     '{"is":"message","of":"x","value":[]}', '{"is":"offboarding","of":"x","value":{}}', '{"is":{},"of":[],"value":0}',
     '{"is":"shared","of":"x","value":{}}'],
)  # fmt: skip
def test_lines_that_are_none_are_refused(
    line: str, settings: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    planted(tmp_path / "snapshots", line + "\n", shared=1)
    empty = settings | {"OFFBOARDING_SQLITE_FILE": str(tmp_path / "empty.sqlite3")}
    for what in (("--check",), ("--yes",)):
        assert ran(empty, NAME, *what, "--accept-unsigned") == 1
        assert "restore: refused: " in capsys.readouterr().err
    store = SqliteStore(tmp_path / "empty.sqlite3")
    assert list(store.shared_names()) == []
    store.close()


@pytest.mark.parametrize("content", ["[]", "{}", "\x00", DEEP, '{"name":"' + NAME + '","format":1e999,"record":1}'])
def test_a_manifest_that_is_none_is_refused(
    content: str, settings: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    FolderShelf(tmp_path / "snapshots").put(f"{NAME}/{FILE}", content.encode())
    assert ran(settings, NAME, "--check") == 1
    assert "is no manifest of a snapshot" in capsys.readouterr().err


def test_one_that_cannot_be_read_hides_no_other_from_the_list(
    settings: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = name_of(settings, capsys)
    FolderShelf(tmp_path / "snapshots").put(f"9999/{FILE}", b"{}")
    assert ran(settings, "--list") == 1
    told = capsys.readouterr()
    assert told.out.startswith(f"{name}  ")
    assert "9999/manifest.json is no manifest of a snapshot" in told.err
    # Nor is an older one taken in its place.
    assert ran(settings, "newest", "--check") == 1


def test_what_unpacks_to_more_than_a_file_ever_has_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = json.dumps({"is": "shared", "of": "x", "value": "x" * 5_000}) + "\n"
    shelf = planted(tmp_path, line, shared=1)
    manifest = Manifest.model_validate_json(shelf.get(f"{NAME}/{FILE}") or b"")
    verify.verify(shelf, manifest)
    monkeypatch.setattr(verify, "LARGEST", len(line))
    verify.verify(shelf, manifest)
    monkeypatch.setattr(verify, "LARGEST", len(line) - 1)
    with pytest.raises(SnapshotError, match="unpacks to more than"):
        verify.verify(shelf, manifest)


def test_moments_are_aware(settings: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """How old it is is reckoned from them."""
    planted(tmp_path / "snapshots", "")
    path = tmp_path / "snapshots" / NAME / FILE
    naive = {"taken_at": "2026-01-01T00:00:00", "clock": "2026-01-01T00:00:00"}
    path.write_text(json.dumps(json.loads(path.read_text()) | naive))
    assert ran(settings, NAME, "--check", "--accept-unsigned") == 1
    assert "is no manifest of a snapshot" in capsys.readouterr().err
    assert datetime.now(NOW.tzinfo) - NOW > timedelta()
