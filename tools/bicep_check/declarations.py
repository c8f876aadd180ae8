"""The declarations of a file by kind, with what loops, conditions and nesting hide taken apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from tools.bicep_check.language.nodes import (
    Condition,
    Declaration,
    Expression,
    Loop,
    Module,
    Object,
    Output,
    Param,
    Resource,
    TargetScope,
    TypeAlias,
    Variable,
)


@dataclass(frozen=True, slots=True)
class Body:
    """The object of a resource or module behind its loop and condition."""

    content: Object
    loop: Loop | None
    conditions: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class PlacedResource:
    """A resource with its type in full, also where it stands inside its parent. `way` are the names from outside in."""

    way: tuple[str, ...]
    declared: Resource
    type: str
    body: Body | None
    nested: "tuple[PlacedResource, ...]"

    @property
    def kind(self) -> str:
        """The type without its API version."""
        return self.type.partition("@")[0]

    def with_nested(self) -> "list[PlacedResource]":
        """This one and all inside it."""
        return [self, *(item for nested in self.nested for item in nested.with_nested())]


@dataclass(frozen=True, slots=True)
class Declarations:
    """A whole file. `scope` is None where targetScope is not plain text."""

    scope: str | None
    params: tuple[Param, ...]
    variables: tuple[Variable, ...]
    types: tuple[TypeAlias, ...]
    resources: tuple[PlacedResource, ...]
    modules: tuple[Module, ...]
    outputs: tuple[Output, ...]
    all: tuple[Declaration, ...]


def body_of(value: Object | Condition | Loop) -> Body | None:
    """Look through a loop and a condition; None where no object is behind them."""
    loop = value if isinstance(value, Loop) else None
    inner: Expression = loop.body if loop else value
    if isinstance(inner, Condition):
        return Body(inner.body, loop, (inner.condition,))
    return Body(inner, loop, ()) if isinstance(inner, Object) else None


def declarations(statements: Iterable[Declaration | TargetScope]) -> Declarations:
    """Sort the statements of a file."""
    found = list(statements)
    scopes = [statement.value.plain for statement in found if isinstance(statement, TargetScope)]
    return Declarations(
        scopes[0] if scopes else "resourceGroup",
        _only(Param, found),
        _only(Variable, found),
        _only(TypeAlias, found),
        tuple(_placed(resource, None) for resource in _only(Resource, found)),
        _only(Module, found),
        _only(Output, found),
        tuple(statement for statement in found if not isinstance(statement, TargetScope)),
    )


_Kind = TypeVar("_Kind")


def _only(kind: type[_Kind], found: Iterable[object]) -> tuple[_Kind, ...]:
    return tuple(item for item in found if isinstance(item, kind))


def _placed(resource: Resource, parent: PlacedResource | None) -> PlacedResource:
    written = resource.type.plain or ""
    if parent is not None:
        own, _, version = written.partition("@")
        written = f"{parent.kind}/{own}@{version or parent.type.partition('@')[2]}"
    way = (*(parent.way if parent else ()), str(resource.name))
    body = body_of(resource.value)
    outer = PlacedResource(way, resource, written, body, ())
    inside = _only(Resource, body.content.members) if body else ()
    return PlacedResource(way, resource, written, body, tuple(_placed(item, outer) for item in inside))
