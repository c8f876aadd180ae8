"""How much work a queue shows to the scale controller, with and without the right to read its counts.

With Manage (Azure Service Bus Data Owner) it reads how many messages are active. Without it, it peeks: one message from
the beginning and, when that one is not active, ten from there; if none of those is active it sees no work. A scheduled
message is shown by a peek and keeps its early place, so eleven of them hide whatever was sent after them
(github.com/Azure/azure-sdk-for-net, ServiceBusMetricsProvider; github.com/Azure/azure-functions-host/issues/7767).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from enum import StrEnum
from pathlib import Path
from typing import Protocol
from urllib.parse import quote_plus

import requests
from azure.servicebus import ServiceBusClient, ServiceBusMessageState, ServiceBusReceiver, parse_connection_string

PEEKED, BEGINNING = 10, 1
"""Numbers begin at 1; to Python's client 0 means to go on behind what it has peeked last."""
DATA_OWNER = "090c5cfd-751d-490a-894a-3ce6f1109419"
"""The role that holds Manage."""
_ACTIVE = re.compile(r"ActiveMessageCount>(\d+)<")
_TIMEOUT = 10
_TOKEN_SECONDS = 3600


class Scaler(StrEnum):
    """Which right the scale controller has."""

    COUNTS = "counts"
    PEEK = "peek"


def granted(infra: Path) -> Scaler:
    """The one that the deployment would have, by the roles in its Bicep."""
    files = infra.rglob("*.bicep")
    is_owner = any(DATA_OWNER in file.read_text(encoding="utf-8") for file in files)
    return Scaler.COUNTS if is_owner else Scaler.PEEK


class Metric(Protocol):
    """What is looked at."""

    def active(self, queue: str) -> int:
        """How many messages want an instance, as far as the controller can see. Locked ones count."""

    def close(self) -> None:
        """Let go of the bus."""


class Counts:
    """By the runtime counts of the queue; `rest` is Service Bus over HTTP."""

    def __init__(self, rest: str, connection: str) -> None:
        self._rest, self._connection = rest, connection
        self._session = requests.Session()
        self._session.trust_env = False

    def active(self, queue: str) -> int:
        headers = {"Authorization": _token(self._rest, self._connection)}
        answer = self._session.get(f"{self._rest}/{queue}", headers=headers, timeout=_TIMEOUT)
        answer.raise_for_status()
        found = _ACTIVE.search(answer.text)
        assert found is not None, answer.text
        return int(found[1])

    def close(self) -> None:
        self._session.close()


class Peeks:
    """By looking at the first messages."""

    def __init__(self, connection: str) -> None:
        self._client = ServiceBusClient.from_connection_string(connection)
        self._receivers: dict[str, ServiceBusReceiver] = {}

    def active(self, queue: str) -> int:
        if queue not in self._receivers:
            topic, _, subscription = queue.partition("/Subscriptions/")
            self._receivers[queue] = (
                self._client.get_subscription_receiver(topic, subscription)
                if subscription
                else self._client.get_queue_receiver(queue)
            )
        receiver = self._receivers[queue]
        first = receiver.peek_messages(1, sequence_number=BEGINNING)
        if not first or first[0].state is ServiceBusMessageState.ACTIVE:
            return len(first)
        more = receiver.peek_messages(PEEKED, sequence_number=first[0].sequence_number or 0)
        return sum(message.state is ServiceBusMessageState.ACTIVE for message in more)

    def close(self) -> None:
        self._client.close()


def metric_of(scaler: Scaler, rest: str, connection: str) -> Metric:
    """The metric that goes with a right."""
    return Counts(rest, connection) if scaler is Scaler.COUNTS else Peeks(connection)


def _token(resource: str, connection: str) -> str:
    parsed, until = parse_connection_string(connection), int(time.time()) + _TOKEN_SECONDS
    encoded = quote_plus(f"{resource}/")
    key = (parsed.shared_access_key or "").encode()
    signed = base64.b64encode(hmac.new(key, f"{encoded}\n{until}".encode(), hashlib.sha256).digest()).decode()
    return f"SharedAccessSignature sr={encoded}&sig={quote_plus(signed)}&se={until}&skn={parsed.shared_access_key_name}"
