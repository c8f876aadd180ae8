"""The port of the brakes: the kill switch and the ceilings, the same for all processes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from shared.domain.brake import Brake, Ceiling


@dataclass(frozen=True, slots=True)
class StoredBrake:
    """The kill switch as stored; `etag` None: nobody ever moved it."""

    brake: Brake
    etag: str | None


class Brakes(Protocol):
    """Every method raises UnavailableError when the store cannot be reached: then nothing may be written."""

    def read(self) -> StoredBrake:
        """The kill switch as it is now."""

    def move(self, brake: Brake, etag: str | None) -> StoredBrake:
        """Hold or release; raises ConcurrencyConflictError when somebody moved it meanwhile."""

    def require_released(self) -> None:
        """Raise BrakeHeldError while the kill switch is held; what it knows is a second old at most."""

    def take(self, ceiling: Ceiling, wanted: int) -> int:
        """Use up to `wanted` of what is left of this hour (business time), and say how much there was."""
