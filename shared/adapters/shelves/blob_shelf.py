"""BlobShelf: files in a container of Blob Storage. A blob appears whole: one request, or committed blocks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError, HttpResponseError, ResourceNotFoundError
from azure.storage.blob import ContainerClient

from shared.domain.errors import RefusedError, RemoteError, UnavailableError

SERVICE = "Blob Storage"
LIMITS: dict[str, Any] = {"retry_total": 3, "connection_timeout": 5, "read_timeout": 60}
PASSING = frozenset({401, 403, 408, 429})
"""Answers that may change without a change here: a role that was just given needs minutes to work."""
T = TypeVar("T")


class BlobShelf:
    """A Shelf in one container, which must exist. The identity needs a role on its blobs."""

    def __init__(self, client: ContainerClient) -> None:
        self._client = client

    @classmethod
    def at(cls, url: str, credential: TokenCredential) -> BlobShelf:
        """The container at `url`."""
        return cls(ContainerClient.from_container_url(url, credential, **LIMITS))

    def put(self, name: str, content: bytes) -> None:
        """See Shelf."""
        told = {"sha256": hashlib.sha256(content).hexdigest()}
        _done(name, lambda: self._client.upload_blob(name, content, overwrite=True, metadata=told))

    def get(self, name: str) -> bytes | None:
        """See Shelf."""
        return _done(name, lambda: self._read(name))

    def names(self) -> Iterator[str]:
        """See Shelf."""
        pages = iter(self._client.list_blob_names())
        while (name := _done("the list", lambda: next(pages, None))) is not None:
            yield str(name)

    def _read(self, name: str) -> bytes | None:
        try:
            return self._client.download_blob(name).readall()
        except ResourceNotFoundError as error:
            # What is missing may be the container, and then nothing can be said of the blob.
            if getattr(error, "error_code", None) != "BlobNotFound":
                raise
            return None


def _done(name: str, call: Callable[[], T]) -> T:
    try:
        return call()
    except (AzureError, ValueError) as error:
        failure = _failure(error, name)
    # Raised outside of the except block: an exception of the SDK carries request and answer (I12).
    raise failure


def _failure(error: Exception, name: str) -> RemoteError:
    status = error.status_code if isinstance(error, HttpResponseError) else None
    if status is not None and 400 <= status < 500 and status not in PASSING:
        advice = "Give the identity a role on the blobs of the container, which must exist."
        return RefusedError(f"{name} was refused", service=SERVICE, status=status, advice=advice)
    return UnavailableError(f"{name} is out of reach now", service=SERVICE, status=status)
