"""The tables of the SQLite store, the query for what is due, and how a head becomes a row."""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.adapters.stores import codec
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import RUNNABLE, Status

SCHEMA = """
CREATE TABLE IF NOT EXISTS offboardings (
    position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE NOT NULL, etag INTEGER NOT NULL, customer_id TEXT,
    status TEXT NOT NULL, next_attempt REAL, claim_expires REAL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS due ON offboardings (status, next_attempt);
CREATE TABLE IF NOT EXISTS holdings (
    offboarding_id TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (offboarding_id, key));
CREATE TABLE IF NOT EXISTS timeline (
    offboarding_id TEXT NOT NULL, seq INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (offboarding_id, seq));
CREATE TABLE IF NOT EXISTS evidence (
    offboarding_id TEXT NOT NULL, seq INTEGER NOT NULL, line TEXT NOT NULL, PRIMARY KEY (offboarding_id, seq));
CREATE TABLE IF NOT EXISTS asides (
    offboarding_id TEXT NOT NULL, seq INTEGER NOT NULL, field TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (offboarding_id, seq, field));
CREATE TABLE IF NOT EXISTS outbox (
    position INTEGER PRIMARY KEY AUTOINCREMENT, offboarding_id TEXT NOT NULL, id TEXT NOT NULL,
    created REAL NOT NULL, meta TEXT NOT NULL, body BLOB NOT NULL, UNIQUE (offboarding_id, id));
CREATE INDEX IF NOT EXISTS owed ON outbox (created);
CREATE TABLE IF NOT EXISTS live (customer_id TEXT PRIMARY KEY, offboarding_id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS finished (offboarding_id TEXT PRIMARY KEY, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS finished_at ON finished (at);
CREATE TABLE IF NOT EXISTS listed (
    position INTEGER PRIMARY KEY, updated TEXT NOT NULL, due TEXT NOT NULL, customer TEXT NOT NULL,
    requested_by TEXT NOT NULL, words TEXT NOT NULL, closes TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS listed_updated ON listed (updated);
CREATE INDEX IF NOT EXISTS listed_due ON listed (due);
CREATE INDEX IF NOT EXISTS listed_customer ON listed (customer);
CREATE TABLE IF NOT EXISTS batched (position INTEGER PRIMARY KEY, batch TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS batched_batch ON batched (batch);
CREATE TABLE IF NOT EXISTS held (
    word TEXT NOT NULL, offboarding_id TEXT NOT NULL, PRIMARY KEY (word, offboarding_id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS held_by ON held (offboarding_id);
CREATE TABLE IF NOT EXISTS holds (service TEXT PRIMARY KEY, until TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS shared_rows (name TEXT PRIMARY KEY, etag INTEGER NOT NULL, body TEXT NOT NULL);
"""

_RUNNABLE = {f"runnable{number}": status.value for number, status in enumerate(sorted(RUNNABLE))}
_ANY = ", ".join(f":{name}" for name in _RUNNABLE)

# Each part is a range of an index, so that a fleet that waits is not read.
DUE = f"""
SELECT id FROM (SELECT id, next_attempt FROM offboardings
    WHERE status IN ({_ANY}) AND next_attempt <= :late AND claim_expires IS NULL
UNION SELECT id, next_attempt FROM offboardings
    WHERE status IN ({_ANY}) AND next_attempt <= :now AND claim_expires <= :machine
UNION SELECT id, next_attempt FROM offboardings WHERE status = :attention AND next_attempt <= :now
UNION SELECT id, next_attempt FROM offboardings
    WHERE id IN (SELECT offboarding_id FROM outbox WHERE created <= :late))
ORDER BY next_attempt IS NULL, next_attempt LIMIT :limit
"""  # noqa: S608 - only names of parameters are put in


def due_values(now: datetime, machine: datetime, grace: timedelta, limit: int) -> dict[str, object]:
    """The parameters of `DUE`."""
    return {
        **_RUNNABLE,
        "machine": machine.timestamp(),
        "now": now.timestamp(),
        "late": (now - grace).timestamp(),
        "attention": Status.NEEDS_ATTENTION.value,
        "limit": limit,
    }


def columns(head: Offboarding) -> tuple[str | None, str, float | None, float | None, str]:
    next_attempt = head.next_attempt_at.timestamp() if head.next_attempt_at else None
    claim = head.claim.expires_at.timestamp() if head.claim else None
    return head.customer_id, head.status.value, next_attempt, claim, codec.dump_offboarding(head)
