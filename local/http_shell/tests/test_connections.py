"""How connections live and end: kept alive, closed, cut, counted."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from local.http_shell.connection import Connection
from local.http_shell.message import Answer, Request, encode
from local.http_shell.server import HttpServer
from local.http_shell.tests.echo import DEADLINE, LIMITS, Gate, connect, echo, said, serving

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
BRIEF = replace(LIMITS, idle_seconds=0.2, request_seconds=0.2)


def _until(look: Callable[[], Any]) -> None:
    """Look again and again until it is so."""
    waiting = threading.Event()
    for _ in range(int(DEADLINE / 0.01)):
        if look():
            return
        waiting.wait(0.01)
    raise AssertionError("what the test waits for did not happen")


def _is_cut(link: socket.socket) -> bool:
    """Whether the other side ends the connection without a word."""
    try:
        return link.recv(1) == b""
    except ConnectionError:
        return True


@pytest.mark.parametrize(
    ("line", "header", "stays"),
    [
        (b"HTTP/1.1", b"", True),
        (b"HTTP/1.1", b"Connection: Upgrade, Close\r\n", False),
        (b"HTTP/1.0", b"", False),
        (b"HTTP/1.0", b"Connection: Keep-Alive\r\n", True),
    ],
)
def test_a_connection_stays_as_the_client_wishes(line: bytes, header: bytes, stays: bool) -> None:
    with serving() as server:
        answer = said(server, b"GET / " + line + b"\r\n" + header + b"\r\n" + GET)
    assert answer.count(b"HTTP/1.1 200 ") == (2 if stays else 1)
    assert (b"Connection: close" in answer) == (not stays)


def test_requests_may_follow_each_other_closely() -> None:
    with serving() as server:
        assert said(server, b"POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\nx" * 5).count(b"HTTP/1.1 200 ") == 5


@pytest.mark.parametrize(("data", "limits"), [(b"", BRIEF), (b"GET / HT", BRIEF)])
def test_silence_ends_a_connection(data: bytes, limits: Any) -> None:
    with serving(limits=limits) as server:
        assert said(server, data, finish=False) == b""


def test_an_answer_that_nobody_takes_ends_the_connection() -> None:
    def much(_request: Request, _connection: Connection) -> Answer:
        return Answer(200, body=bytes(50_000_000))

    with serving(much, BRIEF) as server, connect(server) as link:
        link.sendall(GET)
        _until(lambda: server.wait_idle(0.01) and not server.connections)


def test_none_cuts_the_connection_and_a_fault_of_the_handler_too(caplog: pytest.LogCaptureFixture) -> None:
    def handle(request: Request, connection: Connection) -> Answer | None:
        if request.head.target == "/fault":
            raise ValueError("of the handler")
        return None if request.head.target == "/cut" else echo(request, connection)

    with serving(handle) as server:
        for target, told in ((b"/cut", False), (b"/fault", True)):
            with connect(server) as link:
                link.sendall(b"GET " + target + b" HTTP/1.1\r\n\r\n")
                assert _is_cut(link)
            assert ("could not be handled" in caplog.text) == told
        assert said(server, GET).startswith(b"HTTP/1.1 200 ")


def test_too_many_connections_are_cut_and_room_comes_back() -> None:
    with serving() as server:
        links = [connect(server) for _ in range(LIMITS.max_connections)]
        _until(lambda: server.connections == LIMITS.max_connections)
        assert said(server, b"", finish=False) == b""
        for link in links:
            link.close()
        _until(lambda: server.connections == 0)
        assert said(server, GET).startswith(b"HTTP/1.1 200 ")


def test_what_is_under_way_is_answered_after_the_stop() -> None:
    gate = Gate()

    def handle(request: Request, connection: Connection) -> Answer:
        gate.pass_through()
        return echo(request, connection)

    with serving(handle) as server, connect(server) as link:
        link.sendall(GET)
        assert gate.entered.wait(DEADLINE)
        server.stop()
        assert not server.wait_idle(0)
        with pytest.raises(ConnectionRefusedError):
            connect(server)
        gate.opened.set()
        assert link.recv(65_536).startswith(b"HTTP/1.1 200 ")
        assert server.wait_idle(DEADLINE)


def test_all_connections_can_be_cut() -> None:
    with serving() as server, connect(server) as link:
        link.sendall(GET)
        assert link.recv(65_536)
        server.cut_all()
        assert _is_cut(link)


@pytest.mark.parametrize(("more", "gone"), [(b"", True), (GET, False)])
def test_a_handler_sees_that_its_client_has_gone(more: bytes, gone: bool) -> None:
    gate = Gate()
    seen: list[bool] = []

    def handle(request: Request, connection: Connection) -> Answer:
        if not seen:
            seen.append(connection.is_gone())
            gate.pass_through()
            seen.append(connection.is_gone())
        return echo(request, connection)

    with serving(handle) as server, connect(server) as link:
        link.sendall(GET + more)
        assert gate.entered.wait(DEADLINE)
        link.shutdown(socket.SHUT_WR)
        gate.opened.set()
        assert server.wait_idle(DEADLINE)
        _until(lambda: len(seen) == 2)
    assert seen == [False, gone]


def test_afterwards_comes_after_the_answer() -> None:
    done: list[bool] = []

    def handle(_request: Request, connection: Connection) -> Answer:
        return Answer(202, afterwards=lambda: done.append(connection.is_gone()))

    with serving(handle) as server, connect(server) as link:
        link.sendall(GET)
        assert link.recv(65_536).startswith(b"HTTP/1.1 202 Accepted\r\n")
        _until(lambda: done)
    assert done == [False]


def test_a_taken_port_is_an_error() -> None:
    with serving() as server, pytest.raises(OSError, match=r"in use|only one usage"):
        HttpServer(server.port, echo, lambda _: Answer(400), LIMITS)


@pytest.mark.parametrize(
    ("answer", "head_only", "line", "length", "body"),
    [
        (Answer(200, body=b"ab"), False, b"HTTP/1.1 200 OK", b"2", b"ab"),
        (Answer(200, body=b"ab"), True, b"HTTP/1.1 200 OK", b"2", b""),
        (Answer(200, (("content-length", "7"),)), True, b"HTTP/1.1 200 OK", b"7", b""),
        (Answer(204), False, b"HTTP/1.1 204 No Content", None, b""),
        (Answer(304), False, b"HTTP/1.1 304 Not Modified", None, b""),
        (Answer(299), False, b"HTTP/1.1 299 Unknown", b"0", b""),
        (Answer(200, (("X-Name", "Ä☃"),), reason="Fine"), False, b"HTTP/1.1 200 Fine", b"0", b""),
    ],
)
def test_an_answer_in_bytes(answer: Answer, head_only: bool, line: bytes, length: bytes | None, body: bytes) -> None:
    head, _, rest = encode(answer, keep_alive=True, head_only=head_only).partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert (lines[0], rest) == (line, body)
    assert [each.partition(b": ")[2] for each in lines if each.lower().startswith(b"content-length")] == (
        [] if length is None else [length]
    )
    assert b"Connection: keep-alive" in lines
    assert answer.reason == "" or b"X-Name: \xc4?" in lines
