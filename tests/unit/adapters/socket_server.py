"""A raw TCP server on a free loopback port: answers with given bytes, then behaves as told."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Talk:
    """What happened: requests as bytes, and how many connections were opened."""

    port: int
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def talking(*answers: bytes, stay_silent: bool = False) -> Iterator[Talk]:
    """Each request gets the next of `answers` on its connection; then the connection closes or stays silent."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)
    talk = Talk(listener.getsockname()[1])
    stop = threading.Event()
    pending = list(answers)

    def serve() -> None:
        while not stop.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            talk.connections += 1
            with connection:
                connection.settimeout(5)
                converse(connection)

    def converse(connection: socket.socket) -> None:
        while not stop.is_set():
            try:
                request = _request(connection)
            except OSError:
                return
            if not request:
                return
            talk.requests.append(request)
            if pending:
                connection.sendall(pending.pop(0))
            if not pending:
                if stay_silent:
                    stop.wait(5)
                return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield talk
    finally:
        stop.set()
        thread.join(10)
        listener.close()


def _request(connection: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return b""
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    sizes = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    while len(body) < sum(sizes):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def http_answer(body: bytes, status: str = "200 OK", *headers: str, length: int | None = None) -> bytes:
    """A whole HTTP/1.1 answer; `length` lies about the size of the body."""
    size = len(body) if length is None else length
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {size}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
