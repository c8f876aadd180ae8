"""The AMQP codec: what is encoded comes back, and bytes that are no AMQP raise DecodeError and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.broker.amqp.decode import MAX_NESTING, decode, decode_whole, map_entries, skip
from local.broker.amqp.encode import encode
from local.broker.amqp.errors import DecodeError
from local.broker.amqp.types import Array, ArrayOf, Described, Opaque, Symbol
from local.broker.tests.unit.strategies import VALUES


@given(VALUES)
def test_what_is_encoded_comes_back(value: Any) -> None:
    assert decode_whole(encode(value)) == value


@given(VALUES, st.binary(max_size=8))
def test_skipping_ends_where_decoding_ends(value: Any, rest: bytes) -> None:
    data = encode(value)
    assert skip(data + rest, 0) == decode(data + rest)[1] == len(data)


@given(VALUES, st.data())
def test_damaged_bytes_raise_decode_error_only(value: Any, data: st.DataObject) -> None:
    damaged = bytearray(encode(value))
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    damaged = damaged[: data.draw(st.integers(0, len(damaged)))]
    for read in (decode_whole, lambda raw: skip(raw, 0), lambda raw: map_entries(raw, 0)):
        try:
            read(bytes(damaged))
        except DecodeError:
            continue


@given(st.binary(max_size=64))
def test_random_bytes_raise_decode_error_only(data: bytes) -> None:
    try:
        decode_whole(data)
    except DecodeError:
        return


@pytest.mark.parametrize(
    ("hexadecimal", "value"),
    [
        ("40", None), ("41", True), ("5600", False), ("5601", True), ("43", 0), ("44", 0), ("45", []),
        ("50ff", 255), ("51ff", -1), ("52ff", 255), ("53ff", 255), ("54ff", -1), ("55ff", -1),
        ("60ffff", 65535), ("61ffff", -1), ("70ffffffff", 2**32 - 1), ("71ffffffff", -1),
        ("72 3f800000", 1.0), ("80 ffffffffffffffff", 2**64 - 1), ("81 ffffffffffffffff", -1),
        ("82 3ff0000000000000", 1.0), ("83 0000000000000001", 1), ("73 00000041", Opaque(0x73, b"\0\0\0A")),
        ("a0026162", b"ab"), ("a1026162", "ab"), ("a3026162", Symbol("ab")), ("b100000002 6162", "ab"),
        ("c00302 4342", [0, False]), ("d0 00000006 00000002 4342", [0, False]), ("c1 03 02 43 42", {0: False}),
        ("e0 04 02 55 0102", [1, 2]), ("f0 0000000d 00000001 81 0000000000000007", [7]),
        ("e0 02 03 40", [None, None, None]), ("00 5370 c00100", Described(0x70, [])),
        ("e0 07 02 00 5301 55 0102", [Described(1, 1), Described(1, 2)]),
    ],
)  # fmt: skip
def test_every_encoding_of_the_standard_is_read(hexadecimal: str, value: object) -> None:
    assert decode_whole(bytes.fromhex(hexadecimal)) == value


@pytest.mark.parametrize("of", list(ArrayOf))
def test_arrays_that_are_sent_can_be_read(of: ArrayOf) -> None:
    items: tuple[Any, ...] = ("ab", "c") if of is ArrayOf.SYMBOL else (1, -2, 3)
    assert decode_whole(encode(Array(of, items))) == list(items)


@pytest.mark.parametrize(
    "hexadecimal",
    [
        "", "00", "0053", "a0", "a0ff61", "b0ffffffff61", "d0ffffffffffffffff", "c00502434343", "c0020243",
        "c10201 43", "c1 04 02 45 43", "f0 ffffffff ffffffff 40", "f0 00000005 ffffffff 40", "1f", "a1 01 ff", "98 00",
    ],
)  # fmt: skip
def test_lies_about_lengths_are_refused(hexadecimal: str) -> None:
    with pytest.raises(DecodeError):
        decode_whole(bytes.fromhex(hexadecimal))


def test_deep_nesting_is_refused() -> None:
    data = b"\x45"
    for _ in range(MAX_NESTING + 2):
        data = b"\xd0" + (len(data) + 4).to_bytes(4, "big") + b"\x00\x00\x00\x01" + data
    with pytest.raises(DecodeError, match="nested deeper"):
        decode_whole(data)
    with pytest.raises(DecodeError):
        skip(b"\x00" * 1000, 0)


def test_a_value_without_counterpart_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="set has no AMQP encoding"):
        encode({1})
