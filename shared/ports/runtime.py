"""Ports towards the platform: time, the message bus and the store of offboardings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from shared.domain.errors import InvalidRequestError
from shared.domain.ledger import HoldingRecord
from shared.domain.messages import OutboundMessage, TimelineEntry
from shared.domain.offboarding import Offboarding, Stage, Status

KEEP_FOR = timedelta(days=400)
"""How long a finished offboarding keeps its personal data, unless the settings say otherwise (business time)."""
LAST_CURSOR = 2**53


class Clock(Protocol):
    """Two clocks: business time for terms, schedules and waits; machine time for claims and time-outs."""

    def now(self) -> datetime:
        """Business time, aware UTC."""

    def machine(self) -> datetime:
        """Machine time, aware UTC; never shifted."""

    def monotonic(self) -> float:
        """Seconds that only go forward, for deadlines inside one process."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was given up, with the reason of the queue ("" when it gave none).

    `readable`: the body is plain data, as it was sent; else it is a copy of what can be kept of another AMQP body.
    """

    body: bytes
    readable: bool = True
    message_id: str = ""
    reason: str = ""
    description: str = ""


class Bus(Protocol):
    """Queues and the event topic."""

    def send(self, messages: Sequence[OutboundMessage]) -> None:
        """Send in order; raises UnavailableError when one was not acknowledged. Sending an id twice is harmless."""

    def dead_letters(self, stage: Stage | None, handle: Callable[[DeadLetter], bool], limit: int) -> int:
        """Hand over what was given up on a stage's queue (None: on the request queue), each letter once in a call.

        `handle` must not raise. True removes the letter; False leaves it for a later call and holds up no other. At
        least once: a letter whose removal failed comes again. Handles at most `limit`, returns how many were removed;
        raises UnavailableError when the queue cannot be read.
        """


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
    the older one and goes to the end; a timeline entry whose seq is stored replaces the stored one.
    """

    offboarding: Offboarding
    etag: str | None
    holdings: tuple[HoldingRecord, ...] = ()
    timeline: tuple[TimelineEntry, ...] = ()
    outbox: tuple[OutboundMessage, ...] = ()
    live: Live = Live.KEEP


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
class Filter:
    """Which offboardings to list; newest first, `after` is the cursor of the page before."""

    statuses: tuple[Status, ...] = ()
    customer_id: str | None = None
    limit: int = 50
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of offboardings and the cursor of the next one, if any."""

    items: tuple[Offboarding, ...]
    next: str | None


def read_cursor(text: str | None) -> int | None:
    """The position in a cursor; raises InvalidRequestError for what no page ever named as its next one."""
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 16 or not 1 <= int(text) <= LAST_CURSOR:
        raise InvalidRequestError("wrong_value", "after", "must be the cursor of an earlier page", text)
    return int(text)


class OffboardingStore(Protocol):
    """Offboardings with their holdings, timeline and outbox. Every write is conditional on an ETag.

    Of an unknown id, holdings, timeline and outbox are empty.
    """

    def load(self, offboarding_id: str) -> Stored | None: ...

    def commit(self, change: Change) -> Stored | LiveElsewhere:
        """Store a change; raises ConcurrencyConflictError when the stored ETag is another (or the record exists)."""

    def holdings(self, offboarding_id: str) -> Mapping[str, HoldingRecord]: ...

    def timeline(self, offboarding_id: str) -> Sequence[TimelineEntry]: ...

    def outbox(self, offboarding_id: str) -> Sequence[OutboundMessage]: ...

    def clear_outbox(self, offboarding_id: str, message_ids: Sequence[str]) -> None: ...

    def due(self, now: datetime, machine: datetime, grace: timedelta, limit: int) -> Sequence[str]:
        """Ids of what a sweeper must look at: an overdue wake-up, an expired claim, an undrained outbox, a reminder."""

    def find(self, wanted: Filter) -> Page: ...

    def expired(self, now: datetime, limit: int) -> Sequence[str]:
        """Ids of offboardings that were finished longer ago than the store keeps personal data, and still have it."""

    def forget(self, change: Change) -> None:
        """Replace an expired offboarding: head, and all holdings and timeline entries by those of the change.

        Raises ConcurrencyConflictError when the stored ETag is another; `outbox` and `live` are not looked at.
        """

    def holds(self) -> Mapping[str, datetime]:
        """Until when (business time) each service asked not to be called, as far as any process was told."""

    def hold(self, service: str, until: datetime, at_most: datetime | None = None) -> None:
        """Keep `until` for a service unless a later moment is kept: it only moves forward.

        A kept moment after `at_most` is a mistake and is replaced.
        """

    def ping(self) -> None:
        """Raises UnavailableError when the store cannot be reached."""


class Throttles(Protocol):
    """What Microsoft's services asked to wait for, in all processes together (I7)."""

    def held_until(self) -> datetime | None:
        """When work may go on, None for now. What other processes were told holds in this one from here on.

        Raises the errors of the store.
        """
