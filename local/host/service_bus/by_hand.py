"""Received messages made by hand, of the SDK's own class: for tests of what is triggered by one, without a broker."""

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from azure.servicebus import ServiceBusReceivedMessage, ServiceBusReceiveMode
from azure.servicebus._pyamqp.message import Header, Message, Properties
from azure.servicebus._pyamqp.performatives import TransferFrame

TOKEN = uuid.UUID("3f2c9c5e-8f36-4d8a-9a0e-2f0a5b1c7d11")
ENQUEUED = datetime(2026, 11, 22, 10, 30, 15, 250000, tzinfo=UTC)


def received(
    body: bytes | list[bytes] = b"{}",
    *,
    properties: dict[str, Any] | None = None,
    application_properties: Mapping[Any, Any] | None = None,
    failed_deliveries: int = 0,
    ttl: timedelta | None = None,
    value: object = None,
    bare: bool = False,
) -> ServiceBusReceivedMessage:
    """A peek-locked message as the SDK builds it from the wire: texts of the message's own properties are bytes.

    A `bare` one has no body at all.
    """
    millis = int(ENQUEUED.timestamp() * 1000)
    message = Message(
        data=None if bare or value is not None else (body if isinstance(body, list) else [body]),
        value=value,
        header=Header(delivery_count=failed_deliveries, ttl=int(ttl.total_seconds() * 1000) if ttl else None),
        properties=Properties(message_id="id-1", **(properties or {})),
        application_properties=dict(application_properties) if application_properties else None,
        message_annotations={
            b"x-opt-enqueued-time": millis,
            b"x-opt-sequence-number": 42,
            b"x-opt-locked-until": millis + 60_000,
        },
    )
    frame = TransferFrame(delivery_id=1, delivery_tag=TOKEN.bytes_le)
    return ServiceBusReceivedMessage(message, ServiceBusReceiveMode.PEEK_LOCK, receiver=None, frame=frame)
