"""Message sections (AMQP 1.0 part 3 section 3.2) and the Service Bus annotations on them.

What the client wrote into properties, application properties, body and footer is passed through byte for byte.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from local.broker.amqp import encode as put
from local.broker.amqp.decode import decode, map_entries, skip
from local.broker.amqp.errors import DecodeError
from local.broker.amqp.terms import RawEntries, described_fields
from local.broker.amqp.types import Int, Timestamp, UByte

HEADER, DELIVERY_ANNOTATIONS, MESSAGE_ANNOTATIONS, PROPERTIES = 0x70, 0x71, 0x72, 0x73
APPLICATION_PROPERTIES, DATA, SEQUENCE, VALUE, FOOTER = 0x74, 0x75, 0x76, 0x77, 0x78

SCHEDULED_TIME = "x-opt-scheduled-enqueue-time"
_BROKER_ANNOTATIONS = frozenset(
    f"x-opt-{name}"
    for name in (
        "enqueued-time", "sequence-number", "locked-until", "message-state", "enqueue-sequence-number",
        "deadletter-source", "lock-token",
    )
)  # fmt: skip
"""Only the broker says these; a client's own are dropped."""


@dataclass(frozen=True, slots=True)
class Section:
    """One section: its descriptor, the raw value under it, and both under the descriptor's one-byte form."""

    code: int
    value: bytes
    whole: bytes


@dataclass(frozen=True, slots=True)
class Content:
    """A message as its sender made it, less what the broker replaces.

    `ttl_ms` is the header's time to live, `scheduled_ms` the time from which it is to be seen (business time, Unix
    milliseconds), `message_id` the text of the message id whatever its type. `annotations` (of the message) and
    `delivery_annotations` are raw map entries; `properties`, `application_properties` and `rest` (body, footer) are
    whole sections. A message may have no body at all: https://learn.microsoft.com/azure/service-bus-messaging
    describes bodies as optional, and Microsoft's clients send such messages.
    """

    durable: bool = False
    priority: int | None = None
    ttl_ms: int | None = None
    scheduled_ms: int | None = None
    message_id: str | None = None
    annotations: RawEntries = ()
    properties: bytes = b""
    application_properties: bytes = b""
    rest: bytes = b""
    delivery_annotations: RawEntries = ()

    @property
    def size(self) -> int:
        """Bytes that the message takes, for quotas."""
        parts = len(self.properties) + len(self.application_properties) + len(self.rest)
        return parts + sum(len(key) + len(value) for key, value in (*self.annotations, *self.delivery_annotations))

    def with_application_properties(self, changes: Mapping[str, bytes]) -> Content:
        """Set application properties, given as encoded values by name; ones of the same name are replaced."""
        if not changes:
            return self
        kept: list[tuple[bytes, bytes]] = []
        for section in sections(self.application_properties):
            kept += [entry for entry in map_entries(section.value, 0) if _name(entry) not in changes]
        kept += [(put.string(name), value) for name, value in changes.items()]
        return replace(self, application_properties=put.described(APPLICATION_PROPERTIES, put.map_of(kept)))


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the broker writes on a message when it hands it out. Times are Unix milliseconds UTC."""

    sequence: int
    enqueued_ms: int
    failed_deliveries: int
    state: int = 0
    locked_until_ms: int | None = None
    lock_token: UUID | None = None


def sections(payload: bytes) -> list[Section]:
    """Cut a message into its sections. Raises DecodeError if it is not one."""
    found, position = [], 0
    while position < len(payload):
        if payload[position] != 0x00:
            raise DecodeError("a message section must be described")
        code, start = decode(payload, position + 1)
        if not isinstance(code, int) or not HEADER <= code <= FOOTER:
            raise DecodeError(f"unknown message section {code!r}")
        end = skip(payload, start)
        value = payload[start:end]
        found.append(Section(code, value, put.described(code, value)))
        position = end
    return found


def parse(payload: bytes) -> Content:
    """Read a message that a client sent. Raises DecodeError if a receiver could not read it."""
    durable, priority, ttl, scheduled, message_id = False, None, None, None, None
    annotations: RawEntries = ()
    for_delivery: RawEntries = ()
    properties, application_properties, rest = b"", b"", []
    for section in sections(payload):
        if section.code == DATA:
            _binary(section)
        else:
            decode(section.value)
        if section.code == HEADER:
            durable, priority, ttl = _read_header(section)
        elif section.code == MESSAGE_ANNOTATIONS:
            annotations = _of_client(section)
            scheduled = _scheduled_time(annotations)
        elif section.code == PROPERTIES:
            properties, message_id = section.whole, _message_id(section)
        elif section.code == APPLICATION_PROPERTIES:
            map_entries(section.value, 0)
            application_properties = section.whole
        elif section.code == DELIVERY_ANNOTATIONS:
            for_delivery = _of_client(section)
        else:
            rest.append(section.whole)
    return Content(
        durable=durable,
        priority=priority,
        ttl_ms=ttl,
        scheduled_ms=scheduled,
        message_id=message_id,
        annotations=annotations,
        properties=properties,
        application_properties=application_properties,
        rest=b"".join(rest),
        delivery_annotations=for_delivery,
    )


def _of_client(section: Section) -> RawEntries:
    """The annotations that are the client's to make."""
    return tuple(entry for entry in map_entries(section.value, 0) if _name(entry) not in _BROKER_ANNOTATIONS)


