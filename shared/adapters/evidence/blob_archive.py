"""BlobArchive: finished evidence in a container whose versions nobody can change or delete.

A later file of the same offboarding (retention appends one entry) becomes a newer version; the older one stays.
"""

from __future__ import annotations

import hashlib
from typing import Any

from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError, HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import ContainerClient, ContentSettings

from shared.domain.errors import RefusedError, RemoteError, UnavailableError

SERVICE = "Blob Storage"
LIMITS: dict[str, Any] = {"retry_total": 2, "connection_timeout": 5, "read_timeout": 20}
TYPE = ContentSettings(content_type="application/jsonl")


class BlobArchive:
    """An EvidenceArchive in one container. The identity needs to read and write its blobs."""

    def __init__(self, client: ContainerClient) -> None:
        self._client = client

    @classmethod
    def at(cls, url: str, credential: TokenCredential) -> BlobArchive:
        """The container at `url`."""
        return cls(ContainerClient.from_container_url(url, credential, **LIMITS))

    def put(self, name: str, content: bytes) -> None:
        """See EvidenceArchive. An upload that was answered by nobody is recognised when it is done again."""
        digest = hashlib.sha256(content).hexdigest()
        blob = self._client.get_blob_client(name)
        try:
            if self._digest(name) != digest:
                blob.upload_blob(content, overwrite=True, metadata={"sha256": digest}, content_settings=TYPE)
            return
        except (AzureError, ValueError) as error:
            failure = _failure(error, name)
        # Raised outside of the except block: an exception of the SDK carries request and answer (I12).
        raise failure

    def _digest(self, name: str) -> str:
        try:
            return str(self._client.get_blob_client(name).get_blob_properties().metadata.get("sha256", ""))
        except ResourceNotFoundError:
            return ""


def _failure(error: Exception, name: str) -> RemoteError:
    status = error.status_code if isinstance(error, HttpResponseError) else None
    if isinstance(error, ResourceExistsError) or (status is not None and 400 <= status < 500 and status != 429):
        advice = "Give the app's identity a role that writes blobs in the evidence container, which must exist."
        return RefusedError(f"{name} was refused", service=SERVICE, status=status, advice=advice)
    return UnavailableError(f"{name} cannot be stored now", service=SERVICE, status=status)
