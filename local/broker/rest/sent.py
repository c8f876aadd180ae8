"""What a client sends over HTTP, as the message that an AMQP client would have sent."""

from __future__ import annotations

import json
import math
from http import HTTPStatus
from uuid import uuid4

from local.broker.amqp import encode as put
from local.broker.amqp import message as wire
from local.broker.amqp.types import Symbol, Timestamp
from local.broker.rest.broker_properties import parse_broker_properties
from local.broker.rest.request import HttpError, HttpRequest

_STANDARD = """
accept allow authorization brokerproperties cache-control connection content-encoding content-language content-length
content-location content-md5 content-range content-type cookie date dnt etag expect expires forwarded from host
http2-settings if-match if-modified-since if-none-match if-range if-unmodified-since keep-alive last-modified location
max-forwards origin pragma range referer retry-after server set-cookie strict-transport-security te trailer
transfer-encoding upgrade user-agent vary via warning www-authenticate
"""
_HTTPS_OWN = frozenset(_STANDARD.split())
_PREFIXES = ("accept-", "access-control-", "proxy-", "sec-", "x-forwarded-", "x-ms-")
_BATCH = "application/vnd.microsoft.servicebus.json"
_LOWEST, _HIGHEST = -(2**63), 2**63 - 1


def encoded_message(request: HttpRequest) -> bytes:
    """The AMQP form of a sent message. Raises HttpError for what cannot be one.

    https://learn.microsoft.com/rest/api/servicebus/send-message-to-queue: without a MessageId the message gets one.
    """
    content_type = request.header("content-type")
    if content_type is not None and content_type.partition(";")[0].strip().lower() == _BATCH:
        raise HttpError(HTTPStatus.NOT_IMPLEMENTED, "Batches over HTTP are not supported by this broker.")
    if content_type is not None and not content_type.isascii():
        raise HttpError(HTTPStatus.BAD_REQUEST, "Content-Type must be ASCII")
    given = parse_broker_properties(request.header("brokerproperties"))
    annotations: dict[Symbol, object] = {}
    if given.scheduled_ms is not None:
        annotations[Symbol(wire.SCHEDULED_TIME)] = Timestamp(given.scheduled_ms)
    if given.partition_key is not None:
        annotations[Symbol("x-opt-partition-key")] = given.partition_key
    properties = [
        given.message_id if given.message_id is not None else uuid4().hex,
        *(None, given.to, given.label, given.reply_to, given.correlation_id),
        Symbol(content_type) if content_type else None,
        *(None, None, None, given.session_id, None, given.reply_to_session_id),
    ]
    ttl = put.NULL if given.ttl_ms is None else put.uint(given.ttl_ms)
    custom = custom_properties(request)
    return b"".join(
        (
            put.described(wire.HEADER, put.list_of([put.boolean(True), put.NULL, ttl])),
            put.described(wire.MESSAGE_ANNOTATIONS, put.encode(annotations)),
            put.described(wire.PROPERTIES, put.list_of(put.encode(each) for each in properties)),
            put.described(wire.APPLICATION_PROPERTIES, put.encode(custom)) if custom else b"",
            put.described(wire.DATA, put.binary(request.body)),
        )
    )


def belongs_to_http(name: str) -> bool:
    """Whether a header is one of HTTP (requests and answers: RFC 9110), so that no property of a message may take its
    name, in either direction: a second Location would hide where the lock is."""
    low = name.lower()
    return low in _HTTPS_OWN or low.startswith(_PREFIXES)


def custom_properties(request: HttpRequest) -> dict[str, object]:
    """The headers that are the message's own: texts stand in quotation marks, numbers and true or false do not.

    Anything else is a header that some client or proxy adds for itself, and is not taken.
    """
    found: dict[str, object] = {}
    for name, text in request.headers:
        if belongs_to_http(name):
            continue
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if _can_be_sent(value):
            found[name] = value
    return found


def _can_be_sent(value: object) -> bool:
    if isinstance(value, str):
        return not any("\ud800" <= each <= "\udfff" for each in value)
    if isinstance(value, int):
        return _LOWEST <= value <= _HIGHEST
    return isinstance(value, float) and math.isfinite(value)
