"""By which products and ids offboardings are found: the words of every holding ever seen, in the SQLite store."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from shared.adapters.stores import codec
from shared.domain.errors import NewerRecordError
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.holdings.products import product_words

OF_PRODUCT = (
    "o.id IN (SELECT offboarding_id FROM held WHERE word = ?"
    " UNION SELECT offboarding_id FROM held WHERE substr(word, 1, 2) = ? AND instr(substr(word, 3), ?) > 0)"
)
"""What is found whole is found along the index; names are looked through."""


def hold_words(db: sqlite3.Connection, identity: str, records: Iterable[HoldingRecord]) -> None:
    """The words of these holdings, beside those that are there: a holding had them once."""
    words = {word for record in records for word in product_words(record.holding)}
    db.executemany("INSERT OR IGNORE INTO held VALUES (?, ?)", [(word, identity) for word in sorted(words)])


def hold_all(db: sqlite3.Connection) -> None:
    """Words for what was stored before there were any."""
    for identity in unheld(db):
        rows = db.execute("SELECT body FROM holdings WHERE offboarding_id = ?", (identity,)).fetchall()
        hold_words(db, identity, readable(str(body) for (body,) in rows))


def unheld(db: sqlite3.Connection) -> list[str]:
    """The offboardings with holdings and without words."""
    sql = "SELECT DISTINCT offboarding_id FROM holdings WHERE offboarding_id NOT IN (SELECT offboarding_id FROM held)"
    return [str(identity) for (identity,) in db.execute(sql).fetchall()]


def readable(bodies: Iterable[str]) -> Iterable[HoldingRecord]:
    """Holdings, but for those that a later version stored in a way that this one cannot read."""
    for body in bodies:
        try:
            yield codec.load_holding(body)
        except NewerRecordError:
            continue
