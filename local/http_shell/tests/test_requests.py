"""What is a request and what is not, over real sockets."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Iterator
from http import HTTPStatus

import pytest

from local.http_shell.head import parse_head
from local.http_shell.limits import MAX_HEAD_BYTES, MAX_HEADERS
from local.http_shell.message import RefusedError
from local.http_shell.server import HttpServer
from local.http_shell.stream import Stream
from local.http_shell.tests.echo import LIMITS, said, serving

ODD_LENGTHS = (
    *(b"+1", b"-1", b"01", b"1_0", b"1,1", b"1, 1", b"1;1", b"1 1", b"1.0", b"1e0", b"0x1", b"", b"one", b"\x0b1"),
    *("\u0661".encode(), "\uff11".encode(), "\u00b2".encode("latin-1"), "\u00bd".encode("latin-1")),
)


class LinesOfText(io.RawIOBase):
    """A stand-in for chunks: each line is one, an empty one ends the body, `!` is nonsense."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        line = self._stream.readline()
        if line == b"!\n":
            raise OSError("nonsense")
        return line[:-1]


@pytest.fixture(scope="module")
def server() -> Iterator[HttpServer]:
    with serving() as made:
        yield made


@pytest.fixture(scope="module")
def chunky() -> Iterator[HttpServer]:
    with serving(dechunk=LinesOfText) as made:
        yield made


def _body(answer: bytes) -> list[object]:
    return list(json.loads(answer.partition(b"\r\n\r\n")[2]))


def test_a_request_arrives_whole(server: HttpServer) -> None:
    answer = said(server, b"\r\nPUT /a%20b?c=\xe9 HTTP/1.1\r\nX-One:\t1 \r\nContent-Length: 3\r\n\r\nabc")
    assert answer.startswith(b"HTTP/1.1 200 OK\r\nDate: ")
    assert _body(answer) == ["PUT", "/a%20b?c=é", {"X-One": "1", "Content-Length": "3"}, "abc"]


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x00\x01\r\n\r\n", 400),
        (b"GET /\r\n\r\n", 400),
        (b"GET  / HTTP/1.1\r\n\r\n", 400),
        (b"G(T / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\n\r\n", 505),
        (b"GET / HTTP/1.1\nA: 1\n\n", 400),
        (b"GET / HTTP/1.1\r\nnone\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nA: 1\r\n folded\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nA : 1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nA: \x00\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", 400),
        *[(b"GET / HTTP/1.1\r\nContent-Length: " + odd + b"\r\n\r\nx", 400) for odd in ODD_LENGTHS],
        (b"GET / HTTP/1.1\r\nContent-Length: 1" + b"0" * 40 + b"\r\n\r\n", 413),
        (b"GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n", 200),
        (b"GET / HTTP/1.1\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000, 200),
        (b"GET / HTTP/1.1\r\nContent-Length: 1001\r\n\r\n", 413),
        (b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        (b"GET / HTTP/1.1\r\n" + b"A: 1\r\n" * MAX_HEADERS + b"\r\n", 200),
        (b"GET / HTTP/1.1\r\n" + b"A: 1\r\n" * (MAX_HEADERS + 1) + b"\r\n", 431),
        (b"GET /" + b"x" * (MAX_HEAD_BYTES - 18) + b" HTTP/1.1\r\n\r\n", 200),
        (b"GET /" + b"x" * (MAX_HEAD_BYTES - 17) + b" HTTP/1.1\r\n\r\n", 431),
        (b"\r\n" * MAX_HEAD_BYTES, 431),
    ],
)
def test_what_is_no_request_is_told_so(server: HttpServer, data: bytes, status: int) -> None:
    answer = said(server, data)
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert (b"Connection: close" in answer) == (status != HTTPStatus.OK)


def test_a_refusal_reaches_a_client_that_is_still_sending(server: HttpServer) -> None:
    head = b"POST / HTTP/1.1\r\nContent-Length: 3000000\r\n\r\n"
    assert said(server, head + bytes(3_000_000)).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "data", [b"", b"GET", b"GET / HTTP/1.1\r\nA: 1\r\n", b"GET / HTTP/1.1\r\nContent-Length: 2\r\n\r\nx"]
)
def test_half_a_request_is_not_answered(server: HttpServer, data: bytes) -> None:
    assert said(server, data) == b""


@pytest.mark.parametrize("server_name", ["server", "chunky"])
def test_a_client_may_ask_before_it_sends_the_body(server_name: str, request: pytest.FixtureRequest) -> None:
    server = request.getfixturevalue(server_name)
    kind = b"Content-Length: 2" if server_name == "server" else b"Transfer-Encoding: chunked"
    answer = said(server, b"POST / HTTP/1.1\r\nExpect: 100-Continue\r\n" + kind + b"\r\n\r\nab\n\n")
    assert answer.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("body", "status"), [(b"ab\ncd\n\n", 200), (b"!\n", 400), (b"x" * LIMITS.max_body_bytes + b"\nx\n\n", 413)]
)
def test_a_body_may_come_in_chunks(chunky: HttpServer, body: bytes, status: int) -> None:
    answer = said(chunky, b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + body)
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    if status == HTTPStatus.OK:
        assert _body(answer)[3] == "abcd"


def test_a_length_and_chunks_exclude_each_other(chunky: HttpServer) -> None:
    both = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n\n"
    answer = said(chunky, both)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"Connection: close" in answer


def test_what_follows_an_odd_length_is_no_request(server: HttpServer) -> None:
    answer = said(server, b"GET /one HTTP/1.1\r\nContent-Length: 00\r\n\r\nGET /two HTTP/1.1\r\n\r\n")
    assert (answer.count(b"HTTP/1.1 "), answer.startswith(b"HTTP/1.1 400 ")) == (1, True)


def test_chunks_in_another_encoding_are_refused(chunky: HttpServer) -> None:
    assert said(chunky, b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n").startswith(b"HTTP/1.1 411 ")


def test_any_bytes_are_a_request_or_are_refused() -> None:
    chance = random.Random(1)
    good = b"POST /a?b=c HTTP/1.1\r\nContent-Length: 4\r\nExpect: 100-continue\r\nA: b"
    heads = 0
    for _ in range(5_000):
        data = bytearray(good)
        for _ in range(chance.randint(0, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            parse_head(bytes(data).split(b"\r\n"))
        except RefusedError:
            continue
        heads += 1
    assert 500 < heads < 5_000
