"""Frame bodies and framing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.broker.amqp import encode as put
from local.broker.amqp.errors import AmqpError, DecodeError
from local.broker.amqp.frames import AMQP_HEADER, EMPTY_FRAME, FrameReader, encode_frame
from local.broker.amqp.performatives import (
    Attach,
    Begin,
    Close,
    Detach,
    Disposition,
    End,
    Flow,
    Open,
    Performative,
    SaslInit,
    SaslOutcome,
    Transfer,
    decode_performative,
    encode_performative,
)
from local.broker.amqp.types import Symbol

SAMPLES: list[Performative] = [
    Open("me", hostname="host", max_frame_size=512, channel_max=3, idle_time_out=0),
    Begin(1, 2, 3, 4, 5),
    Attach("link", 0, True, 0, 1, b"\x00\x53\x28\x45", None, None, False, 7, 2**40, properties={Symbol("a"): 1}),
    Flow(1, 2, 3, 4, 0, 5, 6, None, True, False),
    Transfer(0, 1, b"tag", 0x80013700, False, True),
    Disposition(True, 4, 9, False, b"\x00\x53\x24\x45"),
    Detach(3, True),
    End(),
    Close(),
    SaslInit(Symbol("ANONYMOUS"), b"", "host"),
    SaslOutcome(0),
]


@pytest.mark.parametrize("body", SAMPLES, ids=lambda body: type(body).__name__)
def test_a_frame_comes_back_however_it_is_cut(body: Performative) -> None:
    payload = b"payload" if isinstance(body, Transfer) else b""
    reader = FrameReader(65_536)
    data = encode_frame(3, body, payload) + EMPTY_FRAME
    found = []
    for byte in data:
        reader.feed(bytes((byte,)))
        while (frame := reader.frame()) is not None:
            found.append(frame)
    assert [frame.body for frame in found] == [body, None]
    assert found[0].channel == 3
    assert found[0].payload == payload
    assert found[0].sasl == body.SASL


def test_a_header_is_taken_when_it_is_whole() -> None:
    reader = FrameReader(512)
    reader.feed(AMQP_HEADER[:5])
    assert reader.header() is None
    reader.feed(AMQP_HEADER[5:] + EMPTY_FRAME[:3])
    assert reader.header() == AMQP_HEADER
    assert reader.frame() is None


@pytest.mark.parametrize(
    ("hexadecimal", "problem"),
    [
        ("00000007 02000000", "frame of 7 bytes"),
        ("00000201 02000000", "frame of 513 bytes"),
        ("ffffffff 02000000", "frame of 4294967295 bytes"),
        ("00000008 01000000", "data offset 1"),
        ("00000008 03000000", "data offset 3"),
        ("00000008 02020000", "type 2"),
        ("00000009 02000000 40", "described list"),
        ("0000000c 02000000 00531745", None),
        ("0000000c 02010000 00531745", "End in a frame of type 1"),
    ],
)
def test_what_is_no_frame_is_refused(hexadecimal: str, problem: str | None) -> None:
    reader = FrameReader(512)
    reader.feed(bytes.fromhex(hexadecimal))
    if problem is None:
        assert reader.frame() is not None
    else:
        with pytest.raises(AmqpError, match=problem):
            reader.frame()


@pytest.mark.parametrize(
    ("code", "fields", "problem"),
    [
        (0x10, [], "Open has 0 fields"),
        (0x10, [put.NULL], "Open.container_id is missing"),
        (0x10, [put.encode(1)], "Open.container_id is not a string"),
        (0x14, [put.string("x")], "Transfer.handle is not a uint"),
        (0x14, [put.encode(-1)], "Transfer.handle is not a uint"),
        (0x17, [put.NULL, put.NULL], "End has 2 fields"),
        (0x19, [], "unknown frame body"),
    ],
)
def test_wrong_fields_are_named(code: int, fields: list[bytes], problem: str) -> None:
    with pytest.raises(DecodeError, match=problem):
        decode_performative(put.described(code, put.list_of(fields)))


@given(st.sampled_from(SAMPLES), st.data())
def test_damaged_bodies_raise_decode_error_only(body: Performative, data: st.DataObject) -> None:
    damaged = bytearray(encode_performative(body))
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        decode_performative(bytes(damaged))
    except DecodeError:
        return
