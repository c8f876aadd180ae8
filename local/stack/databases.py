"""The databases of a data folder at the end of a run: one file each, with everything in it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

ENDINGS = frozenset({".sqlite", ".sqlite3"})


def checkpoint(folder: Path) -> list[str]:
    """Move what the write-ahead logs hold into the databases and remove the logs; returns what could not be done.

    To be called when the processes that use them have ended. A process that was killed leaves its log behind; it is no
    loss, but whoever copies the database alone would miss the last transactions.
    """
    problems = []
    for file in sorted(folder.rglob("*")):
        if file.suffix in ENDINGS and file.is_file():
            try:
                with closing(sqlite3.connect(file, timeout=1)) as database:
                    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            except sqlite3.Error as error:
                problems.append(f"{file} keeps its write-ahead log: {error}")
    return problems
