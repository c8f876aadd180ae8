"""The buses under test, and what puts letters on their dead-letter queues."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from azure.servicebus import ServiceBusClient

from local.broker.entities.file import parse_entities
from local.broker.server import BrokerServer
from local.world.bus import MemoryBus
from local.world.clock import WorldClock
from shared.adapters.service_bus import EntityNames, ServiceBusBus
from shared.domain.offboarding.states import Stage
from shared.ports.bus import Bus, DeadLetter
from tests.contract.bus.undertaker import NAMES, QUICK, Undertaker

USED = (None, Stage.VERIFY, Stage.REMOVE)
PROPERTIES = {"lockDuration": "PT5S", "deadLetteringOnMessageExpiration": True}
ENTITIES: dict[str, Any] = {
    "queues": [{"name": name, "properties": PROPERTIES} for name in (NAMES.requests, *map(NAMES.stage, Stage))]
}


@dataclass(frozen=True, slots=True)
class Office:
    """A bus, and a way to put letters on its dead-letter queues."""

    bus: Bus
    put: Callable[[Stage | None, DeadLetter], None]


@dataclass(frozen=True, slots=True)
class Real:
    """The shipped bus on a broker."""

    broker: BrokerServer
    bus: ServiceBusBus
    undertaker: Undertaker

    @classmethod
    def start(cls) -> Real:
        """A broker in memory."""
        broker = BrokerServer(parse_entities(ENTITIES)).start()
        connection = broker.connection_string
        bus = ServiceBusBus(lambda: ServiceBusClient.from_connection_string(connection, **QUICK), EntityNames())
        return cls(broker, bus, Undertaker(connection))


@pytest.fixture(scope="session")
def kept_real() -> Iterator[Real]:
    """One for all tests of a process: opening and closing links takes a second each."""
    made = Real.start()
    yield made
    made.broker.stop()


@pytest.fixture
def real(kept_real: Real) -> Real:
    """Without letters."""
    for stage in USED:
        kept_real.bus.dead_letters(stage, lambda _: True, 50)
    return kept_real


@pytest.fixture
def own_real() -> Iterator[Real]:
    """One for a test that breaks it."""
    made = Real.start()
    yield made
    made.broker.stop()


@pytest.fixture(params=["memory", "service bus"])
def office(request: pytest.FixtureRequest) -> Office:
    """The bus under test, without letters."""
    if request.param == "memory":
        fake = MemoryBus(WorldClock())
        return Office(fake, lambda stage, letter: fake.dead.setdefault(stage, []).append(letter))
    shipped: Real = request.getfixturevalue("real")
    return Office(shipped.bus, shipped.undertaker.put)
