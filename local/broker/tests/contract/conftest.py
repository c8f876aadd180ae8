"""One broker for all tests of a process, in memory; every test gets its own queue."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from azure.servicebus import ServiceBusClient

from local.broker.clocks import SystemClock
from local.broker.entities.file import parse_entities
from local.broker.server import BrokerServer
from local.broker.tests.contract.lanes import COPIES, KINDS, Lane, Lanes

TOPICS = [
    {"name": "events", "subscriptions": [{"name": "crm", "properties": {"maxDeliveryCount": 1}}, {"name": "audit"}]},
    {"name": "silent"},
]


@pytest.fixture(scope="session")
def clock_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that moves business time."""
    return tmp_path_factory.mktemp("broker") / "clock.json"


@pytest.fixture(scope="session")
def broker(clock_file: Path) -> Iterator[BrokerServer]:
    """A running broker."""
    queues = [
        {"name": f"{kind}-{number}", "properties": properties}
        for kind, properties in KINDS.items()
        for number in range(1, COPIES + 1)
    ]
    queues.append({"name": "closed", "properties": {"status": "Disabled"}})
    entities = parse_entities({"queues": queues, "topics": TOPICS})
    with BrokerServer(entities, clock=SystemClock(clock_file)) as server:
        yield server


@pytest.fixture(scope="session")
def client(broker: BrokerServer) -> ServiceBusClient:
    """A client that gives up quickly. Not closed: what it opened is."""
    return ServiceBusClient.from_connection_string(
        broker.connection_string, retry_total=1, retry_backoff_factor=0.05, retry_backoff_max=0.2
    )


@pytest.fixture(scope="session")
def lanes(client: ServiceBusClient) -> Iterator[Lanes]:
    """Where lanes come from."""
    pool = Lanes(client)
    yield pool
    pool.close()


@pytest.fixture
def open_lane(lanes: Lanes) -> Iterator[Callable[[str], Lane]]:
    """Opens lanes of a kind for one test."""
    taken: list[Lane] = []

    def take(kind: str) -> Lane:
        taken.append(lanes.take(kind))
        return taken[-1]

    yield take
    for lane in taken:
        lanes.give_back(lane)


@pytest.fixture
def lane(open_lane: Callable[[str], Lane]) -> Lane:
    """A plain queue with locks of a minute and three deliveries."""
    return open_lane("plain")


@pytest.fixture
def advance_clock(clock_file: Path) -> Callable[[float], None]:
    """Moves business time forward, as the owner of the clock file does."""

    def advance(seconds: float) -> None:
        offset = json.loads(clock_file.read_text())["offsetSeconds"] if clock_file.exists() else 0.0
        new = clock_file.with_suffix(".new")
        new.write_text(json.dumps({"offsetSeconds": offset + seconds}), encoding="utf-8")
        new.replace(clock_file)

    return advance
