"""The host over HTTP: each request as Werkzeug's Request, and its Response as the bytes of an answer.

Werkzeug's own server closes every connection; the shell keeps them alive, as Azure does. A body is read before the
application runs.
"""

import io
import sys
from collections.abc import Callable
from typing import IO, Any, cast
from urllib.parse import unquote_to_bytes

from werkzeug.serving import DechunkedInput
from werkzeug.wrappers import Request, Response

from local.http_shell import message as wire
from local.http_shell import server as shell
from local.http_shell.connection import Connection
from local.http_shell.limits import Limits
from local.http_shell.stream import Stream

LIMITS = Limits(max_body_bytes=100 * 1024 * 1024, idle_seconds=75.0, request_seconds=75.0)
_SERVER = ("Server", "local-functions-host")


class HttpServer(shell.HttpServer):
    """Serves `handle` (which raises nothing) until stop(). Port 0 takes a free one; raises OSError when it is taken."""

    def __init__(self, port: int, handle: Callable[[Request], Response]) -> None:
        def answer(request: wire.Request, connection: Connection) -> wire.Answer:
            environ = _environ(request, connection)
            return _answer(handle(Request(environ)), environ)

        super().__init__(port, answer, _refuse, LIMITS, dechunk=_dechunk)


def _dechunk(stream: Stream) -> io.RawIOBase:
    return DechunkedInput(cast("IO[bytes]", stream))


def _refuse(error: wire.RefusedError) -> wire.Answer:
    return _answer(Response(status=error.status), {"REQUEST_METHOD": "GET"})


def _environ(request: wire.Request, connection: Connection) -> dict[str, Any]:
    head = request.head
    path, _, query = head.target.partition("?")
    host, port = connection.address
    environ: dict[str, Any] = {
        "REQUEST_METHOD": head.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "RAW_URI": head.target,
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": head.version,
        "REMOTE_ADDR": connection.client,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in head.headers:
        key = "HTTP_" + name.upper().replace("-", "_")
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if (value := environ.pop(f"HTTP_{name}", None)) is not None:
            environ[name] = value
    if environ.pop("HTTP_TRANSFER_ENCODING", None) is not None:
        environ["CONTENT_LENGTH"] = str(len(request.body))
    return environ


def _answer(response: Response, environ: dict[str, Any]) -> wire.Answer:
    body, status, headers = response.get_wsgi_response(environ)
    code, _, reason = status.partition(" ")
    return wire.Answer(int(code), (_SERVER, *headers), b"".join(body), reason)
