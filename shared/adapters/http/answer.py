"""One HTTP answer, and tolerant reading of its body.

Documented bodies start with a byte order mark, are empty or a lone `}`; gateways answer with HTML. Error bodies come
in four shapes: Partner Center `{code, description}`, its gateway `{statusCode, message}`, Azure and Graph `{error:
{code, message}}`, the token endpoint `{error, error_description}`; codes are numbers or strings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from shared.domain.errors import UnreadableAnswerError
from shared.domain.wording import shorten

_TOKEN = re.compile(r"eyJ[\w-]{5,}(?:\.[\w-]*)*")


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (looked up in any case) and body; `cut` when the body broke off after the status had arrived."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    cut: bool = False

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class ErrorReport:
    """What an error body says; both fields may be empty."""

    code: str
    message: str


def document(answer: Answer, where: str) -> object:
    """The JSON value of the body; raises UnreadableAnswerError if there is none."""
    if answer.cut:
        raise UnreadableAnswerError(f"{where}: the answer broke off", status=answer.status)
    try:
        text = answer.body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableAnswerError(f"{where}: the answer is not UTF-8 text", status=answer.status) from None
    if not text.strip():
        raise UnreadableAnswerError(f"{where}: the answer has no body", status=answer.status)
    try:
        value: object = json.loads(text, parse_constant=_not_json)
    except (ValueError, RecursionError):
        start = readable(text, 60)
        raise UnreadableAnswerError(f"{where}: the answer is not JSON: {start!r}", status=answer.status) from None
    return value


def error_report(answer: Answer) -> ErrorReport:
    """Code and text of an error answer, whatever its shape; never raises."""
    try:
        value = document(answer, "")
    except UnreadableAnswerError:
        return ErrorReport("", readable(answer.body.decode("utf-8", "replace")) or _phrase(answer.status))
    if not isinstance(value, dict):
        return ErrorReport("", _phrase(answer.status))
    fields = {str(key).casefold(): item for key, item in value.items()}
    inner = fields.get("error")
    if isinstance(inner, dict):
        fields = {str(key).casefold(): item for key, item in inner.items()}
    elif isinstance(inner, str):
        fields = {"code": inner, "message": fields.get("error_description")}
    text = fields.get("description") or fields.get("message") or ""
    return ErrorReport(_code(fields.get("code")), readable(str(text)) or _phrase(answer.status))


def readable(text: str, limit: int = 300) -> str:
    """Remote text as it may stand in a message: one line, shortened, without anything that looks like a token (I12)."""
    return shorten(_TOKEN.sub("[token]", text), limit)


def _code(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    usable = isinstance(value, str | int) and not isinstance(value, bool)
    return shorten(str(value).strip(), 60) if usable else ""


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"HTTP status {status}"


def _not_json(word: str) -> object:
    raise ValueError(f"{word} is not JSON")
