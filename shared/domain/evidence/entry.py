"""One entry of the evidence, and the personal texts that stand beside it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from shared.domain.evidence.kinds import EntryKind


@dataclass(frozen=True, slots=True)
class Personal:
    """A text about a person or a company: the chain carries its salted hash, so that it can be deleted."""

    text: str


@dataclass(frozen=True, slots=True)
class Aside:
    """A personal text as it is kept beside the chain: the entry has sha256(salt + text) at `field`."""

    seq: int
    field: str
    salt: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: `line` is its whole JSON in canonical form, with `hash` in it. Never changed once it is stored."""

    seq: int
    kind: EntryKind
    line: str
    asides: tuple[Aside, ...] = ()


def salted_hash(salt: str, text: str) -> str:
    """SHA-256 over the UTF-8 bytes of salt and text, lower-case hex."""
    return hashlib.sha256((salt + text).encode()).hexdigest()
