"""One connection: reads requests and writes answers within the limits.

It ends quietly (the client has gone, or was silent for too long), after a refusal that the client is given time to
read, or cut: the client sees that the connection is closed, and no answer.
"""

from __future__ import annotations

import contextlib
import io
import socket
import struct
from collections.abc import Callable
from http import HTTPStatus

from local.http_shell.head import bad_request, body_length, parse_head, too_large
from local.http_shell.limits import LINGER_BYTES, LINGER_SECONDS, MAX_HEAD_BYTES, Limits
from local.http_shell.message import Answer, Head, RefusedError, Request, encode
from local.http_shell.stream import Stream

Dechunk = Callable[[Stream], io.RawIOBase]
"""Makes a stream of the body from what follows a head of `Transfer-Encoding: chunked`; reading raises OSError."""
_PIECE = 65_536
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Connection:
    """Of one client. One thread reads and writes; while that one waits, another may ask `is_gone` or `cut`."""

    def __init__(self, connected: socket.socket, limits: Limits, dechunk: Dechunk | None = None) -> None:
        self.client = str(connected.getpeername()[0])
        self.address: tuple[str, int] = connected.getsockname()[:2]
        self._socket = connected
        self._limits = limits
        self._dechunk = dechunk
        self._stream = Stream(connected)

    def read_request(self) -> Request | None:
        """The next one; None when the client has gone, also in the middle of one, or stays silent.

        Raises RefusedError for what is no request, TimeoutError for half of one, ConnectionError.
        """
        self._stream.begin(self._limits.idle_seconds)
        try:
            if not self._stream.wait():
                return None
        except TimeoutError:
            return None
        self._stream.begin(self._limits.request_seconds)
        lines = self._read_lines()
        if not lines:
            return None
        head = parse_head(lines)
        body = self._read_body(head)
        return None if body is None else Request(head, body)

    def write(self, answer: Answer, *, keep_alive: bool, head_only: bool = False) -> None:
        """Send an answer. Raises TimeoutError if the client does not take it, ConnectionError."""
        self._send(encode(answer, keep_alive=keep_alive, head_only=head_only))

    def is_gone(self) -> bool:
        """Whether the client has closed its side, and has sent nothing more."""
        return self._stream.is_at_end()

    def linger(self) -> None:
        """Read what the client is still sending, within bounds: a closed socket would cost it the answer."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
            self._stream.begin(LINGER_SECONDS)
            self._stream.discard(LINGER_BYTES)

    def cut(self) -> None:
        """End it without another word."""
        with contextlib.suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            self._socket.shutdown(socket.SHUT_RDWR)

    def _read_lines(self) -> list[bytes]:
        """The lines of a head; none when the client has gone before its end."""
        lines: list[bytes] = []
        left = MAX_HEAD_BYTES
        while True:
            line = self._stream.readline(left)
            left -= len(line)
            if not line.endswith(b"\n"):
                if left > 0:
                    return []
                detail = f"request line and headers have more than {MAX_HEAD_BYTES} bytes"
                raise RefusedError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, detail)
            if not line.endswith(b"\r\n"):
                raise bad_request("a line does not end with CR LF")
            if line != b"\r\n":
                lines.append(line[:-2])
            elif lines:
                return lines

    def _read_body(self, head: Head) -> bytes | None:
        """The body; None when the client has gone before its end."""
        if encoding := head.joined("transfer-encoding"):
            if any(name.lower() == "content-length" for name, _ in head.headers):
                raise bad_request("Content-Length and Transfer-Encoding exclude each other")
            if self._dechunk is None or "chunked" not in encoding.lower():
                raise RefusedError(HTTPStatus.LENGTH_REQUIRED, "send a Content-Length instead of a Transfer-Encoding")
            self._encourage(head)
            return self._read_chunks(self._dechunk(self._stream))
        length = body_length(head, self._limits.max_body_bytes)
        if length:
            self._encourage(head)
        body = self._stream.read(length)
        return body if len(body) == length else None

    def _read_chunks(self, chunks: io.RawIOBase) -> bytes:
        parts, size = [], 0
        try:
            while part := chunks.read(_PIECE):
                size += len(part)
                if size > self._limits.max_body_bytes:
                    raise too_large(f"more than {self._limits.max_body_bytes}", self._limits.max_body_bytes)
                parts.append(part)
        except (TimeoutError, ConnectionError):
            raise
        except OSError as error:
            raise bad_request(f"the chunks of the body cannot be read: {error}") from None
        return b"".join(parts)

    def _encourage(self, head: Head) -> None:
        if head.joined("expect").lower() == "100-continue":
            self._send(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _send(self, data: bytes) -> None:
        self._socket.settimeout(self._limits.request_seconds)
        self._socket.sendall(data)
