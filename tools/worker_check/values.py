"""Trigger values and metadata as the Functions host hands them to the worker.

Sources: the converters of azure-functions, which read them, and the host's Service Bus and timer extensions
(github.com/Azure/azure-sdk-for-net, github.com/Azure/azure-webjobs-sdk-extensions).
"""

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from tools.worker_check.invocation import Message, Request, Tick, Trigger

_HOST = "https://app.example"


def trigger_value(protos: Any, trigger: Trigger) -> Any:
    """The TypedData of the trigger argument."""
    match trigger:
        case Message(_, body):
            return protos.TypedData(bytes=body)
        case Tick():
            return protos.TypedData(json=json.dumps(_timer(datetime.now(UTC))))
        case Request():
            return protos.TypedData(http=_http(protos, trigger))


def trigger_metadata(protos: Any, trigger: Trigger) -> dict[str, Any]:
    """The TypedData of everything that the host knows besides; only messages have something that the app reads."""
    if not isinstance(trigger, Message):
        return {}
    return {name: _typed(protos, value) for name, value in _message(trigger, datetime.now(UTC)).items()}


def _message(message: Message, now: datetime) -> Mapping[str, object]:
    """A message at its first delivery. Times are UTC without saying so, as .NET writes them."""
    properties: dict[str, object] = {}
    return {
        "MessageId": message.id,
        "DeliveryCount": 1,
        "SequenceNumber": 1,
        "LockToken": str(uuid.uuid4()),
        "EnqueuedTimeUtc": now.replace(tzinfo=None),
        "ExpiresAtUtc": datetime(9999, 12, 31, 23, 59, 59),  # noqa: DTZ001
        "ContentType": "application/json",
        "ApplicationProperties": properties,
        "UserProperties": properties,
    }


def _timer(now: datetime) -> Mapping[str, object]:
    moment = now.isoformat()
    status = {"Last": moment, "LastUpdated": moment, "Next": moment}
    return {"Schedule": {"AdjustForDST": True}, "ScheduleStatus": status, "IsPastDue": False}


def _http(protos: Any, request: Request) -> Any:
    headers = {"host": _HOST.removeprefix("https://")} | ({"content-type": "application/json"} if request.body else {})
    http = protos.RpcHttp(
        method=request.method, url=f"{_HOST}{request.path}", headers=headers, params=dict(request.params)
    )
    if request.body:
        http.body.bytes = request.body
    return http


def _typed(protos: Any, value: object) -> Any:
    """Text goes as text, everything else as JSON; so do dates."""
    if isinstance(value, str):
        return protos.TypedData(string=value)
    return protos.TypedData(json=json.dumps(value.isoformat() if isinstance(value, datetime) else value))
