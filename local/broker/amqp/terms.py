"""Sources, targets, errors and outcomes: the described lists inside performatives (AMQP 1.0 part 3)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from uuid import uuid4

from local.broker.amqp import encode as put
from local.broker.amqp.decode import compound, decode, map_entries, skip
from local.broker.amqp.errors import AmqpError, Condition, DecodeError
from local.broker.amqp.types import Described, Symbol, ULong

ERROR_CODE = 0x1D
SOURCE_CODE, TARGET_CODE, COORDINATOR_CODE = 0x28, 0x29, 0x30
_FILTER_FIELD = 7

RawEntries = tuple[tuple[bytes, bytes], ...]
"""Entries of a map, keys and values encoded."""


class OutcomeKind(IntEnum):
    """Descriptors of delivery states."""

    RECEIVED = 0x23
    ACCEPTED = 0x24
    REJECTED = 0x25
    RELEASED = 0x26
    MODIFIED = 0x27
    TRANSACTIONAL = 0x34


@dataclass(frozen=True, slots=True)
class Outcome:
    """A delivery state as a peer sent it.

    `entries` are the error info of a rejection or the message annotations of a modification.
    """

    kind: OutcomeKind
    undeliverable_here: bool = False
    condition: str | None = None
    description: str | None = None
    entries: RawEntries = ()


@dataclass(frozen=True, slots=True)
class Terminus:
    """What the broker needs of a source or target."""

    code: int
    address: str | None
    filter_names: tuple[str, ...] = ()


def described_fields(data: bytes) -> tuple[int, list[bytes]]:
    """Split a described list into its descriptor and its raw fields."""
    if data[:1] != b"\x00":
        raise DecodeError("a described list was expected")
    code, position = decode(data, 1)
    if type(code) is not int:
        raise DecodeError(f"unknown descriptor {code!r}")
    count, position, end = compound(data, position)
    found = []
    for _ in range(count):
        behind = skip(data, position)
        found.append(data[position:behind])
        position = behind
    if position != end or end != len(data):
        raise DecodeError("a described list's size does not match its content")
    return code, found


def read_terminus(data: bytes | None) -> Terminus | None:
    """Read a source or target. None stays None."""
    if data is None:
        return None
    code, found = described_fields(data)
    if code not in (SOURCE_CODE, TARGET_CODE):
        return Terminus(code, None)
    address = decode(found[0])[0] if found else None
    if address is not None and not isinstance(address, str):
        raise DecodeError("an address is not a string")
    names: tuple[str, ...] = ()
    if code == SOURCE_CODE and len(found) > _FILTER_FIELD and found[_FILTER_FIELD] != put.NULL:
        names = tuple(str(decode(key)[0]) for key, _ in map_entries(found[_FILTER_FIELD], 0))
    return Terminus(code, address, names)


def read_outcome(data: bytes | None) -> Outcome | None:
    """Read a delivery state. None stays None; an unknown one raises AmqpError."""
    if data is None:
        return None
    code, found = described_fields(data)
    try:
        kind = OutcomeKind(code)
    except ValueError:
        raise AmqpError(Condition.NOT_IMPLEMENTED, f"delivery state 0x{code:02x} is not supported") from None
    if kind is OutcomeKind.MODIFIED:
        undeliverable = len(found) > 1 and decode(found[1])[0] is True
        entries = tuple(map_entries(found[2], 0)) if len(found) > 2 and found[2] != put.NULL else ()
        return Outcome(kind, undeliverable_here=undeliverable, entries=entries)
    if kind is OutcomeKind.REJECTED and found and found[0] != put.NULL:
        return _read_rejection(found[0])
    return Outcome(kind)


def _read_rejection(error: bytes) -> Outcome:
    _, parts = described_fields(error)
    condition, description = (decode(part)[0] for part in [*parts, put.NULL, put.NULL][:2])
    entries = tuple(map_entries(parts[2], 0)) if len(parts) > 2 and parts[2] != put.NULL else ()
    return Outcome(
        OutcomeKind.REJECTED,
        condition=None if condition is None else str(condition),
        description=None if description is None else str(description),
        entries=entries,
    )


def error_value(error: AmqpError) -> Described:
    """Build an AMQP error of three fields. azure-servicebus 7.15 waits for ever after one of two, so `info` is full."""
    info = {Symbol("com.microsoft:tracking-id"): str(uuid4())}
    return Described(ULong(ERROR_CODE), [Symbol(error.condition.value), error.description, info])


def accepted() -> bytes:
    """The outcome of a message that is stored, or of a completion."""
    return put.described(OutcomeKind.ACCEPTED, put.EMPTY_LIST)


def rejected(error: AmqpError | None) -> bytes:
    """A rejection: with an error it says that something failed, without one it echoes a dead-lettering."""
    return put.described(OutcomeKind.REJECTED, put.list_of([] if error is None else [put.encode(error_value(error))]))


def released() -> bytes:
    """The outcome of a message given back untouched."""
    return put.described(OutcomeKind.RELEASED, put.EMPTY_LIST)
