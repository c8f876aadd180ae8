"""What only the platform around this app knows: whether a function key is valid, and whose word a header is."""

from __future__ import annotations

from typing import Protocol


class Platform(Protocol):
    """The Functions host, and App Service Authentication in front of it."""

    def key_is_valid(self, key: str) -> bool:
        """Whether the host takes this function key now; raises UnavailableError when that cannot be found out."""
        ...

    def takes_away_forgeries(self) -> bool:
        """Whether an identity that a caller forges is taken away on its way in; raises UnavailableError."""
        ...
