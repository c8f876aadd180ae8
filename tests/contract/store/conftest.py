"""The stores under test. A store is opened by a function, so that a test can open the same data twice."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from local.world.store import MemoryStore
from shared.adapters.stores.sqlite import SqliteStore
from shared.adapters.stores.table import TableStore
from shared.ports.store import OffboardingStore
from tests.contract.store.emulator import Emulator, why_not
from tests.contract.store.summary import tag

Opener = Callable[[], OffboardingStore]
KEPT = timedelta(days=400)
QUICK_OVER_TABLES = ("choosing", "due", "live", "records", "shared_rows")
"""What a quick run tries over Azurite too. The rest is marked as long there: each row is a request of its own."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without Azurite its tests are skipped, with the reason, once for each file; what ran is summed up at the end."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            tag(item)
    reason = why_not()
    for item in filter(_needs_azurite, items):
        if item.path.stem.removeprefix("test_") not in QUICK_OVER_TABLES and item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.long)
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))


def _needs_azurite(item: pytest.Item) -> bool:
    chosen = getattr(item, "callspec", None)
    over_tables = chosen is not None and chosen.params.get("opened") == "table"
    return over_tables or "emulator" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """One Azurite for the whole run (of one worker); each test has its own table."""
    running = Emulator.start(tmp_path_factory.mktemp("azurite"))
    yield running
    running.stop()


@pytest.fixture(params=["memory", "sqlite", "table"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    """Opens the store under test; every opened one sees the same data."""
    if request.param == "memory":
        store = MemoryStore(keep_for=KEPT)
        yield lambda: store
    elif request.param == "sqlite":
        files: list[SqliteStore] = []

        def open_file() -> OffboardingStore:
            files.append(SqliteStore(tmp_path / "offboardings.sqlite3", keep_for=KEPT))
            return files[-1]

        yield open_file
        for file in files:
            file.close()
    else:
        emulator: Emulator = request.getfixturevalue("emulator")
        yield functools.partial(TableStore, emulator.service(), table=new_table(), keep_for=KEPT)


@pytest.fixture
def store(opened: Opener) -> OffboardingStore:
    """The store under test."""
    return opened()


def new_table() -> str:
    """A table name that nobody else uses."""
    return f"t{uuid4().hex}"
