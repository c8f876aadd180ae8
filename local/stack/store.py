"""Where the pipeline keeps its record on one machine: a SQLite file, or Azure Tables in Azurite."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from local.stack.azurite import accounts, connection_string, find_azurite, new_key
from local.stack.child import Child
from local.stack.errors import StackError
from local.stack.folder import DataFolder

Start = Callable[[str, list[str], Mapping[str, str]], Child]


class Store(StrEnum):
    """AZURITE runs the code that is deployed, against Microsoft's emulator."""

    SQLITE = "sqlite"
    AZURITE = "azurite"


def store_settings(store: Store, folder: DataFolder, port: str, start: Start) -> dict[str, str]:
    """The application's settings for the store, after starting it where it is a process of its own.

    Raises StackError when Azurite is missing, or when the folder's record is in the other store.
    """
    azurite = find_azurite() if store is Store.AZURITE else None
    used = folder.kept("store", lambda: store.value)
    if used != store.value:
        raise StackError(f"{folder.path} was made with --store {used}. Use that again, or choose another --data.")
    if azurite is None:
        file = str(folder.path / "offboardings.sqlite3")
        return {"OFFBOARDING_STORE": "sqlite", "OFFBOARDING_SQLITE_FILE": file}
    key = folder.kept("storage-key", new_key)
    child = start("azurite", azurite.command(folder.part("azurite"), int(port)), accounts(key))
    connection = connection_string(str(child.ready()["url"]), key)
    return {"OFFBOARDING_STORE": "table", "OFFBOARDING_TABLE_CONNECTION": connection}
