"""The HTTP server: keep-alive connections on the loopback address, one thread each, one write per answer.

Werkzeug's server closes every connection after one answer; hence the standard library's.
"""

import contextlib
import logging
import os
import signal
import socket
import struct
import time
from email.utils import formatdate
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

from local.simulator.messages import Cut, Delivery, Request, Response
from local.simulator.simulator import Simulator

_log = logging.getLogger(__name__)
_MAXIMUM_BODY = 8 * 1024 * 1024
_IDLE_SECONDS = 300
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class SimulatorServer(ThreadingHTTPServer):
    """Listens on 127.0.0.1; port 0 picks a free one."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, simulator: Simulator, port: int) -> None:
        self.simulator = simulator
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def url(self) -> str:
        """The base URL of all four services."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "PartnerSimulator"
    disable_nagle_algorithm = True
    timeout = _IDLE_SECONDS
    server: SimulatorServer

    def _handle(self) -> None:
        length = self._length()
        if length is None:
            return
        body = self.rfile.read(length) if length else b""
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        origin = f"http://{self.headers.get('Host') or self.server.url.removeprefix('http://')}"
        path = unquote(parts.path) or "/"
        request = Request(self.command.upper(), path, parts.query, headers, body, origin)
        self._deliver(self.server.simulator.handle(request))

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = _handle  # noqa: N815

    def _length(self) -> int | None:
        """The body's length; None if the request was refused because it does not say."""
        text = self.headers.get("Content-Length") or "0"
        if "chunked" in (self.headers.get("Transfer-Encoding") or "").lower() or not text.isdecimal():
            self.close_connection = True
            self._write(Response(411))
            return None
        if int(text) > _MAXIMUM_BODY:
            self.close_connection = True
            self._write(Response(413))
            return None
        return int(text)

    def _deliver(self, answer: Response) -> None:
        delivery = answer.delivery
        if delivery.delay_seconds:
            time.sleep(delivery.delay_seconds)
        if delivery.cut is Cut.KILL_BEFORE_ANSWER:
            _kill(delivery)
        if delivery.cut in {Cut.DROP, Cut.KILL_BEFORE_ANSWER}:
            self._reset()
            return
        self._write(answer)
        if delivery.cut is Cut.KILL_AFTER_ANSWER:
            _kill(delivery)

    def _write(self, answer: Response) -> None:
        try:
            reason = HTTPStatus(answer.status).phrase
        except ValueError:
            reason = "Unknown"
        lines = [f"HTTP/1.1 {answer.status} {reason}", f"Date: {formatdate(usegmt=True)}"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        if answer.status != HTTPStatus.NO_CONTENT:
            lines.append(f"Content-Length: {len(answer.body)}")
        if self.close_connection:
            lines.append("Connection: close")
        head = "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")
        with contextlib.suppress(OSError):
            self.connection.sendall(head if self.command == "HEAD" else head + answer.body)

    def _reset(self) -> None:
        """Close without an answer: the caller sees a reset connection."""
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        _log.debug(format, *args)


def _kill(delivery: Delivery) -> None:
    """End a process or group the hard way, as a crash would. The simulator itself may be in it."""
    if delivery.kill_group is not None and hasattr(os, "killpg"):
        os.killpg(delivery.kill_group, signal.SIGKILL)
    else:
        hard = getattr(signal, "SIGKILL", signal.SIGTERM)
        os.kill(delivery.kill_pid or delivery.kill_group or os.getpid(), hard)
