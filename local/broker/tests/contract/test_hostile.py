"""Clients that break the rules: they lose their connection, the broker and everybody else go on."""

from __future__ import annotations

import random
import socket
from collections.abc import Iterator

import pytest

from local.broker.amqp import encode as put
from local.broker.amqp.errors import AmqpError
from local.broker.amqp.frames import AMQP_HEADER, SASL_HEADER, encode_frame
from local.broker.amqp.performatives import Attach, Begin, Close, Disposition, Flow, Open, SaslInit, Transfer
from local.broker.amqp.types import Symbol
from local.broker.entities.file import parse_entities
from local.broker.front.limits import Limits
from local.broker.server import BrokerServer
from local.broker.tests.contract.raw import (
    GoneError,
    RawClient,
    encode_request,
    error_of,
    message,
    outcome_of,
    put_token_request,
    source,
    target,
)  # fmt: skip

LIMITS = Limits(
    max_connections=8, max_links=16, max_sessions=4, max_partial_bytes=400_000, max_unsent_bytes=2_000_000,
    handshake_seconds=1.5,
)  # fmt: skip


@pytest.fixture(scope="module")
def strict() -> Iterator[BrokerServer]:
    """A broker with tight limits."""
    with BrokerServer(parse_entities({"queues": [{"name": "q"}], "topics": [{"name": "t"}]}), limits=LIMITS) as server:
        yield server
        assert is_alive(server)


def is_alive(server: BrokerServer) -> bool:
    """Whether a well-behaved client is served."""
    with RawClient(server.port) as client:
        client.open()
        return bool(client.put_token()["status-code"] == 202)


def ending(client: RawClient) -> str | None:
    """Condition with which the broker closes the connection; None if it only closes it."""
    try:
        close = client.expect(Close)
    except (GoneError, ConnectionError):
        return None
    with pytest.raises((GoneError, ConnectionError)):
        client.next()
    return None if close.error is None else error_of(close.error)[0]


@pytest.mark.parametrize(
    ("data", "condition"),
    [
        (b"\x00\x00\x00\x07\x02\x00\x00\x00", "amqp:connection:framing-error"),
        (b"\xff\xff\xff\xff\x02\x00\x00\x00", "amqp:connection:framing-error"),
        (b"\x00\x00\x00\x0c\x02\x01\x00\x00\x00\x53\x41\x45", "amqp:decode-error"),
        (b"\x00\x00\x00\x0a\x02\x00\x00\x00\xff\xff", "amqp:decode-error"),
        (encode_frame(0, Open("again")), "amqp:not-allowed"),
        (encode_frame(0, Begin(None, 0, 1, 1)), "amqp:not-allowed"),
        (encode_frame(3, Flow()), "amqp:not-allowed"),
        (encode_frame(4, Begin(None, 0, 1, 1)), "amqp:not-allowed"),
        (encode_frame(0, Transfer(5, 1, b"t", 0), b"x"), "amqp:session:unattached-handle"),
        (encode_frame(0, Flow(None, 1, 0, 1, 9, 0, 1)), "amqp:session:unattached-handle"),
        (encode_frame(0, Attach("x", 16, False)), "amqp:resource-limit-exceeded"),
        (encode_frame(0, Attach("x", 1, False)) * 2, "amqp:session:handle-in-use"),
        (b"".join(encode_frame(0, Attach("x", n, False)) for n in range(17)), "amqp:resource-limit-exceeded"),
    ],
)
def test_what_breaks_the_protocol_closes_the_connection(strict: BrokerServer, data: bytes, condition: str) -> None:
    with RawClient(strict.port) as client:
        client.open()
        client.socket.sendall(data)
        assert ending(client) == condition
    assert is_alive(strict)


def test_transfers_against_the_rules_of_a_link_close_the_connection(strict: BrokerServer) -> None:
    for handle, transfers, condition in (
        (0, [Transfer(0, None, b"t", 0, False)], "amqp:invalid-field"),
        (0, [Transfer(0, 1, b"t", 0, False, True), Transfer(0, 2, b"t", 0, False)], "amqp:invalid-field"),
        (1, [Transfer(1, 1, b"t", 0, False)], "amqp:not-allowed"),
    ):
        with RawClient(strict.port).sign_in() as client:
            client.send(Attach("s", handle, handle == 1, 0, 0, source("q"), target("q")))
            client.expect(Attach)
            client.send(*transfers, payload=b"x")
            assert ending(client) == condition


def test_unfinished_messages_cannot_fill_the_memory(strict: BrokerServer) -> None:
    with RawClient(strict.port).sign_in() as client:
        for handle in range(4):
            client.attach_sender(handle, "t")
        for number in range(21):
            client.send(Transfer(number % 4, number % 4, b"t", 0, False, True), payload=bytes(20_000))
        assert ending(client) == "amqp:resource-limit-exceeded"
    assert is_alive(strict)


def test_answers_that_nobody_reads_cannot_fill_the_memory(strict: BrokerServer) -> None:
    with RawClient(strict.port).sign_in() as client:
        client.attach_sender(0, "q")
        client.send_message(0, 0, message(bytes(200_000)))
        client.attach_sender(1, "q/$management")
        client.attach_receiver(2, "q/$management", credit=1_000_000)
        body = put.encode({"from-sequence-number": 1, "message-count": 10})
        request = (
            put.described(0x73, put.encode(["id"]))
            + put.described(0x74, put.encode({"operation": "com.microsoft:peek-message"}))
            + put.described(0x77, body)
        )
        frames = b"".join(encode_frame(0, Transfer(1, number, b"t", 0, True), request) for number in range(400))
        with pytest.raises((GoneError, OSError)):  # noqa: PT012
            client.socket.sendall(frames)
            while True:
                client.next()
    assert is_alive(strict)


