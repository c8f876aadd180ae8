"""A file's text as nodes."""

import dataclasses
import sys
from pathlib import Path
from typing import Any

from lark import Lark, Token, Transformer
from lark.ast_utils import create_transformer
from lark.exceptions import UnexpectedToken

from tools.bicep_check.language import nodes
from tools.bicep_check.language.nodes import Declaration, TargetScope
from tools.bicep_check.language.tokens import BicepSyntaxError, Tokens

# What may follow nearly everything, and is never what a reader forgot.
_GOING_ON = frozenset(
    map(
        repr,
        [
            "?",
            "??",
            "||",
            "&&",
            "==",
            "!=",
            "=~",
            "!~",
            "<",
            "<=",
            ">",
            ">=",
            "+",
            "-",
            "*",
            "/",
            "%",
            ".",
            "[",
            "::",
            "(",
            "!",
        ],
    )
)
_SHOWN = 4
_WORDS = {"_NL": "the end of the line", "NAME": "a name", "NUMBER": "a number", "$END": "the end of the file"}


class _Decorating(Transformer[Token, Any]):
    def decorated(self, children: list[Any]) -> Declaration:
        *decorators, declaration = children
        found: Declaration = dataclasses.replace(declaration, decorators=tuple(decorators))
        return found

    def start(self, children: list[Any]) -> list[Declaration | TargetScope]:
        return children


_PARSER = Lark(
    (Path(__file__).parent / "bicep.lark").read_text(encoding="utf-8"),
    parser="lalr",
    lexer=Tokens,
    propagate_positions=True,
    maybe_placeholders=True,
)
_TO_NODES = create_transformer(sys.modules[nodes.__name__], _Decorating())


def parse(text: str) -> list[Declaration | TargetScope]:
    """The declarations of a file in their order; raises BicepSyntaxError at the first place that cannot be read."""
    parser: Any = _PARSER.parse_interactive(text)
    try:
        tokens = parser.exhaust_lexer()
        found: list[Declaration | TargetScope] = _TO_NODES.transform(parser.feed_eof(tokens[-1] if tokens else None))
    except UnexpectedToken as error:
        raise BicepSyntaxError(error.line, error.column, _sentence(error.token, parser.accepts())) from None
    return found


def _sentence(token: Token, accepted: set[str]) -> str:
    shown = _WORDS[token.type] if token.type in ("_NL", "$END") else repr(str(token))
    wanted = sorted({_readable(name) for name in accepted} - _GOING_ON)
    return f"{shown} is not understood here" + (f"; expected {' or '.join(wanted)}" if len(wanted) <= _SHOWN else "")


def _readable(terminal: str) -> str:
    if terminal in _WORDS or terminal.startswith("TEXT"):
        return _WORDS.get(terminal, "a string")
    return repr(_PARSER.get_terminal(terminal).pattern.value)
