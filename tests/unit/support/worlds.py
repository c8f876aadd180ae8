"""Worlds at a certain point, and stores that fail or are raced."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

from local.simulator.scenario.models import CustomerSpec
from local.world.world import World
from shared.domain.errors import UnavailableError
from shared.domain.offboarding.messages import Destination, OutboundMessage, WakeUp
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Stage
from shared.pipeline.core.services import Services
from shared.ports.store import Change, LiveElsewhere, OffboardingStore, Stored
from tests.functional.customers import late, legacy

SMALL = CustomerSpec(name="Small", subscriptions=(legacy(), late("Late", "+P40D")))


class StoreSwitch:
    """The store of a world with a switch: `down` makes every method raise, `before` runs first, once, and `refuses`
    says which changes cannot be stored."""

    def __init__(self, world: World) -> None:
        self.down = False
        self.before: dict[str, Callable[[], object]] = {}
        self.refuses: Callable[[Change], bool] = lambda _: False
        self._store = world.services.store
        world.services = replace(world.services, store=cast("OffboardingStore", self))

    def commit(self, change: Change) -> Stored | LiveElsewhere:
        commit: Callable[[Change], Stored | LiveElsewhere] = self.__getattr__("commit")
        if self.refuses(change):
            unavailable()
        return commit(change)

    def __getattr__(self, name: str) -> Any:
        if self.down:
            unavailable()
        before = self.before.pop(name, None)
        if before is not None:
            before()
        return getattr(self._store, name)


def unavailable() -> None:
    """What a store that is down for a moment does, as a `before`."""
    raise UnavailableError("the store is down", service="store")


def received(customer: CustomerSpec = SMALL, **fields: Any) -> tuple[World, str]:
    """A world that has accepted a request and not yet planned; the offboarding's id."""
    world = World(customer)
    request = world.ask(customer, **fields)
    world.deliver(world.bus.take() or missing())
    return world, world.offboarding(request).id


def waiting(customer: CustomerSpec = SMALL) -> tuple[World, str]:
    """A world whose offboarding waits for a term end."""
    world, identity = received(customer)
    world.run(for_at_most=timedelta(hours=1))
    return world, identity


def head(world: World, identity: str) -> Offboarding:
    stored = world.store.load(identity)
    return stored.offboarding if stored else missing()


def wake_up(world: World, identity: str, stage: Stage | None = None) -> WakeUp:
    """What a message of the current stage and attempt says."""
    offboarding = head(world, identity)
    return WakeUp(identity, stage or offboarding.stage or Stage.PLAN, offboarding.attempt)


def with_pace(world: World, **fields: Any) -> Services:
    """The services of the world with another pace, also put into the world."""
    world.services = replace(world.services, pace=replace(world.services.pace, **fields))
    return world.services


def on_queue(world: World, destination: Destination) -> list[OutboundMessage]:
    return [item for item in world.bus.queued if item.destination is destination]


def whats(world: World, identity: str) -> list[str]:
    """What the timeline says, without details."""
    return [entry.what for entry in world.store.timeline(identity)]


def missing() -> Any:
    raise AssertionError("there should be something here")
