"""The tables of the SQLite store, the query for what is due, and how a head becomes a row."""

from __future__ import annotations

from shared.adapters.stores import codec
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import RUNNABLE

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
CREATE TABLE IF NOT EXISTS live (customer_id TEXT PRIMARY KEY, offboarding_id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS finished (offboarding_id TEXT PRIMARY KEY, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS finished_at ON finished (at);
CREATE TABLE IF NOT EXISTS listed (
    position INTEGER PRIMARY KEY, updated TEXT NOT NULL, due TEXT NOT NULL, customer TEXT NOT NULL,
    requested_by TEXT NOT NULL, words TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS listed_updated ON listed (updated);
CREATE INDEX IF NOT EXISTS listed_due ON listed (due);
CREATE INDEX IF NOT EXISTS listed_customer ON listed (customer);
CREATE TABLE IF NOT EXISTS holds (service TEXT PRIMARY KEY, until TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS shared_rows (name TEXT PRIMARY KEY, etag INTEGER NOT NULL, body TEXT NOT NULL);
"""

DUE = f"""
SELECT id FROM offboardings WHERE
    (status IN ({",".join("?" * len(RUNNABLE))}) AND (claim_expires IS NULL OR claim_expires <= :machine)
        AND next_attempt <= CASE WHEN claim_expires IS NULL THEN :late ELSE :now END)
    OR (status = :attention AND next_attempt <= :now)
    OR id IN (SELECT offboarding_id FROM outbox WHERE created <= :late)
ORDER BY next_attempt IS NULL, next_attempt LIMIT :limit
"""  # noqa: S608 - only question marks are put in


def columns(head: Offboarding) -> tuple[str | None, str, float | None, float | None, str]:
    next_attempt = head.next_attempt_at.timestamp() if head.next_attempt_at else None
    claim = head.claim.expires_at.timestamp() if head.claim else None
    return head.customer_id, head.status.value, next_attempt, claim, codec.dump_offboarding(head)
