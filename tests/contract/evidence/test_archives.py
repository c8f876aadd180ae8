"""EvidenceArchive: a folder, and a blob container (its real client library, on Microsoft's emulator)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from azure.storage.blob import ContainerClient

from local.world.archive import MemoryArchive
from shared.adapters.evidence.blob_archive import BlobArchive
from shared.adapters.evidence.folder_archive import FolderArchive
from shared.domain.errors import RefusedError, UnavailableError
from tests.contract.evidence.azurite import running_blobs

NAME, FIRST, SECOND = "o-1.evidence.jsonl", b'{"seq":1}\n', b'{"seq":1}\n{"seq":2}\n'


@pytest.fixture(scope="module")
def blobs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A connection string of Azurite's blob service, in memory."""
    yield from running_blobs(tmp_path_factory)


@pytest.fixture
def container(blobs: str) -> ContainerClient:
    made = ContainerClient.from_connection_string(blobs, f"evidence-{uuid4().hex[:12]}", retry_total=0)
    made.create_container()
    return made


def test_a_blob_is_kept_with_its_type(container: ContainerClient) -> None:
    BlobArchive(container).put(NAME, FIRST)
    blob = container.get_blob_client(NAME)
    assert blob.download_blob().readall() == FIRST
    assert blob.get_blob_properties().content_settings.content_type == "application/jsonl"


def test_the_same_again_is_not_written_again(container: ContainerClient) -> None:
    archive, blob = BlobArchive(container), container.get_blob_client(NAME)
    archive.put(NAME, FIRST)
    first = blob.get_blob_properties().etag
    archive.put(NAME, FIRST)
    assert blob.get_blob_properties().etag == first
    archive.put(NAME, SECOND)
    assert blob.download_blob().readall() == SECOND


@pytest.mark.long
def test_a_container_that_is_missing_is_refused(blobs: str) -> None:
    missing = ContainerClient.from_connection_string(blobs, "nothing-here", retry_total=0)
    with pytest.raises(RefusedError, match="refused"):
        BlobArchive(missing).put(NAME, FIRST)


def test_a_service_that_is_away_is_asked_later() -> None:
    away = ContainerClient("http://127.0.0.1:9", "evidence", retry_total=0)
    with pytest.raises(UnavailableError):
        BlobArchive(away).put(NAME, FIRST)


def test_a_folder_keeps_the_newest_file_whole(tmp_path: Path) -> None:
    archive = FolderArchive(tmp_path / "evidence")
    archive.put(NAME, FIRST)
    before = (tmp_path / "evidence" / NAME).stat()
    archive.put(NAME, FIRST)
    assert (tmp_path / "evidence" / NAME).stat() == before
    archive.put(NAME, SECOND)
    assert (tmp_path / "evidence" / NAME).read_bytes() == SECOND
    assert [path.name for path in (tmp_path / "evidence").iterdir()] == [NAME]


def test_a_folder_that_cannot_be_written_is_tried_later(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UnavailableError):
        FolderArchive(tmp_path / "file").put(NAME, FIRST)


def test_the_archive_of_a_world_keeps_every_version() -> None:
    archive = MemoryArchive()
    for part in (FIRST, FIRST, SECOND):
        archive.put(NAME, part)
    assert archive.versions == {NAME: [FIRST, SECOND]}
