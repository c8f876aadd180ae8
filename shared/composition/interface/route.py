"""What is said of one HTTP function: where it listens, what it takes and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from shared.domain.codes import ReasonCode
from shared.domain.people.rights import Operation

Schema = Mapping[str, Any]
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Query:
    """One parameter of the query."""

    name: str
    description: str
    schema: Schema
    required: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """A body: a model, or else text of a media type. `schema` stands in for a model that is built by hand."""

    model: type[BaseModel] | None = None
    media: tuple[str, ...] = (JSON,)
    schema: Schema | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What success looks like; `headers` are names in `headers.HEADERS`."""

    description: str
    content: Content | None = None
    status: int = 200
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """`path`: that of the trigger, below /api/. `operation`: in the table of rights; None: the app asks itself.
    `codes`: problems of its own, beside those that follow from the other fields. `conditional`: it needs
    If-Match; `repeatable`: it takes an Idempotency-Key; `cached`: it takes If-None-Match. `or_operation`: by its body,
    it is this. `keys`: how a program signs in."""

    function: str
    method: str
    path: str
    operation: Operation | None
    summary: str
    answer: Answer
    description: str = ""
    body: Content | None = None
    query: tuple[Query, ...] = ()
    codes: frozenset[ReasonCode] = frozenset()
    conditional: bool = False
    repeatable: bool = False
    cached: bool = False
    or_operation: Operation | None = None
    keys: tuple[str, ...] = ("functionKey", "functionKeyInQuery")

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names in braces."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{"))
