"""Appending to the chain. The head of the chain is part of the offboarding's head and moves in the same write."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeAlias

from shared.domain.evidence.canonical import Json, canonical
from shared.domain.evidence.entry import Aside, Entry, Personal, salted_hash
from shared.domain.evidence.kinds import EntryKind
from shared.domain.people.actor import Actor, ActorType

Value: TypeAlias = "Json | Personal | Sequence[Value] | Mapping[str, Value]"
Data: TypeAlias = Mapping[str, Value]
"""What an entry says; absent rather than null, and personal texts marked as such."""

NOTHING_BEFORE = "0" * 64
NAMED = frozenset({ActorType.PERSON, ActorType.QUEUE})
"""Whose names are those of people, or claim to be."""
CLOSING = frozenset({EntryKind.OBSERVATION, EntryKind.PROOF})
"""What is read back settles a call that has no answer: `data.closes` names the intents."""


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The end of a chain: how many entries, and the hash of the last one. `open`: intents that have no answer yet."""

    entries: int = 0
    head: str = NOTHING_BEFORE
    open: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Appender:
    """Appends entries about one offboarding. `salt` makes a fresh random text for each personal one."""

    offboarding_id: str
    salt: Callable[[], str] = field(repr=False)

    def append(self, head: ChainHead, kind: EntryKind, by: Actor, at: datetime, data: Data) -> tuple[ChainHead, Entry]:
        """The next entry, and the head with it. `at` is business time.

        An observation or a proof closes every intent that is open; an outcome names those that stay without an answer.
        """
        seq = head.entries + 1
        named = {EntryKind.OUTCOME: "unanswered"}.get(kind, "closes" if kind in CLOSING else "")
        asides: list[Aside] = []
        said = self._apart({**data, named: head.open} if named and head.open else data, seq, "data", asides)
        name = self._apart(Personal(by.name) if by.type in NAMED else by.name, seq, "actor.name", asides)
        body: dict[str, Json] = {
            "seq": seq,
            "at": moment(at),
            "offboardingId": self.offboarding_id,
            "kind": kind.value,
            "actor": {"type": by.type.value, "id": by.id, "name": name},
            "data": said,
            "prev": head.head,
        }
        digest = hashlib.sha256(canonical(body).encode()).hexdigest()
        line = canonical({**body, "hash": digest})
        return ChainHead(seq, digest, still_open(head, kind, seq, data)), Entry(seq, kind, line, tuple(asides))

    def _apart(self, value: Value, seq: int, place: str, asides: list[Aside]) -> Json:
        """`value` with the hash in the place of each personal text, which is put beside."""
        if isinstance(value, Personal):
            salt = self.salt()
            text = value.text.encode("utf-8", "replace").decode()
            asides.append(Aside(seq, place, salt, text))
            return {"sha256": salted_hash(salt, text)}
        if isinstance(value, Mapping):
            return {name: self._apart(item, seq, f"{place}.{name}", asides) for name, item in value.items()}
        if isinstance(value, str | int) or value is None:
            return value
        return [self._apart(item, seq, f"{place}.{number}", asides) for number, item in enumerate(value)]


def moment(at: datetime) -> str:
    """A date-time as it stands in the evidence: UTC, always with microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def still_open(head: ChainHead, kind: EntryKind, seq: int, data: Data) -> tuple[int, ...]:
    """The intents that have no answer after this entry. Raises KeyError for an answer that names none."""
    if kind is EntryKind.INTENT:
        return (*head.open, seq)
    if kind is EntryKind.ANSWER:
        return tuple(number for number in head.open if number != data["intent"])
    return () if kind in CLOSING or kind is EntryKind.OUTCOME else head.open
