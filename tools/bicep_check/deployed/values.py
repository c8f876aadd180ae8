"""Values of a template that is carried out: JSON, and what only Azure could say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


class RefusedError(Exception):
    """The template called `fail`; the message is what its author says."""


class Later(str):
    """A text that is known when the resource is there. It is shown as ⟦where it comes from⟧."""

    __slots__ = ()

    @classmethod
    def of(cls, source: str) -> Later:
        """What `source` will answer."""
        plain = source.replace("⟦", "").replace("⟧", "")
        return cls(f"⟦{plain}⟧")


def is_later(value: object) -> bool:
    """Whether a value, or a part of its text, is known later alone."""
    return isinstance(value, str) and "⟦" in value


@dataclass(frozen=True, slots=True)
class Made:
    """One resource. `scope` is the id of what it is deployed to, `body` everything but name, parent and scope.

    `source` is the module (a file name without its ending), `symbol` the name of the resource in it.
    """

    type: str
    name: str
    id: str
    source: str
    symbol: str
    existing: bool = False
    made: bool = True
    target: str = ""
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def properties(self) -> dict[str, Any]:
        """The properties that the template sets."""
        found: dict[str, Any] = self.body.get("properties", {})
        return found

    def member(self, name: str) -> Any:
        """What an expression gets that asks for a property."""
        known = {"id": self.id, "name": self.name, "type": self.type}
        return known[name] if name in known else Later.of(f"{self.symbol} {self.name}.{name}")


@dataclass(frozen=True, slots=True)
class Deployment:
    """Everything that one set of parameters makes."""

    resources: tuple[Made, ...]
    outputs: dict[str, Any]

    def of_type(self, name: str) -> list[Made]:
        """The resources of a type, whatever capitals it is written with."""
        return [one for one in self.resources if one.type.casefold() == name.casefold()]
