"""FileVault: the refresh token in a file that only its owner can read. For one machine, never for production."""

from __future__ import annotations

import json
import os
import stat
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from shared.domain.errors import SignInRequiredError, UnavailableError
from shared.ports.sign_in import StoredToken

SERVICE = "refresh token file"


def utc_now() -> datetime:
    """Machine time."""
    return datetime.now(UTC)


class FileVault:
    """A TokenVault on `{"refreshToken": "...", "storedAt": "<ISO 8601>"}`, replaced atomically, with mode 0600."""

    def __init__(self, file: Path, machine: Callable[[], datetime] = utc_now) -> None:
        self._file = file
        self._machine = machine

    def read(self) -> StoredToken:
        """See TokenVault. A file that others can read is refused: the token in it has to be taken for lost."""
        try:
            # Windows keeps no such bits; there the folder's access list decides.
            if os.name != "nt" and stat.S_IMODE(self._file.stat().st_mode) & 0o077:
                raise SignInRequiredError(
                    f"{self._file} can be read by others: chmod 600 it, and sign in anew if somebody may have read it",
                    service=SERVICE,
                )
            content = json.loads(self._file.read_text(encoding="utf-8"))
            value, stored_at = content["refreshToken"], datetime.fromisoformat(content["storedAt"])
        except FileNotFoundError:
            raise SignInRequiredError(f"no refresh token is stored in {self._file}", service=SERVICE) from None
        except OSError as error:
            raise UnavailableError(f"{self._file} cannot be read: {error.strerror}", service=SERVICE) from None
        except (ValueError, KeyError, TypeError):
            # The exception would quote the content.
            raise SignInRequiredError(f"{self._file} is damaged: sign in again", service=SERVICE) from None
        if not isinstance(value, str) or not value.strip():
            raise SignInRequiredError(f"no refresh token is stored in {self._file}", service=SERVICE)
        return StoredToken(value.strip(), stored_at if stored_at.tzinfo else stored_at.replace(tzinfo=UTC))

    def write(self, value: str) -> None:
        """See TokenVault: a new file (mkstemp: owner only) takes the place of the old one, so a crash leaves either."""
        content = json.dumps({"refreshToken": value, "storedAt": self._machine().isoformat()})
        try:
            descriptor, name = tempfile.mkstemp(dir=self._file.parent, prefix=f".{self._file.name}.")
            temporary = Path(name)
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
                    handle.write(content)
                    handle.flush()
                    os.fsync(handle.fileno())
                temporary.replace(self._file)
            except OSError:
                temporary.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise UnavailableError(f"{self._file} cannot be written: {error.strerror}", service=SERVICE) from None
