"""Domain objects to JSON text and back, in one place: a field added to the domain is stored everywhere."""

from __future__ import annotations

from pydantic import TypeAdapter

from shared.adapters.stores.upgrades import upgraded_head, upgraded_holding
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
    return _HEAD.dump_json(value).decode()


def load_offboarding(text: str) -> Offboarding:
    return _HEAD.validate_json(upgraded_head(text))


def dump_holding(value: HoldingRecord) -> str:
    return _HOLDING.dump_json(value).decode()


def load_holding(text: str) -> HoldingRecord:
    return _HOLDING.validate_json(upgraded_holding(text))


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
