"""The server: a thread for each connection on the loopback address, one request after the other."""

from __future__ import annotations

import logging
import socket
import socketserver
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from local.http_shell.connection import Connection, Dechunk
from local.http_shell.limits import Limits
from local.http_shell.message import Answer, RefusedError, Request

HOST = "127.0.0.1"
POLL_SECONDS = 0.1
"""How long `shutdown` takes at most."""
_LOG = logging.getLogger(__name__)

Handle = Callable[[Request, Connection], Answer | None]
"""Answers a request in a thread of its connection; None cuts the connection instead."""
Refuse = Callable[[RefusedError], Answer]
"""Words what is said to a client whose request is none."""


class HttpServer(socketserver.ThreadingTCPServer):
    """Serves from `serve_forever` (or `start`, in a thread) until `stop`. Port 0 takes a free one.

    Raises OSError when the port is taken. With `dechunk` bodies may come in chunks.
    """

    allow_reuse_address = sys.platform != "win32"  # on Windows it would let two servers share a port
    daemon_threads = True
    request_queue_size = 256

    def __init__(
        self, port: int, handle: Handle, refuse: Refuse, limits: Limits, *, dechunk: Dechunk | None = None
    ) -> None:
        self._handle = handle
        self._refuse = refuse
        self._limits = limits
        self._dechunk = dechunk
        self._connections: set[Connection] = set()
        self._busy = 0
        self._changed = threading.Condition()
        super().__init__((HOST, port), socketserver.BaseRequestHandler)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{HOST}:{self.port}"

    @property
    def connections(self) -> int:
        """How many there are."""
        with self._changed:
            return len(self._connections)

    def start(self) -> None:
        """Begin to accept connections, in a thread."""
        threading.Thread(target=self.serve_forever, args=(POLL_SECONDS,), name="http", daemon=True).start()

    def stop(self) -> None:
        """Accept nothing more; requests under way go on."""
        self.shutdown()
        self.server_close()

    def cut_all(self) -> None:
        """End every connection without another word."""
        with self._changed:
            for connection in self._connections:
                connection.cut()

    def wait_idle(self, seconds: float) -> bool:
        """Wait until every answer has been written, at most so long; tells whether that came true."""
        with self._changed:
            return self._changed.wait_for(lambda: self._busy == 0, timeout=seconds)

    def finish_request(self, request: Any, _client_address: Any) -> None:
        """Serve one connection to its end, in its thread."""
        assert isinstance(request, socket.socket)
        request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = Connection(request, self._limits, self._dechunk)
        with self._changed:
            has_room = len(self._connections) < self._limits.max_connections
            if has_room:
                self._connections.add(connection)
        try:
            if not has_room or not self._serve(connection):
                connection.cut()
        except OSError:
            connection.cut()  # it broke, or half a request came
        finally:
            with self._changed:
                self._connections.discard(connection)

    def handle_error(self, _request: Any, _client_address: Any) -> None:
        """Of a connection that broke before it could be served."""
        _LOG.debug("a connection could not be served", exc_info=True)

    def _serve(self, connection: Connection) -> bool:
        """Whether the connection has come to a good end; if not, it is to be cut."""
        while True:
            try:
                request = connection.read_request()
            except RefusedError as error:
                connection.write(self._refuse(error), keep_alive=False)
                connection.linger()
                return True
            if request is None:
                return True
            with self._counted():
                answer = self._answer(request, connection)
                if answer is None:
                    return False
                head_only = request.head.method == "HEAD"
                connection.write(answer, keep_alive=request.head.keep_alive, head_only=head_only)
            if answer.afterwards:
                answer.afterwards()
            if not request.head.keep_alive:
                return True

    def _answer(self, request: Request, connection: Connection) -> Answer | None:
        try:
            return self._handle(request, connection)
        except Exception:
            _LOG.exception("a request could not be handled; its connection is cut, the server goes on")
            return None

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._changed:
            self._busy += 1
        try:
            yield
        finally:
            with self._changed:
                self._busy -= 1
                self._changed.notify_all()
