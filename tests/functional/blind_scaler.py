"""Functions without instances, and a scaler that may not read counts: it starts what it sees at the front of a queue.

As the Service Bus extension does it without the right Manage: it peeks at the first message and, where that one is
not active, at ten; if none of them is active the queue counts as empty. Peeking returns scheduled messages too, in the
order of their sequence numbers; a message that becomes due gets a new one.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from local.simulator.scenario.models import CustomerSpec
from local.world.bus import MemoryBus
from local.world.world import World
from shared.domain.offboarding.messages import OutboundMessage

PEEKED = 10


class BlindBus(MemoryBus):
    """Gives out only what lies on a queue that the scaler takes for filled."""

    def take(self) -> OutboundMessage | None:
        seen = self._seen_now()
        if not seen:
            return None
        first = min(seen, key=_due)
        self.queued.remove(first)
        return first

    def next_due(self) -> datetime | None:
        """The next moment at which something becomes visible: now, if the scaler sees anything."""
        now = self.clock.now()
        ahead = [_due(item) for item in self.queued if _due(item) > now]
        return min([*(_due(item) for item in self._seen_now()), *ahead], default=None)

    def _seen_now(self) -> list[OutboundMessage]:
        """Active messages of the queues that do not look empty."""
        now, seen = self.clock.now(), []
        for queue in {(item.destination, item.stage) for item in self.queued}:
            lying = [item for item in self.queued if (item.destination, item.stage) == queue]
            lying.sort(key=lambda item: _due(item) if _due(item) <= now else item.created_at)
            active = [item for item in lying if _due(item) <= now]
            if any(item in active for item in lying[:PEEKED]):
                seen += active
        return seen


class BlindWorld(World):
    """A world whose functions have no instances until the scaler sees a message."""

    def __init__(self, *customers: CustomerSpec, **options: Any) -> None:
        super().__init__(*customers, **options)
        self.bus: MemoryBus = BlindBus(self.clock, self.crash)
        self.services = self._start()


def _due(message: OutboundMessage) -> datetime:
    return message.scheduled_at or message.created_at
