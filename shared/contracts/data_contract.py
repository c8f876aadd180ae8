"""JSON inside of the wrapper that .NET's DataContractSerializer puts around a text or bytes.

`new BrokeredMessage(text)` of the older .NET package writes .NET binary XML (MS-NBFX, MC-NBFX: records 0x40, 0x08 and a
text record), others write the same as XML text. The wrapper has one element, `string` or `base64Binary`, in the
namespace of serialized simple types, so that nothing else can be taken for it.
"""

from __future__ import annotations

import base64
import binascii
import re

NAMESPACE = b"http://schemas.microsoft.com/2003/10/Serialization/"
START = re.compile(rb"^@(?:\x06(?P<text>string)|\x0cbase64Binary)\x08" + bytes([len(NAMESPACE)]) + re.escape(NAMESPACE))
TEXT_RECORDS = {0x98: (1, "utf-8"), 0x9A: (2, "utf-8"), 0x9C: (4, "utf-8")} | {
    0xB6: (1, "utf-16-le"),
    0xB8: (2, "utf-16-le"),
    0xBA: (4, "utf-16-le"),
}
BYTES_RECORDS = {0x9E: 1, 0xA0: 2, 0xA2: 4}
"""Record, and the bytes of its length (little-endian). The next higher, odd number also ends the element."""
END_ELEMENT = 0x01
XML = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*)?<(?P<name>string|base64Binary)\s+xmlns=[\"']"
    + re.escape(NAMESPACE)
    + rb"[\"']\s*>(?P<content>[^<]*)</(?P=name)>\s*$"
)
ENTITY = re.compile(
    r"&(?:#(?P<decimal>[0-9]{1,10})|#x(?P<hexadecimal>[0-9a-fA-F]{1,8})|(?P<name>lt|gt|amp|quot|apos));"
)
NAMES = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}


class BrokenWrapperError(ValueError):
    """It begins as the wrapper does, and does not go on as one."""


def unwrapped(body: bytes) -> bytes:
    """What the wrapper holds, or `body` itself where there is none; raises BrokenWrapperError."""
    start = START.match(body)
    if start is not None:
        return _from_binary(body[start.end() :], is_text=start["text"] is not None)
    found = XML.match(body)
    if found is None:
        return body
    try:
        if found["name"] == b"string":
            return ENTITY.sub(_character, found["content"].decode()).encode()
        return base64.b64decode(b"".join(found["content"].split()), validate=True)
    except (ValueError, OverflowError, binascii.Error) as error:
        raise BrokenWrapperError(str(error)) from None


def _character(entity: re.Match[str]) -> str:
    if entity["name"]:
        return NAMES[entity["name"]]
    return chr(int(entity["decimal"]) if entity["decimal"] else int(entity["hexadecimal"], 16))


def _from_binary(rest: bytes, *, is_text: bool) -> bytes:
    """The content of one or more records up to the end of the element, which ends the body too."""
    parts: list[bytes] = []
    while rest:
        kind, rest = rest[0], rest[1:]
        if kind == END_ELEMENT:
            break
        record = kind & ~1
        if is_text and record in TEXT_RECORDS:
            width, encoding = TEXT_RECORDS[record]
        elif not is_text and record in BYTES_RECORDS:
            width, encoding = BYTES_RECORDS[record], ""
        else:
            raise BrokenWrapperError(f"record 0x{kind:02x} is neither a text nor bytes")
        length = int.from_bytes(rest[:width], "little")
        content, rest = rest[width : width + length], rest[width + length :]
        if len(content) < length:
            raise BrokenWrapperError(f"{length} bytes are announced, {len(content)} are there")
        try:
            parts.append(content.decode(encoding).encode() if encoding else content)
        except UnicodeError as error:
            raise BrokenWrapperError(str(error)) from None
        if kind & 1:
            break
    else:
        raise BrokenWrapperError("its element does not end")
    if rest:
        raise BrokenWrapperError("something follows its element")
    return b"".join(parts)
