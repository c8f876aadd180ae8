"""What is refused over HTTP: tokens, addresses, values; and requests that are none, which harm nobody."""

from __future__ import annotations

import json
import random
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.broker.rest.door import MAX_CONNECTIONS
from local.broker.server import BrokerServer
from local.broker.tests.contract.rest.client import Rest, signature
from local.broker.tests.contract.rest.conftest import LIMITS

URL = "http://127.0.0.1"


@pytest.mark.parametrize(
    ("token", "status"),
    [
        (signature(f"{URL}/"), 204),
        (signature(f"{URL}:80/quick"), 204),
        (signature("sb://any/QUICK/messages"), 204),
        (signature(f"{URL}/quick/messages/head"), 204),
        (signature(f"{URL}/quic"), 401),
        (signature(f"{URL}/other"), 401),
        (signature(f"{URL}/", key="another"), 401),
        (signature(f"{URL}/", expiry=1), 401),
        (signature(f"{URL}/", name="Other"), 401),
        (signature(f"{URL}/").replace("sig=", "sig=A"), 401),
        ("SharedAccessSignature sr=&sig=&se=&skn=", 401),
        ("SharedAccessSignature", 401),
        ("Bearer eyJhbGciOiJub25lIn0.e30.", 401),  # pragma: allowlist secret
        ("Basic eDp5", 401),
        ("é", 401),
    ],
)
def test_a_token_opens_what_it_was_signed_for(token: str, status: int, connect: Callable[[str | None], Rest]) -> None:
    reply = connect(token).lock("quick")
    assert reply.status == status, reply.body
    assert token.encode("latin-1", "replace") not in reply.body


def test_without_a_token_nothing_is_told(door: BrokerServer) -> None:
    for path in ("/quick/messages/head", "/nowhere/messages", "/"):
        assert _raw(door, f"POST {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()).startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/nowhere/messages", 404),
        ("POST", "/nowhere/messages/head", 404),
        ("POST", "/quick", 404),
        ("POST", "/quick/messages/a/b/c", 404),
        ("GET", "/quick/messages", 405),
        ("GET", "/quick/messages/head", 405),
        ("PUT", "/quick/messages/head", 405),
        ("POST", "/events/messages/head", 400),
        ("POST", "/events/subscriptions/crm/messages", 400),
        ("POST", "/quick/$DeadLetterQueue/messages", 400),
        ("POST", "/closed/messages", 403),
        ("DELETE", "/quick/messages/1/no-guid", 410),
        ("DELETE", "/quick/messages/1/00000000-0000-0000-0000-000000000000", 410),
        *[("POST", f"/quick/messages/head?timeout={wait}", 400) for wait in ("x", "-1", "1.5", "241", "9" * 5000)],
    ],
)
def test_addresses_that_lead_nowhere(method: str, path: str, status: int, rest: Rest) -> None:
    reply = rest.call(method, path)
    assert reply.status == status, reply.body
    assert f"<Code>{status}</Code>".encode() in reply.body
    assert (status == 405) == ("Allow" in reply.headers)


@pytest.mark.parametrize(
    ("header", "named"),
    [
        ("{", "is not JSON"),
        ("[" * 5000, "is not JSON"),
        ("[]", "is not a JSON object"),
        ('{"MessageId": 5}', "MessageId must be a string"),
        ('{"MessageId": "%s"}' % ("m" * 129), "128 are allowed"),
        ('{"Label": "\\ud800"}', "Label has half a character"),
        ('{"TimeToLive": 0}', "TimeToLive must be"),
        ('{"TimeToLive": "00:01:00"}', "TimeToLive must be"),
        ('{"TimeToLive": NaN}', "TimeToLive must be"),
        ('{"TimeToLive": true}', "TimeToLive must be"),
        ('{"ScheduledEnqueueTimeUtc": "soon"}', "ScheduledEnqueueTimeUtc must be"),
        ('{"ScheduledEnqueueTimeUtc": 5}', "ScheduledEnqueueTimeUtc must be"),
        ('{"PartitionKey": "a", "SessionId": "b"}', "PartitionKey must be the SessionId"),
    ],
)
def test_broker_properties_that_are_wrong_are_named(header: str, named: str, rest: Rest) -> None:
    reply = rest.call("POST", "/quick/messages", b"x", headers={"BrokerProperties": header})
    assert (reply.status, named in reply.body.decode()) == (400, True), reply.body


def test_what_is_refused_is_not_stored(rest: Rest, queue: str) -> None:
    rest.call("POST", f"/{queue}/messages", b"x", headers={"BrokerProperties": "{"})
    batch = rest.call(
        "POST", f"/{queue}/messages", b"[]", headers={"Content-Type": "application/vnd.microsoft.servicebus.json"}
    )
    assert batch.status == 501
    large = bytes(LIMITS.max_message_bytes)
    assert rest.call("POST", f"/{queue}/messages", large).status == 413
    assert rest.call("POST", f"/{queue}/messages", large[:-1000]).status == 201
    assert len(rest.take(queue).body) == len(large) - 1000
    assert rest.take(queue).status == 204


