"""Nodes of values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lark import Token
from lark.tree import Meta

from tools.bicep_check.language.nodes.base import ListNode, Node, set_fields

if TYPE_CHECKING:
    from tools.bicep_check.language.nodes.declarations import Resource


@dataclass(frozen=True, eq=False)
class String(ListNode):
    """Pieces of text and, between them, the expressions of its holes."""

    pieces: Sequence[Token | Expression]

    @property
    def plain(self) -> str | None:
        """The text, if it has no holes."""
        return str(self.pieces[0]) if len(self.pieces) == 1 else None

    @property
    def holes(self) -> Sequence[Expression]:
        """The expressions inside."""
        return [piece for piece in self.pieces if not isinstance(piece, Token)]


@dataclass(frozen=True, eq=False)
class Number(Node):
    """A whole number."""

    text: Token


@dataclass(frozen=True, eq=False)
class Truth(Node):
    """true, false."""

    text: Token


@dataclass(frozen=True, eq=False)
class Null(Node):
    """null."""


@dataclass(frozen=True, eq=False)
class Reference(Node):
    """A name."""

    name: Token


@dataclass(frozen=True, eq=False)
class Member(Node):
    """owner.name"""

    owner: Expression
    name: Token


@dataclass(frozen=True, eq=False)
class Certain(Node):
    """owner!: whoever wrote it knows that it is not null, such as a module in use under the module's own condition."""

    owner: Expression


@dataclass(frozen=True, eq=False)
class Index(Node):
    """owner[key]"""

    owner: Expression
    key: Expression


@dataclass(frozen=True, eq=False)
class Inside(Node):
    """owner::name, a resource inside another."""

    owner: Expression
    name: Token


@dataclass(frozen=True, eq=False, init=False)
class Call(Node):
    """name(…)"""

    name: Token
    arguments: tuple[Expression, ...]

    def __init__(self, meta: Meta, name: Token, *arguments: Expression) -> None:
        set_fields(self, meta=meta, name=name, arguments=arguments)


@dataclass(frozen=True, eq=False, init=False)
class Method(Node):
    """owner.name(…), such as listKeys of a resource."""

    owner: Expression
    name: Token
    arguments: tuple[Expression, ...]

    def __init__(self, meta: Meta, owner: Expression, name: Token, *arguments: Expression) -> None:
        set_fields(self, meta=meta, owner=owner, name=name, arguments=arguments)


@dataclass(frozen=True, eq=False)
class Unary(Node):
    """! and -"""

    sign: Token
    operand: Expression


@dataclass(frozen=True, eq=False)
class Binary(Node):
    """Two operands."""

    left: Expression
    sign: Token
    right: Expression


@dataclass(frozen=True, eq=False)
class Ternary(Node):
    """condition ? yes : no"""

    condition: Expression
    yes: Expression
    no: Expression


@dataclass(frozen=True, eq=False)
class Array(ListNode):
    """[…]"""

    items: Sequence[Expression]


@dataclass(frozen=True, eq=False)
class Property(Node):
    """key: value"""

    key: Token | String
    value: Expression

    @property
    def name(self) -> str | None:
        """None where the key is put together."""
        return self.key.plain if isinstance(self.key, String) else str(self.key)


@dataclass(frozen=True, eq=False)
class Object(ListNode):
    """{…}; resources stand only in the object of a resource."""

    members: Sequence[Property | Resource]

    @property
    def properties(self) -> Sequence[Property]:
        """Without the resources inside."""
        return [member for member in self.members if isinstance(member, Property)]

    def get(self, name: str) -> Expression | None:
        """The value of a property."""
        return next((member.value for member in self.properties if member.name == name), None)


@dataclass(frozen=True, eq=False)
class LoopNames(ListNode):
    """The item, and maybe its index."""

    names: Sequence[Token]


@dataclass(frozen=True, eq=False)
class Loop(Node):
    """[for names in source: body]"""

    names: LoopNames
    source: Expression
    body: Expression


@dataclass(frozen=True, eq=False)
class Condition(Node):
    """if (condition) {…}"""

    condition: Expression
    body: Object


Expression = (
    String
    | Number
    | Truth
    | Null
    | Reference
    | Member
    | Certain
    | Index
    | Inside
    | Call
    | Method
    | Unary
    | Binary
    | Ternary
    | Array
    | Object
    | Loop
    | Condition
)
