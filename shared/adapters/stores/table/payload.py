"""Values in rows: a property holds 64 KiB and a row 1 MiB, so long JSON is compressed and split over properties.

learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model. Text counts two bytes a
character. Short JSON stays readable for whoever looks into the table.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

CHUNK = 64 * 1024
READABLE = 32_000
"""Characters; the service allows 32 Ki of UTF-16."""


def text_properties(text: str) -> dict[str, Any]:
    """The properties that hold `text`."""
    if len(text.encode("utf-16-le")) <= 2 * READABLE and text.replace("\n", " ").isprintable():
        return {"json": text}
    return _chunks("zip", zlib.compress(text.encode(), 6))


def read_text(row: Mapping[str, Any]) -> str:
    """The text in a row."""
    plain = row.get("json")
    return str(plain) if plain is not None else zlib.decompress(_joined("zip", row)).decode()


def bytes_properties(value: bytes) -> dict[str, Any]:
    """The properties that hold any bytes."""
    return _chunks("body", value)


def read_bytes(row: Mapping[str, Any]) -> bytes:
    """The bytes in a row."""
    return _joined("body", row)


def size(properties: Mapping[str, Any]) -> int:
    """About the bytes that a row takes in a request: binary travels as base64, quotation marks are escaped."""
    return 1024 + sum(_property_size(value) for value in properties.values())


def _property_size(value: object) -> int:
    if isinstance(value, bytes):
        return len(value) * 4 // 3 + 64
    text = str(value)
    return 64 + len(text) + text.count('"') + text.count("\\") + (0 if text.isascii() else 5 * len(text))


def _chunks(name: str, value: bytes) -> dict[str, Any]:
    parts = [value[start : start + CHUNK] for start in range(0, len(value), CHUNK)]
    return {f"{name}{number:02d}": part for number, part in enumerate(parts)}


def _joined(name: str, row: Mapping[str, Any]) -> bytes:
    names = sorted(key for key in row if key.startswith(name) and key[len(name) :].isdigit())
    return b"".join(row[key] for key in names)
