"""The store in one SQLite file: for one machine. Write-ahead log, every change one transaction, ETags as counters."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from shared.adapters.stores import codec
from shared.adapters.stores.sqlite_beside import write_beside
from shared.adapters.stores.sqlite_held import hold_all, unheld
from shared.adapters.stores.sqlite_listing import list_all, list_head, narrow, selection, unlisted, widen
from shared.adapters.stores.sqlite_schema import DUE, SCHEMA, columns, due_values
from shared.domain.errors import ConcurrencyConflictError, UnavailableError
from shared.domain.evidence.entry import Aside
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.offboarding.messages import OutboundMessage, TimelineEntry
from shared.domain.offboarding.states import TERMINAL
from shared.ports.listing import Cursor, sortable
from shared.ports.store import KEEP_FOR, Change, Filter, Live, LiveElsewhere, Page, SharedRow, Stored


class SqliteStore:
    """An OffboardingStore in the file `path` (":memory:" for a store that dies with the process).

    Safe for the threads of one process; other processes may open the same file.
    """

    def __init__(self, path: Path | str, *, keep_for: timedelta = KEEP_FOR) -> None:
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._keep_for = keep_for
        self._lock = threading.RLock()
        self._db = sqlite3.connect(str(path), check_same_thread=False, isolation_level=None, timeout=10)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(SCHEMA)
        if narrow(self._db) or unlisted(self._db) or unheld(self._db):
            with self._transaction() as db:
                widen(db)
                list_all(db)
                hold_all(db)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def load(self, offboarding_id: str) -> Stored | None:
        row = self._one("SELECT body, etag FROM offboardings WHERE id = ?", offboarding_id)
        return Stored(codec.load_offboarding(row[0]), str(row[1])) if row else None

    def commit(self, change: Change) -> Stored | LiveElsewhere:
        """One transaction; raises ConcurrencyConflictError when the ETag differs or the record exists already."""
        with self._transaction() as db:
            held = self._mark(db, change)
            if held is not None:
                return held
            etag = self._write_head(db, change)
            identity = change.offboarding.id
            write_beside(db, change)
            for message in change.outbox:
                meta, body = codec.dump_message(message)
                row = (identity, message.id, message.created_at.timestamp(), meta, body)
                db.execute(
                    "INSERT OR REPLACE INTO outbox (offboarding_id, id, created, meta, body) VALUES (?,?,?,?,?)", row
                )
        return Stored(change.offboarding, str(etag))

    def holdings(self, offboarding_id: str) -> Mapping[str, HoldingRecord]:
        rows = self._all("SELECT key, body FROM holdings WHERE offboarding_id = ? ORDER BY key", offboarding_id)
        return {str(key): codec.load_holding(body) for key, body in rows}

    def timeline(self, offboarding_id: str) -> Sequence[TimelineEntry]:
        rows = self._all("SELECT body FROM timeline WHERE offboarding_id = ? ORDER BY seq", offboarding_id)
        return [codec.load_entry(body) for (body,) in rows]

    def evidence(self, offboarding_id: str) -> Sequence[str]:
        rows = self._all("SELECT line FROM evidence WHERE offboarding_id = ? ORDER BY seq", offboarding_id)
        return [str(line) for (line,) in rows]

    def asides(self, offboarding_id: str) -> Sequence[Aside]:
        rows = self._all("SELECT body FROM asides WHERE offboarding_id = ? ORDER BY seq, rowid", offboarding_id)
        return [codec.load_aside(body) for (body,) in rows]

    def outbox(self, offboarding_id: str) -> Sequence[OutboundMessage]:
        rows = self._all("SELECT meta, body FROM outbox WHERE offboarding_id = ? ORDER BY position", offboarding_id)
        return [codec.load_message(meta, body) for meta, body in rows]

    def clear_outbox(self, offboarding_id: str, message_ids: Sequence[str]) -> None:
        with self._transaction() as db:
            rows = [(offboarding_id, item) for item in message_ids]
            db.executemany("DELETE FROM outbox WHERE offboarding_id = ? AND id = ?", rows)

    def due(self, now: datetime, machine: datetime, grace: timedelta, limit: int) -> Sequence[str]:
        with self._reading() as db:
            return [str(row[0]) for row in db.execute(DUE, due_values(now, machine, grace, limit)).fetchall()]

    def find(self, wanted: Filter) -> Page:
        sql, values = selection(wanted)
        rows = self._all(sql, *values)
        shown = rows[: wanted.limit]
        cursor = Cursor(shown[-1][0], shown[-1][1]).text(wanted.order) if len(rows) > wanted.limit else None
        return Page(tuple(codec.load_offboarding(body) for _, _, body in shown), cursor)

    def expired(self, now: datetime, limit: int) -> Sequence[str]:
        before = (now - self._keep_for).timestamp()
        rows = self._all("SELECT offboarding_id FROM finished WHERE at <= ? ORDER BY at LIMIT ?", before, limit)
        return [str(row[0]) for row in rows]

    def forget(self, change: Change) -> None:
        identity = change.offboarding.id
        with self._transaction() as db:
            if change.etag is None:
                raise _conflict(change)
            self._write_head(db, change)
            for table in ("holdings", "held", "timeline", "asides", "finished"):
                db.execute(f"DELETE FROM {table} WHERE offboarding_id = ?", (identity,))  # noqa: S608
            write_beside(db, change)

    def holds(self) -> Mapping[str, datetime]:
        return {str(service): datetime.fromisoformat(until) for service, until in self._all("SELECT * FROM holds")}

    def hold(self, service: str, until: datetime, at_most: datetime | None = None) -> None:
        sql = (
            "INSERT INTO holds VALUES (?1, ?2) ON CONFLICT (service) DO UPDATE"
            " SET until = CASE WHEN until > ?3 THEN ?2 ELSE max(until, ?2) END"
        )
        with self._transaction() as db:
            db.execute(sql, (service, sortable(until), sortable(at_most) if at_most else None))

    def shared_row(self, name: str) -> SharedRow | None:
        row = self._one("SELECT body, etag FROM shared_rows WHERE name = ?", name)
        return SharedRow(str(row[0]), str(row[1])) if row else None

    def put_shared_row(self, name: str, text: str, etag: str | None) -> SharedRow:
        known = 0 if etag is None else int(etag) if etag.isdecimal() else -1
        with self._transaction() as db:
            if etag is None:
                done = db.execute("INSERT OR IGNORE INTO shared_rows VALUES (?, 1, ?)", (name, text)).rowcount
            else:
                sql = "UPDATE shared_rows SET etag=?, body=? WHERE name=? AND etag=?"
                done = db.execute(sql, (known + 1, text, name, known)).rowcount
            if done != 1:
                raise ConcurrencyConflictError(f"{name} was changed by somebody else")
        return SharedRow(text, str(known + 1))

    def shared_names(self) -> Sequence[str]:
        return [str(name) for (name,) in self._all("SELECT name FROM shared_rows ORDER BY name")]

    def ping(self) -> None:
        self._one("SELECT 1")

    def _write_head(self, db: sqlite3.Connection, change: Change) -> int:
        head = change.offboarding
        values = columns(head)
        if change.etag is None:
            sql = (
                "INSERT OR IGNORE INTO offboardings (customer_id, status, next_attempt, claim_expires, body, etag, id)"
                " VALUES (?,?,?,?,?,1,?)"
            )
            done = db.execute(sql, (*values, head.id)).rowcount
            etag = 1
        else:
            # The ETag of another store is only another ETag.
            known = int(change.etag) if change.etag.isdecimal() else 0
            etag = known + 1
            sql = (
                "UPDATE offboardings SET customer_id=?, status=?, next_attempt=?, claim_expires=?, body=?, etag=?"
                " WHERE id=? AND etag=?"
            )
            done = db.execute(sql, (*values, etag, head.id, known)).rowcount
        if done != 1:
            raise _conflict(change)
        list_head(db, head)
        if head.finished:
            db.execute("INSERT OR REPLACE INTO finished VALUES (?, ?)", (head.id, head.updated_at.timestamp()))
        return etag

    def _mark(self, db: sqlite3.Connection, change: Change) -> LiveElsewhere | None:
        customer_id, identity = change.offboarding.customer_id, change.offboarding.id
        if change.live is Live.RELEASE:
            db.execute("DELETE FROM live WHERE offboarding_id = ?", (identity,))
        if change.live is not Live.TAKE:
            return None
        if customer_id is None:
            raise ValueError("the live marker is taken for a customer")
        sql = "SELECT l.offboarding_id, o.status FROM live l JOIN offboardings o ON o.id = l.offboarding_id"
        found = db.execute(f"{sql} WHERE l.customer_id = ?", (customer_id,)).fetchone()
        if found is not None and found[0] != identity and found[1] not in TERMINAL:
            return LiveElsewhere(str(found[0]))
        db.execute("INSERT OR REPLACE INTO live VALUES (?, ?)", (customer_id, identity))
        return None

    def _one(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        rows = self._all(sql, *values)
        return rows[0] if rows else None

    def _all(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._reading() as db:
            return db.execute(sql, values).fetchall()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._db
            except sqlite3.Error as error:
                raise UnavailableError(f"the store cannot be read: {error}", service="store") from error

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._reading() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise


def _conflict(change: Change) -> ConcurrencyConflictError:
    return ConcurrencyConflictError(f"offboarding {change.offboarding.id} was changed by somebody else")
