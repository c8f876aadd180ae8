"""What a CRM and an operator do: drop a message with Microsoft's SDK, follow over HTTP, move the simulator's clock."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import requests
from azure.servicebus import ServiceBusClient, ServiceBusMessage

from local.stack.stack import Addresses

TIMEOUT = 10


class Client:
    """Uses nothing of the application: only its queue, its HTTP interface and the simulator."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._http = requests.Session()
        self._http.headers["x-functions-key"] = addresses.function_key

    def send(self, request: dict[str, Any]) -> None:
        """Drop one request on the queue."""
        queue = self._addresses.queues["requests"]
        client = ServiceBusClient.from_connection_string(self._addresses.servicebus)
        with client, client.get_queue_sender(queue) as sender:
            sender.send_messages(ServiceBusMessage(json.dumps(request), content_type="application/json"))

    def find(self, request_id: str) -> dict[str, Any] | None:
        """The offboarding of a request, once it was accepted."""
        answer = self._http.get(f"{self._addresses.http}/api/offboardings", timeout=TIMEOUT)
        answer.raise_for_status()
        items = [item for item in answer.json()["items"] if item["requestId"] == request_id]
        return self.show(items[0]["offboardingId"]) if items else None

    def show(self, offboarding_id: str) -> dict[str, Any]:
        """Everything about one offboarding."""
        answer = self._http.get(f"{self._addresses.http}/api/offboardings/{offboarding_id}", timeout=TIMEOUT)
        answer.raise_for_status()
        shown: dict[str, Any] = answer.json()
        return shown

    def advance_to(self, moment: datetime) -> datetime:
        """Move business time of the whole stack to `moment`."""
        url = f"{self._addresses.simulator}/_simulator/clock"
        answer = requests.post(url, json={"to": moment.isoformat()}, timeout=TIMEOUT)
        answer.raise_for_status()
        return datetime.fromisoformat(answer.json()["now"])

    def now(self) -> datetime:
        """Business time."""
        answer = requests.get(f"{self._addresses.simulator}/_simulator/clock", timeout=TIMEOUT)
        return datetime.fromisoformat(answer.json()["now"])

    def journal(self) -> list[dict[str, Any]]:
        """Every call that the partner tenant saw."""
        answer = requests.get(f"{self._addresses.simulator}/_simulator/journal", timeout=TIMEOUT)
        return [json.loads(line) for line in answer.text.splitlines() if line]

    def state(self) -> dict[str, Any]:
        """The whole partner tenant."""
        answer = requests.get(f"{self._addresses.simulator}/_simulator/state", timeout=TIMEOUT)
        found: dict[str, Any] = answer.json()
        return found
