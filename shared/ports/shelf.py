"""The port of a shelf: files by name, put there whole, in a container or a folder."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol


class Shelf(Protocol):
    """Files under names with `/` in them. Every method raises UnavailableError or RefusedError."""

    def put(self, name: str, content: bytes) -> None:
        """Keep `content` under `name`, whole or not at all, in the place of what was there."""

    def get(self, name: str) -> bytes | None:
        """What is kept under `name`; None for nothing."""

    def names(self) -> Iterator[str]:
        """Every name, sorted."""
