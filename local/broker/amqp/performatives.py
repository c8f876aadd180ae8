"""The frame bodies of AMQP 1.0 (part 2 section 2.7, part 5 section 5.3.3) as dataclasses, and how they are coded.

Fields are in wire order. A field that the broker only echoes, or whose exact types must survive, is kept as raw bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from local.broker.amqp import encode as put
from local.broker.amqp.decode import compound, decode, skip
from local.broker.amqp.errors import DecodeError
from local.broker.amqp.types import Described, Symbol


@dataclass(frozen=True, slots=True)
class FieldType:
    """How one field is checked and encoded."""

    name: str
    accepts: Callable[[Any], bool]
    encode: Callable[[Any], bytes]
    raw: bool = False


def _is_uint(value: object) -> bool:
    return type(value) is int and 0 <= value <= 0xFFFFFFFF


_UINT = FieldType("uint", _is_uint, put.uint)
_UBYTE = FieldType("ubyte", lambda value: type(value) is int and 0 <= value <= 255, lambda v: bytes((0x50, v)))
_USHORT = FieldType(
    "ushort",
    lambda value: type(value) is int and 0 <= value <= 65535,
    lambda value: b"\x60" + value.to_bytes(2, "big"),
)
_ULONG = FieldType("ulong", lambda value: type(value) is int and 0 <= value < 2**64, put.ulong)
_BOOL = FieldType("boolean", lambda value: type(value) is bool, put.boolean)
_STRING = FieldType("string", lambda value: type(value) is str, put.string)
_SYMBOL = FieldType("symbol", lambda value: type(value) is Symbol, put.symbol)
_BINARY = FieldType("binary", lambda value: type(value) is bytes, put.binary)
_MAP = FieldType("map", lambda value: type(value) is dict, put.encode)
_ANY = FieldType("any", lambda _: True, put.encode)
_ERROR = FieldType("error", lambda value: type(value) is Described, put.encode)
_RAW = FieldType("raw", lambda _: True, lambda value: bytes(value), raw=True)


class Performative:
    """Base of all frame bodies. TYPES are those of the fields; the first MANDATORY of them must be given."""

    CODE: ClassVar[int]
    TYPES: ClassVar[tuple[FieldType, ...]] = ()
    MANDATORY: ClassVar[int] = 0
    SASL: ClassVar[bool] = False
    __slots__ = ()


@dataclass(slots=True)
class Open(Performative):
    """Connection limits and identity."""

    CODE = 0x10
    MANDATORY = 1
    TYPES = (_STRING, _STRING, _UINT, _USHORT, _UINT, _ANY, _ANY, _ANY, _ANY, _ANY)
    container_id: str
    hostname: str | None = None
    max_frame_size: int | None = None
    channel_max: int | None = None
    idle_time_out: int | None = None
    outgoing_locales: Any = None
    incoming_locales: Any = None
    offered_capabilities: Any = None
    desired_capabilities: Any = None
    properties: Any = None


@dataclass(slots=True)
class Begin(Performative):
    """Start of a session on a channel."""

    CODE = 0x11
    TYPES = (_USHORT, _UINT, _UINT, _UINT, _UINT, _ANY, _ANY, _ANY)
    remote_channel: int | None = None
    next_outgoing_id: int | None = None
    incoming_window: int | None = None
    outgoing_window: int | None = None
    handle_max: int | None = None
    offered_capabilities: Any = None
    desired_capabilities: Any = None
    properties: Any = None


@dataclass(slots=True)
class Attach(Performative):
    """Start of a link. `role` true means that the sender of this frame receives messages."""

    CODE = 0x12
    MANDATORY = 3
    TYPES = (_STRING, _UINT, _BOOL, _UBYTE, _UBYTE, _RAW, _RAW, _RAW, _BOOL, _UINT, _ULONG, _ANY, _ANY, _MAP)
    name: str
    handle: int
    role: bool
    snd_settle_mode: int | None = None
    rcv_settle_mode: int | None = None
    source: bytes | None = None
    target: bytes | None = None
    unsettled: bytes | None = None
    incomplete_unsettled: bool | None = None
    initial_delivery_count: int | None = None
    max_message_size: int | None = None
    offered_capabilities: Any = None
    desired_capabilities: Any = None
    properties: dict[object, object] | None = None


@dataclass(slots=True)
class Flow(Performative):
    """Session windows, and the credit of one link if `handle` is given."""

    CODE = 0x13
    TYPES = (_UINT, _UINT, _UINT, _UINT, _UINT, _UINT, _UINT, _UINT, _BOOL, _BOOL, _ANY)
    next_incoming_id: int | None = None
    incoming_window: int | None = None
    next_outgoing_id: int | None = None
    outgoing_window: int | None = None
    handle: int | None = None
    delivery_count: int | None = None
    link_credit: int | None = None
    available: int | None = None
    drain: bool | None = None
    echo: bool | None = None
    properties: Any = None


@dataclass(slots=True)
class Transfer(Performative):
    """A message or a piece of one; the payload follows the performative in the frame."""

    CODE = 0x14
    MANDATORY = 1
    TYPES = (_UINT, _UINT, _BINARY, _UINT, _BOOL, _BOOL, _UBYTE, _RAW, _BOOL, _BOOL, _BOOL)
    handle: int
    delivery_id: int | None = None
    delivery_tag: bytes | None = None
    message_format: int | None = None
    settled: bool | None = None
    more: bool | None = None
    rcv_settle_mode: int | None = None
    state: bytes | None = None
    resume: bool | None = None
    aborted: bool | None = None
    batchable: bool | None = None


@dataclass(slots=True)
class Disposition(Performative):
    """Outcome of the deliveries `first` to `last`."""

    CODE = 0x15
    MANDATORY = 2
    TYPES = (_BOOL, _UINT, _UINT, _BOOL, _RAW, _BOOL)
    role: bool
    first: int
    last: int | None = None
    settled: bool | None = None
    state: bytes | None = None
    batchable: bool | None = None


@dataclass(slots=True)
class Detach(Performative):
    """End of a link."""

    CODE = 0x16
    MANDATORY = 1
    TYPES = (_UINT, _BOOL, _ERROR)
    handle: int
    closed: bool | None = None
    error: Described | None = None


@dataclass(slots=True)
class End(Performative):
    """End of a session."""

    CODE = 0x17
    TYPES = (_ERROR,)
    error: Described | None = None


@dataclass(slots=True)
class Close(Performative):
    """End of a connection."""

    CODE = 0x18
    TYPES = (_ERROR,)
    error: Described | None = None


@dataclass(slots=True)
class SaslMechanisms(Performative):
    """What the server lets a client sign in with."""

    CODE = 0x40
    SASL = True
    TYPES = (_ANY,)
    mechanisms: Any = None


@dataclass(slots=True)
class SaslInit(Performative):
    """The client's choice of mechanism."""

    CODE = 0x41
    MANDATORY = 1
    SASL = True
    TYPES = (_SYMBOL, _BINARY, _STRING)
    mechanism: str
    initial_response: bytes | None = None
    hostname: str | None = None


