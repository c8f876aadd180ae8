"""Python stand-ins for the AMQP types that Python cannot tell apart by itself.

`int` is encoded as long, `str` as string, `bytes` as binary, `dict` as map, `list` as list, `None`, `bool`, `float`
(double) and `uuid.UUID` as what they look like. The decoder returns every integer as plain `int`; where the exact
type of a client's value must survive (echoes, annotations, properties), its raw bytes are kept instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any


class Symbol(str):
    """ASCII name from a constrained domain."""

    __slots__ = ()


class Timestamp(int):
    """Milliseconds since 1970-01-01 UTC."""

    __slots__ = ()


class UByte(int):
    """8-bit unsigned."""

    __slots__ = ()


class UShort(int):
    """16-bit unsigned."""

    __slots__ = ()


class UInt(int):
    """32-bit unsigned."""

    __slots__ = ()


class ULong(int):
    """64-bit unsigned."""

    __slots__ = ()


class Int(int):
    """32-bit signed."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Described:
    """A value with a descriptor, which is a number or a symbol."""

    descriptor: object
    value: Any


@dataclass(frozen=True, slots=True)
class Raw:
    """One value that is encoded already; written to the wire as it is."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Opaque:
    """A primitive that the broker has no use for (decimals, char): its constructor byte and its content."""

    constructor: int
    data: bytes


class ArrayOf(Enum):
    """Element types of the arrays that the broker sends, with their constructor bytes."""

    LONG = 0x81
    TIMESTAMP = 0x83
    SYMBOL = 0xB3


@dataclass(frozen=True, slots=True)
class Array:
    """A homogeneous array to be sent. Arrays that come in are decoded to `list`."""

    of: ArrayOf
    items: tuple[Any, ...]
