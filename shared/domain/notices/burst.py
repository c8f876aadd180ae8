"""What a rule has told, is telling and has collected: the state that decides between a notice and a digest.

The decision about an event is stored before anything is sent, so that a repetition after a crash is decided alike and
nothing is told under two ids.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.domain.notices.rules import Burst

REMEMBERED = 300
"""Events that are known to be told; Service Bus repeats a message within minutes."""
FULL = 100
"""Entries of one digest: it is then sent at once."""
MOST_KEPT = 600
"""Entries of all digests of a rule that are not sent yet; more would not fit into one row of the store."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One collected event: enough for its line in the digest."""

    id: str
    at: datetime
    kind: str
    offboarding_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Digest:
    """A closed digest: its entries change no more."""

    number: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """`alone`: decided to be told one by one and not done; `done`: told; `times`: when a notice of its own was decided;
    `collected`: the entries of digest `number`, which is sent at `due`; `closed`: digests that are being sent."""

    number: int = 1
    alone: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    times: tuple[datetime, ...] = ()
    collected: tuple[Entry, ...] = ()
    due: datetime | None = None
    closed: tuple[Digest, ...] = ()

    @property
    def kept(self) -> int:
        """How many entries wait in digests."""
        return len(self.collected) + sum(len(digest.entries) for digest in self.closed)


class How(StrEnum):
    """What becomes of an event."""

    KNOWN = "known"
    ALONE = "alone"
    COLLECTED = "collected"
    NO_ROOM = "no_room"


def decide(told: Told, entry: Entry, burst: Burst | None, now: datetime) -> tuple[Told, How]:
    """The state to store, and how the event is told. The same event is always decided alike."""
    if entry.id in told.done:
        return told, How.KNOWN
    if entry.id in told.alone:
        return told, How.ALONE
    if any(entry.id == other.id for digest in (told.collected, *_closed(told)) for other in digest):
        return told, How.COLLECTED
    if burst is None:
        return replace(told, alone=(*told.alone, entry.id)[-REMEMBERED:]), How.ALONE
    times = tuple(at for at in told.times if at > now - burst.within)
    if not told.collected and len(times) < burst.above:
        alone = (*told.alone, entry.id)[-REMEMBERED:]
        return replace(told, alone=alone, times=(*times, now)), How.ALONE
    if told.kept >= MOST_KEPT:
        return told, How.NO_ROOM
    return replace(told, collected=(*told.collected, entry), due=told.due or now + burst.within), How.COLLECTED


def told_alone(told: Told, event_id: str) -> Told:
    """After its notice was taken."""
    alone = tuple(one for one in told.alone if one != event_id)
    return replace(told, alone=alone, done=(*told.done, event_id)[-REMEMBERED:])


def close(told: Told, number: int, now: datetime) -> Told:
    """Digest `number` closed, if it is the open one and due or full; otherwise as it was."""
    if number != told.number or told.due is None:
        return told
    if told.due > now and len(told.collected) < FULL:
        return told
    closed = (*told.closed, Digest(number, told.collected))
    return replace(told, number=number + 1, collected=(), due=None, closed=closed)


def digest_of(told: Told, number: int) -> Digest | None:
    """The closed digest of this number, if it is still to be sent."""
    return next((digest for digest in told.closed if digest.number == number), None)


def told_together(told: Told, number: int) -> Told:
    """After digest `number` was taken."""
    sent = digest_of(told, number)
    ids = tuple(entry.id for entry in sent.entries) if sent is not None else ()
    closed = tuple(digest for digest in told.closed if digest.number != number)
    return replace(told, closed=closed, done=(*told.done, *ids)[-REMEMBERED:])


def _closed(told: Told) -> tuple[tuple[Entry, ...], ...]:
    return tuple(digest.entries for digest in told.closed)
