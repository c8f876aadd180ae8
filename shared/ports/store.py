"""The port of the store: offboardings with their holdings, timeline and outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from shared.domain.evidence.entry import Aside, Entry
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.offboarding.messages import OutboundMessage, TimelineEntry
from shared.domain.offboarding.record import Offboarding
from shared.ports.listing import Filter as Filter
from shared.ports.listing import Page as Page

KEEP_FOR = timedelta(days=400)
"""How long a finished offboarding keeps its personal data, unless the settings say otherwise (business time)."""
LARGEST_TEXT = 512 * 1024
"""Bytes of UTF-8 in a shared row; more may not fit into a row of a table (1 MiB)."""


class Live(StrEnum):
    """What a change does to the marker that allows one live offboarding for each customer."""

    KEEP = "keep"
    TAKE = "take"
    RELEASE = "release"


@dataclass(frozen=True, slots=True)
class Change:
    """Everything that one write stores: all of it, or nothing (holdings may become visible first).

    `etag` None creates the record. `live` TAKE fails with LiveElsewhere when another offboarding holds the marker; a
    finished one holds nothing. TAKE without a customer id is a ValueError. A message whose id is owed already replaces
    the older one and goes to the end; a timeline entry whose seq is stored replaces the stored one. Entries of the
    evidence are only ever added, with the head of whose chain they are.
    """

    offboarding: Offboarding
    etag: str | None
    holdings: tuple[HoldingRecord, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()
    outbox: tuple[OutboundMessage, ...] = ()
    live: Live = Live.KEEP
    evidence: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Stored:
    """An offboarding as stored, with the ETag for the next conditional write."""

    offboarding: Offboarding
    etag: str


@dataclass(frozen=True, slots=True)
class LiveElsewhere:
    """The customer already has a live offboarding."""

    offboarding_id: str


@dataclass(frozen=True, slots=True)
class SharedRow:
    """One text that all processes share, with the ETag for the next conditional write."""

    text: str
    etag: str


class OffboardingStore(Protocol):
    """Offboardings with their holdings, timeline and outbox. Every write is conditional on an ETag.

    Every method raises UnavailableError when the store cannot be reached.

    Of an unknown id, holdings, timeline, evidence and outbox are empty.
    """

    def load(self, offboarding_id: str) -> Stored | None:
        """The head with its ETag; None when there is no such offboarding."""

    def commit(self, change: Change) -> Stored | LiveElsewhere:
        """Store a change, whole or not at all, and return the head with its new ETag.

        LiveElsewhere, with nothing stored, when `live` is TAKE and another live offboarding holds the customer. Raises
        ConcurrencyConflictError when the stored ETag is another, or the record exists and `etag` is None.
        """

    def holdings(self, offboarding_id: str) -> Mapping[str, HoldingRecord]:
        """Every holding ever seen, by its key."""

    def timeline(self, offboarding_id: str) -> Sequence[TimelineEntry]:
        """All entries, by rising `seq`."""

    def evidence(self, offboarding_id: str) -> Sequence[str]:
        """The lines of all entries of the evidence, in order."""

    def asides(self, offboarding_id: str) -> Sequence[Aside]:
        """The personal texts beside the evidence, in order, until they are forgotten."""

    def outbox(self, offboarding_id: str) -> Sequence[OutboundMessage]:
        """What is owed and not cleared yet, oldest first."""

    def clear_outbox(self, offboarding_id: str, message_ids: Sequence[str]) -> None:
        """Forget messages that were sent; ids that are not owed are ignored."""

    def due(self, now: datetime, machine: datetime, grace: timedelta, limit: int) -> Sequence[str]:
        """Ids of what a sweeper must look at: an overdue wake-up, an expired claim, an undrained outbox, a reminder.

        `now` is business time, `machine` machine time (both aware UTC); at most `limit`, the longest overdue first.
        """

    def find(self, wanted: Filter) -> Page:
        """One page, in the order that is wanted; raises InvalidRequestError for a cursor that no page of it named.

        Nothing is left out and nothing shown twice that does not change while the pages are read. What changes by what
        it is sorted moves: backwards by change (`-updated`) to the beginning, where those pages do not come again.
        """

    def expired(self, now: datetime, limit: int) -> Sequence[str]:
        """Ids of offboardings that were finished longer ago than the store keeps personal data, and still have it."""

    def forget(self, change: Change) -> None:
        """Replace an expired offboarding: head, and all holdings and timeline entries by those of the change.

        Evidence stays and is added to; the personal texts beside it go.
        Raises ConcurrencyConflictError when the stored ETag is another; `outbox` and `live` are not looked at.
        """

    def holds(self) -> Mapping[str, datetime]:
        """Until when (business time) each service asked not to be called, as far as any process was told."""

    def hold(self, service: str, until: datetime, at_most: datetime | None = None) -> None:
        """Keep `until` for a service unless a later moment is kept: it only moves forward.

        A kept moment after `at_most` is a mistake and is replaced.
        """

    def shared_row(self, name: str) -> SharedRow | None:
        """What is stored under `name` (letters, digits and hyphens), None for nothing."""

    def put_shared_row(self, name: str, text: str, etag: str | None) -> SharedRow:
        """Store `text` (at most LARGEST_TEXT) under `name`; `etag` None creates it.

        Raises ConcurrencyConflictError when the stored ETag is another, or the row exists and `etag` is None.
        """

    def shared_names(self) -> Sequence[str]:
        """The names of all shared rows, sorted."""

    def ping(self) -> None:
        """Raises UnavailableError when the store cannot be reached."""
