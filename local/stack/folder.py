"""The data folder: everything that lasts, used by one stack at a time."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO

from local.stack.errors import StackError
from local.stack.private import private_folder, tighten
from local.stack.private import write_private as write_private

KNOWN_BY = ("lock", "scenario.json")
"""What a folder holds that a stack has used before."""


class DataFolder:
    """A folder under an exclusive lock that the operating system releases when the stack dies.

    Nobody else can read it. A folder with somebody else's files keeps its rights; what is made in it is private.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        try:
            used = all((self.path / name).exists() for name in KNOWN_BY)
            if used or not self.path.exists() or not any(self.path.iterdir()):
                private_folder(self.path)
            self._lock: IO[str] = (self.path / "lock").open("a+", encoding="utf-8")
        except OSError as error:
            raise StackError(
                f"the data folder {self.path} cannot be used: {error.strerror}. Choose another --data."
            ) from None
        if not _lock(self._lock):
            raise StackError(f"another stack is using {self.path}. Stop it, or choose another --data.")
        if used:
            tighten(self.path)

    def part(self, name: str) -> Path:
        """A sub-folder, made when missing."""
        return private_folder(self.path / name)

    def release(self) -> None:
        """Let another stack have it."""
        self._lock.close()

    def function_key(self) -> str:
        """The key of the HTTP interface, made once for each folder."""
        return self.kept("function-key", lambda: secrets.token_urlsafe(32))

    def kept(self, name: str, make: Callable[[], str]) -> str:
        """A word in a private file, made once for each folder."""
        file = self.path / name
        if not file.exists():
            write_private(file, make())
        return file.read_text(encoding="utf-8").strip()


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
