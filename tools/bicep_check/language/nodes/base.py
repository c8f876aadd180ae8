"""What every node has: its place in the file."""

from dataclasses import dataclass
from typing import Protocol

from lark.ast_utils import AsList, Ast, WithMeta
from lark.tree import Meta


class Place(Protocol):
    """Anything that a finding can point at."""

    @property
    def line(self) -> int | None:
        """From 1."""
        ...

    @property
    def column(self) -> int | None:
        """From 1."""
        ...


@dataclass(frozen=True, eq=False)
class Node(Ast, WithMeta):
    meta: Meta

    @property
    def line(self) -> int:
        return self.meta.line

    @property
    def column(self) -> int:
        return self.meta.column


@dataclass(frozen=True, eq=False)
class ListNode(Node, AsList):
    pass


def set_fields(node: object, **fields: object) -> None:
    for name, value in fields.items():
        object.__setattr__(node, name, value)
