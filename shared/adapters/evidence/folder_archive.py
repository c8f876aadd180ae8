"""FolderArchive: finished evidence in a folder, for one machine. Nothing but the file system protects it there."""

from __future__ import annotations

import secrets
from pathlib import Path

from shared.domain.errors import UnavailableError


class FolderArchive:
    """An EvidenceArchive in `folder`, which is made when it is missing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, content: bytes) -> None:
        """See EvidenceArchive. A file appears whole or not at all."""
        target = self._folder / name
        temporary = target.with_name(f"{name}.{secrets.token_hex(8)}.tmp")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if target.exists() and target.read_bytes() == content:
                return
            temporary.write_bytes(content)
            temporary.replace(target)
        except OSError as error:
            raise UnavailableError(
                f"{target} cannot be written: {error.strerror}", service="evidence folder"
            ) from error
