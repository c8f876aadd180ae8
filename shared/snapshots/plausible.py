"""Whether what was read of a snapshot can be calculated with: asked before anything is put back, since a restore that
fails in the middle, whenever it is run again, keeps every other snapshot out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime

from shared.snapshots.lines import Copy

ID = re.compile(r"[0-9A-Za-z-]{1,64}")
"""A file of the exported evidence is called so."""
COUNTED = 10**9
"""Events, entries and wake-ups of one offboarding: none has had so many."""


def implausible(copy: Copy) -> str:
    """The first thing that nobody of us can have written, as a sentence; "" for none."""
    head = copy.head
    if not ID.fullmatch(head.id):
        return "an offboarding has an id that is none"
    if not all(0 <= number < COUNTED for number in (head.events, head.timeline_length, head.attempt)):
        return f"offboarding {head.id} counts what nobody can have counted"
    if any(moment.tzinfo is None for moment in _moments(copy)):
        return f"offboarding {head.id} has a moment without a zone"
    return ""


def _moments(value: object) -> Iterator[datetime]:
    if isinstance(value, datetime):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _moments(item)
    elif isinstance(value, list | tuple | frozenset):
        for item in value:
            yield from _moments(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _moments(getattr(value, field.name))
