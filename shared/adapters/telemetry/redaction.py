"""What never leaves: tokens, keys, secrets, e-mail addresses, queries of addresses. The last of several nets (I12).

The app puts none of them into a log line. An exception of a library, or a service that quotes what it was sent, may.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

SECRET, EMAIL, QUERY = "[secret]", "[e-mail]", "[query]"
LONGEST = 4_000
"""Characters of one text."""
LOOKED_AT = 2 * LONGEST
"""What stands behind it is neither exported nor searched, which would take the longer the more there is."""
WORD = 64
SHORTEST = 8
"""Characters of a secret that is looked for by its value; a shorter one would be found in any text."""
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"eyJ[\w-]{5,}(?:\.[\w-]*)*"), SECRET),
    (re.compile(r"(?i)\b(bearer|basic|sharedaccesssignature)\s+[^\s,;]+"), rf"\1 {SECRET}"),
    (
        re.compile(
            r"(?i)\b([\w-]{0,40}(?:key|secret|password|passwd|pwd|token|assertion|signature|sig|authorization))"
            r"([\"']?\s*[=:]\s*[\"']?)(?!\[)(?!bearer\s)[^\s\"',;&]+"
        ),
        rf"\1\2{SECRET}",
    ),
    (re.compile(r"(\bhttps?://[^\s?\"']+)\?[^\s\"']*"), rf"\1?{QUERY}"),
    (re.compile(r"//[^/\s@\"']{1,200}@"), f"//{SECRET}@"),
    (re.compile(r"\b[\w.+'-]{1,64}@[\w-]+(?:\.[\w-]+)+"), EMAIL),
    # Whatever is long and has letters and digits without a break: keys in base64, tokens of any kind, hashes of them.
    (re.compile(r"(?<![\w~+/=])(?=[\w~+/=]*[0-9])(?=[\w~+/=]*[A-Za-z])[A-Za-z0-9_~+/=]{36,}"), SECRET),
)


_hidden: set[str] = set()


def hide(secrets: Iterable[str]) -> None:
    """Secrets that this process was given, known by their value: whatever form they have, and whoever quotes them."""
    _hidden.update(secret for secret in secrets if len(secret) >= SHORTEST)
    _redacted_word.cache_clear()


def redacted(text: str) -> str:
    """`text` as it may be exported; never raises."""
    # Stages, methods, routes: the same few words, thousands of times.
    return _redacted_word(text) if len(text) <= WORD else _redacted(text)


@lru_cache(maxsize=512)
def _redacted_word(text: str) -> str:
    return _redacted(text)


def _redacted(text: str) -> str:
    if len(text) > LOOKED_AT:
        # Before anything is looked for, and not within a word: half a secret would be found by nothing.
        text = f"{text[:LOOKED_AT].rpartition(' ')[0]}…"
    for secret in _hidden:
        text = text.replace(secret, SECRET)
    for rule, instead in _RULES:
        text = rule.sub(instead, text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
