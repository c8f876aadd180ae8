"""Several processes of the application over one store, one bus and one tenant."""

from __future__ import annotations

from typing import Any

from local.simulator.scenario.models import CustomerSpec
from local.world.world import World
from shared.domain.offboarding.messages import OutboundMessage


class Processes(World):
    """A world in which `count` processes take turns, each with its own memory: tokens, limits, waits."""

    def __init__(self, count: int, *customers: CustomerSpec, **options: Any) -> None:
        super().__init__(*customers, **options)
        self._all = [self.services, *(self._start() for _ in range(count - 1))]

    def deliver(self, message: OutboundMessage) -> None:
        self.services = self._all[0]
        self._all = [*self._all[1:], self._all[0]]
        super().deliver(message)
