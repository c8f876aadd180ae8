"""Lists of the SQLite store: a narrow row beside each head, so that a search reads no head that it does not show."""

from __future__ import annotations

import sqlite3

from shared.adapters.stores import codec
from shared.adapters.stores.sqlite_held import OF_PRODUCT
from shared.domain.holdings.products import NAME, WHOLE, folded
from shared.domain.offboarding.needs import ASKING, SOON
from shared.domain.offboarding.record import Offboarding
from shared.ports.listing import ASKS, NOT_KEPT, Filter, listed, read_cursor, sortable

WRITE = (
    "INSERT OR REPLACE INTO listed (position, updated, due, customer, requested_by, words, closes)"
    " SELECT position, ?, ?, ?, ?, ?, ? FROM offboardings WHERE id = ?"
)
WRITE_BATCH = "INSERT OR REPLACE INTO batched SELECT position, ? FROM offboardings WHERE id = ?"


def list_head(db: sqlite3.Connection, head: Offboarding) -> None:
    """The row of a head, in the transaction that stores it."""
    row = listed(head)
    db.execute(WRITE, (row.updated, row.due, row.customer, row.requested_by, row.words, row.closes, head.id))
    if head.request.batch_id is not None:
        db.execute(WRITE_BATCH, (head.request.batch_id, head.id))


def list_all(db: sqlite3.Connection) -> None:
    """Rows for what was stored before there were any, or when they had less."""
    for position in unlisted(db):
        (body,) = db.execute("SELECT body FROM offboardings WHERE position = ?", (position,)).fetchone()
        list_head(db, codec.load_offboarding(body))


def unlisted(db: sqlite3.Connection) -> list[int]:
    """The places of heads without a whole row."""
    sql = "SELECT position FROM offboardings WHERE position NOT IN (SELECT position FROM listed WHERE closes <> ?)"
    return [int(position) for (position,) in db.execute(sql, (NOT_KEPT,)).fetchall()]


def narrow(db: sqlite3.Connection) -> bool:
    """Whether a file of an earlier version lacks a column."""
    return "closes" not in {str(row[1]) for row in db.execute("PRAGMA table_info(listed)")}


def widen(db: sqlite3.Connection) -> None:
    """Add it, unless another process has meanwhile."""
    if narrow(db):
        db.execute("ALTER TABLE listed ADD COLUMN closes TEXT NOT NULL DEFAULT ''")


def selection(wanted: Filter) -> tuple[str, list[str | int]]:
    """One row more than a page holds: position, key of the order, body. Raises InvalidRequestError for a cursor."""
    by = wanted.order.by
    key, way = ("''" if by == "created" else f"l.{by}"), ("DESC" if wanted.order.descending else "ASC")
    clauses, values = _clauses(wanted)
    cursor = read_cursor(wanted.after, wanted.order)
    if cursor is not None:
        sign = "<" if wanted.order.descending else ">"
        clauses.append(f"l.position {sign} ?" if by == "created" else f"({key}, l.position) {sign} (?, ?)")
        values += [cursor.position] if by == "created" else [cursor.key, cursor.position]
    where = " AND ".join(clauses)
    order = f"l.position {way}" if by == "created" else f"{key} {way}, l.position {way}"
    sql = f"SELECT l.position, {key}, o.body FROM offboardings o JOIN listed l ON l.position = o.position"  # noqa: S608
    return f"{sql} WHERE {where} ORDER BY {order} LIMIT {wanted.limit + 1:d}", values


def _clauses(wanted: Filter) -> tuple[list[str], list[str | int]]:
    found: list[tuple[str, tuple[str | int, ...]]] = [("1", ())]
    if wanted.statuses:
        known = tuple(status.value for status in wanted.statuses)
        found.append((f"o.status IN ({','.join('?' * len(known))})", known))
    if wanted.customer_id is not None:
        found.append(("o.customer_id = ?", (wanted.customer_id,)))
    if wanted.batch_id is not None:
        found.append(("o.position IN (SELECT position FROM batched WHERE batch = ?)", (wanted.batch_id,)))
    if wanted.updated_since is not None:
        found.append(("l.updated >= ?", (sortable(wanted.updated_since),)))
    if wanted.due_before is not None:
        found.append(("l.due < ?", (sortable(wanted.due_before),)))
    if wanted.requested_by:
        found.append(("l.requested_by = ?", (wanted.requested_by.casefold(),)))
    if wanted.needed_at is not None:
        asking = tuple(status.value for status in ASKING)
        until = (sortable(wanted.needed_at), sortable(wanted.needed_at + SOON))
        needs = f"(o.status IN ({','.join('?' * len(asking))}) OR l.closes = ? OR l.closes BETWEEN ? AND ?)"
        found.append((needs, (*asking, ASKS, *until)))
    if wanted.dry_run is not None:
        found.append(("coalesce(json_extract(o.body, '$.request.dry_run'), 1) = ?", (int(wanted.dry_run),)))
    if wanted.product:
        found.append((OF_PRODUCT, (WHOLE + folded(wanted.product), NAME, folded(wanted.product))))
    if wanted.text:
        found.append(("instr(l.words, ?) > 0", (wanted.text.casefold(),)))
    return [clause for clause, _ in found], [value for _, values in found for value in values]
