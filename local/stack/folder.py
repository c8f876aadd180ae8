"""The data folder: everything that lasts, used by one stack at a time."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

from local.stack.errors import StackError


class DataFolder:
    """A folder under an exclusive lock that the operating system releases when the stack dies."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock: IO[str] = (self.path / "lock").open("a+", encoding="utf-8")
        except OSError as error:
            raise StackError(
                f"the data folder {self.path} cannot be used: {error.strerror}. Choose another --data."
            ) from None
        if not _lock(self._lock):
            raise StackError(f"another stack is using {self.path}. Stop it, or choose another --data.")

    def part(self, name: str) -> Path:
        """A sub-folder, made when missing."""
        folder = self.path / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def function_key(self) -> str:
        """The key of the HTTP interface, made once for each folder."""
        return self.kept("function-key", lambda: secrets.token_urlsafe(32))

    def kept(self, name: str, make: Callable[[], str]) -> str:
        """A word in a private file, made once for each folder."""
        file = self.path / name
        if not file.exists():
            write_private(file, make())
        return file.read_text(encoding="utf-8").strip()


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner can read."""
    temporary = file.with_name(file.name + ".tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write(text)
    temporary.replace(file)


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: IO[str]) -> bool:
        try:
            msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(handle: IO[str]) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
