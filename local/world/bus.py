"""A bus in memory: queues with schedule and duplicate detection, dead letters, and all that reached the topic."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from local.world.crash import CrashPoints
from shared.domain.errors import UnavailableError
from shared.domain.offboarding.messages import Destination, OutboundMessage
from shared.domain.offboarding.states import Stage
from shared.ports.bus import DeadLetter
from shared.ports.clock import Clock

DUPLICATE_WINDOW = timedelta(hours=1)


@dataclass
class MemoryBus:
    """A Bus. `next_due` and `take` are the receiving side; `events` and `rejected` keep all that was sent there.

    `dead` holds dead letters by stage (None: requests), put there by hand; `cut_off` is a bus that nobody reaches.
    """

    clock: Clock
    crash: CrashPoints = field(default_factory=CrashPoints)
    events: list[OutboundMessage] = field(default_factory=list)
    rejected: list[OutboundMessage] = field(default_factory=list)
    queued: list[OutboundMessage] = field(default_factory=list)
    dead: dict[Stage | None, list[DeadLetter]] = field(default_factory=dict)
    failing: set[Destination] = field(default_factory=set)
    cut_off: bool = False
    _seen: dict[tuple[Destination, str], datetime] = field(default_factory=dict)

    def send(self, messages: Sequence[OutboundMessage]) -> None:
        for message in messages:
            if self.cut_off or message.destination in self.failing:
                raise UnavailableError(f"{message.destination.value} is down", service="service_bus")
            self.crash.around(f"send {message.destination.value}", lambda message=message: self._put(message))  # type: ignore[misc]

    def dead_letters(self, stage: Stage | None, handle: Callable[[DeadLetter], bool], limit: int) -> int:
        if self.cut_off:
            raise UnavailableError("the dead letters cannot be read", service="service_bus")
        lying = self.dead.get(stage, [])
        removed = 0
        for letter in lying[:limit]:
            if handle(letter):
                self.crash.around("remove dead letter", lambda letter=letter: lying.remove(letter))  # type: ignore[misc]
                removed += 1
        return removed

    def count_dead_letters(self) -> Mapping[str, int]:
        if self.cut_off:
            raise UnavailableError("the dead letters cannot be read", service="service_bus")
        return {f"offboarding-{stage or 'requests'}": len(self.dead.get(stage, [])) for stage in (None, *Stage)}

    def next_due(self) -> datetime | None:
        """When the earliest queued message becomes visible."""
        return min((item.scheduled_at or item.created_at for item in self.queued), default=None)

    def take(self) -> OutboundMessage | None:
        """The message that has been visible the longest; None if there is none."""
        now = self.clock.now()
        visible = [item for item in self.queued if (item.scheduled_at or item.created_at) <= now]
        if not visible:
            return None
        first = min(visible, key=lambda item: item.scheduled_at or item.created_at)
        self.queued.remove(first)
        return first

    def _put(self, message: OutboundMessage) -> None:
        key, now = (message.destination, message.id), self.clock.now()
        detects = message.destination in (Destination.STAGE, Destination.EVENTS, Destination.NOTIFICATIONS)
        seen = self._seen.get(key)
        if detects and seen is not None and now - seen < DUPLICATE_WINDOW:
            return
        self._seen[key] = now
        target = {Destination.EVENTS: self.events, Destination.REJECTED: self.rejected}
        target.get(message.destination, self.queued).append(message)
