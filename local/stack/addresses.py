"""Where everything of a running stack is."""

from __future__ import annotations

import json
from dataclasses import dataclass

from local.stack.people import Person


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where everything is, as `up --json` prints it."""

    servicebus: str
    servicebus_rest: str
    http: str
    function_key: str
    simulator: str
    data: str
    queues: dict[str, str]
    topic: str
    subscriptions: tuple[str, ...]
    evidence: str = ""
    evidence_key: str = ""
    notifications: str = ""
    webhook_key: str = ""
    people: tuple[Person, ...] = ()

    def to_json(self) -> str:
        """One line."""
        return json.dumps(
            {
                "servicebus": self.servicebus,
                "servicebusRest": self.servicebus_rest,
                "http": self.http,
                "functionKey": self.function_key,
                "simulator": self.simulator,
                "data": self.data,
                "queues": self.queues,
                "topic": self.topic,
                "subscriptions": list(self.subscriptions),
                "people": [person.shown() for person in self.people],
                "evidence": self.evidence,
                "evidenceKey": self.evidence_key,
                "notifications": self.notifications,
                "webhookKey": self.webhook_key,
            }
        )
