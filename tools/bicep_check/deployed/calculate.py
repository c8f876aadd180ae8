"""The value of an expression."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lark import Token

from tools.bicep_check.deployed.functions import CARRIED_OUT
from tools.bicep_check.deployed.values import Later, Made, is_later
from tools.bicep_check.language.nodes import (
    Array,
    Binary,
    Call,
    Certain,
    Expression,
    Index,
    Inside,
    Loop,
    Member,
    Null,
    Number,
    Object,
    Reference,
    String,
    Ternary,
    Truth,
    Unary,
)

Names = Mapping[str, Any]
_ORDER: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
}


class Calculation:
    """Works out the expressions of one file.

    `symbol` answers for a name of the file, `nested` for a resource inside another; `group` is the id of what the file
    is deployed to.
    """

    def __init__(
        self,
        path: Path,
        group: str,
        symbol: Callable[[str], Any],
        nested: Callable[[tuple[str, ...]], Any],
    ) -> None:
        self._path = path
        self._group = group
        self._symbol = symbol
        self._nested = nested

    def of(self, node: Expression, names: Names) -> Any:  # noqa: C901 - a case for each kind
        """The value; raises RefusedError where the template refuses, NotImplementedError for what is not known here."""
        match node:
            case String():
                return self._text(node, names)
            case Number(_, text):
                return int(text)
            case Truth(_, text):
                return text == "true"
            case Null():
                return None
            case Reference(_, name):
                return names[name] if name in names else self._symbol(str(name))
            case Object():
                return {str(self._key(item.key, names)): self.of(item.value, names) for item in node.properties}
            case Array(_, items):
                return [self.of(item, names) for item in items]
            case Loop():
                return [self.of(node.body, one) for one in self.rounds(node, names)]
            case Ternary():
                return self.of(node.yes if self.of(node.condition, names) else node.no, names)
            case Unary(_, sign, operand):
                value = self.of(operand, names)
                return not value if sign == "!" else -value
            case Binary():
                return self._binary(node, names)
            case Call():
                return self._call(node, names)
            case Member(_, owner, name):
                return _member(self.of(owner, names), str(name))
            case Certain(_, owner):
                return self.of(owner, names)
            case Index(_, owner, key):
                found, place = self.of(owner, names), self.of(key, names)
                return Later.of(f"{found}[{place}]") if is_later(found) else found[place]
            case Inside():
                return self._nested(_way(node))
            case _:
                raise NotImplementedError(type(node).__name__)

    def rounds(self, loop: Loop, names: Names) -> list[dict[str, Any]]:
        """The names that each round of a loop knows."""
        own = [str(name) for name in loop.names.names]
        return [
            {**names, **dict(zip(own, (item, index), strict=False))}
            for index, item in enumerate(self.of(loop.source, names))
        ]

    def _key(self, key: Token | String, names: Names) -> Any:
        return self._text(key, names) if isinstance(key, String) else str(key)

    def _text(self, node: String, names: Names) -> str:
        return "".join(str(part) if isinstance(part, Token) else str(self.of(part, names)) for part in node.pieces)

    def _binary(self, node: Binary, names: Names) -> Any:
        left = self.of(node.left, names)
        if node.sign in {"&&", "||"}:
            return left if left == (node.sign == "||") else self.of(node.right, names)
        if node.sign == "??":
            return self.of(node.right, names) if left is None else left
        return _ORDER[str(node.sign)](left, self.of(node.right, names))

    def _call(self, node: Call, names: Names) -> Any:
        given = [self.of(argument, names) for argument in node.arguments]
        if node.name in {"loadJsonContent", "loadTextContent"}:
            if len(given) != 1:  # a path into the JSON, or another encoding
                raise NotImplementedError(f"{node.name} with {len(given)} arguments")
            text = (self._path.parent / given[0]).read_text(encoding="utf-8")
            return json.loads(text) if node.name == "loadJsonContent" else text
        if node.name == "resourceGroup":
            return {"id": f"/subscriptions/{given[0]}/resourceGroups/{given[1]}" if given else self._group}
        if str(node.name) not in CARRIED_OUT:
            raise NotImplementedError(str(node.name))
        return CARRIED_OUT[str(node.name)](*given)


def _member(owner: Any, name: str) -> Any:
    if isinstance(owner, Made):
        return owner.member(name)
    return Later.of(f"{owner}.{name}") if is_later(owner) else owner[name]


def _way(node: Expression) -> tuple[str, ...]:
    if isinstance(node, Inside):
        return (*_way(node.owner), str(node.name))
    assert isinstance(node, Reference)
    return (str(node.name),)
