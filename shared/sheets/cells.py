"""The cells of a table of customers as values of a request; each raises ValueError with the rule that a cell breaks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

YES, NO = (
    frozenset({"true", "yes", "y", "1", "x", "ja", "wahr"}),
    frozenset({"false", "no", "n", "0", "nein", "falsch"}),
)
_DAYS = ("%Y-%m-%d", "%d.%m.%Y")
_TIMES = tuple(f"{day} {time}" for day in _DAYS for time in ("%H:%M", "%H:%M:%S"))
_START = "must be a date such as 2026-12-01 or 01.12.2026, or a date-time with a zone such as 2026-12-01T06:00:00Z"


def note_of(field: str, cell: str) -> str:
    """What whoever wrote the cell has to know about how it is read; mostly nothing. A spreadsheet knows no zones."""
    if field != "notBefore":
        return ""
    at = _parsed(cell, _TIMES)
    return f"{cell} has no zone, and is read as {at:%Y-%m-%d %H:%M} UTC" if at is not None else ""


def _parsed(cell: str, forms: tuple[str, ...]) -> datetime | None:
    for form in forms:
        try:
            return datetime.strptime(f"{cell} +0000", f"{form} %z").astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


def _boolean(cell: str) -> bool:
    word = cell.casefold()
    if word not in YES | NO:
        raise ValueError("must be yes or no")
    return word in YES


def _number(cell: str) -> int:
    if not cell.isascii() or not cell.isdigit() or len(cell) > 9:
        raise ValueError("must be a whole number")
    return int(cell)


def _start(cell: str) -> str:
    """A date begins at 00:00 UTC. What is 3/4 in one country and 4/3 in another is not guessed."""
    known = _parsed(cell, _DAYS + _TIMES)
    if known is not None:
        return f"{known.replace(tzinfo=None).isoformat(timespec='seconds')}Z"
    try:
        at = datetime.fromisoformat(cell)
    except ValueError:
        raise ValueError(_START) from None
    if at.tzinfo is None:
        raise ValueError(_START)
    return cell


def _words(cell: str) -> list[str]:
    """Several in one cell, with what people write between them. In one order, so that the same asks for the same."""
    return sorted(set(re.split(r"[\s,;+|]+", cell.casefold().strip(" ,;+|"))))


READERS: Mapping[str, Any] = MappingProxyType(
    {"reduceSeats": _boolean, "graceSeconds": _number, "notBefore": _start, "restrictions": _words}
)
"""Of the fields that are more than text."""
