"""The HTTP side over real sockets: routes, keys, conversion, keep-alive, limits."""

import http.client
import json
import socket
from collections.abc import Iterator
from typing import Any

import azure.functions as func
import pytest
from werkzeug.wrappers import Response

from local.host.invoke.invoker import Invoker
from local.host.tests.unit.apps import indexed
from local.host.web.admin import Admin
from local.host.web.app import WebApp
from local.host.web.keys import Keys
from local.host.web.server import HttpServer

_KEYS = Keys("master", ("host",), {"closed": ("own",)})


def _app() -> func.FunctionApp:
    app = func.FunctionApp()

    @app.route(route="echo/{id?}", auth_level=func.AuthLevel.ANONYMOUS)
    def echo(req: func.HttpRequest) -> func.HttpResponse:
        seen = {
            "method": req.method,
            "url": req.url,
            "headers": dict(req.headers),
            "params": dict(req.params),
            "route": dict(req.route_params),
            "body": req.get_body().decode("latin-1"),
        }
        return func.HttpResponse(
            json.dumps(seen), mimetype="application/json", status_code=201, headers={"X-Toy": "yes"}
        )

    @app.route(route="only-get", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
    def only_get(req: func.HttpRequest) -> str:
        return "täxt"

    @app.route(route="closed")
    def closed(req: func.HttpRequest) -> str:
        return "opened"

    @app.route(route="top", auth_level=func.AuthLevel.ADMIN)
    async def top(req: func.HttpRequest) -> str:
        return "opened"

    @app.route(route="cookies", auth_level=func.AuthLevel.ANONYMOUS)
    def cookies(req: func.HttpRequest) -> func.HttpResponse:
        answer = func.HttpResponse(status_code=204)
        answer.headers.add("Set-Cookie", "a=1; Path=/")
        answer.headers.add("Set-Cookie", "b=2; HttpOnly")
        return answer

    @app.route(route="raises", auth_level=func.AuthLevel.ANONYMOUS)
    def raises(req: func.HttpRequest) -> str:
        raise ValueError("secret detail")

    @app.route(route="wrong", auth_level=func.AuthLevel.ANONYMOUS)
    def wrong(req: func.HttpRequest):  # type: ignore[no-untyped-def]  # the worker refuses other annotations
        return None

    @app.timer_trigger(arg_name="timer", schedule="0 0 0 1 1 *")
    def sweep(timer: func.TimerRequest) -> None: ...

    return app


@pytest.fixture(scope="module")
def server() -> Iterator[HttpServer]:
    invoker = Invoker(environ={})
    functions = indexed(_app())
    admin = Admin(functions, lambda name: name == "sweep", lambda: "Running")
    made = HttpServer(0, WebApp(functions, "api", _KEYS, invoker, admin).handle)
    made.start()
    yield made
    made.stop()
    assert made.wait_idle(5)
    invoker.close()


@pytest.fixture
def client(server: HttpServer) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    yield connection
    connection.close()


def _call(
    client: http.client.HTTPConnection, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    client.request(method, path, body, headers or {})
    answer = client.getresponse()
    return answer.status, answer.read()


def _echo(client: http.client.HTTPConnection, method: str, path: str, *args: Any) -> Any:
    status, body = _call(client, method, path, *args)
    assert status == 201
    return json.loads(body)


def test_a_request_arrives_whole(client: http.client.HTTPConnection, server: HttpServer) -> None:
    seen = _echo(
        client,
        "POST",
        "/api/echo/a%20b?x=1&x=2&empty=&y=%C3%A9",
        "hällo".encode(),
        {"X-One": "1", "Content-Type": "t/p"},
    )
    assert seen["method"] == "POST"
    assert seen["url"] == f"http://127.0.0.1:{server.port}/api/echo/a%20b?x=1&x=2&empty=&y=%C3%A9"
    assert seen["params"] == {"x": "1,2", "y": "é"}
    assert seen["route"] == {"id": "a b"}
    assert (seen["headers"]["x-one"], seen["headers"]["content-type"]) == ("1", "t/p")
    assert seen["body"].encode("latin-1") == "hällo".encode()


def test_an_answer_arrives_whole(client: http.client.HTTPConnection) -> None:
    client.request("GET", "/api/echo")
    answer = client.getresponse()
    answer.read()
    assert (answer.status, answer.headers["X-Toy"], answer.headers["content-type"]) == (201, "yes", "application/json")
    client.request("GET", "/api/only-get")
    answer = client.getresponse()
    assert (answer.read().decode(), answer.headers["Content-Type"]) == ("täxt", "text/plain; charset=utf-8")
    client.request("GET", "/api/cookies")
    answer = client.getresponse()
    assert (answer.read(), answer.status) == (b"", 204)
    assert answer.headers.get_all("Set-Cookie") == ["a=1; Path=/", "b=2; HttpOnly"]


def test_one_connection_serves_many_requests(client: http.client.HTTPConnection) -> None:
    _echo(client, "GET", "/api/echo")
    first = client.sock
    assert first is not None
    for _ in range(3):
        assert _call(client, "POST", "/api/none", b"x" * 100_000)[0] == 404
        assert _call(client, "POST", "/api/closed", b"x" * 100_000)[0] == 401
        assert _echo(client, "PUT", "/api/echo", b"abc")["body"] == "abc"
    assert client.sock is first


def test_head_answers_like_get_without_body(client: http.client.HTTPConnection) -> None:
    client.request("HEAD", "/api/echo")
    answer = client.getresponse()
    assert (answer.status, answer.read()) == (201, b"")
    assert int(answer.headers["Content-Length"]) > 0
    _echo(client, "GET", "/api/echo")


def test_a_chunked_body_arrives(client: http.client.HTTPConnection) -> None:
    client.request(
        "POST", "/api/echo", iter([b"one ", b"two"]), encode_chunked=True, headers={"Transfer-Encoding": "chunked"}
    )
    answer = client.getresponse()
    assert json.loads(answer.read())["body"] == "one two"
    _echo(client, "GET", "/api/echo")


@pytest.mark.parametrize(
    ("method", "path", "key", "expected"),
    [
        ("GET", "/api/only-get", None, 200),
        ("POST", "/api/only-get", None, 404),
        ("HEAD", "/api/only-get", None, 404),
        ("GET", "/only-get", None, 404),
        ("GET", "/api/closed", None, 401),
        ("GET", "/api/closed", "wrong", 401),
        ("GET", "/api/closed", "own", 200),
        ("GET", "/api/closed", "host", 200),
        ("GET", "/api/top", "host", 401),
        ("GET", "/api/top", "master", 200),
        ("GET", "/api/raises", None, 500),
        ("GET", "/api/wrong", None, 500),
        ("GET", "/", None, 200),
        ("POST", "/", None, 404),
        ("GET", "/admin/host/ping", None, 200),
        ("GET", "/admin/host/status", None, 401),
        ("GET", "/admin/host/status", "host", 401),
        ("GET", "/admin/host/status", "master", 200),
        ("GET", "/ADMIN/functions", "master", 200),
        ("GET", "/admin/else", "master", 404),
        ("POST", "/admin/functions/sweep", "host", 401),
        ("POST", "/admin/functions/Sweep", "master", 202),
        ("POST", "/admin/functions/echo", "master", 400),
        ("POST", "/admin/functions/none", "master", 404),
    ],
)
@pytest.mark.parametrize("place", ["header", "query"])
def test_who_gets_what(
    client: http.client.HTTPConnection, method: str, path: str, key: str | None, expected: int, place: str
) -> None:
    headers = {"x-functions-key": key} if key and place == "header" else {}
    status, body = _call(client, method, path + (f"?code={key}" if key and place == "query" else ""), None, headers)
    assert status == expected
    if status in (401, 404, 500):
        assert body == b""


def test_the_header_goes_before_the_query(client: http.client.HTTPConnection) -> None:
    assert _call(client, "GET", "/api/closed?code=own", None, {"x-functions-key": "wrong"})[0] == 401


def _raw(server: HttpServer, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as link:
        link.sendall(request)
        answer = b""
        while part := link.recv(65536):
            answer += part
        return answer


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"Content-Length: 104857601\r\n\r\n", b"413"),
        (b"Content-Length: -1\r\n\r\n", b"400"),
        (b"Content-Length: many\r\n\r\n", b"400"),
        (b"Content-Length: +1\r\n\r\nx", b"400"),
        (b"Content-Length: 01\r\n\r\nx", b"400"),
        (b"Content-Length: 1_0\r\n\r\nx", b"400"),
        (b"Content-Length: \xd9\xa1\r\n\r\nx", b"400"),
        (b"Content-Length: 1\r\nContent-Length: 1\r\n\r\nx", b"400"),
        (b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b"400"),
        (b"Transfer-Encoding: chunked\r\n\r\nnonsense\r\n", b"400"),
    ],
)
def test_a_body_that_is_refused_ends_the_connection(server: HttpServer, head: bytes, status: bytes) -> None:
    answer = _raw(server, b"POST /api/echo HTTP/1.1\r\nHost: x\r\n" + head)
    assert answer.split()[1] == status
    assert b"Connection: close" in answer


def test_a_taken_port_is_an_error(server: HttpServer) -> None:
    with pytest.raises(OSError, match=r"in use|only one usage"):
        HttpServer(server.port, lambda _: Response())
