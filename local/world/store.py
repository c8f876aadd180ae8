"""A store in memory, with the same conditional writes as the stores that last."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from local.world.crash import CrashPoints
from shared.domain.errors import ConcurrencyConflictError
from shared.domain.ledger import HoldingRecord
from shared.domain.messages import OutboundMessage, TimelineEntry
from shared.domain.offboarding import RUNNABLE, Offboarding, Status
from shared.ports.runtime import Change, Filter, Live, LiveElsewhere, Page, Stored


@dataclass(slots=True)
class _Row:
    head: Offboarding
    etag: int
    position: int
    holdings: dict[str, HoldingRecord] = field(default_factory=dict)
    timeline: dict[int, TimelineEntry] = field(default_factory=dict)
    outbox: dict[str, OutboundMessage] = field(default_factory=dict)


class MemoryStore:
    """An OffboardingStore; thread-safe, one change at a time."""

    def __init__(self, crash: CrashPoints | None = None) -> None:
        self._rows: dict[str, _Row] = {}
        self._live: dict[str, str] = {}
        self._lock = threading.RLock()
        self._crash = crash or CrashPoints()

    def load(self, offboarding_id: str) -> Stored | None:
        with self._lock:
            row = self._rows.get(offboarding_id)
            return Stored(row.head, str(row.etag)) if row else None

    def commit(self, change: Change) -> Stored | LiveElsewhere:
        self._crash.here("before commit")
        with self._lock:
            result = self._commit(change)
        self._crash.here("after commit")
        return result

    def holdings(self, offboarding_id: str) -> Mapping[str, HoldingRecord]:
        with self._lock:
            return dict(sorted(self._rows[offboarding_id].holdings.items()))

    def timeline(self, offboarding_id: str) -> Sequence[TimelineEntry]:
        with self._lock:
            return [entry for _, entry in sorted(self._rows[offboarding_id].timeline.items())]

    def outbox(self, offboarding_id: str) -> Sequence[OutboundMessage]:
        with self._lock:
            row = self._rows.get(offboarding_id)
            return list(row.outbox.values()) if row else []

    def clear_outbox(self, offboarding_id: str, message_ids: Sequence[str]) -> None:
        self._crash.here("before clear")
        with self._lock:
            for item in message_ids:
                self._rows[offboarding_id].outbox.pop(item, None)
        self._crash.here("after clear")

    def due(self, now: datetime, machine: datetime, grace: timedelta, limit: int) -> Sequence[str]:
        with self._lock:
            found = [row.head.id for row in self._rows.values() if _is_due(row, now, machine, grace)]
            return found[:limit]

    def find(self, wanted: Filter) -> Page:
        with self._lock:
            rows = sorted(self._rows.values(), key=lambda row: -row.position)
        rows = [row for row in rows if _matches(row, wanted)]
        shown = rows[: wanted.limit]
        cursor = str(shown[-1].position) if len(rows) > wanted.limit else None
        return Page(tuple(row.head for row in shown), cursor)

    def ping(self) -> None:
        """Always reachable."""

    def _commit(self, change: Change) -> Stored | LiveElsewhere:
        head, row = change.offboarding, self._rows.get(change.offboarding.id)
        stored_etag = str(row.etag) if row else None
        if change.live is Live.TAKE and head.customer_id is not None:
            holder = self._live.get(head.customer_id, head.id)
            if holder != head.id:
                return LiveElsewhere(holder)
        if stored_etag != change.etag:
            raise ConcurrencyConflictError(f"offboarding {head.id} was changed by somebody else")
        if change.live is Live.TAKE and head.customer_id is not None:
            self._live[head.customer_id] = head.id
        if change.live is Live.RELEASE:
            self._live = {customer: holder for customer, holder in self._live.items() if holder != head.id}
        row = row or _Row(head, 0, len(self._rows) + 1)
        row.head, row.etag = head, row.etag + 1
        row.holdings.update({item.holding.key: item for item in change.holdings})
        row.timeline.update({item.seq: item for item in change.timeline})
        row.outbox.update({item.id: item for item in change.outbox})
        self._rows[head.id] = row
        return Stored(head, str(row.etag))


def _is_due(row: _Row, now: datetime, machine: datetime, grace: timedelta) -> bool:
    head, late = row.head, now - grace
    if any(item.created_at <= late for item in row.outbox.values()):
        return True
    if head.next_attempt_at is None:
        return False
    if head.status is Status.NEEDS_ATTENTION:
        return head.next_attempt_at <= now
    if head.status not in RUNNABLE:
        return False
    if head.claim is None:
        return head.next_attempt_at <= late
    return head.claim.expires_at <= machine and head.next_attempt_at <= now


def _matches(row: _Row, wanted: Filter) -> bool:
    if wanted.statuses and row.head.status not in wanted.statuses:
        return False
    if wanted.customer_id is not None and row.head.customer_id != wanted.customer_id:
        return False
    return wanted.after is None or row.position < int(wanted.after)
