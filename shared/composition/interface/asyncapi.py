"""Queues and the topic of events as an AsyncAPI 3.0 document, from the models and the names of the queues."""

from __future__ import annotations

from functools import cache
from typing import Any

from shared.adapters.service_bus.names import EntityNames
from shared.composition.interface.envelopes import CLOUDEVENT, ENVELOPES, PREFIX, reference
from shared.composition.interface.models import component_schemas
from shared.composition.interface.route import JSON
from shared.contracts.event_meanings import WHEN_SENT
from shared.contracts.events import OUTCOMES, Event, EventType
from shared.contracts.notification import CONTENT_TYPE
from shared.contracts.request import RequestV1
from shared.contracts.schema_names import data_schema_id
from shared.contracts.schemas import ALWAYS_IN
from shared.contracts.wake_up import WakeUpMessage
from shared.contracts.withdrawal import WithdrawalV1
from shared.domain.offboarding.messages import TRACEPARENT
from shared.domain.offboarding.states import Stage
from shared.version import VERSION

NAMES = EntityNames()
SUBSCRIPTION = "crm"
BYTES = "application/octet-stream"
TEXT = {"type": "string"}


def _properties(*names: str, **described: dict[str, Any]) -> dict[str, Any]:
    """Application properties of a message, all of them there."""
    properties: dict[str, Any] = {**dict.fromkeys(names, TEXT), **described}
    return {"type": "object", "properties": properties, "required": sorted(properties)}


@cache
def asyncapi() -> dict[str, Any]:
    """The document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Offboarding pipeline",
            "version": VERSION,
            "description": "What a CRM sends to Azure Service Bus, and what it is told. Everything is delivered at "
            "least once. What is asked over HTTP is in the OpenAPI document beside this one.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": JSON,
        "servers": {
            "serviceBus": {
                "host": "{namespace}.servicebus.windows.net",
                "protocol": "amqps",
                "protocolVersion": "1.0",
                "description": "Azure Service Bus; the same is reached over its REST API.",
                "variables": {"namespace": {"description": "The namespace of the deployment."}},
                "security": [{"$ref": "#/components/securitySchemes/entra"}],
            }
        },
        "channels": _channels(),
        "operations": _operations(),
        "components": {
            "messages": _messages(),
            "schemas": _schemas(),
            "securitySchemes": {
                "entra": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "A token of Microsoft Entra for https://servicebus.azure.net.",
                }
            },
        },
    }


def _channels() -> dict[str, Any]:
    own = {
        "requests": _channel(NAMES.requests, "A queue: requests and withdrawals.", "request", "withdrawal"),
        "rejected": _channel(NAMES.rejected, "A queue: copies of what can never work, kept for a year.", "rejected"),
        "events": _channel(
            NAMES.events,
            f"A topic; subscription `{SUBSCRIPTION}` is for the CRM. Events may arrive in any order: `sequence` orders "
            "those of one subject. An event that is sent again has its `id` and its number again.",
            *(_key(kind) for kind in EventType),
        ),
        "notifications": _channel(
            NAMES.notifications, "A queue of the pipeline's own: what people are to be told.", "notification"
        ),
    }
    return own | {
        f"stage_{stage.value}": _channel(
            NAMES.stage(stage), "A queue of the pipeline's own: nobody else sends.", "wakeUp"
        )
        for stage in Stage
    }


def _channel(address: str, description: str, *messages: str) -> dict[str, Any]:
    named = {name: {"$ref": f"#/components/messages/{name}"} for name in messages}
    return {"address": address, "description": description, "messages": named}


def _operations() -> dict[str, Any]:
    return {
        "takeIn": _does("receive", "requests", "Take in a request, or call an offboarding off."),
        "reject": _does("send", "rejected", "Keep a copy of what can never work."),
        "tell": _does("send", "events", "Tell what became of an offboarding."),
        "handOn": _does("send", "notifications", "Owe a rule its notice of an event, or its digest."),
        "notify": _does("receive", "notifications", "Tell a channel of people, or a web hook."),
        **{f"wake_{one.value}": _does("send", f"stage_{one.value}", "Wake a stage.") for one in Stage},
        **{f"work_{one.value}": _does("receive", f"stage_{one.value}", "Look at the offboarding.") for one in Stage},
    }


def _does(action: str, channel: str, summary: str) -> dict[str, Any]:
    return {"action": action, "channel": {"$ref": f"#/channels/{channel}"}, "summary": summary}


def _messages() -> dict[str, Any]:
    return {
        "request": {
            "summary": "Asks to end the relationship with one customer, bare or in an envelope.",
            "contentType": JSON,
            "payload": {"anyOf": [reference(RequestV1), {"$ref": f"{PREFIX}RequestEnvelope"}]},
        },
        "withdrawal": {
            "summary": "Calls an offboarding off, bare or in an envelope.",
            "contentType": JSON,
            "payload": {"anyOf": [reference(WithdrawalV1), {"$ref": f"{PREFIX}WithdrawalEnvelope"}]},
        },
        "rejected": {
            "summary": "The bytes that were refused, or a part of them.",
            "contentType": BYTES,
            "headers": _properties("code", "field", "rule", "errors", "offboardingId", "part", "parts"),
            "payload": {},
        },
        "notification": {
            "summary": "Two lines: which rule and try it is for, as JSON, and the event as it came, or nothing.",
            "contentType": CONTENT_TYPE,
            "payload": {},
        },
        "wakeUp": {
            "summary": "Decides nothing.",
            "contentType": JSON,
            "headers": _properties(TRACEPARENT),
            "payload": reference(WakeUpMessage),
        },
        **{_key(kind): _event(kind) for kind in EventType},
    }


def _key(kind: EventType) -> str:
    return kind.value.replace(".", "_")


def _event(kind: EventType) -> dict[str, Any]:
    outcome = str(kind in OUTCOMES).lower()
    data: dict[str, Any] = {"required": sorted(ALWAYS_IN.get(kind, ()))}
    said = {
        "type": {"const": kind.value},
        "dataschema": {"const": data_schema_id(kind)},
        "data": data,
    }
    return {
        "name": kind.value,
        "summary": WHEN_SENT[kind],
        "contentType": CLOUDEVENT,
        "headers": _properties("offboardingId", TRACEPARENT, type={"const": kind.value}, outcome={"const": outcome}),
        "payload": {"allOf": [reference(Event), {"type": "object", "properties": said}]},
    }


def _schemas() -> dict[str, Any]:
    sent = component_schemas([(RequestV1, "validation"), (WithdrawalV1, "validation"), (WakeUpMessage, "validation")])
    # In its envelope the type may be the envelope's alone.
    enveloped = sent["WithdrawalV1"]
    sent["WithdrawalData"] = enveloped | {"required": [name for name in enveloped["required"] if name != "type"]}
    told = component_schemas([(Event, "serialization")])
    told["Event"]["required"] = sorted(told["Event"]["properties"])
    return {**sent, **told, **ENVELOPES}
