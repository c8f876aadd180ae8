"""Which queue or topic a message goes to."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.offboarding.messages import Destination, OutboundMessage
from shared.domain.offboarding.states import Stage


@dataclass(frozen=True, slots=True)
class EntityNames:
    """The names of the queues and the topic (infra/servicebus.json)."""

    requests: str = "offboarding-requests"
    rejected: str = "offboarding-rejected"
    events: str = "offboarding-events"
    notifications: str = "offboarding-notifications"
    stage_prefix: str = "offboarding-"

    def stage(self, stage: Stage) -> str:
        """A stage's queue."""
        return f"{self.stage_prefix}{stage.value}"

    def of(self, message: OutboundMessage) -> str:
        """Where a message goes; raises ValueError for a stage message that names no stage."""
        if message.destination is Destination.STAGE:
            if message.stage is None:
                raise ValueError(f"stage message {message.id} names no stage")
            return self.stage(message.stage)
        named = {
            Destination.EVENTS: self.events,
            Destination.REJECTED: self.rejected,
            Destination.REQUESTS: self.requests,
            Destination.NOTIFICATIONS: self.notifications,
        }
        return named[message.destination]
