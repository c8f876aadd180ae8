"""What a CRM and an operator do: drop a message with Microsoft's SDK, follow over HTTP, move the simulator's clock."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import requests
from azure.servicebus import ServiceBusClient, ServiceBusMessage

from local.stack.addresses import Addresses

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

    def approve(self, shown: dict[str, Any], reason: str) -> str:
        """Approve exactly the plan that was shown, as a second person; returns that person's name."""
        body = {"planDigest": shown["plan"]["digest"], "reason": reason}
        return self._decide("Approve", f"{shown['offboardingId']}", "approve", body)

    def withdraw(self, shown: dict[str, Any], reason: str) -> str:
        """Call it off, as somebody who operates the pipeline; returns that person's name."""
        return self._decide("Operate", f"{shown['offboardingId']}", "withdraw", {"reason": reason})

    def _decide(self, role: str, offboarding_id: str, what: str, body: dict[str, str]) -> str:
        person = next(one for one in self._addresses.people if role in one.roles)
        url = f"{self._addresses.http}/api/offboardings/{offboarding_id}"
        bearer = {"Authorization": f"Bearer {person.token}"}
        seen = requests.get(url, headers=bearer, timeout=TIMEOUT)
        seen.raise_for_status()
        match = {"If-Match": seen.headers["ETag"]}
        answer = requests.post(f"{url}/{what}", json=body, headers=bearer | match, timeout=TIMEOUT)
        # Looked at again in this moment (412), or another by now (409): whoever follows it sees that, and asks again.
        if answer.status_code not in (409, 412):
            answer.raise_for_status()
        return person.name

    def exported(self, offboarding_id: str) -> Path:
        """The evidence of an offboarding that has ended, once it is exported."""
        return Path(self._addresses.evidence) / f"{offboarding_id}.evidence.jsonl"

    @property
    def evidence_key(self) -> str:
        """The public key to trust, PEM."""
        return self._addresses.evidence_key

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
