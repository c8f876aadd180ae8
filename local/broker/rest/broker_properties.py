"""The header BrokerProperties: one JSON object with what Service Bus itself knows of a message.

https://learn.microsoft.com/rest/api/servicebus/message-headers-and-properties lists the names. Others are ignored, as
the service does; a wrong value is refused with its name.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from local.broker.rest.request import HttpError

_MAX_TTL_MS = 0xFFFFFFFF
"""The AMQP header has 32 bits; a longer time to live is cut to these 49 days."""


@dataclass(frozen=True, slots=True)
class BrokerProperties:
    """As a sender may give them. `ttl_ms` is a duration, `scheduled_ms` a Unix time (business clock)."""

    message_id: str | None = None
    correlation_id: str | None = None
    label: str | None = None
    to: str | None = None
    reply_to: str | None = None
    session_id: str | None = None
    reply_to_session_id: str | None = None
    partition_key: str | None = None
    ttl_ms: int | None = None
    scheduled_ms: int | None = None


def parse_broker_properties(header: str | None) -> BrokerProperties:
    """Read the header; without one nothing is given. Raises HttpError (400) that names the property and the rule."""
    if not header:
        return BrokerProperties()
    try:
        given = json.loads(header)
    except (ValueError, RecursionError):
        raise _bad("BrokerProperties is not JSON") from None
    if not isinstance(given, dict):
        raise _bad("BrokerProperties is not a JSON object")
    partition, session = _text(given, "PartitionKey"), _text(given, "SessionId")
    if partition is not None and session is not None and partition != session:
        raise _bad("BrokerProperties.PartitionKey must be the SessionId if both are given")
    return BrokerProperties(
        message_id=_text(given, "MessageId"),
        correlation_id=_text(given, "CorrelationId"),
        label=_text(given, "Label"),
        to=_text(given, "To"),
        reply_to=_text(given, "ReplyTo"),
        session_id=session,
        reply_to_session_id=_text(given, "ReplyToSessionId"),
        partition_key=partition,
        ttl_ms=_time_to_live(given),
        scheduled_ms=_scheduled(given),
    )


def _text(given: dict[str, object], name: str) -> str | None:
    value = given.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        raise _bad(f"BrokerProperties.{name} must be a string")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _bad(f"BrokerProperties.{name} has half a character (a lone surrogate)") from None
    return value


def _time_to_live(given: dict[str, object]) -> int | None:
    value = given.get("TimeToLive")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value <= 0:
        raise _bad("BrokerProperties.TimeToLive must be a number of seconds above 0")
    return max(1, round(min(value * 1000, _MAX_TTL_MS)))


def _scheduled(given: dict[str, object]) -> int | None:
    value = given.get("ScheduledEnqueueTimeUtc")
    if value is None:
        return None
    rule = "must be a time such as Sun, 06 Nov 2044 08:49:37 GMT or 2044-11-06T08:49:37Z"
    try:
        moment = _moment(str(value))
    except (ValueError, TypeError, IndexError, OverflowError):
        raise _bad(f"BrokerProperties.ScheduledEnqueueTimeUtc {rule}") from None
    # Without a zone it is UTC, as the property's name says.
    return round(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * 1000)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return parsedate_to_datetime(text)


def _bad(detail: str) -> HttpError:
    return HttpError(HTTPStatus.BAD_REQUEST, detail)
