"""Nodes of types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lark import Token

from tools.bicep_check.language.nodes.base import ListNode, Node
from tools.bicep_check.language.nodes.values import String

if TYPE_CHECKING:
    from tools.bicep_check.language.nodes.declarations import Decorator


@dataclass(frozen=True, eq=False)
class NamedType(Node):
    """string, int, …, or the name of a type declaration."""

    name: Token


@dataclass(frozen=True, eq=False)
class LiteralType(Node):
    """One value."""

    value: String | Token


@dataclass(frozen=True, eq=False)
class ListType(Node):
    """item[]"""

    item: Type


@dataclass(frozen=True, eq=False)
class NullableType(Node):
    """item?"""

    item: Type


@dataclass(frozen=True, eq=False)
class UnionType(ListNode):
    """a | b"""

    options: Sequence[Type]


@dataclass(frozen=True, eq=False)
class TypeProperty(Node):
    """key: type; the key `*` stands for all others."""

    key: Token | String
    _colon: Token
    type: Type

    @property
    def name(self) -> str:
        """As it is written, without quotes."""
        return (self.key.plain or "") if isinstance(self.key, String) else str(self.key)


@dataclass(frozen=True, eq=False)
class ObjectType(ListNode):
    """{…}; decorators of properties say nothing that is checked."""

    members: Sequence[TypeProperty | Decorator]


Type = NamedType | LiteralType | ListType | NullableType | UnionType | ObjectType
