"""HTTP/1.1 server on the loopback address: a thread for each connection, kept alive, one write for each response.

The standard library's handler with a WSGI environment for Werkzeug's Request: Werkzeug's own server closes every
connection. A body is read before the application runs, so that the next request on the connection begins at its
first byte.
"""

import io
import logging
import socketserver
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import IO, Any, cast
from urllib.parse import unquote_to_bytes

from werkzeug.serving import DechunkedInput
from werkzeug.wrappers import Request, Response

_log = logging.getLogger("host.http")
MAX_BODY = 100 * 1024 * 1024
_IDLE_SECONDS = 75.0


class BodyError(Exception):
    """A body that is refused: `status` is the answer."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class HttpServer(socketserver.ThreadingTCPServer):
    """Serves `handle` (which raises nothing) until stop(). Port 0 takes a free one; raises OSError when it is taken."""

    allow_reuse_address = sys.platform != "win32"  # on Windows it would let two servers share a port
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, handle: Callable[[Request], Response]) -> None:
        self.handle = handle
        self._busy = 0
        self._idle = threading.Condition()
        super().__init__(("127.0.0.1", port), _Handler)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.2,), name="http", daemon=True)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.server_address[1])

    def start(self) -> None:
        """Begins to accept connections."""
        self._thread.start()

    def stop(self) -> None:
        """Accepts nothing more; requests under way go on."""
        self.shutdown()
        self.server_close()

    def wait_idle(self, seconds: float) -> bool:
        """Waits until every answer has been written, at most so long; tells whether that came true."""
        with self._idle:
            return self._idle.wait_for(lambda: self._busy == 0, timeout=seconds)

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Marks a request as under way."""
        with self._idle:
            self._busy += 1
        try:
            yield
        finally:
            with self._idle:
                self._busy -= 1
                self._idle.notify_all()

    def handle_error(self, _request: Any, client_address: Any) -> None:
        """A connection that broke: of interest to nobody but a developer."""
        _log.debug("connection from %s broke", client_address, exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # buffered: status, headers and body leave in one packet
    timeout = _IDLE_SECONDS
    server_version, sys_version = "local-functions-host", ""

    def _serve(self) -> None:
        server = cast("HttpServer", self.server)
        with server.counted():
            try:
                environ = self._environ(self._read_body())
                response = server.handle(Request(environ))
            except BodyError as error:
                environ, response = {"REQUEST_METHOD": self.command}, Response(status=error.status)
                self.close_connection = True  # what is left of the body has not been read
            self._write(response, environ)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_TRACE = _serve  # noqa: N815

    def _read_body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return _read_bounded(DechunkedInput(cast("IO[bytes]", self.rfile)))
        text = self.headers.get("Content-Length", "0").strip()
        if not text.isdigit():
            raise BodyError(400)
        if int(text) > MAX_BODY:
            raise BodyError(413)
        body = self.rfile.read(int(text))
        if len(body) < int(text):
            raise BodyError(400)
        return body

    def _environ(self, body: bytes) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        host, port = self.connection.getsockname()[:2]
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "RAW_URI": self.path,
            "SERVER_NAME": host,
            "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            key = "HTTP_" + name.upper().replace("-", "_")
            environ[key] = f"{environ[key]},{value}" if key in environ else value
        for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
            if (value := environ.pop(f"HTTP_{name}", None)) is not None:
                environ[name] = value
        if environ.pop("HTTP_TRANSFER_ENCODING", None) is not None:
            environ["CONTENT_LENGTH"] = str(len(body))
        return environ

    def _write(self, response: Response, environ: dict[str, Any]) -> None:
        body, status, headers = response.get_wsgi_response(environ)
        code, _, phrase = status.partition(" ")
        self.send_response(int(code), phrase)
        for name, value in headers:
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        for part in body:
            self.wfile.write(part)
        self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        """Nothing: the request line may hold a key, and every invocation is logged elsewhere."""


def _read_bounded(stream: DechunkedInput) -> bytes:
    parts, size = [], 0
    try:
        while part := stream.read(65536):
            size += len(part)
            if size > MAX_BODY:
                raise BodyError(413)
            parts.append(part)
    except OSError:
        raise BodyError(400) from None
    return b"".join(parts)
