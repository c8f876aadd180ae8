"""A received message as a dead letter: its body as far as bytes can keep it, its reason in words.

A trigger binding hands over data sections alone. Clients that speak AMQP themselves (JMS, Proton) may send a value or a
sequence section instead (learn.microsoft.com/azure/service-bus-messaging/service-bus-amqp-protocol-guide).
"""

from __future__ import annotations

import base64
import json
from typing import Any

from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.amqp import AmqpMessageBodyType

from shared.ports.bus import DeadLetter


def to_dead_letter(message: ServiceBusReceivedMessage) -> DeadLetter:
    """Everything that a watcher needs."""
    return DeadLetter(
        body=_body(message),
        readable=message.body_type is AmqpMessageBodyType.DATA,
        message_id=str(_plain(message.message_id) or ""),
        reason=str(_plain(message.dead_letter_reason) or ""),
        description=str(_plain(message.dead_letter_error_description) or ""),
    )


def _body(message: ServiceBusReceivedMessage) -> bytes:
    """Data as it was sent, a text or binary value as its bytes, any other value and a sequence as JSON."""
    body = message.body
    if message.body_type is AmqpMessageBodyType.DATA:
        return body if isinstance(body, bytes) else b"".join(bytes(part) for part in body)
    if message.body_type is AmqpMessageBodyType.SEQUENCE:
        body = list(body)
    if isinstance(body, bytes):
        return body
    return json.dumps(_plain(body), ensure_ascii=False).encode("utf-8", errors="replace")


def _plain(value: Any) -> Any:
    """JSON types; the SDK leaves AMQP texts as bytes, and what is no UTF-8 becomes base64."""
    if isinstance(value, dict):
        return {str(_plain(key)): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            return base64.b64encode(value).decode("ascii")
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)
