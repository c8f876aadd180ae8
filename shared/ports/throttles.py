"""The port of waits that Microsoft asked for, shared by all processes."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Throttles(Protocol):
    """What Microsoft's services asked to wait for, in all processes together (I7)."""

    def held_until(self) -> datetime | None:
        """When work may go on, None for now. What other processes were told holds in this one from here on.

        Raises the errors of the store.
        """
