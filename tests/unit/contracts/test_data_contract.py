"""The wrapper of .NET's DataContractSerializer: what it holds is read, whatever only resembles it is not touched."""

from __future__ import annotations

import base64
import json
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.data_contract import BrokenWrapperError, unwrapped
from shared.contracts.json_text import read_object
from shared.contracts.request import parse_request
from shared.domain.errors import InvalidRequestError
from tests.unit.contracts.test_request import MINIMAL

URL = b"http://schemas.microsoft.com/2003/10/Serialization/"
STRING, BYTES = b"@\x06string\x08" + bytes([51]) + URL, b"@\x0cbase64Binary\x08" + bytes([51]) + URL
JSON = json.dumps(MINIMAL).encode()


def record(kind: int, content: bytes, width: int) -> bytes:
    return bytes([kind]) + len(content).to_bytes(width, "little") + content


def binary(text: str, *, ends: bool = True, wide: bool = False) -> bytes:
    """As XmlBinaryWriter writes it: the shortest length that holds the text, the end of the element in the record."""
    content = text.encode("utf-16-le" if wide else "utf-8")
    width = 1 if len(content) < 256 else 2 if len(content) < 65536 else 4
    kind = {1: 0x98, 2: 0x9A, 4: 0x9C}[width] + (0x1E if wide else 0)
    return STRING + record(kind + ends, content, width) + (b"" if ends else b"\x01")


def test_the_bytes_that_a_brokered_message_of_the_older_package_has() -> None:
    """Byte by byte: element string, its namespace, one text of 13 bytes that also ends the element."""
    body = b'@\x06string\x083http://schemas.microsoft.com/2003/10/Serialization/\x99\r{"version":1}'
    assert unwrapped(body) == b'{"version":1}'
    assert read_object(body) == {"version": 1}


@given(st.text(max_size=300), st.booleans(), st.booleans())
def test_every_text_comes_out_as_it_went_in(text: str, ends: bool, wide: bool) -> None:
    assert unwrapped(binary(text, ends=ends, wide=wide)) == text.encode()
    content = escape(text, {"\r": "&#xD;", "'": "&apos;", '"': "&#34;"}).encode()
    xml = b'<string xmlns="' + URL + b'">' + content + b"</string>"
    for prefix in (b"", b"\xef\xbb\xbf", b'<?xml version="1.0" encoding="utf-8"?>\n'):
        assert unwrapped(prefix + xml) == text.encode()


@given(st.binary(max_size=300))
def test_bytes_come_out_as_they_went_in(content: bytes) -> None:
    width = 1 if len(content) < 256 else 2
    assert unwrapped(BYTES + record(0x9F if width == 1 else 0xA1, content, width)) == content
    pieces = record(0x9E, content[:90], 1) + record(0xA1, content[90:], 2)
    assert unwrapped(BYTES + pieces) == content
    xml = b'<base64Binary xmlns="' + URL + b'">' + base64.b64encode(content) + b"</base64Binary>"
    assert unwrapped(xml) == content


@given(st.binary(max_size=60))
def test_what_is_no_wrapper_is_left_alone(body: bytes) -> None:
    assert unwrapped(body) == body
    assert unwrapped(JSON + body) == JSON + body


@given(st.integers(0, len(STRING) + 30), st.integers(0, 255))
def test_a_damaged_wrapper_never_yields_another_text(place: int, byte: int) -> None:
    """One byte replaced, or everything after it missing: the text, what is no wrapper, or a named refusal."""
    whole = binary("0123456789")
    for damaged in (whole[:place], whole[:place] + bytes([byte]) + whole[place + 1 :]):
        try:
            found = unwrapped(damaged)
        except BrokenWrapperError:
            continue
        content = place >= len(STRING) + 2 or damaged == whole
        assert found == damaged or (content and len(found) == 10) or damaged[len(STRING)] in (0x98, 0x99)


@pytest.mark.parametrize(
    "body",
    [
        STRING,
        STRING + b"\x99\x0d{",
        STRING + b"\x99\x02{}x",
        STRING + b"\x98\x02{}",
        STRING + b"\x9f\x02{}",
        STRING + b"\x99\x01\xff",
        STRING + b"\xb7\x03a\x00b",
        BYTES + b"\x99\x02{}",
        b'<base64Binary xmlns="' + URL + b'">%%%%</base64Binary>',
        b'<string xmlns="' + URL + b'">&#x10FFFFF;</string>',
        b'<string xmlns="' + URL + b'">&#x110000;</string>',
        b'<string xmlns="' + URL + b'">&#xD800;</string>',
    ],
)
def test_a_wrapper_that_does_not_hold_is_refused_in_its_own_words(body: bytes) -> None:
    with pytest.raises(InvalidRequestError, match="DataContractSerializer"):
        read_object(body)


def test_the_same_request_in_every_wrapper_is_the_same_request() -> None:
    plain = parse_request(JSON)
    xml = b'<string xmlns="' + URL + b'">' + JSON.replace(b'"', b"&quot;") + b"</string>"
    in_bytes = BYTES + record(0xA1, b"\xef\xbb\xbf" + JSON, 2)
    for body in (binary(JSON.decode()), binary(JSON.decode(), wide=True), xml, in_bytes):
        assert parse_request(body) == plain
    with pytest.raises(InvalidRequestError) as caught:
        read_object(binary('{"a": tru}'))
    assert caught.value.field == "byte 6"
