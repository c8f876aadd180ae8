"""A received message as the value and the trigger metadata that the Functions host sends to the worker.

Source: the Service Bus extension's trigger binding and the host's conversion to TypedData
(github.com/Azure/azure-sdk-for-net, github.com/Azure/azure-functions-host). Locked-until, time to live, scheduled
time, state, enqueued sequence number, dead-letter reason and description are never sent: in Python they are always
None (the last two are in application_properties).
"""

import base64
import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from azure.functions.meta import Datum
from azure.functions.servicebus import ServiceBusMessageInConverter
from azure.servicebus import ServiceBusReceivedMessage
from azure.servicebus.amqp import AmqpMessageBodyType

from local.host.errors import ConversionError
from local.host.signature import ArgumentKind

# What .NET shows for a message that never expires.
_NEVER = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)


def message_argument(message: ServiceBusReceivedMessage, *, binary: bool, kind: ArgumentKind) -> object:
    """The function's argument: a func.ServiceBusMessage, or the bare body (bytes if `binary`, else str).

    Raises ConversionError for a body that the host could not hand over, ValueError for metadata that a text body
    spoiled.
    """
    body = body_of(message)
    value: bytes | str = body if binary else _text(body)
    if kind is ArgumentKind.RAW:
        return value
    metadata = trigger_metadata(message)
    if isinstance(value, str):
        overwrite_from_body(metadata, value)
    data = Datum(value, "bytes" if binary else "string")
    return ServiceBusMessageInConverter.decode(data, trigger_metadata=metadata)


def body_of(message: ServiceBusReceivedMessage) -> bytes:
    """The data sections of a message as one; raises ConversionError for a message of AMQP values.

    A message without any body is one of no bytes, as for the client under the real host
    (github.com/Azure/azure-sdk-for-net, AmqpMessageConverter); Python's client shows it as the value None.
    """
    if message.body_type is AmqpMessageBodyType.VALUE and message.body is None:
        return b""
    if message.body_type is not AmqpMessageBodyType.DATA:
        raise ConversionError(
            f"message {message.message_id} has an AMQP {message.body_type.name} body; triggers take data"
        )
    body = message.body
    return bytes(body) if isinstance(body, (bytes, bytearray, memoryview)) else b"".join(bytes(part) for part in body)


def application_properties(message: ServiceBusReceivedMessage) -> dict[str, Any]:
    """The message's own properties with text keys and JSON values (the SDK leaves texts as bytes)."""
    return {_plain(key): _plain(value) for key, value in (message.application_properties or {}).items()}


def trigger_metadata(message: ServiceBusReceivedMessage) -> dict[str, Datum]:
    """Metadata by name; what is null is left out. Both times are naive UTC, as a .NET DateTime arrives."""
    expires = _expires(message)
    enqueued = message.enqueued_time_utc
    properties = application_properties(message)
    values: dict[str, object] = {
        # AMQP counts failed deliveries, .NET shows the current one as well.
        "DeliveryCount": (message.delivery_count or 0) + 1,
        "DeadLetterSource": message.dead_letter_source,
        "LockToken": _text_or_none(message.lock_token),
        "ExpiresAtUtc": _clock(expires, zone=False),
        "ExpiresAt": _clock(expires, zone=True),
        "EnqueuedTimeUtc": _clock(enqueued, zone=False) if enqueued else None,
        "EnqueuedTime": _clock(enqueued, zone=True) if enqueued else None,
        "MessageId": _text_or_none(message.message_id),
        "ContentType": message.content_type,
        "ReplyTo": message.reply_to,
        "SequenceNumber": message.sequence_number,
        "To": message.to,
        "Subject": message.subject,
        "Label": message.subject,
        "CorrelationId": _text_or_none(message.correlation_id),
        "ApplicationProperties": properties,
        "UserProperties": properties,
        "SessionId": message.session_id,
        "ReplyToSessionId": message.reply_to_session_id,
        "PartitionKey": message.partition_key,
    }
    return {name: _datum(value) for name, value in values.items() if value is not None}


def overwrite_from_body(metadata: dict[str, Datum], body: str) -> None:
    """Lays the top-level properties of a JSON body over the metadata, names compared without case, as the host does.

    Nulls and arrays are left out, numbers and truth values become text. This is why a body taken as text can forge
    its own message id (github.com/Azure/azure-functions-dotnet-worker/issues/991).
    """
    if not body.lstrip().startswith("{"):
        return
    try:
        content = json.loads(body)
    except ValueError:
        return
    names = {name.casefold(): name for name in metadata}
    for key, value in content.items():
        if value is None or isinstance(value, list):
            continue
        name = names.setdefault(key.casefold(), key)
        metadata[name] = _datum(value if isinstance(value, (dict, str)) else _dotnet_text(value))


def trace_properties(message: ServiceBusReceivedMessage) -> Mapping[str, object]:
    """Where a sender puts its trace context."""
    return application_properties(message)


class _Clock(str):
    """A moment in the text form that the host sends; it travels as JSON, not as text."""

    __slots__ = ()


def _datum(value: object) -> Datum:
    if isinstance(value, str) and not isinstance(value, _Clock):
        return Datum(value, "string")
    return Datum(json.dumps(value, separators=(",", ":")), "json")


def _dotnet_text(value: object) -> str:
    return str(value) if isinstance(value, bool) else json.dumps(value)


def _clock(moment: datetime, *, zone: bool) -> _Clock:
    text = moment.astimezone(UTC).replace(tzinfo=None).isoformat()
    if "." in text:
        text = text.rstrip("0")
    return _Clock(text + ("+00:00" if zone else ""))


def _expires(message: ServiceBusReceivedMessage) -> datetime:
    try:
        return message.expires_at_utc or _NEVER
    except OverflowError:
        return _NEVER


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConversionError(
            f"the body is taken as text but is not UTF-8 ({error}): use data_type=func.DataType.BINARY"
        ) from None


def _text_or_none(value: object) -> str | None:
    return None if value is None else str(_plain(value))


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            return base64.b64encode(value).decode("ascii")
    if isinstance(value, datetime):
        return _clock(value if value.tzinfo else value.replace(tzinfo=UTC), zone=True)
    if isinstance(value, uuid.UUID):
        return str(value)
    return value
