"""What a sweeper must look at, without reading every offboarding: index entries in order of time.

For each offboarding that will need the sweeper there is an entry at or before the moment when it does: its next
attempt, or the creation of its oldest unsent message (both business time; whether a claim has expired is machine time
and read from the head). A writer adds an entry only when that moment comes nearer, which is rare; the reader moves
entries forward that were too early, and removes those of finished offboardings.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice

from shared.adapters.stores.table import keys
from shared.adapters.stores.table.heads import Heads
from shared.adapters.stores.table.index import Entry, Index
from shared.adapters.stores.table.rows import Summary
from shared.domain.offboarding.messages import OutboundMessage
from shared.domain.offboarding.states import RUNNABLE, Status

DUE = "due"
MOST_READ = 2000
"""Entries in one round; only those of offboardings that are being worked on just now are read in vain."""


def nearer(before: Summary | None, after: Summary, outbox: Iterable[OutboundMessage]) -> datetime | None:
    """The moment for which a new head needs an entry, None when the entry that exists is early enough."""
    moments = [message.created_at for message in outbox]
    if after.wakes_at is not None:
        moments.append(after.wakes_at)
    first = min(moments, default=None)
    known = before.wakes_at if before is not None else None
    return first if first is not None and (known is None or first < known) else None


class DueList:
    """Reads and repairs the entries of what is due."""

    def __init__(self, index: Index, heads: Heads) -> None:
        self._index, self._heads = index, heads

    def read(self, now: datetime, machine: datetime, grace: timedelta, limit: int) -> Sequence[str]:
        """At most `limit` ids, those that wait longest first."""
        looked_at: set[str] = set()
        found: list[str] = []
        entries = self._index.entries(f"{DUE}:", keys.until(DUE, now))
        for entry in islice(entries, MOST_READ):
            identity = entry.place.offboarding_id
            if identity in looked_at:
                self._forget_second(entry, machine)
                continue
            verdict = self._judge(entry, now, machine, grace)
            if verdict is not None:
                looked_at.add(identity)
            if verdict:
                found.append(identity)
            if len(found) >= limit:
                break
        return found

    def _judge(self, entry: Entry, now: datetime, machine: datetime, grace: timedelta) -> bool | None:
        """Whether it is due; None when the entry says nothing about now (it is repaired, or waits for its head)."""
        # The entry was read before the head, so a head that is newer than the entry has an entry of its own.
        summary = self._heads.summary(entry.place)
        if summary is not None and _woken(summary, now, machine, grace):
            return True
        owed = self._heads.oldest_owed(entry.place) if summary is not None else None
        moments = [moment for moment in (owed, summary.wakes_at if summary else None) if moment is not None]
        needed = min(moments, default=None)
        if needed is not None and needed <= now:
            return owed is not None and owed <= now - grace
        if not entry.given_up(summary, machine):
            return None
        if needed is None or summary is None:
            self._index.withdraw({entry.key: entry.etag})
        else:
            self._index.move(entry, keys.due(needed, entry.place.offboarding_id), summary.version)
        return None

    def _forget_second(self, entry: Entry, machine: datetime) -> None:
        """An earlier entry of the same offboarding was just found good; a later one is not needed."""
        if entry.given_up(self._heads.summary(entry.place), machine):
            self._index.withdraw({entry.key: entry.etag})


def _woken(summary: Summary, now: datetime, machine: datetime, grace: timedelta) -> bool:
    at, expires = summary.next_attempt_at, summary.claim_expires_at
    if at is None:
        return False
    if summary.status is Status.NEEDS_ATTENTION:
        return at <= now
    if summary.status not in RUNNABLE:
        return False
    return at <= now - grace if expires is None else expires <= machine and at <= now
