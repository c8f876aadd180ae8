"""A client that speaks AMQP by hand, to do what well-behaved clients do not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
import time
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import quote_plus
from uuid import uuid4

from local.broker.amqp import encode as put
from local.broker.amqp import message as wire
from local.broker.amqp.decode import decode_whole
from local.broker.amqp.frames import AMQP_HEADER, SASL_HEADER, Frame, FrameReader, encode_frame
from local.broker.amqp.performatives import (
    Attach,
    Begin,
    Detach,
    Disposition,
    Flow,
    Open,
    Performative,
    SaslInit,
    SaslMechanisms,
    SaslOutcome,
    Transfer,
)
from local.broker.amqp.types import Symbol
from local.broker.front.cbs import EMULATOR_KEY, KEY_NAME

Body = TypeVar("Body", bound=Performative)
TIMEOUT = 10.0
_PIECE = 60_000


def source(address: str, filters: dict[Any, Any] | None = None) -> bytes:
    """An encoded source."""
    fields = [put.string(address)] + [put.NULL] * 6 + [put.encode(filters)]
    return put.described(0x28, put.list_of(fields))


def target(address: str) -> bytes:
    """An encoded target."""
    return put.described(0x29, put.list_of([put.string(address)]))


def message(body: bytes = b"x", **properties: Any) -> bytes:
    """An encoded message with application properties."""
    parts = [put.described(wire.APPLICATION_PROPERTIES, put.encode(properties))] if properties else []
    return b"".join([*parts, put.described(wire.DATA, put.binary(body))])


def put_token_request(path: str = "", key: str = EMULATOR_KEY) -> tuple[dict[str, str], str]:
    """Properties and body of a request to $cbs."""
    resource, expiry = f"sb://127.0.0.1/{path}", int(time.time()) + 600
    signed = hmac.new(key.encode(), f"{quote_plus(resource)}\n{expiry}".encode(), hashlib.sha256).digest()
    signature = quote_plus(base64.b64encode(signed).decode())
    token = f"SharedAccessSignature sr={quote_plus(resource)}&sig={signature}&se={expiry}&skn={KEY_NAME}"
    return {"name": resource, "operation": "put-token", "type": "jwt"}, token


def encode_request(identifier: object, properties: dict[Any, Any], body: Any) -> bytes:
    """An encoded request to $cbs or a management node."""
    return b"".join(
        (
            put.described(wire.PROPERTIES, put.encode([identifier])),
            put.described(wire.APPLICATION_PROPERTIES, put.encode(properties)),
            put.described(wire.VALUE, put.encode(body)),
        )
    )


class GoneError(Exception):
    """The broker has closed the connection."""


class RawClient:
    """One socket. `expect` reads frames until one of a kind comes; others are kept in `seen`."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
        self.reader = FrameReader(2**31)
        self.seen: list[Frame] = []
        self._request = 0

    def __enter__(self) -> RawClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, *bodies: Performative, payload: bytes = b"", channel: int = 0) -> None:
        """Send frames."""
        self.socket.sendall(b"".join(encode_frame(channel, body, payload) for body in bodies))

    def next(self) -> Frame:
        """The next frame. Raises GoneError at the end of the stream."""
        while (frame := self.reader.frame()) is None:
            data = self.socket.recv(65_536)
            if not data:
                raise GoneError
            self.reader.feed(data)
        return frame

    def expect(self, kind: type[Body]) -> Body:
        """The next frame body of this kind."""
        return self.expect_frame(kind)[0]

    def expect_frame(self, kind: type[Body]) -> tuple[Body, bytes]:
        """The next frame body of this kind, and its payload."""
        end = time.monotonic() + TIMEOUT
        while time.monotonic() < end:
            frame = self.next()
            if isinstance(frame.body, kind):
                return frame.body, frame.payload
            self.seen.append(frame)
        raise AssertionError(f"no {kind.__name__} came")

    def header(self, header: bytes) -> None:
        """Exchange protocol headers."""
        self.socket.sendall(header)
        while (answer := self.reader.header()) is None:
            data = self.socket.recv(8)
            if not data:
                raise GoneError
            self.reader.feed(data)
        assert answer == header

    def open(self, *, incoming_window: int = 1_000, max_frame_size: int = 65_536, idle_ms: int | None = None) -> None:
        """Sign in, open, begin."""
        self.header(SASL_HEADER)
        self.expect(SaslMechanisms)
        self.send(SaslInit(Symbol("ANONYMOUS")))
        assert self.expect(SaslOutcome).code == 0
        self.header(AMQP_HEADER)
        self.send(Open("raw", max_frame_size=max_frame_size, idle_time_out=idle_ms))
        self.expect(Open)
        self.send(Begin(None, 0, incoming_window, 1_000))
        self.expect(Begin)

    def attach_sender(self, handle: int, address: str) -> Attach:
        """Attach a link to send on."""
        self.send(Attach(f"s{handle}", handle, False, 0, 0, source("me"), target(address), initial_delivery_count=0))
        return self.expect(Attach)

    def attach_receiver(self, handle: int, address: str, settled: bool = False, credit: int = 0) -> Attach:
        """Attach a link to receive on, and give credit."""
        self.send(Attach(f"r{handle}", handle, True, int(settled), 0, source(address), target("me")))
        answer = self.expect(Attach)
        if credit:
            self.flow(handle, credit)
        return answer

    def flow(self, handle: int, credit: int, count: int = 0, **fields: Any) -> None:
        """Give credit; the window is opened wide."""
        flow = Flow(1, 2**30, 0, 1_000, handle, count, credit)
        for name, value in fields.items():
            setattr(flow, name, value)
        self.send(flow)

    def put_token(self, path: str = "", key: str = EMULATOR_KEY) -> dict[str, Any]:
        """Sign in at $cbs (handles 10 and 11) and return the properties of the answer."""
        self.attach_sender(10, "$cbs")
        self.attach_receiver(11, "$cbs", credit=10)
        return self.request(10, *put_token_request(path, key))[0]

    def sign_in(self, **settings: Any) -> RawClient:
        """Open the connection with rights to everything."""
        self.open(**settings)
        assert self.put_token()["status-code"] == 202
        return self

    def manage(self, entity: str) -> None:
        """Attach to a management node (handles 12 and 13)."""
        self.attach_sender(12, f"{entity}/$management")
        self.attach_receiver(13, f"{entity}/$management", credit=100)

    def request(self, handle: int, properties: dict[Any, Any], body: Any) -> tuple[dict[str, Any], Any]:
        """Send a request and return properties and value of the answer."""
        self._request += 1
        identifier = uuid4()
        payload = encode_request(identifier, properties, body)
        self.transfer(Transfer(handle, self._request, b"t", 0, False), payload)
        _, answer = self.expect_frame(Transfer)
        parts = {section.code: decode_whole(section.value) for section in wire.sections(answer)}
        assert parts[wire.PROPERTIES][5] == identifier
        return parts[wire.APPLICATION_PROPERTIES], parts[wire.VALUE]

    def operate(self, operation: str, body: Any) -> tuple[dict[str, Any], Any]:
        """A request to the management node."""
        return self.request(12, {"operation": f"com.microsoft:{operation}"}, body)

    def send_message(self, handle: int, delivery: int, payload: bytes, **fields: Any) -> Disposition:
        """Send a whole message and return what the broker says of it."""
        transfer = Transfer(handle, delivery, b"t", 0, False)
        for name, value in fields.items():
            setattr(transfer, name, value)
        self.transfer(transfer, payload)
        return self.expect(Disposition)

    def transfer(self, transfer: Transfer, payload: bytes) -> None:
        """Send a message in as many frames as it takes."""
        while len(payload) > _PIECE:
            self.send(replace(transfer, more=True), payload=payload[:_PIECE])
            payload = payload[_PIECE:]
        self.send(transfer, payload=payload)

    def refusal(self) -> tuple[str, str]:
        """Condition and description of the detach that follows a refused attach."""
        detach = self.expect(Detach)
        assert detach.closed is True
        return error_of(detach.error)


def error_of(error: Any) -> tuple[str, str]:
    """Condition and description of an error; it must have three fields, the last a map that is not empty."""
    condition, description, info = error.value
    assert info
    return str(condition), str(description)


def outcome_of(disposition: Disposition) -> tuple[int, tuple[str, str] | None]:
    """Descriptor of a delivery state, and the error in it."""
    assert disposition.state is not None
    state = decode_whole(disposition.state)
    return state.descriptor, error_of(state.value[0]) if state.descriptor == 0x25 and state.value else None
