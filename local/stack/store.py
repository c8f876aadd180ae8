"""Where the pipeline keeps its record on one machine: a SQLite file, or Azure Tables in Azurite."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from local.stack.azurite import accounts, connection_string, find_azurite, new_key
from local.stack.child import Child
from local.stack.chosen import ELSEWHERE
from local.stack.errors import StackError
from local.stack.folder import DataFolder

Start = Callable[[str, list[str], Mapping[str, str]], Child]
"""Starts what is not killed with the stack: a name, a command line, what it adds to the environment."""


class Store(StrEnum):
    """AZURITE runs the code that is deployed, against Microsoft's emulator."""

    SQLITE = "sqlite"
    AZURITE = "azurite"


KEPT = "store"


def choose_store(folder: DataFolder, given: Store | None) -> Store:
    """The store that the folder's record is in, or for a new folder the given one, or SQLite.

    Raises StackError when the folder's record is in another store than the given one.
    """
    file = folder.path / KEPT
    if not file.exists():
        return given or Store.SQLITE
    used = file.read_text(encoding="utf-8").strip()
    if used not in list(Store):
        raise StackError(f"{file} names store {used!r}, which is none of {', '.join(Store)}. Choose another --data.")
    if given not in (None, used):
        raise StackError(
            f"{folder.path} was made with --store {used}, and its record is there. Leave out --store to go on with "
            "it, or choose another --data for a fresh start."
        )
    return Store(used)


def expected_settings(store: Store, folder: DataFolder) -> dict[str, str]:
    """What `store_settings` will say, but for the address of a process that does not run yet."""
    if store is Store.AZURITE:
        return {"OFFBOARDING_STORE": "table", "OFFBOARDING_TABLE_CONNECTION": connection_string(ELSEWHERE, new_key())}
    return {"OFFBOARDING_STORE": "sqlite", "OFFBOARDING_SQLITE_FILE": str(folder.path / "offboardings.sqlite3")}


def store_settings(store: Store, folder: DataFolder, port: str, start: Start) -> dict[str, str]:
    """The application's settings for the store, after starting it where it is a process of its own.

    From here on the folder keeps its store. Raises StackError when Azurite is missing; the folder then stays fresh.
    """
    azurite = find_azurite() if store is Store.AZURITE else None
    folder.kept(KEPT, lambda: store.value)
    if azurite is None:
        return expected_settings(store, folder)
    key = folder.kept("storage-key", new_key)
    child = start("azurite", azurite.command(folder.part("azurite"), int(port)), accounts(key))
    connection = connection_string(str(child.ready()["url"]), key)
    return {"OFFBOARDING_STORE": "table", "OFFBOARDING_TABLE_CONNECTION": connection}
