"""A server that answers with what it understood, and a client that speaks in bytes."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from local.http_shell.connection import Connection, Dechunk
from local.http_shell.limits import Limits
from local.http_shell.message import Answer, RefusedError, Request
from local.http_shell.server import Handle, HttpServer

DEADLINE = 20.0
LIMITS = Limits(max_body_bytes=1_000, idle_seconds=3 * DEADLINE, request_seconds=3 * DEADLINE, max_connections=8)


def echo(request: Request, _connection: Connection) -> Answer:
    """What came, as JSON."""
    head = request.head
    seen = [head.method, head.target, dict(head.headers), request.body.decode("latin-1")]
    return Answer(200, (("X-Echo", "1"),), json.dumps(seen).encode())


def worded(error: RefusedError) -> Answer:
    """A refusal with its reason."""
    return Answer(error.status, body=error.detail.encode())


@contextmanager
def serving(handle: Handle = echo, limits: Limits = LIMITS, dechunk: Dechunk | None = None) -> Iterator[HttpServer]:
    """A running server; ends with every connection."""
    server = HttpServer(0, handle, worded, limits, dechunk=dechunk)
    server.start()
    try:
        yield server
    finally:
        server.stop()
        server.cut_all()


def connect(server: HttpServer) -> socket.socket:
    """A connection."""
    return socket.create_connection(("127.0.0.1", server.port), timeout=DEADLINE)


def said(server: HttpServer, data: bytes, *, finish: bool = True) -> bytes:
    """Everything that is answered to these bytes, until the connection is closed or reset."""
    answer = b""
    with contextlib.suppress(ConnectionError), connect(server) as link:
        link.sendall(data)
        if finish:
            link.shutdown(socket.SHUT_WR)
        while part := link.recv(65_536):
            answer += part
    return answer


class Gate:
    """A handler waits in it until the test lets it go on."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self.opened = threading.Event()

    def pass_through(self) -> None:
        """Say that one is here, and wait."""
        self.entered.set()
        assert self.opened.wait(DEADLINE)
