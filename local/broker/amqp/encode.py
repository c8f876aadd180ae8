"""Encoder for AMQP values: the smallest encoding of each. Unlike the decoder it trusts its caller."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from local.broker.amqp.types import (
    Array,
    ArrayOf,
    Described,
    Int,
    Opaque,
    Raw,
    Symbol,
    Timestamp,
    UByte,
    UInt,
    ULong,
    UShort,
)

NULL = b"\x40"
EMPTY_LIST = b"\x45"


def encode(value: object) -> bytes:
    """Encode one value by its Python type (see `types`). Raises TypeError for a type that has no AMQP counterpart."""
    encoder = _ENCODERS.get(type(value))
    if encoder is None:
        raise TypeError(f"{type(value).__name__} has no AMQP encoding")
    return encoder(value)


def uint(value: int) -> bytes:
    """32-bit unsigned."""
    if value == 0:
        return b"\x43"
    return bytes((0x52, value)) if value < 256 else struct.pack(">BI", 0x70, value)


def ulong(value: int) -> bytes:
    """64-bit unsigned."""
    if value == 0:
        return b"\x44"
    return bytes((0x53, value)) if value < 256 else struct.pack(">BQ", 0x80, value)


def boolean(value: bool) -> bytes:
    """True or false in one byte."""
    return b"\x41" if value else b"\x42"


def _signed(small: int, large: str, code: int) -> Callable[[Any], bytes]:
    def encoder(value: int) -> bytes:
        if -128 <= value < 128:
            return struct.pack(">Bb", small, value)
        return struct.pack(large, code, value)

    return encoder


def _sized(small: int, large: int, content: bytes) -> bytes:
    if len(content) < 256:
        return bytes((small, len(content))) + content
    return struct.pack(">BI", large, len(content)) + content


def binary(value: bytes) -> bytes:
    """Bytes."""
    return _sized(0xA0, 0xB0, value)


def string(value: str) -> bytes:
    """UTF-8 text."""
    return _sized(0xA1, 0xB1, value.encode("utf-8"))


def symbol(value: str) -> bytes:
    """ASCII name."""
    return _sized(0xA3, 0xB3, value.encode("ascii"))


def _compound(small: int, large: int, count: int, content: bytes) -> bytes:
    if count < 256 and len(content) < 255:
        return bytes((small, len(content) + 1, count)) + content
    return struct.pack(">BII", large, len(content) + 4, count) + content


def list_of(items: Iterable[bytes]) -> bytes:
    """A list of items that are encoded already. Trailing nulls must have been left out by the caller if wanted."""
    parts = list(items)
    return _compound(0xC0, 0xD0, len(parts), b"".join(parts)) if parts else EMPTY_LIST


def map_of(entries: Iterable[tuple[bytes, bytes]]) -> bytes:
    """A map of keys and values that are encoded already."""
    parts = [part for entry in entries for part in entry]
    return _compound(0xC1, 0xD1, len(parts), b"".join(parts))


def described(code: int, value: bytes) -> bytes:
    """A value under a numeric descriptor below 256. Clients of the dialect understand only that one-byte form."""
    return bytes((0x00, 0x53, code)) + value


_ARRAY_ITEM: dict[ArrayOf, Callable[[Any], bytes]] = {
    ArrayOf.LONG: lambda item: struct.pack(">q", item),
    ArrayOf.TIMESTAMP: lambda item: struct.pack(">q", item),
    ArrayOf.SYMBOL: lambda item: struct.pack(">I", len(item)) + item.encode("ascii"),
}


def _array(value: Array) -> bytes:
    item = _ARRAY_ITEM[value.of]
    content = bytes((value.of.value,)) + b"".join(item(each) for each in value.items)
    return struct.pack(">BII", 0xF0, len(content) + 4, len(value.items)) + content


def _described(value: Described) -> bytes:
    return b"\x00" + encode(value.descriptor) + encode(value.value)


_ENCODERS: dict[type, Callable[[Any], bytes]] = {
    type(None): lambda _: NULL,
    bool: boolean,
    int: _signed(0x55, ">Bq", 0x81),
    Int: _signed(0x54, ">Bi", 0x71),
    UByte: lambda value: bytes((0x50, value)),
    UShort: lambda value: struct.pack(">BH", 0x60, value),
    UInt: uint,
    ULong: ulong,
    float: lambda value: struct.pack(">Bd", 0x82, value),
    Timestamp: lambda value: struct.pack(">Bq", 0x83, value),
    UUID: lambda value: b"\x98" + value.bytes,
    bytes: binary,
    str: string,
    Symbol: symbol,
    list: lambda value: list_of(encode(item) for item in value),
    dict: lambda value: map_of((encode(key), encode(item)) for key, item in value.items()),
    Described: _described,
    Array: _array,
    Raw: lambda value: value.data,
    Opaque: lambda value: bytes((value.constructor,)) + value.data,
}