def _raw(door: BrokerServer, data: bytes, *, finish: bool = True) -> bytes:
    """Everything that the broker says to these bytes, until it closes the connection."""
    port = int(door.rest_url.rsplit(":", 1)[1])
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        try:
            connection.sendall(data)
            if finish:
                connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(65_536):
                answer += part
        except ConnectionError:
            pass
    return answer


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x00\x01\x02\x03\r\n\r\n", 400),
        (b"POST /quick/messages\r\n\r\n", 400),
        (b"POST quick HTTP/1.1\r\n\r\n", 400),
        (b"POST //[ HTTP/1.1\r\n\r\n", 400),
        (b"POST /%ff HTTP/1.1\r\n\r\n", 400),
        (b"POST / HTTP/2.0\r\n\r\n", 505),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        (b"POST / HTTP/1.1\r\nnone\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nA: 1\r\n folded\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nA : 1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nA: \x00\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: \xd9\xa1\r\n\r\nx", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 01\r\n\r\nx", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 17 + b"\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        (b"POST / HTTP/1.1\r\n" + b"A: 1\r\n" * 101 + b"\r\n", 431),
        (b"POST / HTTP/1.1\r\nA: " + b"x" * 200_000 + b"\r\n\r\n", 431),
        (b"\r\nGET / HTTP/1.0\r\n\r\n", 401),
    ],
)
def test_what_is_no_request_is_told_so(door: BrokerServer, data: bytes, status: int) -> None:
    assert _raw(door, data).startswith(f"HTTP/1.1 {status} ".encode())


@pytest.mark.parametrize("data", [b"", b"POST /qu", b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab"])
def test_half_a_request_is_cut_off(door: BrokerServer, data: bytes, rest: Rest) -> None:
    assert _raw(door, data) == b""
    if data:
        assert _raw(door, data, finish=False) == b"", "the broker waits for ever"
    assert rest.lock("quick").status == 204


def test_a_client_may_ask_before_it_sends_the_body(door: BrokerServer, rest: Rest, queue: str) -> None:
    head = f"POST /{queue}/messages HTTP/1.1\r\nAuthorization: {rest.token}\r\nContent-Length: 2\r\n"
    said = _raw(door, f"{head}Expect: 100-continue\r\nConnection: close\r\n\r\nab".encode())
    assert said.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 ")
    assert rest.take(queue).body == b"ab"


def test_requests_may_follow_each_other_closely(door: BrokerServer, rest: Rest, queue: str) -> None:
    one = f"POST /{queue}/messages HTTP/1.1\r\nAuthorization: {rest.token}\r\nContent-Length: 1\r\n\r\nx"
    assert _raw(door, (one * 5).encode()).count(b"HTTP/1.1 201 ") == 5


@pytest.mark.parametrize("seed", range(2))
def test_damaged_requests_do_no_harm(
    seed: int, door: BrokerServer, rest: Rest, queue: str, caplog: pytest.LogCaptureFixture
) -> None:
    chance = random.Random(seed)
    good = (
        f"POST /{queue}/messages?timeout=0 HTTP/1.1\r\nAuthorization: {rest.token}\r\n"
        'BrokerProperties: {"MessageId": "m", "TimeToLive": 5}\r\nCustomer: "c"\r\nContent-Length: 4\r\n\r\nbody'
    ).encode()
    for _ in range(150):
        data = bytearray(good * chance.randint(1, 2))
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        _raw(door, bytes(data))
    assert "could not be handled" not in caplog.text
    assert rest.call("POST", f"/{queue}/messages").status == 201


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(["MessageId", "Label", "To", "SessionId", "TimeToLive", "ScheduledEnqueueTimeUtc", "other"])


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.dictionaries(NAMES, VALUES, max_size=4), VALUES)
def test_any_properties_are_taken_or_refused(door: BrokerServer, given: dict[str, Any], custom: Any) -> None:
    with Rest(door.rest_url) as client:
        headers = {"Custom": json.dumps(custom)}
        reply = client.call("POST", "/quick/messages", b"x", properties=given, headers=headers)
        assert reply.status in (201, 400), reply.body
        while client.take("quick").status == 200:
            pass


def _connect(port: int) -> socket.socket | None:
    """A connection, or None where the broker cut it before it was made: it is cut either way."""
    try:
        return socket.create_connection(("127.0.0.1", port), timeout=5)
    except ConnectionError:
        return None


def _is_cut(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionError:
        return True


def test_too_many_connections_are_cut_and_room_comes_back(door: BrokerServer) -> None:
    port = int(door.rest_url.rsplit(":", 1)[1])
    held = [connection for _ in range(MAX_CONNECTIONS + 44) if (connection := _connect(port))]
    ends = time.monotonic() + 20
    while sum(map(_is_cut, held)) + MAX_CONNECTIONS < len(held):
        assert time.monotonic() < ends, "more connections are held than the broker allows"
        time.sleep(0.01)
    for each in held:
        each.close()
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        try:
            with Rest(door.rest_url) as client:
                assert client.lock("quick").status == 204
                return
        except ConnectionError:
            continue
    raise AssertionError("closed connections are still counted")
