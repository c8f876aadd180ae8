"""What a broken connection means, over real sockets."""

from __future__ import annotations

import gzip
import socket
import traceback
from pathlib import Path

import pytest
import requests

from shared.adapters.http.answer import Answer
from shared.adapters.http.call import Call
from shared.adapters.http.transport import Bearer, Timeouts, checked_base_url, pooled_session, transmit
from shared.domain.errors import NoAnswerError, RemoteError, SettingsError, SignInRequiredError, UnavailableError
from tests.unit.adapters.fake_http import PARTNER, TOKEN
from tests.unit.adapters.socket_server import http_answer, talking

QUICK = Timeouts(connect=2.0, read=0.2, body=0.2)
PATIENT = Timeouts(connect=2.0, read=5.0, body=5.0)


def send(url: str, *, effect: bool = False, timeouts: Timeouts = PATIENT, count: int = 1) -> Answer:
    body = {"status": "deleted"} if effect else None
    call = Call("PATCH" if effect else "GET", "/v1/x", PARTNER, body=body, effect=effect)
    with pooled_session(2) as session:
        session.trust_env = False
        answers = [transmit(session, "S", url, call, {}, Bearer(TOKEN), timeouts) for _ in range(count)]
    return answers[-1]


def failing(url: str, *, effect: bool, timeouts: Timeouts = PATIENT) -> RemoteError:
    with pytest.raises(RemoteError) as caught:
        send(url, effect=effect, timeouts=timeouts)
    shown = "".join(traceback.format_exception(caught.value))
    assert TOKEN not in shown
    assert caught.value.__context__ is None
    return caught.value


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize("effect", [False, True])
def test_a_refused_connection_means_that_nothing_happened(effect: bool) -> None:
    assert type(failing(f"http://127.0.0.1:{free_port()}", effect=effect)) is UnavailableError


@pytest.mark.parametrize(("effect", "expected"), [(False, UnavailableError), (True, NoAnswerError)])
def test_a_connection_closed_before_the_answer(effect: bool, expected: type[RemoteError]) -> None:
    with talking() as server:
        assert type(failing(server.url, effect=effect)) is expected
        assert len(server.requests) == 1


@pytest.mark.long
@pytest.mark.parametrize(("effect", "expected"), [(False, UnavailableError), (True, NoAnswerError)])
def test_no_answer_in_time(effect: bool, expected: type[RemoteError]) -> None:
    with talking(stay_silent=True) as server:
        error = failing(server.url, effect=effect, timeouts=QUICK)
    assert type(error) is expected
    assert "no answer in time" in str(error)


@pytest.mark.long
@pytest.mark.parametrize("effect", [False, True])
@pytest.mark.parametrize("silent", [False, True])
def test_a_body_that_breaks_off_still_has_its_status(effect: bool, silent: bool) -> None:
    with talking(http_answer(b'{"items":', length=500), stay_silent=silent) as server:
        answer = send(server.url, effect=effect, timeouts=QUICK)
    assert (answer.status, answer.body, answer.cut) == (200, b"", True)


def test_a_body_that_trickles_is_cut_off() -> None:
    pieces = b"".join(b"1\r\n \r\n" for _ in range(3))
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    with talking(head + pieces, stay_silent=True) as server:
        answer = send(server.url, timeouts=Timeouts(connect=2.0, read=1.0, body=0.0))
    assert answer.cut


def test_compressed_bodies_are_unpacked() -> None:
    with talking(http_answer(gzip.compress(b'{"a":1}'), "200 OK", "Content-Encoding: gzip")) as server:
        assert send(server.url).body == b'{"a":1}'


def test_a_connection_is_used_again() -> None:
    with talking(*[http_answer(b"{}")] * 3) as server:
        send(server.url, count=3)
        assert (server.connections, len(server.requests)) == (1, 3)


def test_a_server_error_is_not_repeated() -> None:
    with talking(http_answer(b"", "503 Busy", "Retry-After: 0"), http_answer(b"{}")) as server:
        assert send(server.url, effect=True).status == 503
        assert len(server.requests) == 1


def test_redirects_are_not_followed() -> None:
    with talking() as elsewhere, talking(http_answer(b"", "302 Found", f"Location: {elsewhere.url}/v1/y")) as server:
        assert send(server.url).status == 302
        assert elsewhere.requests == []


def test_cookies_are_not_kept() -> None:
    with talking(http_answer(b"{}", "200 OK", "Set-Cookie: tenant=a"), http_answer(b"{}")) as server:
        send(server.url, count=2)
        assert b"ookie" not in server.requests[1]


def test_a_netrc_file_cannot_replace_the_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with talking(http_answer(b"{}")) as server, pooled_session(1) as session:
        transmit(session, "S", server.url, Call("GET", "/", PARTNER), {}, Bearer(TOKEN), PATIENT)
        assert f"Bearer {TOKEN}".encode() in server.requests[0]


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "é"])
def test_an_unusable_token_is_refused_without_showing_it(token: str) -> None:
    with pytest.raises(SignInRequiredError) as caught:
        Bearer(token)
    assert not token or token not in str(caught.value)


@pytest.mark.parametrize("url", ["https://api.example.test/", "http://127.0.0.1:8080", "http://localhost:1"])
def test_base_addresses(url: str) -> None:
    assert checked_base_url("setting", url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.test",
        "ftp://api.example.test",
        "",
        "https://",
        "https://u:p@h",
        "https://h?x=1",
        "h",
        "https://h:x",
    ],
)
def test_tokens_go_nowhere_else(url: str) -> None:
    with pytest.raises(SettingsError, match="setting") as caught:
        checked_base_url("setting", url)
    assert "u:p" not in str(caught.value)


def test_the_pool_is_as_large_as_the_parallelism() -> None:
    adapter = pooled_session(7).get_adapter("https://x")
    assert isinstance(adapter, requests.adapters.HTTPAdapter)
    assert adapter.poolmanager.connection_pool_kw["maxsize"] == 7
    assert adapter.max_retries.total == 0
