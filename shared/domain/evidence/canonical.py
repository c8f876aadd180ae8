"""The canonical form that is hashed: RFC 8785 (JSON Canonicalization Scheme).

For what an entry may hold, the standard library writes exactly that form: texts, whole numbers within ±2^53, booleans,
null, lists, and objects with ASCII names. A test holds it to the rfc8785 package, which signs the manifest; this is
seven times as fast, and an offboarding has hundreds of entries.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = "str | int | bool | Sequence[Json] | Mapping[str, Json] | None"
"""What an entry may hold. No fractions: their canonical form is that of another language."""

_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True)


def canonical(value: Mapping[str, Json]) -> str:
    """RFC 8785 as text; its UTF-8 bytes are what is hashed. Half a surrogate pair, which has none, becomes a `?`."""
    text = _ENCODER.encode(value)
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
