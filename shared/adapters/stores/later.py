"""What a later version stored: fields that this one does not know are kept, and what it cannot read is left alone.

Heads and holdings name the format that they are in, `major.minor`. A raised minor number adds fields that an earlier
version may overlook; it keeps them when it writes, so that a roll back loses nothing. Fields within an item of a list
are not kept: which item they belonged to cannot be known. A raised major number may mean anything.
"""

from __future__ import annotations

import json
import re
from typing import Any

FORMAT = (1, 2)
"""Raise the minor number with each field that is added to what is stored, the major one with anything else."""
FIRST = f'{{"format":"{FORMAT[0]}.{FORMAT[1]}",'
NAME = "format"
_FORM = re.compile(r"^\{\s*\"format\":\s*\"([0-9]{1,6})\.([0-9]{1,6})\"")


def format_of(text: str) -> tuple[int, int]:
    """The format of a stored head or holding; what names none is older than formats are."""
    found = _FORM.match(text)
    return (int(found[1]), int(found[2])) if found else (1, 0)


def is_later(text: str) -> bool:
    """A later version stored it."""
    return not text.startswith(FIRST) and format_of(text) > FORMAT


def marked(text: str) -> str:
    """JSON of an object, with today's format in front."""
    return FIRST + text[1:]


def unknown_fields(stored: str, known: str) -> str:
    """What `stored` has and `known`, the same as this version reads and writes it, has not: JSON, with the format."""
    form = format_of(stored)
    kept = {NAME: f"{form[0]}.{form[1]}"}
    return json.dumps(kept | _beyond(json.loads(stored), json.loads(known)))


def with_fields(text: str, later: str) -> str:
    """`text` with the fields of a later version where they were, those within something that is gone excepted."""
    kept: dict[str, Any] = json.loads(later)
    first = kept.pop(NAME)
    return json.dumps({**_grafted(json.loads(text), kept), NAME: first}, separators=(",", ":"))


def _beyond(stored: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in stored.items():
        if name not in known:
            found[name] = value
        elif isinstance(value, dict) and isinstance(known[name], dict) and (below := _beyond(value, known[name])):
            # Told apart from a whole field that is unknown: its parent has to be there when it is put back.
            found[name] = below
    found.pop(NAME, None)
    return found


def _grafted(new: dict[str, Any], kept: dict[str, Any]) -> dict[str, Any]:
    found = dict(new)
    for name, value in kept.items():
        if name not in found:
            found[name] = value
        elif isinstance(found[name], dict) and isinstance(value, dict):
            found[name] = _grafted(found[name], value)
    return found
