"""Choosing a store: settings of the application, and what the local stack says when Azurite is missing."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from local.stack.azurite import find_azurite
from local.stack.errors import StackError
from local.stack.folder import DataFolder
from local.stack.store import Store, choose_store
from shared.adapters.stores.sqlite import SqliteStore
from shared.adapters.stores.table import TableStore
from shared.composition.assembly import build
from shared.composition.settings import read_settings
from shared.domain.errors import SettingsError

COMMON = {
    "OFFBOARDING_PARTNER_TENANT_ID": "9a57e000-0000-4000-8000-00000009a57e",
    "OFFBOARDING_CLIENT_ID": "client",
    "OFFBOARDING_CLIENT_SECRET": "secret",
    "OFFBOARDING_REFRESH_TOKEN_FILE": "token",
    "OFFBOARDING_SWEEP_SCHEDULE": "0 */5 * * * *",
    "OFFBOARDING_RENEWAL_SCHEDULE": "0 0 3 * * *",
    "ServiceBus__fullyQualifiedNamespace": "offboarding.servicebus.windows.net",
}
ENDPOINT = {"OFFBOARDING_STORE": "table", "OFFBOARDING_TABLE_ENDPOINT": "https://offboarding.table.core.windows.net/"}
KEY = "Y29udG9zbw=="
CONNECTION = {
    "OFFBOARDING_STORE": "table",
    "OFFBOARDING_TABLE_CONNECTION": f"AccountName=a;AccountKey={KEY};TableEndpoint=http://127.0.0.1:1/a;",
}


@pytest.mark.parametrize("values", [ENDPOINT, CONNECTION], ids=["endpoint and identity", "connection string"])
def test_tables(values: dict[str, str]) -> None:
    assert isinstance(build(read_settings(COMMON | values)).store, TableStore)


def test_sqlite(tmp_path: Path) -> None:
    store = build(read_settings(COMMON | {"OFFBOARDING_SQLITE_FILE": str(tmp_path / "x.sqlite3")})).store
    assert isinstance(store, SqliteStore)
    store.close()


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"OFFBOARDING_STORE": "table"}, "needs OFFBOARDING_TABLE_ENDPOINT or OFFBOARDING_TABLE_CONNECTION"),
        (ENDPOINT | CONNECTION, "and not both"),
        (ENDPOINT | {"OFFBOARDING_TABLE_ENDPOINT": "http://x.example"}, "OFFBOARDING_TABLE_ENDPOINT must begin with"),
        ({"OFFBOARDING_STORE": "cosmos"}, "OFFBOARDING_STORE must be one of sqlite, table"),
        ({}, "OFFBOARDING_SQLITE_FILE is required"),
        (ENDPOINT | {"OFFBOARDING_RETENTION_DAYS": "1"}, "OFFBOARDING_RETENTION_DAYS must be a whole number from 2"),
        (ENDPOINT | {"OFFBOARDING_RETENTION_DAYS": "99999999999"}, "OFFBOARDING_RETENTION_DAYS must be"),
        (ENDPOINT | {"OFFBOARDING_CLAIM_SECONDS": "inf"}, "OFFBOARDING_CLAIM_SECONDS must be"),
    ],
)
def test_wrong_settings_are_named(values: dict[str, str], text: str) -> None:
    with pytest.raises(SettingsError, match=text):
        read_settings(COMMON | values)


def test_a_wrong_connection_string_is_named_and_not_shown() -> None:
    settings = read_settings(COMMON | CONNECTION | {"OFFBOARDING_TABLE_CONNECTION": f"AccountKey={KEY}"})
    with pytest.raises(SettingsError, match="OFFBOARDING_TABLE_CONNECTION") as raised:
        build(settings)
    assert KEY not in str(raised.value)
    assert KEY not in repr(settings)


def test_retention() -> None:
    assert read_settings(COMMON | ENDPOINT).store.retention == timedelta(days=400)
    assert read_settings(COMMON | ENDPOINT | {"OFFBOARDING_RETENTION_DAYS": "30"}).store.retention == timedelta(days=30)


def test_without_node_it_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"Node\.js was not found"):
        find_azurite({"PATH": str(tmp_path)})


@pytest.mark.skipif(shutil.which("node") is None, reason="needs Node.js")
def test_azurite_is_found_from_any_of_its_folders(tmp_path: Path) -> None:
    values = {"PATH": str(Path(shutil.which("node") or "").parent), "OFFBOARDING_AZURITE": str(tmp_path)}
    with pytest.raises(StackError, match="npm install azurite@"):
        find_azurite(values)
    package = tmp_path / "node_modules" / "azurite"
    main = package / "dist" / "src" / "table" / "main.js"
    main.parent.mkdir(parents=True)
    main.touch()
    for named in (tmp_path, tmp_path / "node_modules", package, package / "dist" / "src" / "azurite.js"):
        assert find_azurite(values | {"OFFBOARDING_AZURITE": str(named)}).folder == package


@pytest.mark.parametrize(
    ("kept", "given", "chosen"),
    [
        (None, None, Store.SQLITE),
        (None, Store.AZURITE, Store.AZURITE),
        ("sqlite", None, Store.SQLITE),
        ("azurite", None, Store.AZURITE),
        ("azurite", Store.AZURITE, Store.AZURITE),
        ("azurite", Store.SQLITE, "was made with --store azurite"),
        ("sqlite", Store.AZURITE, "was made with --store sqlite"),
        ("papyrus", None, "names store 'papyrus'"),
    ],
)
def test_a_data_folder_keeps_its_store(kept: str | None, given: Store | None, chosen: str, tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    if kept is not None:
        (folder.path / "store").write_text(kept, encoding="utf-8")
    if chosen in list(Store):
        assert choose_store(folder, given) is chosen
        return
    with pytest.raises(StackError, match=chosen):
        choose_store(folder, given)
