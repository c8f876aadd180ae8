"""Splits Bicep into tokens for the grammar: strings with holes, line breaks that end something, words and signs.

Lark's own lexers see neither which bracket a line break stands in nor that a brace ends the hole of a string.
"""

import re
from collections.abc import Iterator

from lark import Token
from lark.common import LexerConf
from lark.lexer import Lexer, PatternStr

_SKIPPED = re.compile(r"(?:[ \t\r\ufeff]|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_NUMBER = re.compile(r"\d+", re.ASCII)
_LONG = re.compile(r"'''\n?(.*?'*)'''(?!')", re.DOTALL)
_PIECE = re.compile(r"(?P<plain>(?:[^'\\$\n]|\$(?!\{)|\\(?:[\\'nrt$]|u\{[0-9A-Fa-f]+\}))*)(?P<end>'|\$\{)?")
_ESCAPE = re.compile(r"\\(?:u\{([0-9A-Fa-f]+)\}|(.))")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}
# Next to these a line goes on: none of them can begin an item, or end one.
_GOES_ON_BEFORE = frozenset(["?", ":", "|", "&&", "||", "??", "==", "!=", "=~", "!~", "<=", ">=", "+", "/", "%"])
_GOES_ON_AFTER = _GOES_ON_BEFORE - {"?", ":"} | {"(", ","}
_CLOSING = {"(": ")", "[": "]", "{": "}", "${": "}"}


class BicepSyntaxError(Exception):
    """The text is no Bicep, or Bicep that this check does not understand. Line and column count from 1."""

    def __init__(self, line: int, column: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class Tokens(Lexer):
    """The lexer that Lark is given. Names of terminals are taken from the grammar by their text."""

    def __init__(self, lexer_conf: LexerConf) -> None:
        patterns = [
            (item.pattern.value, item.name) for item in lexer_conf.terminals if isinstance(item.pattern, PatternStr)
        ]
        self._names = dict(patterns)
        signs = sorted((text for text in self._names if not _WORD.fullmatch(text)), key=len, reverse=True)
        self._sign = re.compile("|".join(map(re.escape, signs)))

    def lex(self, text: str) -> Iterator[Token]:  # type: ignore[override]  # Lark's simple interface: text in, tokens out
        """All tokens, line breaks only where they separate; the last statement is ended by one in any case."""
        line_break: Token | None = None
        before: Token | None = None
        for token in _Reader(text, self._names, self._sign).tokens():
            if token.type == "_NL":
                line_break = line_break or token
                continue
            if line_break is not None and before is not None and not self._go_on(before, token):
                yield line_break
            yield token
            line_break, before = None, token
        if before is not None:
            yield line_break or Token.new_borrow_pos("_NL", "\n", before)

    def _go_on(self, before: Token, after: Token) -> bool:
        return self._is(before, _GOES_ON_AFTER) or self._is(after, _GOES_ON_BEFORE)

    def _is(self, token: Token, signs: frozenset[str]) -> bool:
        return token in signs and self._names.get(token) == token.type


class _Reader:
    def __init__(self, text: str, names: dict[str, str], sign: re.Pattern[str]) -> None:
        self._text = text
        self._names = names
        self._sign = sign
        self._at = 0
        self._open: list[tuple[str, int]] = []

    def tokens(self) -> Iterator[Token]:
        while self._at < len(self._text):
            if skipped := _SKIPPED.match(self._text, self._at):
                self._at = skipped.end()
            elif self._text[self._at] == "\n":
                if not self._open or self._open[-1][0] in "[{":
                    yield self.token("_NL", "\n", self._at)
                self._at += 1
            else:
                yield self._next()
        if self._open:
            opening, start = self._open[-1]
            raise self._error(start, f"{opening!r} is not closed")

    def _next(self) -> Token:
        start, text = self._at, self._text
        if found := _WORD.match(text, start):
            return self._take(self._names.get(found[0], "NAME"), found[0], found.end())
        if found := _NUMBER.match(text, start):
            return self._take("NUMBER", found[0], found.end())
        if found := _LONG.match(text, start):
            return self._take("TEXT", found[1], found.end())
        if text[start] == "'":
            return self._piece(start + 1, "TEXT", "TEXT_START")
        if text[start] == "}" and self._open and self._open[-1][0] == "${":
            self._open.pop()
            return self._piece(start + 1, "TEXT_END", "TEXT_MIDDLE")
        found = self._sign.match(text, start)
        if found is None:
            raise self._error(start, f"{text[start]!r} is not understood here")
        if found[0] in _CLOSING:
            self._open.append((found[0], start))
        elif found[0] in _CLOSING.values():
            self._close(found[0], start)
        return self._take(self._names[found[0]], found[0], found.end())

    def _close(self, sign: str, at: int) -> None:
        opening, start = self._open.pop() if self._open else ("", at)
        if _CLOSING.get(opening) != sign:
            line = self.token("", "", start).line
            what = f"the {opening!r} of line {line} is not closed before it" if opening else "nothing is open"
            raise self._error(at, f"{sign!r} is not understood here: {what}")

    def _piece(self, inside: int, whole: str, opened: str) -> Token:
        """The text up to the end of the string, or up to a hole in it."""
        found = _PIECE.match(self._text, inside)
        if found is None or found["end"] is None:
            at = found.end() if found else inside
            known = self._text[at : at + 1] != "\\"
            raise self._error(self._at if known else at, "the string is not closed" if known else "unknown escape")
        plain = _ESCAPE.sub(
            lambda match: chr(int(match[1], 16)) if match[1] else _ESCAPED.get(match[2], match[2]), found["plain"]
        )
        token = self._take(whole if found["end"] == "'" else opened, plain, found.end())
        if found["end"] == "${":
            self._open.append(("${", found.end() - 2))
        return token

    def _take(self, kind: str, value: str, end: int) -> Token:
        token = self.token(kind, value, self._at)
        self._at = end
        return token

    def token(self, kind: str, value: str, at: int) -> Token:
        line = self._text.count("\n", 0, at) + 1
        column = at - self._text.rfind("\n", 0, at)
        return Token(kind, value, at, line, column, line, column + len(value), at + len(value))

    def _error(self, at: int, message: str) -> BicepSyntaxError:
        token = self.token("", "", at)
        return BicepSyntaxError(token.line or 0, token.column or 0, message)
