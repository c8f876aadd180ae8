"""Nodes of whole statements."""

from __future__ import annotations

from dataclasses import dataclass

from lark import Token
from lark.tree import Meta

from tools.bicep_check.language.nodes.base import Node, set_fields
from tools.bicep_check.language.nodes.types import Type
from tools.bicep_check.language.nodes.values import Condition, Expression, Loop, Object, String


@dataclass(frozen=True, eq=False, init=False)
class Decorator(Node):
    """@name(…)"""

    name: Token
    arguments: tuple[Expression, ...]

    def __init__(self, meta: Meta, name: Token, *arguments: Expression) -> None:
        set_fields(self, meta=meta, name=name, arguments=arguments)


@dataclass(frozen=True, eq=False)
class _Declaration(Node):
    name: Token


@dataclass(frozen=True, eq=False)
class TargetScope(Node):
    """targetScope = '…'"""

    value: String


@dataclass(frozen=True, eq=False)
class Param(_Declaration):
    """param; without a default it has to be given."""

    type: Type
    default: Expression | None
    decorators: tuple[Decorator, ...] = ()

    @property
    def is_secure(self) -> bool:
        """Whether Azure keeps the value out of logs and histories."""
        return any(decorator.name == "secure" for decorator in self.decorators)


@dataclass(frozen=True, eq=False)
class Variable(_Declaration):
    """var"""

    value: Expression
    decorators: tuple[Decorator, ...] = ()


@dataclass(frozen=True, eq=False)
class TypeAlias(_Declaration):
    """type"""

    type: Type
    decorators: tuple[Decorator, ...] = ()


@dataclass(frozen=True, eq=False)
class Output(_Declaration):
    """output"""

    type: Type
    value: Expression
    decorators: tuple[Decorator, ...] = ()


@dataclass(frozen=True, eq=False)
class Module(_Declaration):
    """module"""

    path: String
    value: Object | Condition | Loop
    decorators: tuple[Decorator, ...] = ()


@dataclass(frozen=True, eq=False)
class Resource(_Declaration):
    """resource; `existing` None means that this deployment makes it."""

    type: String
    existing: Token | None
    value: Object | Condition | Loop
    decorators: tuple[Decorator, ...] = ()


Declaration = Param | Variable | TypeAlias | Output | Module | Resource