def _binary(section: Section) -> bytes:
    value = decode(section.value)[0]
    if not isinstance(value, bytes):
        raise DecodeError("a data section does not hold binary")
    return value


def pack(content: Content) -> bytes:
    """Encode a message so that `parse` gives it back; the form in which it is stored."""
    entries = content.delivery_annotations
    return b"".join(
        (
            put.described(HEADER, put.list_of(_header(content))),
            put.described(DELIVERY_ANNOTATIONS, put.map_of(entries)) if entries else b"",
            put.described(MESSAGE_ANNOTATIONS, put.map_of(content.annotations)),
            content.properties,
            content.application_properties,
            content.rest,
        )
    )


def unpack_batch(payload: bytes) -> list[Content]:
    """Read a batch (message format 0x80013700): each data section holds one encoded message."""
    return [parse(_binary(section)) for section in sections(payload) if section.code == DATA]


def build(content: Content, stamp: Stamp, *, peeked: bool = False) -> bytes:
    """Encode a message for a receiver. Delivery annotations hold the sender's own, and the token of a lock."""
    parts = [put.described(HEADER, put.list_of([*_header(content), put.NULL, put.uint(stamp.failed_deliveries)]))]
    if not peeked:
        token = () if stamp.lock_token is None else ((_LOCK_TOKEN, put.encode(stamp.lock_token)),)
        parts.append(put.described(DELIVERY_ANNOTATIONS, put.map_of((*content.delivery_annotations, *token))))
    own = [
        (_SEQUENCE_NUMBER, put.encode(stamp.sequence)),
        (_ENQUEUED_TIME, put.encode(Timestamp(stamp.enqueued_ms))),
        (_MESSAGE_STATE, put.encode(Int(stamp.state))),
    ]
    if stamp.locked_until_ms is not None:
        own.append((_LOCKED_UNTIL, put.encode(Timestamp(stamp.locked_until_ms))))
    parts.append(put.described(MESSAGE_ANNOTATIONS, put.map_of((*content.annotations, *own))))
    return b"".join((*parts, content.properties, content.application_properties, content.rest))


def _header(content: Content) -> list[bytes]:
    return [
        put.boolean(content.durable),
        put.NULL if content.priority is None else put.encode(UByte(content.priority)),
        put.NULL if content.ttl_ms is None else put.uint(content.ttl_ms),
    ]


def _name(entry: tuple[bytes, bytes]) -> str:
    return str(decode(entry[0])[0])


_LOCK_TOKEN = put.symbol("x-opt-lock-token")
_SEQUENCE_NUMBER = put.symbol("x-opt-sequence-number")
_ENQUEUED_TIME = put.symbol("x-opt-enqueued-time")
_MESSAGE_STATE = put.symbol("x-opt-message-state")
_LOCKED_UNTIL = put.symbol("x-opt-locked-until")


def _read_header(section: Section) -> tuple[bool, int | None, int | None]:
    _, found = described_fields(section.whole)
    values = [decode(field)[0] for field in found[:3]] + [None, None, None]
    durable, priority, ttl = values[:3]
    for value, limit in ((priority, 255), (ttl, 0xFFFFFFFF)):
        if value is not None and (type(value) is not int or not 0 <= value <= limit):
            raise DecodeError("a message header field has a wrong type")
    return durable is True, priority, ttl


def _scheduled_time(annotations: RawEntries) -> int | None:
    for key, value in annotations:
        if _name((key, value)) == SCHEDULED_TIME:
            moment = decode(value)[0]
            if moment is not None and type(moment) is not int:
                raise DecodeError("x-opt-scheduled-enqueue-time is not a timestamp")
            return moment
    return None


def _message_id(section: Section) -> str | None:
    _, found = described_fields(section.whole)
    value = decode(found[0])[0] if found else None
    if value is None or isinstance(value, str):
        return value
    return value.hex() if isinstance(value, bytes) else str(value)
