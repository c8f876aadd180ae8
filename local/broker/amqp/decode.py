"""Decoder for AMQP values. It never trusts a length: every one is checked against the bytes that are there.

All functions take the buffer and a position and return the position behind what they read, and raise `DecodeError`
(never anything else) for bytes that are not a value. Nesting and array lengths are bounded.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any
from uuid import UUID

from local.broker.amqp.errors import DecodeError
from local.broker.amqp.types import Described, Opaque, Symbol

MAX_NESTING = 32
MAX_EMPTY_ITEMS = 65_536
"""Most items of an array whose elements take no bytes at all (nulls, zeros): there the buffer is no bound."""

_Reader = Callable[[bytes, int, int], tuple[Any, int]]

_PAYLOAD_WIDTH = {0x4: 0, 0x5: 1, 0x6: 2, 0x7: 4, 0x8: 8, 0x9: 16}
"""Bytes that follow the constructor, by its upper half, for the types of fixed width."""


def decode(data: bytes, position: int = 0) -> tuple[Any, int]:
    """Read one value."""
    try:
        return _read(data, position, 0)
    except (IndexError, struct.error, UnicodeDecodeError) as error:
        raise DecodeError(f"malformed value at byte {position}: {error}") from None


def decode_whole(data: bytes) -> Any:
    """Read the one value that `data` is; bytes behind it are an error."""
    value, end = decode(data)
    if end != len(data):
        raise DecodeError(f"{len(data) - end} bytes behind the value")
    return value


def skip(data: bytes, position: int) -> int:
    """Find the end of the value at `position` without building it. The inside of lists and maps is not looked at."""
    try:
        for _ in range(MAX_NESTING):
            if data[position] != 0x00:
                break
            position = skip_plain(data, position + 1)
        return skip_plain(data, position)
    except (IndexError, struct.error):
        raise DecodeError(f"value at byte {position} is cut off") from None


def skip_plain(data: bytes, position: int) -> int:
    """Find the end of a value that is not described; may raise IndexError or struct.error when cut off."""
    kind = data[position] >> 4
    width = _PAYLOAD_WIDTH.get(kind)
    if width is not None:
        end = position + 1 + width
    elif kind in (0xA, 0xC, 0xE):
        end = position + 2 + data[position + 1]
    elif kind in (0xB, 0xD, 0xF):
        end = position + 5 + int(struct.unpack_from(">I", data, position + 1)[0])
    else:
        raise DecodeError(f"unknown type 0x{data[position]:02x} at byte {position}")
    if end > len(data):
        raise DecodeError(f"value at byte {position} is longer than what is there")
    return end


def compound(data: bytes, position: int) -> tuple[int, int, int]:
    """Open the list or map at `position`: number of items, position of the first, position behind the last."""
    try:
        code = data[position]
        if code == 0x45:
            return 0, position + 1, position + 1
        if code in (0xC0, 0xC1):
            size, count, start, counted = data[position + 1], data[position + 2], position + 3, 1
        elif code in (0xD0, 0xD1):
            size, count = struct.unpack_from(">II", data, position + 1)
            start, counted = position + 9, 4
        else:
            raise DecodeError(f"a list or map was expected at byte {position}, not type 0x{code:02x}")
    except (IndexError, struct.error):
        raise DecodeError(f"list or map at byte {position} is cut off") from None
    end = start - counted + size
    if end > len(data) or count > size:
        raise DecodeError(f"list or map at byte {position} is longer than what is there")
    return count, start, end


def map_entries(data: bytes, position: int) -> list[tuple[bytes, bytes]]:
    """Split the map at `position` into raw keys and raw values, so that each can be kept byte for byte."""
    if position >= len(data) or data[position] not in (0xC1, 0xD1):
        raise DecodeError(f"a map was expected at byte {position}")
    count, position, end = compound(data, position)
    if count % 2:
        raise DecodeError("a map has a key without a value")
    entries = []
    for _ in range(count // 2):
        middle = skip(data, position)
        behind = skip(data, middle)
        entries.append((data[position:middle], data[middle:behind]))
        position = behind
    if position != end:
        raise DecodeError("a map's size does not match its content")
    return entries


def _read(data: bytes, position: int, depth: int) -> tuple[Any, int]:
    reader = _READERS[data[position]]
    if reader is None:
        raise DecodeError(f"unknown type 0x{data[position]:02x} at byte {position}")
    return reader(data, position + 1, depth)


def _fixed(layout: str) -> _Reader:
    unpack_from, size = struct.Struct(layout).unpack_from, struct.calcsize(layout)

    def read(data: bytes, position: int, _depth: int) -> tuple[Any, int]:
        return unpack_from(data, position)[0], position + size

    return read


def _constant(value: object) -> _Reader:
    def read(_data: bytes, position: int, _depth: int) -> tuple[Any, int]:
        return value, position

    return read


def _variable(length_layout: str, build: Callable[[bytes], object]) -> _Reader:
    unpack_from, size = struct.Struct(length_layout).unpack_from, struct.calcsize(length_layout)

    def read(data: bytes, position: int, _depth: int) -> tuple[Any, int]:
        start = position + size
        end = start + unpack_from(data, position)[0]
        if end > len(data):
            raise DecodeError(f"value at byte {position} is longer than what is there")
        return build(data[start:end]), end

    return read


def _opaque(constructor: int, size: int) -> _Reader:
    def read(data: bytes, position: int, _depth: int) -> tuple[Any, int]:
        if position + size > len(data):
            raise IndexError("cut off")
        return Opaque(constructor, data[position : position + size]), position + size

    return read


def _read_uuid(data: bytes, position: int, _depth: int) -> tuple[Any, int]:
    if position + 16 > len(data):
        raise IndexError("cut off")
    return UUID(bytes=data[position : position + 16]), position + 16


def _deeper(depth: int) -> int:
    if depth >= MAX_NESTING:
        raise DecodeError(f"values are nested deeper than {MAX_NESTING}")
    return depth + 1


def _read_described(data: bytes, position: int, depth: int) -> tuple[Any, int]:
    descriptor, position = _read(data, position, _deeper(depth))
    value, position = _read(data, position, depth + 1)
    return Described(descriptor, value), position


def _read_list(data: bytes, position: int, depth: int) -> tuple[Any, int]:
    count, position, end = compound(data, position - 1)
    depth, items = _deeper(depth), []
    for _ in range(count):
        item, position = _read(data, position, depth)
        items.append(item)
    if position != end:
        raise DecodeError("a list's size does not match its content")
    return items, end


def _read_map(data: bytes, position: int, depth: int) -> tuple[Any, int]:
    items, end = _read_list(data, position, depth)
    if len(items) % 2:
        raise DecodeError("a map has a key without a value")
    try:
        return dict(zip(items[::2], items[1::2], strict=True)), end
    except TypeError:
        raise DecodeError("a map has a key of a compound type") from None


def _array(layout: str) -> _Reader:
    unpack_from, width = struct.Struct(layout).unpack_from, struct.calcsize(layout) // 2

    def read(data: bytes, position: int, depth: int) -> tuple[Any, int]:
        size, count = unpack_from(data, position)
        end, position = position + width + size, position + 2 * width
        if end > len(data) or (count > size and count > MAX_EMPTY_ITEMS):
            raise DecodeError("an array is longer than what is there")
        depth = _deeper(depth)
        descriptor = None
        if data[position] == 0x00:
            descriptor, position = _read(data, position + 1, depth)
        reader = _READERS[data[position]]
        if reader is None or data[position] == 0x00:
            raise DecodeError(f"unknown array element type 0x{data[position]:02x}")
        position, items = position + 1, []
        for _ in range(count):
            item, position = reader(data, position, depth)
            items.append(item if descriptor is None else Described(descriptor, item))
        if position != end:
            raise DecodeError("an array's size does not match its content")
        return items, end

    return read


def _text(raw: bytes) -> str:
    return raw.decode("utf-8")


def _symbol(raw: bytes) -> Symbol:
    return Symbol(raw.decode("ascii"))


_READERS: list[_Reader | None] = [None] * 256
_READERS[0x00] = _read_described
_READERS[0x40] = _constant(None)
_READERS[0x41], _READERS[0x42] = _constant(True), _constant(False)
_READERS[0x43] = _READERS[0x44] = _constant(0)
_READERS[0x45] = _READERS[0xC0] = _READERS[0xD0] = _read_list
_READERS[0xC1] = _READERS[0xD1] = _read_map
_READERS[0x56] = _fixed(">?")
_READERS[0x50] = _READERS[0x52] = _READERS[0x53] = _fixed(">B")
_READERS[0x51] = _READERS[0x54] = _READERS[0x55] = _fixed(">b")
_READERS[0x60], _READERS[0x61] = _fixed(">H"), _fixed(">h")
_READERS[0x70], _READERS[0x71], _READERS[0x72] = _fixed(">I"), _fixed(">i"), _fixed(">f")
_READERS[0x80], _READERS[0x82] = _fixed(">Q"), _fixed(">d")
_READERS[0x81] = _READERS[0x83] = _fixed(">q")
_READERS[0x73], _READERS[0x74], _READERS[0x84] = _opaque(0x73, 4), _opaque(0x74, 4), _opaque(0x84, 8)
_READERS[0x94], _READERS[0x98] = _opaque(0x94, 16), _read_uuid
_READERS[0xA0], _READERS[0xB0] = _variable(">B", bytes), _variable(">I", bytes)
_READERS[0xA1], _READERS[0xB1] = _variable(">B", _text), _variable(">I", _text)
_READERS[0xA3], _READERS[0xB3] = _variable(">B", _symbol), _variable(">I", _symbol)
_READERS[0xE0], _READERS[0xF0] = _array(">BB"), _array(">II")