@dataclass(slots=True)
class SaslOutcome(Performative):
    """End of the sign-in; code 0 is success."""

    CODE = 0x44
    SASL = True
    TYPES = (_UBYTE, _BINARY)
    code: int = 0
    additional_data: bytes | None = None


_KNOWN: tuple[type[Performative], ...] = (
    Open, Begin, Attach, Flow, Transfer, Disposition, Detach, End, Close, SaslMechanisms, SaslInit, SaslOutcome,
)  # fmt: skip
_BY_CODE: dict[object, type[Performative]] = {each.CODE: each for each in _KNOWN}
_FIELDS: dict[type[Performative], list[tuple[str, FieldType]]] = {
    each: [(field.name, kind) for field, kind in zip(fields(each), each.TYPES, strict=True)]  # type: ignore[arg-type]
    for each in _KNOWN
}


def encode_performative(body: Performative) -> bytes:
    """Encode a frame body; trailing nulls are left out, as AMQP allows."""
    parts = []
    length = 0
    for number, (name, kind) in enumerate(_FIELDS[type(body)], start=1):
        value = getattr(body, name)
        parts.append(put.NULL if value is None else kind.encode(value))
        if value is not None:
            length = number
    return put.described(body.CODE, put.list_of(parts[:length]))


def decode_performative(data: bytes) -> tuple[Performative, int]:
    """Read a frame body at the start of `data`; returns it and where the payload begins."""
    if data[:1] != b"\x00":
        raise DecodeError("a frame body must be a described list")
    code, position = decode(data, 1)
    kind = _BY_CODE.get(code) if isinstance(code, int) else None
    if kind is None:
        raise DecodeError(f"unknown frame body {code!r}")
    count, position, end = compound(data, position)
    specification = _FIELDS[kind]
    if not kind.MANDATORY <= count <= len(specification):
        raise DecodeError(f"{kind.__name__} has {count} fields")
    values: list[Any] = []
    for name, field_type in specification[:count]:
        if field_type.raw:
            behind = skip(data, position)
            value: Any = None if data[position] == 0x40 else data[position:behind]
        else:
            value, behind = decode(data, position)
        if value is None:
            if len(values) < kind.MANDATORY:
                raise DecodeError(f"{kind.__name__}.{name} is missing")
        elif not field_type.accepts(value):
            raise DecodeError(f"{kind.__name__}.{name} is not a {field_type.name}")
        values.append(value)
        position = behind
    if position != end:
        raise DecodeError(f"{kind.__name__}: size does not match its content")
    return kind(*values), end
