"""FolderShelf: files in a folder, for one machine."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from pathlib import Path

from shared.domain.errors import UnavailableError

UNFINISHED = ".tmp"


class FolderShelf:
    """A Shelf in `folder`, which is made when something is put there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, content: bytes) -> None:
        """See Shelf. On the disk before it has its name."""
        target = self._folder / name
        temporary = target.with_name(f"{target.name}.{secrets.token_hex(8)}{UNFINISHED}")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(target)
        except OSError as error:
            raise _failure(target, "written", error) from error

    def get(self, name: str) -> bytes | None:
        """See Shelf."""
        try:
            return (self._folder / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            raise _failure(self._folder / name, "read", error) from error

    def names(self) -> Iterator[str]:
        """See Shelf."""
        files = (path for path in self._folder.rglob("*") if path.is_file() and path.suffix != UNFINISHED)
        yield from sorted(path.relative_to(self._folder).as_posix() for path in files)


def _failure(path: Path, done: str, error: OSError) -> UnavailableError:
    return UnavailableError(f"{path} cannot be {done}: {error.strerror}", service="snapshot folder")
