"""Message sections: what the client wrote passes through byte for byte; the broker's own annotations are its own."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.broker.amqp import encode as put
from local.broker.amqp import message as wire
from local.broker.amqp.decode import decode_whole
from local.broker.amqp.errors import DecodeError
from local.broker.amqp.types import Opaque, Symbol, Timestamp, UByte, UInt, ULong
from local.broker.tests.unit.strategies import SCALARS


def section(code: int, value: object) -> bytes:
    """One message section."""
    return put.described(code, put.encode(value))


BODY = section(wire.DATA, b"body")


def sections(payload: bytes) -> dict[int, Any]:
    """Decoded sections by descriptor."""
    return {each.code: decode_whole(each.value) for each in wire.sections(payload)}


def test_a_message_passes_through_byte_for_byte() -> None:
    properties = section(wire.PROPERTIES, [uuid4(), b"user", "to", None, None, ULong(7)])
    application = section(wire.APPLICATION_PROPERTIES, {"n": UByte(3), "d": Opaque(0x94, bytes(16)), "t": Timestamp(1)})
    rest = BODY + section(wire.DATA, b"more") + section(wire.FOOTER, {Symbol("f"): 1})
    content = wire.parse(properties + application + rest)
    built = wire.build(content, wire.Stamp(sequence=1, enqueued_ms=2, failed_deliveries=0))
    assert built.endswith(properties + application + rest)


def test_a_delivery_carries_the_brokers_stamp() -> None:
    client = {
        Symbol("x-opt-partition-key"): "p",
        Symbol("x-opt-sequence-number"): 999,
        Symbol("x-opt-locked-until"): Timestamp(1),
    }
    header = section(wire.HEADER, [True, UByte(7), UInt(5000), None, UInt(42)])
    content = wire.parse(header + section(wire.MESSAGE_ANNOTATIONS, client) + BODY)
    assert (content.durable, content.priority, content.ttl_ms) == (True, 7, 5000)
    token = UUID(int=5)
    found = sections(wire.build(content, wire.Stamp(11, 12, 13, locked_until_ms=14, lock_token=token)))
    assert found[wire.HEADER] == [True, 7, 5000, None, 13]
    assert found[wire.DELIVERY_ANNOTATIONS] == {"x-opt-lock-token": token}
    assert found[wire.MESSAGE_ANNOTATIONS] == {
        "x-opt-partition-key": "p",
        "x-opt-sequence-number": 11,
        "x-opt-enqueued-time": 12,
        "x-opt-message-state": 0,
        "x-opt-locked-until": 14,
    }


def test_without_a_lock_the_delivery_annotations_are_empty_and_a_peek_has_none() -> None:
    stamp = wire.Stamp(1, 2, 0)
    assert sections(wire.build(wire.parse(BODY), stamp))[wire.DELIVERY_ANNOTATIONS] == {}
    assert wire.DELIVERY_ANNOTATIONS not in sections(wire.build(wire.parse(BODY), stamp, peeked=True))


def test_setting_properties_keeps_the_others() -> None:
    content = wire.parse(section(wire.APPLICATION_PROPERTIES, {"a": 1, "b": UInt(2)}) + BODY)
    changed = content.with_application_properties({"b": put.encode("new"), "c": put.encode(None)})
    assert sections(changed.application_properties)[wire.APPLICATION_PROPERTIES] == {"a": 1, "b": "new", "c": None}
    assert content.with_application_properties({}) is content


@given(
    st.dictionaries(st.text(max_size=9), SCALARS, max_size=4), st.binary(max_size=99), st.one_of(st.none(), st.text())
)
def test_what_is_stored_is_read_back(properties: dict[str, Any], body: bytes, message_id: str | None) -> None:
    content = wire.parse(
        section(wire.HEADER, [None, UByte(4), UInt(9)])
        + section(wire.MESSAGE_ANNOTATIONS, {Symbol(wire.SCHEDULED_TIME): Timestamp(77)})
        + section(wire.PROPERTIES, [message_id])
        + section(wire.APPLICATION_PROPERTIES, properties)
        + section(wire.DATA, body)
    )
    assert (content.scheduled_ms, content.message_id) == (77, message_id)
    assert wire.parse(wire.pack(content)) == content


@pytest.mark.parametrize(
    ("identifier", "text"),
    [("m", "m"), (ULong(7), "7"), (b"\x01\xff", "01ff"), (UUID(int=1), str(UUID(int=1))), (None, None)],
)
def test_message_ids_of_every_type_have_a_text(identifier: object, text: str | None) -> None:
    assert wire.parse(section(wire.PROPERTIES, [identifier]) + BODY).message_id == text


def test_long_descriptors_are_shortened_for_clients_that_read_only_the_short_form() -> None:
    long_form = b"\x00\x80" + (wire.DATA).to_bytes(8, "big") + put.binary(b"body")
    assert wire.parse(long_form).rest == BODY


def test_a_batch_is_unpacked() -> None:
    batch = section(wire.DATA, BODY) + section(wire.DATA, section(wire.PROPERTIES, ["2"]) + BODY)
    assert [content.message_id for content in wire.unpack_batch(batch)] == [None, "2"]


@pytest.mark.parametrize("payload", [b"", section(wire.PROPERTIES, ["bare"])])
def test_a_body_may_be_missing(payload: bytes) -> None:
    content = wire.parse(payload)
    assert wire.parse(wire.pack(content)) == content
    assert content.rest == b""


def test_delivery_annotations_are_the_senders_but_for_the_brokers_own() -> None:
    sent = {Symbol("own"): "x", Symbol("x-opt-lock-token"): "forged"}
    content = wire.parse(section(wire.DELIVERY_ANNOTATIONS, sent) + BODY)
    assert wire.parse(wire.pack(content)) == content
    token = UUID(int=5)
    built = sections(wire.build(content, wire.Stamp(1, 2, 0, lock_token=token)))
    assert built[wire.DELIVERY_ANNOTATIONS] == {"own": "x", "x-opt-lock-token": token}


@pytest.mark.parametrize(
    "payload",
    [
        b"\x41",
        section(wire.DATA, "text"),
        section(0x79, 1) + BODY,
        section(wire.APPLICATION_PROPERTIES, [1]) + BODY,
        section(wire.HEADER, [True, "high"]) + BODY,
        section(wire.MESSAGE_ANNOTATIONS, {Symbol(wire.SCHEDULED_TIME): "soon"}) + BODY,
        BODY[:-1],
        put.described(wire.VALUE, b"\xc0\x02\x05\x41"),
    ],
)
def test_what_no_receiver_could_read_is_refused(payload: bytes) -> None:
    with pytest.raises(DecodeError):
        wire.parse(payload)
