"""The workflows of this repository, one of them with a fault."""

from __future__ import annotations

from dataclasses import dataclass

from tools.workflows.__main__ import FOLDER

FILES = {file.name: file.read_text(encoding="utf-8") for file in sorted(FOLDER.glob("*.yml"))}


@dataclass(frozen=True, slots=True)
class Fault:
    """A change of one workflow, and what has to be said of it."""

    file: str
    was: str
    becomes: str
    said: str

    def __str__(self) -> str:
        return self.said

    @property
    def text(self) -> str:
        """The workflow with the fault."""
        assert self.was in FILES[self.file], f"{self.file} has changed: plant this fault elsewhere"
        return FILES[self.file].replace(self.was, self.becomes, 1)
