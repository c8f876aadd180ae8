"""Framing: protocol headers and frames cut out of a byte stream (AMQP 1.0 part 2 section 2.3)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from local.broker.amqp.errors import AmqpError, Condition
from local.broker.amqp.performatives import Performative, decode_performative, encode_performative

AMQP_HEADER = b"AMQP\x00\x01\x00\x00"
SASL_HEADER = b"AMQP\x03\x01\x00\x00"
EMPTY_FRAME = b"\x00\x00\x00\x08\x02\x00\x00\x00"
_AMQP_TYPE, _SASL_TYPE = 0, 1
_HEADER_SIZE = 8


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame. `body` is None for an empty frame (a heartbeat)."""

    sasl: bool
    channel: int
    body: Performative | None
    payload: bytes


class FrameReader:
    """Collects bytes and cuts protocol headers and frames out of them. Holds at most one incomplete frame."""

    def __init__(self, max_frame_bytes: int) -> None:
        self._max_frame_bytes = max_frame_bytes
        self._data = bytearray()
        self._position = 0

    def feed(self, data: bytes) -> None:
        """Add bytes that have arrived."""
        del self._data[: self._position]
        self._position = 0
        self._data += data

    def header(self) -> bytes | None:
        """Take the 8 bytes of a protocol header, or None while they are not all there."""
        if len(self._data) - self._position < _HEADER_SIZE:
            return None
        start, self._position = self._position, self._position + _HEADER_SIZE
        return bytes(self._data[start : self._position])

    def frame(self) -> Frame | None:
        """Take the next whole frame, or None while it is not all there. Raises AmqpError for what is no frame."""
        if len(self._data) - self._position < _HEADER_SIZE:
            return None
        size, offset, kind, channel = struct.unpack_from(">IBBH", self._data, self._position)
        if not _HEADER_SIZE <= size <= self._max_frame_bytes:
            raise AmqpError(Condition.FRAMING_ERROR, f"frame of {size} bytes; allowed are 8 to {self._max_frame_bytes}")
        if not 2 <= offset <= size // 4 or kind not in (_AMQP_TYPE, _SASL_TYPE):
            raise AmqpError(Condition.FRAMING_ERROR, f"frame with data offset {offset} and type {kind}")
        if len(self._data) - self._position < size:
            return None
        content = bytes(self._data[self._position + 4 * offset : self._position + size])
        self._position += size
        if not content:
            return Frame(kind == _SASL_TYPE, channel, None, b"")
        body, end = decode_performative(content)
        if (kind == _SASL_TYPE) != body.SASL:
            raise AmqpError(Condition.FRAMING_ERROR, f"{type(body).__name__} in a frame of type {kind}")
        return Frame(kind == _SASL_TYPE, channel, body, content[end:])


def encode_frame(channel: int, body: Performative, payload: bytes = b"") -> bytes:
    """Build one frame."""
    content = encode_performative(body)
    size = _HEADER_SIZE + len(content) + len(payload)
    kind = _SASL_TYPE if body.SASL else _AMQP_TYPE
    return struct.pack(">IBBH", size, 2, kind, channel) + content + payload
