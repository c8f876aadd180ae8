"""The SQLite journal: what was committed is there after a restart, what was not is not."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from local.broker.amqp.message import Content, parse
from local.broker.engine.message import Journal, Message, Place
from local.broker.engine.namespace import Recovered
from local.broker.storage.sqlite_journal import FILE_NAME, SqliteJournal, StorageError
from local.broker.tests.unit.keeping_journal import KeepingJournal

BODY = b"\x00\x53\x75\xa0\x01x"


@contextmanager
def journal(folder: Path) -> Iterator[SqliteJournal]:
    """A journal that is closed, not committed, at the end."""
    opened = SqliteJournal(folder)
    try:
        yield opened
    finally:
        opened.close()


def message(key: int) -> Message:
    """A message with this key."""
    return Message(key, "q", Place.ACTIVE, key, parse(BODY), 5, None if key % 2 else 99)


def as_stored(recovered: Recovered) -> tuple[list[tuple[object, ...]], dict[str, int], set[tuple[str, str, int]]]:
    """Comparable form."""
    rows: list[tuple[object, ...]] = [
        (each.key, each.place, each.sequence, each.content, each.expires_ms, each.deliveries)
        for each in recovered.messages
    ]
    return rows, dict(recovered.sequences), set(recovered.seen)


def tell(journal: Journal, kind: str, chosen: Message, step: int) -> None:
    """Tell a journal of a change."""
    if kind in ("new", "rewritten"):
        journal.put(chosen)
    elif kind == "delivered":
        journal.count(chosen)
    elif kind == "removed":
        journal.remove(chosen)
    elif kind == "seen":
        journal.seen("q", str(step % 7), step)
    elif kind == "forgotten":
        journal.forget("q", step - 50)
    else:
        journal.sequence("q", step)


@pytest.mark.parametrize("seed", range(8))
def test_what_was_committed_is_there_after_a_restart(tmp_path: Path, seed: int) -> None:
    chance, model, live = random.Random(seed), KeepingJournal(), dict[int, Message]()
    committed = model.recovered()
    with journal(tmp_path) as real:
        for step in range(1, 200):
            kinds = ["new", "new", "rewritten", "delivered", "removed", "seen", "forgotten", "numbered"]
            kind = chance.choice(kinds) if live else "new"
            chosen = message(step) if kind == "new" else chance.choice(list(live.values()))
            live[chosen.key] = chosen
            if kind == "delivered":
                chosen.deliveries = step
            elif kind == "rewritten":
                chosen.place, chosen.content = Place.DEAD_LETTERED, Content(priority=3, rest=BODY)
            elif kind == "removed":
                del live[chosen.key]
            for each in (real, model):
                tell(each, kind, chosen, step)
            if chance.random() < 0.2:
                real.commit()
                committed = model.recovered()
    with journal(tmp_path) as again:
        assert as_stored(again.load()) == as_stored(committed)


def test_a_message_that_came_and_went_in_one_turn_leaves_nothing(tmp_path: Path) -> None:
    with journal(tmp_path) as real:
        passing = message(1)
        real.put(passing)
        real.count(passing)
        real.remove(passing)
        real.commit()
        assert real.load().messages == ()
        assert not real.dirty


def test_two_brokers_cannot_share_a_folder(tmp_path: Path) -> None:
    with journal(tmp_path) as first:
        first.sequence("q", 1)
        first.commit()
        with pytest.raises(StorageError, match="Stop another broker"):
            SqliteJournal(tmp_path)


def test_a_file_of_another_version_or_none_at_all_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / FILE_NAME) as database:
        database.execute("PRAGMA user_version=99")
    database.close()
    with pytest.raises(StorageError, match="another version"):
        SqliteJournal(tmp_path)
    (tmp_path / FILE_NAME).write_bytes(b"no database" * 100)
    with pytest.raises(StorageError, match="cannot be opened"):
        SqliteJournal(tmp_path)


def test_a_damaged_message_is_reported(tmp_path: Path) -> None:
    with journal(tmp_path) as real:
        real.put(replace(message(1), content=Content(rest=b"\x00")))
        real.commit()
    with journal(tmp_path) as again, pytest.raises(StorageError, match="cannot be read"):
        again.load()
