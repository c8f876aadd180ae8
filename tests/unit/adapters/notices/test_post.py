"""The way out, against a loopback receiver: failing, slow, redirecting, huge; and where it may not go."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.notices.address import Hosts, is_public, resolved
from shared.adapters.notices.post import Limits, Post, judged
from shared.domain.errors import SettingsError
from tests.unit.adapters.socket_server import talking

LOCAL = Hosts(frozenset({"127.0.0.1"}), local=True)
OK = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"
SECRET = "sig=very-secret"


def send(url: str, hosts: Hosts = LOCAL, limits: Limits | None = None) -> str:
    """What was wrong, "" for nothing."""
    failed = Post(hosts, limits or Limits()).send(f"{url}/hook?{SECRET}", b"{}", {"Content-Type": "application/json"})
    return "" if failed is None else failed.why


def test_it_posts_the_body_once() -> None:
    with talking(OK) as receiver:
        assert send(receiver.url) == ""
    [request] = receiver.requests
    assert request.startswith(f"POST /hook?{SECRET} HTTP/1.1\r\n".encode())
    assert f"Host: 127.0.0.1:{receiver.port}\r\n".encode() in request
    assert request.endswith(b"\r\n\r\n{}")


@pytest.mark.parametrize("status", [400, 401, 404, 410, 413, 429, 500, 503])
def test_an_answer_that_refuses_is_told_by_its_number_alone(status: int) -> None:
    answer = f"HTTP/1.1 {status} Whatever\r\nContent-Length: 6\r\n\r\nsecret".encode()
    with talking(answer) as receiver:
        assert send(receiver.url) == f"it was answered with {status}"


def test_a_redirect_is_not_followed() -> None:
    with talking(OK) as other:
        moved = f"HTTP/1.1 307 Temporary Redirect\r\nLocation: {other.url}/\r\nContent-Length: 0\r\n\r\n".encode()
        with talking(moved) as receiver:
            assert "redirect (307), which is not followed" in send(receiver.url)
        assert other.connections == 0


def test_a_huge_answer_is_not_read() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 9000000000\r\n\r\n"
    with talking(head + b"x" * 100_000, stay_silent=True) as receiver:
        assert send(receiver.url) == ""


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-H: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX-H: " + b"y" * 70_000 + b"\r\n\r\n",
    ],
    ids=["nothing", "nonsense", "many headers", "a long header"],
)
def test_an_answer_that_is_none_is_a_failure(answer: bytes) -> None:
    with talking(answer) as receiver:
        assert "nobody knows whether it arrived" in send(receiver.url)


def test_a_receiver_that_says_nothing_ends_in_time() -> None:
    with talking(b"", stay_silent=True) as receiver:
        assert "no answer within 0.2 s" in send(receiver.url, limits=Limits(answer=0.2))


def test_a_receiver_that_drips_ends_in_time() -> None:
    with _dripping() as url:
        assert "no answer within 0.3 s" in send(url, limits=Limits(answer=0.3))


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert send(f"http://127.0.0.1:{port}") == "no connection could be made (ConnectionRefusedError)"


def test_a_host_that_is_no_host_is_no_connection() -> None:
    def unknown(_: str, __: int) -> list[str]:
        raise socket.gaierror("unknown")

    failed = Post(Hosts(frozenset({"hooks.example"})), resolve=unknown).send("https://hooks.example/", b"", {})
    assert failed is not None
    assert failed.why == "no connection could be made (gaierror)"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "168.63.129.16",
        "0.0.0.0",  # noqa: S104
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "nonsense",
        "fc00::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "2002:0a00:0001::",
        "64:ff9b::a9fe:a9fe",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)
def test_a_name_that_resolves_to_an_address_inside_is_not_connected_to(address: str) -> None:
    """Not even where another of its addresses is public."""
    assert not is_public(address)
    post = Post(Hosts(frozenset({"hooks.example"}), local=True), resolve=lambda *_: ["93.184.215.14", address])
    failed = post.send("https://hooks.example/", b"", {})
    assert failed is not None
    assert "not of the public internet; nothing was sent" in failed.why


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "::ffff:93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"]
)
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


def test_loopback_is_for_local_stacks_that_name_it() -> None:
    assert LOCAL.may_reach("127.0.0.1", "127.0.0.1")
    assert not LOCAL.may_reach("localhost", "127.0.0.1")
    assert not Hosts(frozenset({"127.0.0.1"})).may_reach("127.0.0.1", "127.0.0.1")
    with talking(OK) as receiver:
        assert "must begin with https" in send(receiver.url, Hosts(frozenset({"127.0.0.1"})))
        assert receiver.connections == 0


def test_only_addresses_that_were_checked_are_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []

    def refused(address: tuple[str, int], _: float) -> socket.socket:
        asked.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", refused)
    addresses = ["93.184.215.14", "93.184.215.15", "93.184.215.16", "93.184.215.17"]
    failed = Post(Hosts(frozenset({"hooks.example"})), resolve=lambda *_: addresses).send(
        "https://hooks.example/", b"", {}
    )
    assert failed is not None
    assert asked == [(address, 443) for address in addresses[:3]]


def test_a_name_is_looked_up_once() -> None:
    """A name that would resolve to another address at a second look gains nothing: there is no second look."""
    with talking(OK) as receiver:
        looks: list[str] = []

        def rebinding(host: str, port: int) -> list[str]:
            looks.append(host)
            return ["127.0.0.1"] if len(looks) == 1 else ["169.254.169.254"]

        hosts = Hosts(frozenset({"localhost"}), local=True)
        url = f"http://localhost:{receiver.port}/"
        assert Post(hosts, resolve=rebinding).send(url, b"{}", {}) is None
        assert looks == ["localhost"]
    assert b"Host: localhost:" in receiver.requests[0]


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("http://hooks.example/", "https"),
        ("ftp://hooks.example/", "https"),
        ("https://user@hooks.example/", "without user name"),
        ("https://hooks.example/#x", "without user name"),
        ("https://hooks.example/a b", "without user name"),
        ("https://hooks.example/ä", "without user name"),
        ("https:///x", "without user name"),
        ("https://[::1/", "no address"),
        ("https://hooks.example:99999/", "no address"),
        ("https://other.example/", "OFFBOARDING_NOTIFY_HOSTS"),
        ("https://hooks.example.evil.example/", "OFFBOARDING_NOTIFY_HOSTS"),
        ("https://logic.azure.com/", "OFFBOARDING_NOTIFY_HOSTS"),
        ("https://evil-logic.azure.com/", "OFFBOARDING_NOTIFY_HOSTS"),
        ("https://169.254.169.254/", "OFFBOARDING_NOTIFY_HOSTS"),
    ],
)
def test_an_address_that_may_not_be_used_is_not_shown(url: str, rule: str) -> None:
    hosts = Hosts.parse("hooks.example, *.logic.azure.com", local=False)
    with pytest.raises(SettingsError, match=rule) as caught:
        hosts.check(url)
    assert "example/" not in str(caught.value)


def test_a_host_below_a_named_one_may_be_used() -> None:
    Hosts.parse("*.logic.azure.com", local=False).check(
        "https://prod-1.westeurope.logic.azure.com:443/workflows/x?sig=y"
    )


@pytest.mark.parametrize("text", ["*", "*.com.", "hooks", "127.0.0.1", "https://hooks.example", "a..b", "10.0.0.1"])
def test_what_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="name of a host"):
        Hosts.parse(text, local=False)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120), ("", None), ("soon", None), ("-1", None), ("Mon, 04 May 2026 06:02:00 GMT", 120), ("9" * 12, None)],
)
def test_retry_after(header: str, seconds: int | None) -> None:
    failed = judged(503, header, datetime(2026, 5, 4, 6, 0, tzinfo=UTC))
    assert failed is not None
    assert failed.retry_after == (None if seconds is None else timedelta(seconds=seconds))


def test_the_system_resolves_loopback() -> None:
    assert set(resolved("localhost", 80)) <= {"127.0.0.1", "::1"}


@pytest.mark.long
def test_tls_is_asked_for_and_a_receiver_without_it_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with talking(b"HTTP/1.1 200 OK\r\n\r\n") as receiver:
        post = Post(LOCAL, Limits(answer=0.5))
        failed = post.send(f"https://127.0.0.1:{receiver.port}/?{SECRET}", b"{}", {})
    assert failed is not None
    assert "no secure connection" in failed.why
    assert not any(SECRET.encode() in request for request in receiver.requests)


def test_no_log_shows_where_it_went(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with talking(b"HTTP/1.1 500 No\r\n\r\n") as receiver:
        failed = Post(LOCAL).send(f"{receiver.url}/hook?{SECRET}", b"{}", {})
    assert SECRET not in caplog.text + repr(failed)


@contextmanager
def _dripping() -> Iterator[str]:
    """A receiver that sends a byte of its header now and then, for ever."""
    listener = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not stop.wait(0.02):
                try:
                    connection.sendall(b"y")
                except OSError:
                    return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stop.set()
        thread.join(5)
        listener.close()
