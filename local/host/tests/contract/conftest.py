"""What every test of the host process needs: a broker and a folder for what the toy app saw."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from local.host.tests.contract.broker import Broker, running_broker


@dataclass
class Toy:
    """The toy app's surroundings. `settings` are its app settings."""

    broker: Broker
    seen: Path
    settings: dict[str, str] = field(default_factory=dict)


@contextmanager
def _toy(folder: Path) -> Iterator[Toy]:
    seen = folder / "seen"
    seen.mkdir()
    with running_broker(folder / "broker") as broker:
        settings = {"SEEN": str(seen), "TICK": "0 0 0 1 1 *", "ORDERS": "orders", "Bus": broker.connection}
        yield Toy(broker, seen, settings)


@pytest.fixture
def toy(tmp_path: Path) -> Iterator[Toy]:
    """A broker and a folder for one test."""
    with _toy(tmp_path) as made:
        yield made


@pytest.fixture(scope="module")
def shared_toy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Toy]:
    """A broker and a folder for the tests of a module, which tell their messages apart by id."""
    with _toy(tmp_path_factory.mktemp("toy")) as made:
        yield made
