"""Nothing secret of an exchange with the token endpoint is ever quoted: not what was sent, nor what came back (I12).

An answer that fits is reduced to the known fields, and each has to have its type: a message names the field and never
its value, because any value may be a token. An error answer that repeats a secret, in whatever encoding, loses its
text; only the codes that explain it stay.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import unquote_plus

from shared.adapters.http.answer import Answer, document, error_report
from shared.domain.errors import UnreadableAnswerError

TEXTS = frozenset(
    {"access_token", "refresh_token", "token_type", "scope", "device_code", "user_code", "verification_uri", "message"}
)
NUMBERS = frozenset({"expires_in", "interval"})
"""Fields of token and device code answers (RFC 6749, section 5.1; RFC 8628, section 3.2); of others, such as an
id_token, nobody here needs any. Numbers may be written as text."""
LARGEST_TEXT = 64 * 1024
"""Bytes of an error answer that are looked at; Microsoft Entra's are a few hundred."""
TELLTALE = 16
"""So many characters of a secret in a row are the secret: services shorten what they quote."""
ROUNDS = 4
"""Encodings on top of each other that are taken off."""
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_AADSTS = re.compile(r"AADSTS\d{1,9}")


def granted(answer: Answer, where: str) -> dict[str, object]:
    """The known fields of a 2xx answer; raises UnreadableAnswerError naming what is wrong, never a value."""
    try:
        value = document(answer, where)
    except UnreadableAnswerError:
        value = None
    # Outside of the except block: the exception quotes the beginning of the body.
    if not isinstance(value, dict):
        what = "broke off" if answer.cut else f"of {len(answer.body)} bytes is not a JSON object"
        raise UnreadableAnswerError(f"{where}: the answer {what}", status=answer.status)
    known = {name: item for name, item in value.items() if name in TEXTS | NUMBERS and item is not None}
    for name, item in known.items():
        right = _number(item) if name in NUMBERS else isinstance(item, str)
        if not right:
            kind = "a whole number of seconds" if name in NUMBERS else "a text"
            raise UnreadableAnswerError(f"{where}: {name} is not {kind}", status=answer.status)
    return known


def silenced(answer: Answer, secrets: Iterable[str]) -> Answer:
    """An error answer without its text, if that repeats a secret or is too long to tell."""
    text = answer.body[:LARGEST_TEXT].decode("utf-8", "replace")
    if len(answer.body) <= LARGEST_TEXT and not _repeats(text, secrets):
        return answer
    report = error_report(answer)
    code = "" if _repeats(report.code, secrets) else report.code
    codes = " ".join(dict.fromkeys(_AADSTS.findall(text)))
    said = f"{codes} (its text repeats what was sent, and is left out)".strip()
    return replace(answer, body=json.dumps({"error": code, "error_description": said}).encode())


def _repeats(text: str, secrets: Iterable[str]) -> bool:
    plain = _plain(text)
    for secret in map(_plain, secrets):
        width = min(len(secret), TELLTALE)
        if width and any(secret[at : at + width] in plain for at in range(len(secret) - width + 1)):
            return True
    return False


def _plain(text: str) -> str:
    """Without percent, JSON, HTML and backslash encoding, whichever and in whatever order; the same for both sides."""
    for _ in range(ROUNDS):
        before = text
        text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text).replace("\\", "")
        text = html.unescape(unquote_plus(text))
        if text == before:
            break
    return text


def _number(value: object) -> bool:
    if isinstance(value, str):
        return value.isascii() and value.isdigit() and len(value) <= 9
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9
