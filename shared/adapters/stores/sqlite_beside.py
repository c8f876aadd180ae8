"""What a change stores beside the head, in the same transaction: holdings, timeline, evidence."""

from __future__ import annotations

import sqlite3

from shared.adapters.stores import codec
from shared.adapters.stores.sqlite_held import hold_words
from shared.ports.store import Change


def write_beside(db: sqlite3.Connection, change: Change) -> None:
    identity = change.offboarding.id
    holdings = [(identity, item.holding.key, codec.dump_holding(item)) for item in change.holdings]
    db.executemany("INSERT OR REPLACE INTO holdings VALUES (?, ?, ?)", holdings)
    hold_words(db, identity, change.holdings)
    entries = [(identity, item.seq, codec.dump_entry(item)) for item in change.timeline]
    db.executemany("INSERT OR REPLACE INTO timeline VALUES (?, ?, ?)", entries)
    # No REPLACE: the evidence is only ever added to.
    db.executemany(
        "INSERT INTO evidence VALUES (?, ?, ?)", [(identity, item.seq, item.line) for item in change.evidence]
    )
    asides = [aside for item in change.evidence for aside in item.asides]
    rows = [(identity, aside.seq, aside.field, codec.dump_aside(aside)) for aside in asides]
    db.executemany("INSERT INTO asides VALUES (?, ?, ?, ?)", rows)
