"""A store in memory, with the same conditional writes as the stores that last."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from local.world.crash import CrashPoints
from shared.domain.errors import ConcurrencyConflictError, NewerRecordError
from shared.domain.evidence.entry import Aside, Entry
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.holdings.products import folded, names_product, product_words
from shared.domain.offboarding.messages import OutboundMessage, TimelineEntry
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import RUNNABLE, Status
from shared.ports.listing import Cursor, listed, read_cursor
from shared.ports.store import KEEP_FOR, Change, Filter, Live, LiveElsewhere, Page, SharedRow, Stored


@dataclass(slots=True)
class _Row:
    head: Offboarding
    etag: int
    position: int
    holdings: dict[str, HoldingRecord] = field(default_factory=dict)
    timeline: dict[int, TimelineEntry] = field(default_factory=dict)
    outbox: dict[str, OutboundMessage] = field(default_factory=dict)
    forgotten: bool = False
    evidence: list[Entry] = field(default_factory=list)
    words: set[str] = field(default_factory=set)


class MemoryStore:
    """An OffboardingStore; thread-safe, one change at a time."""

    def __init__(self, crash: CrashPoints | None = None, *, keep_for: timedelta = KEEP_FOR) -> None:
        self._rows: dict[str, _Row] = {}
        self._live: dict[str, str] = {}
        self._holds: dict[str, datetime] = {}
        self._shared: dict[str, SharedRow] = {}
        self._lock = threading.RLock()
        self._crash = crash or CrashPoints()
        self._keep_for = keep_for

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
            row = self._rows.get(offboarding_id)
            return dict(sorted(row.holdings.items())) if row else {}

    def timeline(self, offboarding_id: str) -> Sequence[TimelineEntry]:
        with self._lock:
            row = self._rows.get(offboarding_id)
            return [entry for _, entry in sorted(row.timeline.items())] if row else []

    def evidence(self, offboarding_id: str) -> Sequence[str]:
        with self._lock:
            row = self._rows.get(offboarding_id)
            return [entry.line for entry in row.evidence] if row else []

    def asides(self, offboarding_id: str) -> Sequence[Aside]:
        with self._lock:
            row = self._rows.get(offboarding_id)
            return [aside for entry in row.evidence for aside in entry.asides] if row else []

    def outbox(self, offboarding_id: str) -> Sequence[OutboundMessage]:
        with self._lock:
            row = self._rows.get(offboarding_id)
            return list(row.outbox.values()) if row else []

    def clear_outbox(self, offboarding_id: str, message_ids: Sequence[str]) -> None:
        self._crash.here("before clear")
        with self._lock:
            row = self._rows.get(offboarding_id)
            owed = row.outbox if row else {}
            for item in message_ids:
                owed.pop(item, None)
        self._crash.here("after clear")

    def due(self, now: datetime, machine: datetime, grace: timedelta, limit: int) -> Sequence[str]:
        with self._lock:
            rows = [row for row in self._rows.values() if _is_due(row, now, machine, grace)]
        # Overdue wake-ups first: finished ones that only owe an event must not crowd them out.
        rows.sort(key=lambda row: (row.head.next_attempt_at is None, row.head.next_attempt_at or now))
        return [row.head.id for row in rows[:limit]]

    def find(self, wanted: Filter) -> Page:
        before, order = read_cursor(wanted.after, wanted.order), wanted.order
        with self._lock:
            heads = [(row.head, row.position) for row in self._rows.values() if _is_of(row, wanted.product)]
        found = [(listed(head).key(order), position, head) for head, position in heads if wanted.matches(head)]
        found = [item for item in found if wanted.follows(before, item[0], item[1])]
        found.sort(key=lambda item: item[:2], reverse=order.descending)
        shown = found[: wanted.limit]
        cursor = Cursor(shown[-1][1], shown[-1][0]).text(order) if len(found) > wanted.limit else None
        return Page(tuple(head for _, _, head in shown), cursor)

    def expired(self, now: datetime, limit: int) -> Sequence[str]:
        with self._lock:
            rows = [row for row in self._rows.values() if row.head.finished and not row.forgotten]
            return [row.head.id for row in rows if row.head.updated_at <= now - self._keep_for][:limit]

    def forget(self, change: Change) -> None:
        with self._lock:
            row = self._current(change)
            if row is None:
                raise _conflict(change)
            row.head, row.etag, row.forgotten = change.offboarding, row.etag + 1, True
            row.holdings = {item.holding.key: item for item in change.holdings}
            row.words = _words(change)
            row.timeline = {item.seq: item for item in change.timeline}
            row.evidence = [replace(entry, asides=()) for entry in (*row.evidence, *change.evidence)]

    def holds(self) -> Mapping[str, datetime]:
        with self._lock:
            return dict(self._holds)

    def hold(self, service: str, until: datetime, at_most: datetime | None = None) -> None:
        with self._lock:
            kept = self._holds.get(service, until)
            self._holds[service] = until if at_most is not None and kept > at_most else max(until, kept)

    def shared_row(self, name: str) -> SharedRow | None:
        with self._lock:
            return self._shared.get(name)

    def put_shared_row(self, name: str, text: str, etag: str | None) -> SharedRow:
        self._crash.here(f"before {name}")
        with self._lock:
            found = self._shared.get(name)
            if (found.etag if found else None) != etag:
                raise ConcurrencyConflictError(f"{name} was changed by somebody else")
            self._shared[name] = SharedRow(text, str(int(found.etag) + 1 if found else 1))
            stored = self._shared[name]
        self._crash.here(f"after {name}")
        return stored

    def shared_names(self) -> Sequence[str]:
        with self._lock:
            return sorted(self._shared)

    def ping(self) -> None:
        """Always reachable."""

    def _commit(self, change: Change) -> Stored | LiveElsewhere:
        head = change.offboarding
        if head.unread:
            raise NewerRecordError(f"offboarding {head.id} was stored by a later version")
        customer = head.customer_id
        if change.live is Live.TAKE:
            if customer is None:
                raise ValueError("the live marker is taken for a customer")
            holder = self._live.get(customer, head.id)
            if holder != head.id and not self._rows[holder].head.finished:
                return LiveElsewhere(holder)
        row = self._current(change) or _Row(head, 0, len(self._rows) + 1)
        if change.live is Live.TAKE and customer is not None:
            self._live[customer] = head.id
        if change.live is Live.RELEASE:
            self._live = {customer: holder for customer, holder in self._live.items() if holder != head.id}
        row.head, row.etag = head, row.etag + 1
        row.holdings.update({item.holding.key: item for item in change.holdings})
        row.words |= _words(change)
        row.timeline.update({item.seq: item for item in change.timeline})
        row.evidence.extend(change.evidence)
        for item in change.outbox:
            row.outbox.pop(item.id, None)
            row.outbox[item.id] = item
        self._rows[head.id] = row
        return Stored(head, str(row.etag))

    def _current(self, change: Change) -> _Row | None:
        row = self._rows.get(change.offboarding.id)
        if (str(row.etag) if row else None) != change.etag:
            raise _conflict(change)
        return row


def _conflict(change: Change) -> ConcurrencyConflictError:
    return ConcurrencyConflictError(f"offboarding {change.offboarding.id} was changed by somebody else")


def _words(change: Change) -> set[str]:
    return {word for record in change.holdings for word in product_words(record.holding)}


def _is_of(row: _Row, product: str) -> bool:
    return not product or any(names_product(word, folded(product)) for word in row.words)


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
