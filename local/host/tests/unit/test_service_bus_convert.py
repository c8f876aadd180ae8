"""What a function sees of a message: what the real host sends, and nothing else."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import azure.functions as func
import pytest
from azure.servicebus import ServiceBusReceivedMessage

from local.host.errors import ConversionError
from local.host.service_bus.by_hand import ENQUEUED, TOKEN, received
from local.host.service_bus.convert import message_argument, trace_properties
from local.host.signature import ArgumentKind


def _seen(message: ServiceBusReceivedMessage, *, binary: bool = True) -> Any:
    argument = message_argument(message, binary=binary, kind=ArgumentKind.BOUND)
    assert isinstance(argument, func.ServiceBusMessage)
    return argument


def test_everything_that_is_sent_arrives() -> None:
    message = received(
        [b"one ", b"body"],
        properties={
            "content_type": b"application/json",
            "correlation_id": b"corr",
            "subject": b"label",
            "to": b"there",
            "reply_to": b"here",
            "reply_to_group_id": b"reply-session",
            "group_id": b"session",
        },
        application_properties={b"text": b"x", b"number": 7, b"id": TOKEN, b"raw": b"\xff\x00"},
        failed_deliveries=2,
        ttl=timedelta(hours=1),
    )
    seen = _seen(message)
    assert seen.get_body() == b"one body"
    assert (seen.message_id, seen.lock_token, seen.sequence_number) == ("id-1", str(TOKEN), 42)
    assert (seen.content_type, seen.correlation_id, seen.to, seen.reply_to) == (
        "application/json",
        "corr",
        "there",
        "here",
    )
    assert (seen.subject, seen.label) == ("label", "label")
    assert (seen.session_id, seen.reply_to_session_id) == ("session", "reply-session")
    assert seen.application_properties == {"text": "x", "number": 7, "id": str(TOKEN), "raw": "/wA="}
    assert seen.user_properties == seen.application_properties


def test_the_delivery_count_includes_this_delivery() -> None:
    assert [_seen(received(failed_deliveries=count)).delivery_count for count in (0, 1, 9)] == [1, 2, 10]


def test_times_are_naive_utc_and_no_expiry_is_the_end_of_time() -> None:
    seen = _seen(received(ttl=timedelta(hours=1)))
    assert seen.enqueued_time_utc == ENQUEUED.replace(tzinfo=None)
    assert seen.expires_at_utc == (ENQUEUED + timedelta(hours=1)).replace(tzinfo=None)
    assert _seen(received()).expires_at_utc.date() == datetime(9999, 12, 31, tzinfo=UTC).date()


@pytest.mark.parametrize(
    "name",
    [
        "locked_until",
        "time_to_live",
        "scheduled_enqueue_time_utc",
        "state",
        "enqueued_sequence_number",
        "dead_letter_reason",
        "dead_letter_error_description",
        "dead_letter_source",
        "session_id",
    ],
)
def test_what_the_host_never_sends_is_none(name: str) -> None:
    properties = {b"DeadLetterReason": b"why", b"DeadLetterErrorDescription": b"because"}
    seen = _seen(received(application_properties=properties))
    assert getattr(seen, name) is None
    assert seen.application_properties["DeadLetterReason"] == "why"


def test_a_text_body_overwrites_the_metadata() -> None:
    body = json.dumps(
        {"MESSAGEID": "forged", "correlationId": 5, "subject": None, "to": [1], "extra": {"a": True}, "b": True}
    )
    message = received(body.encode(), properties={"subject": b"label"})
    seen = _seen(message, binary=False)
    assert (seen.message_id, seen.correlation_id, seen.subject, seen.to) == ("forged", None, "label", None)
    assert (seen.metadata["extra"], seen.metadata["b"], seen.metadata["correlationId"]) == ({"a": True}, "True", "5")
    assert seen.get_body() == body.encode()
    assert _seen(message).message_id == "id-1"


def test_a_text_body_can_make_decoding_fail() -> None:
    with pytest.raises(ValueError, match="DeliveryCount"):
        _seen(received(b'{"deliveryCount": "many"}'), binary=False)


@pytest.mark.parametrize("body", [b"[1]", b"{broken", b"plain", b""])
def test_other_text_bodies_leave_the_metadata_alone(body: bytes) -> None:
    seen = _seen(received(body), binary=False)
    assert (seen.message_id, seen.get_body()) == ("id-1", body)


@pytest.mark.parametrize(("binary", "expected"), [(True, b"caf\xc3\xa9"), (False, "café")])
def test_a_raw_argument_is_the_body(binary: bool, expected: object) -> None:
    assert message_argument(received("café".encode()), binary=binary, kind=ArgumentKind.RAW) == expected


def test_bodies_that_cannot_be_handed_over() -> None:
    with pytest.raises(ConversionError, match="AMQP VALUE body"):
        _seen(received(value="text"))
    with pytest.raises(ConversionError, match="not UTF-8"):
        _seen(received(b"\xff"), binary=False)
    assert _seen(received(b"\xff")).get_body() == b"\xff"


@pytest.mark.parametrize("binary", [True, False])
def test_a_message_without_a_body_has_no_bytes(binary: bool) -> None:
    seen = _seen(received(bare=True), binary=binary)
    assert (seen.message_id, seen.get_body()) == ("id-1", b"")


def test_ids_of_other_types_are_text() -> None:
    number = uuid.UUID(int=5)
    assert _seen(received(properties={"correlation_id": number})).correlation_id == str(number)


def test_trace_properties_have_text_keys() -> None:
    assert trace_properties(received(application_properties={b"Diagnostic-Id": b"x"})) == {"Diagnostic-Id": "x"}
