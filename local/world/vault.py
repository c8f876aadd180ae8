"""MemoryVault: the refresh token of a world; survives a crash of the application as a real vault does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from shared.domain.errors import SignInRequiredError
from shared.ports.sign_in import StoredToken


class MemoryVault:
    """A TokenVault whose tokens age in `machine` time. An empty value is none."""

    def __init__(self, machine: Callable[[], datetime], value: str = "") -> None:
        self._machine = machine
        self._stored = StoredToken(value, machine())

    def read(self) -> StoredToken:
        """See TokenVault."""
        if not self._stored.value:
            raise SignInRequiredError("no refresh token is stored", service="memory vault")
        return self._stored

    def write(self, value: str) -> None:
        """See TokenVault."""
        self._stored = StoredToken(value, self._machine())
