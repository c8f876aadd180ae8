"""Bytes from a socket, with a moment until which they have to have come."""

from __future__ import annotations

import socket
import time

_PIECE = 65_536


class Stream:
    """Reads from a connected socket. Every read raises TimeoutError after `within` seconds, counted from `begin`."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._ends = 0.0
        self._kept = bytearray()

    def begin(self, within: float) -> None:
        """From now on there are so many seconds, for all reads together."""
        self._ends = time.monotonic() + within

    def wait(self) -> bool:
        """Wait until there is something to read; False at the end of the stream."""
        return bool(self._kept) or self._fill()

    def readline(self, limit: int = _PIECE) -> bytes:
        """Up to and with the next line feed; without one at the end of the stream, or `limit` bytes without one."""
        looked = 0
        while (found := self._kept.find(b"\n", looked, limit)) < 0:
            looked = min(len(self._kept), limit)
            if looked == limit or not self._fill():
                return self._take(looked)
        return self._take(found + 1)

    def read(self, size: int) -> bytes:
        """So many bytes, or fewer at the end of the stream."""
        while len(self._kept) < size and self._fill():
            pass
        return self._take(min(size, len(self._kept)))

    def discard(self, size: int) -> None:
        """Read until the end of the stream, but no more than so many bytes."""
        while size > 0 and self.wait():
            size -= len(self._take(len(self._kept)))

    def is_at_end(self) -> bool:
        """Whether the other side has sent its last byte and all of them were read; does not wait."""
        if self._kept:
            return False
        try:
            self._socket.settimeout(0)
            return not self._socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def _fill(self) -> bool:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("what was expected has not come in time")
        self._socket.settimeout(left)
        data = self._socket.recv(_PIECE)
        self._kept += data
        return bool(data)

    def _take(self, size: int) -> bytes:
        taken = bytes(self._kept[:size])
        del self._kept[:size]
        return taken
