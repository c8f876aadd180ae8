"""What a withdrawal could not put back: told item by item, with what to do to have it again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NotRestored:
    """`key` and `name` of the holding, `quantity`: how many units it had. `why` continues the name as a sentence."""

    key: str
    name: str
    quantity: int | None
    why: str
    what_to_do: str

    @property
    def sentence(self) -> str:
        """What it is, how many, and why it is not as it was."""
        units = f" ({self.quantity} units)" if self.quantity is not None and self.quantity > 1 else ""
        return f"{self.name}{units} {self.why}"
