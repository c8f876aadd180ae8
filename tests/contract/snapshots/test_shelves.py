"""Shelf: a folder, and a blob container (its real client library, on Microsoft's emulator)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from azure.storage.blob import ContainerClient

from shared.adapters.shelves.blob_shelf import BlobShelf
from shared.adapters.shelves.folder_shelf import FolderShelf
from shared.domain.errors import RefusedError, UnavailableError
from shared.ports.shelf import Shelf
from tests.contract.evidence.azurite import running_blobs


@pytest.fixture(scope="module")
def blobs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from running_blobs(tmp_path_factory)


@pytest.fixture(params=["folder", "blobs"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    if request.param == "folder":
        return FolderShelf(tmp_path / "shelf")
    made = ContainerClient.from_connection_string(
        request.getfixturevalue("blobs"), f"snapshots-{uuid4().hex[:12]}", retry_total=0
    )
    made.create_container()
    return BlobShelf(made)


def test_what_is_put_is_there_whole(shelf: Shelf) -> None:
    large = bytes(range(256)) * 40_000
    assert list(shelf.names()) == []
    assert shelf.get("a/1") is None
    shelf.put("a/1", b"one")
    shelf.put("a/manifest.json", b"")
    shelf.put("b/1", large)
    assert (shelf.get("a/1"), shelf.get("a/manifest.json"), shelf.get("b/1")) == (b"one", b"", large)


def test_names_come_sorted(shelf: Shelf) -> None:
    for name in ("b/2", "a/9", "a/10", "c"):
        shelf.put(name, b"x")
    assert list(shelf.names()) == ["a/10", "a/9", "b/2", "c"]


@pytest.mark.long
def test_what_is_put_again_is_replaced(shelf: Shelf) -> None:
    shelf.put("a/1", b"first")
    shelf.put("a/1", b"second")
    assert shelf.get("a/1") == b"second"
    assert list(shelf.names()) == ["a/1"]


def test_a_part_of_a_name_is_no_file(shelf: Shelf) -> None:
    shelf.put("a/1", b"x")
    assert shelf.get("a") is None
    assert shelf.get("a/1/2") is None


CALLS: dict[str, Callable[[Shelf], object]] = {
    "put": lambda shelf: shelf.put("a", b"x"),
    "get": lambda shelf: shelf.get("a"),
    "names": lambda shelf: list(shelf.names()),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_container_that_is_missing_is_refused(call: Callable[[Shelf], object], blobs: str) -> None:
    """It must not look like a container without snapshots, or like one that lost them."""
    missing = ContainerClient.from_connection_string(blobs, "nothing-here", retry_total=0)
    with pytest.raises(RefusedError):
        call(BlobShelf(missing))


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_service_that_is_away_is_asked_later(call: Callable[[Shelf], object]) -> None:
    away = ContainerClient("http://127.0.0.1:9", "snapshots", retry_total=0)
    with pytest.raises(UnavailableError):
        call(BlobShelf(away))


def test_a_folder_that_cannot_be_written_is_tried_later(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UnavailableError):
        FolderShelf(tmp_path / "file").put("a", b"x")


def test_what_was_cut_off_while_it_was_written_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "a.0123456789abcdef.tmp").write_bytes(b"half")
    assert list(FolderShelf(tmp_path).names()) == []