def test_half_frames_and_silence_are_cut_off(strict: BrokerServer) -> None:
    beginnings = [b"", b"AMQP", b"GET / HTTP/1.1\r\n\r\n", SASL_HEADER, AMQP_HEADER + b"\x00\x00\x00\x20"]
    clients = [RawClient(strict.port) for _ in beginnings]
    for client, beginning in zip(clients, beginnings, strict=True):
        client.socket.sendall(beginning)
    for client in clients:
        with client, pytest.raises((GoneError, ConnectionError, AmqpError)):
            client.expect(Disposition)
    assert is_alive(strict)


def test_too_many_connections_are_cut_and_room_comes_back(strict: BrokerServer) -> None:
    clients = []
    for _ in range(LIMITS.max_connections):
        clients.append(RawClient(strict.port))
        clients[-1].open()
    with RawClient(strict.port) as refused, pytest.raises((GoneError, ConnectionError)):
        refused.open()
    for client in clients:
        client.socket.close()
    for _ in range(1_000):
        try:
            assert is_alive(strict)
            return
        except (GoneError, ConnectionError):
            continue
    raise AssertionError("closed connections are still counted")


def conversation(chance: random.Random) -> list[bytes]:
    """What a well-behaved client sends: sign in, send, receive, settle, ask, say goodbye."""
    accepted = put.described(0x24, put.EMPTY_LIST)
    peek = {"operation": "com.microsoft:peek-message"}, {"from-sequence-number": 1, "message-count": 3}
    later = {"operation": "com.microsoft:schedule-message"}, {"messages": [{"message": message(b"later")}]}
    start = [SASL_HEADER, encode_frame(0, SaslInit(Symbol("ANONYMOUS"), b"", "localhost"))]
    return [
        *(start if chance.random() < 0.5 else []),
        AMQP_HEADER,
        encode_frame(0, Open("fuzz", max_frame_size=65_536)),
        encode_frame(0, Begin(None, 0, 100, 100)),
        encode_frame(0, Attach("s", 0, False, 0, 0, source("me"), target("$cbs"), initial_delivery_count=0)),
        encode_frame(0, Attach("r", 1, True, 0, 0, source("$cbs"), target("me"))),
        encode_frame(0, Flow(1, 100, 0, 100, 1, 0, 10)),
        encode_frame(0, Transfer(0, 0, b"t", 0, False), encode_request("id", *put_token_request())),
        encode_frame(0, Attach("to", 2, False, 0, 0, source("me"), target("t"), initial_delivery_count=0)),
        encode_frame(0, Transfer(2, 1, b"t", 0, False), message(b"body", name="value")),
        encode_frame(0, Attach("in", 3, False, 0, 0, source("me"), target("q"), initial_delivery_count=0)),
        encode_frame(0, Transfer(3, 2, b"t", 0x80013700, False), put.described(0x75, put.binary(message(b"in")))),
        encode_frame(0, Attach("out", 4, True, 1, 0, source("q", {Symbol("f"): 1}), target("me"), properties={})),
        encode_frame(0, Flow(1, 100, 0, 100, 4, 0, 5)),
        encode_frame(0, Disposition(True, 1, 9, False, accepted)),
        encode_frame(0, Attach("ask", 5, False, 0, 0, source("me"), target("q/$management"))),
        encode_frame(0, Attach("answer", 6, True, 0, 0, source("q/$management"), target("me"))),
        encode_frame(0, Flow(1, 100, 0, 100, 6, 0, 5)),
        encode_frame(0, Transfer(5, 3, b"t", 0, False), encode_request("id", *chance.choice([peek, later]))),
        encode_frame(0, Close()),
    ]


def damage(frame: bytes, chance: random.Random) -> bytes:
    """A frame with something wrong."""
    position = chance.randrange(len(frame))
    kind = chance.choice(["change", "change", "change", "drop", "insert", "double"])
    if kind == "change":
        return frame[:position] + bytes((chance.randrange(256),)) + frame[position + 1 :]
    if kind == "drop":
        return frame[:position] + frame[position + chance.randint(1, 4) :] or b"\x00"
    if kind == "insert":
        return frame[:position] + chance.randbytes(3) + frame[position:]
    return frame * 2


@pytest.mark.parametrize("seed", range(4))
def test_thousands_of_damaged_frames_do_no_harm(
    strict: BrokerServer, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    chance = random.Random(seed)
    for _ in range(150):
        frames = conversation(chance)
        for _ in range(chance.randint(1, 5)):
            index = chance.randrange(len(frames))
            frames[index] = damage(frames[index], chance)
        with socket.create_connection(("127.0.0.1", strict.port), timeout=5) as connection:
            try:
                connection.sendall(b"".join(frames))
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65_536):
                    pass
            except ConnectionError:
                continue
    assert is_alive(strict)
    assert "could not be handled" not in caplog.text


def test_a_queue_still_works_after_all_that(strict: BrokerServer) -> None:
    with RawClient(strict.port).sign_in() as client:
        client.attach_sender(0, "q")
        assert outcome_of(client.send_message(0, 0, message(b"alive")))[0] == 0x24
        client.attach_receiver(1, "q", settled=True, credit=100)
        client.expect(Transfer)
