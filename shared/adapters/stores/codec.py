"""Domain objects to JSON text and back, in one place: a field added to the domain is stored everywhere.

What a later version stored is kept as it is where it can be read, and left alone where it cannot.
"""

from __future__ import annotations

from dataclasses import replace

from pydantic import TypeAdapter, ValidationError

from shared.adapters.stores.later import FORMAT, format_of, is_later, marked, unknown_fields, with_fields
from shared.adapters.stores.unread import standing_in
from shared.adapters.stores.upgrades import upgraded_head, upgraded_holding
from shared.domain.errors import NewerRecordError
from shared.domain.evidence.entry import Aside
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.offboarding.messages import OutboundMessage, TimelineEntry
from shared.domain.offboarding.record import Offboarding

_HEAD = TypeAdapter(Offboarding)
_HOLDING = TypeAdapter(HoldingRecord)
_ENTRY = TypeAdapter(TimelineEntry)
_ASIDE = TypeAdapter(Aside)
_MESSAGE = TypeAdapter(OutboundMessage)
_FIELDS = TypeAdapter(dict[str, object])


def dump_offboarding(value: Offboarding) -> str:
    """As it is stored. Raises NewerRecordError for what could not be read: nothing is written in its place."""
    if value.unread:
        raise NewerRecordError(f"offboarding {value.id} was stored by a later version and is not changed by this one")
    text = marked(_HEAD.dump_json(value, exclude={"later", "unread"}).decode())
    return with_fields(text, value.later) if value.later else text


def copied_offboarding(value: Offboarding) -> str:
    """The same for a copy: what could not be read is copied as it is."""
    return value.unread or dump_offboarding(value)


def load_offboarding(text: str) -> Offboarding:
    """What a later version stored and this one cannot read is a case for a person, with the reason: nothing of it is
    guessed."""
    if not is_later(text):
        return _HEAD.validate_json(upgraded_head(text))
    try:
        head = _HEAD.validate_json(text) if format_of(text)[0] == FORMAT[0] else None
    except ValidationError:
        head = None
    if head is None:
        return standing_in(text)
    return replace(head, later=unknown_fields(text, dump_offboarding(head)))


def dump_holding(value: HoldingRecord) -> str:
    text = marked(_HOLDING.dump_json(value, exclude={"later"}).decode())
    return with_fields(text, value.later) if value.later else text


def load_holding(text: str) -> HoldingRecord:
    """Raises NewerRecordError for what a later version stored and this one cannot read."""
    if not is_later(text):
        return _HOLDING.validate_json(upgraded_holding(text))
    try:
        record = _HOLDING.validate_json(text) if format_of(text)[0] == FORMAT[0] else None
    except ValidationError:
        record = None
    if record is None:
        raise NewerRecordError("a holding was stored by a later version in a way that this one cannot read")
    return replace(record, later=unknown_fields(text, dump_holding(record)))


def dump_entry(value: TimelineEntry) -> str:
    return _ENTRY.dump_json(value).decode()


def load_entry(text: str) -> TimelineEntry:
    return _ENTRY.validate_json(text)


def dump_aside(value: Aside) -> str:
    return _ASIDE.dump_json(value).decode()


def load_aside(text: str) -> Aside:
    return _ASIDE.validate_json(text)


def dump_message(value: OutboundMessage) -> tuple[str, bytes]:
    """The message without its body, and the body: a rejected body may be any bytes."""
    return _MESSAGE.dump_json(value, exclude={"body"}).decode(), value.body


def load_message(text: str, body: bytes) -> OutboundMessage:
    return _MESSAGE.validate_python({**_FIELDS.validate_json(text), "body": body}, strict=False)
