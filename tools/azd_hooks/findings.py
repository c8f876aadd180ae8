"""What a look finds, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Weight(StrEnum):
    """Whether it stops the deployment."""

    FINE = "ok"
    NOTE = "note"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Found:
    """One line, and the command or the sentence that helps."""

    weight: Weight
    what: str
    help: str = ""

    def __str__(self) -> str:
        return f"  {self.weight.value:8}{self.what}" + (f"\n          {self.help}" if self.help else "")
