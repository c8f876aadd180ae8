"""Every node below a node."""

import dataclasses
from collections.abc import Iterator

from lark.ast_utils import Ast


def inside(node: object) -> Iterator[Ast]:
    """The node and all that it is made of, from outside in."""
    if isinstance(node, Ast):
        yield node
        if dataclasses.is_dataclass(node):
            for field in dataclasses.fields(node):
                yield from inside(getattr(node, field.name))
    elif isinstance(node, list | tuple):
        for item in node:
            yield from inside(item)
