"""The journal in one SQLite file: changes are collected and committed together, one transaction for each turn.

WAL with synchronous=NORMAL survives a killed process (not a power cut). The file is held exclusively, so that two
brokers cannot share it.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from local.broker.amqp.errors import AmqpError
from local.broker.amqp.message import pack, parse
from local.broker.engine.message import Message, Place
from local.broker.engine.namespace import Recovered

FILE_NAME = "broker.sqlite3"
_VERSION = 1
_SCHEMA = """
CREATE TABLE messages (
    key INTEGER PRIMARY KEY,
    entity TEXT NOT NULL,
    place INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    enqueued_ms INTEGER NOT NULL,
    expires_ms INTEGER,
    deliveries INTEGER NOT NULL,
    content BLOB NOT NULL
) STRICT;
CREATE TABLE sequences (entity TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE seen (
    entity TEXT NOT NULL, message_id TEXT NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY (entity, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX seen_at ON seen (entity, at_ms);
"""


class StorageError(Exception):
    """The data folder cannot be used; the text says why and what to do."""


class SqliteJournal:
    """Collects the changes of one turn in memory; `commit` writes them. Latest word for each message wins."""

    def __init__(self, folder: Path) -> None:
        """Open or create the file in `folder`. Raises StorageError."""
        self._path = folder / FILE_NAME
        self._put: dict[int, Message] = {}
        self._count: dict[int, Message] = {}
        self._removed: set[int] = set()
        self._sequences: dict[str, int] = {}
        self._seen: list[tuple[str, str, int]] = []
        self._forget: dict[str, int] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False, timeout=1.0)
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from None
        try:
            self._prepare()
        except sqlite3.Error as error:
            self._database.close()
            raise self._unusable(error) from None

    def _unusable(self, error: Exception) -> StorageError:
        return StorageError(
            f"{self._path}: cannot be opened: {error}. The broker does not start. Stop another broker that uses "
            "this folder, or give another one with --data."
        )

    def _prepare(self) -> None:
        run = self._database.execute
        run("PRAGMA locking_mode=EXCLUSIVE")
        run("PRAGMA journal_mode=WAL")
        run("PRAGMA synchronous=NORMAL")
        version = run("PRAGMA user_version").fetchone()[0]
        if version == 0:
            self._database.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version={_VERSION}; COMMIT;")
        elif version != _VERSION:
            raise sqlite3.DatabaseError(f"it was written by another version (layout {version}, not {_VERSION})")

    def load(self) -> Recovered:
        """Everything that was stored, messages by key. Raises StorageError if the file is damaged."""
        try:
            rows = self._database.execute(
                "SELECT key, entity, place, sequence, enqueued_ms, expires_ms, deliveries, content FROM messages "
                "ORDER BY key"
            )
            messages = tuple(
                Message(key, entity, Place(place), sequence, parse(content), enqueued, expires, deliveries)
                for key, entity, place, sequence, enqueued, expires, deliveries, content in rows
            )
            sequences = dict(self._database.execute("SELECT entity, last FROM sequences").fetchall())
            seen = tuple(self._database.execute("SELECT entity, message_id, at_ms FROM seen ORDER BY at_ms").fetchall())
        except (sqlite3.Error, ValueError, AmqpError) as error:
            raise StorageError(f"{self._path}: cannot be read: {error}. Restore it or remove it.") from None
        return Recovered(messages, sequences, seen)

    def put(self, message: Message) -> None:
        """Write the whole message."""
        self._put[message.key] = message
        self._removed.discard(message.key)

    def count(self, message: Message) -> None:
        """Write the delivery count."""
        self._count[message.key] = message

    def remove(self, message: Message) -> None:
        """Delete the message."""
        self._put.pop(message.key, None)
        self._count.pop(message.key, None)
        self._removed.add(message.key)

    def sequence(self, entity: str, last: int) -> None:
        """Write the entity's last sequence number."""
        self._sequences[entity] = last

    def seen(self, entity: str, message_id: str, at_ms: int) -> None:
        """Write an id for duplicate detection."""
        self._seen.append((entity, message_id, at_ms))

    def forget(self, entity: str, until_ms: int) -> None:
        """Delete ids seen at or before a time."""
        self._forget[entity] = until_ms

    @property
    def dirty(self) -> bool:
        """Whether something waits to be written."""
        return bool(self._put or self._count or self._removed or self._sequences or self._seen or self._forget)

    def commit(self) -> None:
        """Write all that was collected in one transaction. sqlite3.Error means that nothing of it is stored."""
        if not self.dirty:
            return
        run, many = self._database.execute, self._database.executemany
        run("BEGIN IMMEDIATE")
        if self._removed:
            many("DELETE FROM messages WHERE key = ?", ((key,) for key in self._removed))
        if self._put:
            many("INSERT OR REPLACE INTO messages VALUES (?, ?, ?, ?, ?, ?, ?, ?)", map(_row, self._put.values()))
        counts = [(each.deliveries, key) for key, each in self._count.items() if key not in self._put]
        if counts:
            many("UPDATE messages SET deliveries = ? WHERE key = ?", counts)
        if self._sequences:
            many("INSERT OR REPLACE INTO sequences VALUES (?, ?)", self._sequences.items())
        if self._seen:
            many("INSERT OR REPLACE INTO seen VALUES (?, ?, ?)", self._seen)
        if self._forget:
            many("DELETE FROM seen WHERE entity = ? AND at_ms <= ?", self._forget.items())
        run("COMMIT")
        for collected in (self._put, self._count, self._removed, self._sequences, self._seen, self._forget):
            collected.clear()

    def close(self) -> None:
        """Close the file; what was not committed is lost."""
        self._database.close()


def _row(message: Message) -> tuple[int, str, int, int, int, int | None, int, bytes]:
    return (
        message.key, message.entity, message.place.value, message.sequence, message.enqueued_ms, message.expires_ms,
        message.deliveries, pack(message.content),
    )  # fmt: skip
