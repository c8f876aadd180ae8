"""Requests to `$cbs` and `$management`, and answers to them: messages that refer to each other by id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.broker.amqp import encode as put
from local.broker.amqp import message as sections
from local.broker.amqp.decode import decode
from local.broker.amqp.errors import AmqpError, Condition
from local.broker.amqp.terms import described_fields
from local.broker.amqp.types import Int, Symbol

_MESSAGE_ID, _REPLY_TO, _CORRELATION_ID = 0, 4, 5


@dataclass(frozen=True, slots=True)
class Request:
    """A request. `message_id` is raw: the answer must carry it back with the same AMQP type."""

    message_id: bytes
    reply_to: str | None
    properties: Mapping[Any, Any]
    body: Any


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a request. `condition` is given for failures that Service Bus names."""

    status: int
    description: str
    condition: Condition | None = None
    body: Mapping[object, object] = field(default_factory=dict)


def parse_request(payload: bytes) -> Request:
    """Read a request. Raises AmqpError if it is none."""
    message_id, reply_to = put.NULL, None
    properties: Mapping[Any, Any] = {}
    body: Any = None
    for section in sections.sections(payload):
        if section.code == sections.PROPERTIES:
            _, found = described_fields(section.whole)
            found += [put.NULL] * (_CORRELATION_ID - len(found))
            message_id, reply_to = found[_MESSAGE_ID], decode(found[_REPLY_TO])[0]
        elif section.code == sections.APPLICATION_PROPERTIES:
            properties = decode(section.value)[0]
        elif section.code == sections.VALUE:
            body = decode(section.value)[0]
    if message_id == put.NULL or not isinstance(properties, dict):
        raise AmqpError(Condition.NOT_ALLOWED, "a request needs a message id and application properties")
    return Request(message_id, reply_to if isinstance(reply_to, str) else None, properties, body)


def build_cbs_reply(request: Request, reply: Reply) -> bytes:
    """Encode an answer of `$cbs`, which spells its keys with hyphens."""
    return _build(request, {"status-code": Int(reply.status), "status-description": reply.description}, None)


def build_management_reply(request: Request, reply: Reply) -> bytes:
    """Encode an answer of `$management`, which spells its keys in camel case."""
    properties: dict[object, object] = {"statusCode": Int(reply.status), "statusDescription": reply.description}
    if reply.condition is not None:
        properties["errorCondition"] = Symbol(reply.condition.value)
    return _build(request, properties, reply.body)


def _build(request: Request, properties: Mapping[Any, object], body: Mapping[object, object] | None) -> bytes:
    fields = [put.NULL] * _CORRELATION_ID + [request.message_id]
    return b"".join(
        (
            put.described(sections.PROPERTIES, put.list_of(fields)),
            put.described(sections.APPLICATION_PROPERTIES, put.encode(dict(properties))),
            put.described(sections.VALUE, put.encode(None if body is None else dict(body))),
        )
    )
