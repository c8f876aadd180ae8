"""Durable state in one SQLite file: what a request changed is committed before its answer leaves."""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from local.simulator.journal import ENTRY, Entry
from local.simulator.tenant.store import Record, Store, Table

_SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
  kind TEXT NOT NULL, id TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (kind, id));
CREATE TABLE IF NOT EXISTS journal (seq INTEGER PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
_UPSERT = """
INSERT INTO records (kind, id, body) VALUES (?, ?, ?)
ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body
"""


class DataFolderError(Exception):
    """The data folder cannot be used; the text says why and what to look at."""


class Database:
    """The SQLite file in a data folder, held by one process; access is guarded by the simulator's lock."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(
            folder / "simulator.sqlite", timeout=2, check_same_thread=False, isolation_level=None
        )
        try:
            self._connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=NORMAL")
            self._connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")
        except sqlite3.Error as error:
            self._connection.close()
            text = f"data folder {folder}: {error}; is another simulator running on it?"
            raise DataFolderError(text) from None
        self._adapters: dict[str, TypeAdapter[Any]] = {}

    def meta(self, name: str) -> str | None:
        """A named value, such as the start marker or the signing key."""
        found = self._connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return None if found is None else str(found[0])

    def load_store(self) -> Store:
        """The records of the last commit."""
        store = Store()
        for table in store.tables:
            adapter = self._adapter(table)
            query = "SELECT body FROM records WHERE kind = ? ORDER BY rowid"
            for (body,) in self._connection.execute(query, (table.name,)):
                store.put(adapter.validate_json(body))
        store.commit()
        return store

    def load_journal(self) -> list[Entry]:
        """All journal entries in order."""
        rows = self._connection.execute("SELECT body FROM journal ORDER BY seq")
        return [ENTRY.validate_json(body) for (body,) in rows]

    def write(
        self,
        changes: Iterable[tuple[Table[Any], str, Record | None]],
        entries: Iterable[Entry] = (),
        meta: Iterable[tuple[str, str]] = (),
    ) -> None:
        """One transaction: record changes, journal entries, named values."""
        cursor = self._connection.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        try:
            for statement, values in self._statements(changes, entries, meta):
                cursor.execute(statement, values)
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        cursor.execute("COMMIT")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _statements(
        self,
        changes: Iterable[tuple[Table[Any], str, Record | None]],
        entries: Iterable[Entry],
        meta: Iterable[tuple[str, str]],
    ) -> Iterator[tuple[str, tuple[object, ...]]]:
        for table, id_, record in changes:
            if record is None:
                yield "DELETE FROM records WHERE kind = ? AND id = ?", (table.name, id_)
            else:
                yield _UPSERT, (table.name, id_, self._adapter(table).dump_json(record))
        for entry in entries:
            yield "INSERT INTO journal (seq, body) VALUES (?, ?)", (entry.seq, ENTRY.dump_json(entry))
        for name, value in meta:
            yield "INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, value)

    def _adapter(self, table: Table[Any]) -> TypeAdapter[Any]:
        if table.name not in self._adapters:
            self._adapters[table.name] = TypeAdapter(table.type)
        return self._adapters[table.name]
