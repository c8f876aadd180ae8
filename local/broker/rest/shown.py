"""A message as an answer over HTTP: body, BrokerProperties, and a header for each property of its own."""

from __future__ import annotations

import json
import re
from email.utils import formatdate
from http import HTTPStatus
from typing import Any
from uuid import UUID

from local.broker.amqp import message as wire
from local.broker.amqp.decode import decode
from local.broker.amqp.terms import described_fields
from local.broker.engine.message import Message
from local.broker.rest.answer import ENTRY, Answer
from local.broker.rest.sent import belongs_to_http

_NAMES = {
    0: "MessageId",
    2: "To",
    3: "Label",
    4: "ReplyTo",
    5: "CorrelationId",
    10: "SessionId",
    12: "ReplyToSessionId",
}
"""Fields of the properties section (AMQP 1.0 part 3, 3.2.4) by their place."""
_CONTENT_TYPE = 6
_FOR_EVER = 922337203685.4775
"""Seconds of the longest TimeSpan of .NET: the time to live of a message that has none."""
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


def message_answer(message: Message, status: HTTPStatus, location: str | None) -> Answer:
    """The answer that hands a message out; `location` is where its lock is, None if there is none."""
    fields = _fields(message.content.properties)
    headers = [] if location is None else [("Location", location)]
    headers.append(("BrokerProperties", json.dumps(_broker_properties(message, fields), separators=(",", ":"))))
    headers += _custom(message.content.application_properties)
    kind = fields[_CONTENT_TYPE] if len(fields) > _CONTENT_TYPE else None
    good = isinstance(kind, str) and kind.isascii() and kind.isprintable()
    return Answer(status, tuple(headers), _body(message.content.rest), str(kind) if kind and good else ENTRY)


def _broker_properties(message: Message, fields: list[Any]) -> dict[str, object]:
    known = {name: fields[place] for place, name in _NAMES.items() if place < len(fields)}
    shown: dict[str, object] = {name: _plain(value) for name, value in known.items() if value is not None}
    for key, value in message.content.annotations:
        if str(decode(key)[0]) == "x-opt-partition-key":
            shown["PartitionKey"] = _plain(decode(value)[0])
    lock = message.lock
    lives = _FOR_EVER if message.expires_ms is None else (message.expires_ms - message.enqueued_ms) / 1000
    shown |= {
        "DeliveryCount": message.deliveries + (lock is None),
        "EnqueuedSequenceNumber": 0,
        "EnqueuedTimeUtc": _date(message.enqueued_ms),
        "SequenceNumber": message.sequence,
        "State": "Active",
        "TimeToLive": lives,
    }
    if lock is not None:
        shown |= {"LockToken": str(lock.token), "LockedUntilUtc": _date(lock.until_ms)}
    return shown


def _custom(section: bytes) -> list[tuple[str, str]]:
    headers = []
    for part in wire.sections(section):
        for name, value in decode(part.value)[0].items():
            can_be_name = isinstance(name, str) and _TOKEN.fullmatch(name) and not belongs_to_http(name)
            if can_be_name and isinstance(value, str | bool | int | float | UUID):
                headers.append((name, json.dumps(str(value) if isinstance(value, UUID) else value)))
    return headers


def _fields(section: bytes) -> list[Any]:
    return [decode(field)[0] for field in described_fields(section)[1]] if section else []


def _body(rest: bytes) -> bytes:
    """Data sections as they are; an AMQP text as UTF-8; any other AMQP value as JSON, as far as it has one."""
    parts = []
    for section in wire.sections(rest):
        value = decode(section.value)[0]
        if section.code == wire.FOOTER:
            continue
        if isinstance(value, str):
            value = value.encode(errors="replace")
        parts.append(value if isinstance(value, bytes) else json.dumps(value, default=str).encode())
    return b"".join(parts)


def _plain(value: object) -> object:
    if isinstance(value, bytes):
        return value.hex()
    return value if isinstance(value, str | int) else str(value)


def _date(at_ms: int) -> str:
    return formatdate(at_ms / 1000, usegmt=True)
