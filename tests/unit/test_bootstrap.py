"""The process edge: services are built once, and the log says once what has started."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shared.adapters.stores.sqlite import SqliteStore
from shared.composition import bootstrap
from shared.domain.errors import SettingsError
from shared.version import VERSION
from tests.unit.test_settings import GOOD, SECRETS


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A process that has built nothing yet, with good settings."""
    values = GOOD | {"OFFBOARDING_SQLITE_FILE": str(tmp_path / "x.sqlite3"), "OFFBOARDING_MODE": "live"}
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(bootstrap, "_services", None)
    caplog.set_level(logging.INFO)


def started(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    return [(record.levelno, record.getMessage()) for record in caplog.records if "started" in record.getMessage()]


@pytest.mark.usefixtures("environment")
def test_a_process_says_once_what_has_started(caplog: pytest.LogCaptureFixture) -> None:
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: bootstrap.services(), range(16)))

    store = found[0].store
    assert isinstance(store, SqliteStore)
    store.close()
    assert len({id(services) for services in found}) == 1
    assert started(caplog) == [(logging.INFO, f"offboarding pipeline {VERSION} started: mode live, store sqlite")]
    assert [record.levelno for record in caplog.records if "removed unattended" in record.getMessage()] == [
        logging.WARNING
    ]
    assert not [secret for secret in SECRETS.values() if secret in caplog.text]


@pytest.mark.usefixtures("environment")
def test_nothing_has_started_with_wrong_settings(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OFFBOARDING_MODE", "careful")
    with pytest.raises(SettingsError):
        bootstrap.services()

    assert started(caplog) == []
