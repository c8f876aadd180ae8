"""One broker for the tests over HTTP; every test takes a queue that no other test uses."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from local.broker.clocks import SystemClock
from local.broker.entities.file import parse_entities
from local.broker.front.limits import Limits
from local.broker.server import BrokerServer
from local.broker.tests.contract.rest.client import Rest

QUEUES = 26
LIMITS = Limits(max_message_bytes=64 * 1024, handshake_seconds=1.5)


@pytest.fixture(scope="session")
def clock_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file that moves business time, of this broker alone."""
    return tmp_path_factory.mktemp("rest") / "clock.json"


@pytest.fixture(scope="package")
def door(clock_file: Path) -> Iterator[BrokerServer]:
    """A running broker."""
    properties = {"lockDuration": "PT1M", "maxDeliveryCount": 2}
    queues = [{"name": f"Rest-{number}", "properties": properties} for number in range(QUEUES)]
    quick = {"name": "quick", "properties": {"lockDuration": "PT1S"}}
    closed = {"name": "closed", "properties": {"status": "Disabled"}}
    topics = [{"name": "events", "subscriptions": [{"name": "crm"}]}]
    entities = parse_entities({"queues": [*queues, quick, closed], "topics": topics})
    with BrokerServer(entities, clock=SystemClock(clock_file), limits=LIMITS) as server:
        yield server


@pytest.fixture(scope="package")
def numbers() -> Iterator[int]:
    """Queues that are left."""
    return itertools.count()


@pytest.fixture
def queue(numbers: Iterator[int]) -> str:
    """An empty queue."""
    number = next(numbers)
    assert number < QUEUES, "the conftest has too few queues"
    return f"rest-{number}"


@pytest.fixture
def rest(door: BrokerServer) -> Iterator[Rest]:
    """A signed-in client."""
    with Rest(door.rest_url) as client:
        yield client


@pytest.fixture
def connect(door: BrokerServer) -> Iterator[Callable[[str | None], Rest]]:
    """Makes clients with tokens of their own."""
    made: list[Rest] = []

    def another(token: str | None = None) -> Rest:
        made.append(Rest(door.rest_url, token))
        return made[-1]

    yield another
    for client in made:
        client.__exit__()
