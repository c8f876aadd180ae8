"""How values stand in sentences for people: dates, lists, numbers, and what is too long to show."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import datetime

TURNS_AROUND = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
"""Signs that change the order in which others are shown, so that a name could look like something else."""


def stamp(at: datetime) -> str:
    """A moment: minutes, UTC."""
    return f"{at:%Y-%m-%d %H:%M} UTC"


def stamp_to_the_second(at: datetime) -> str:
    """A moment that is compared with a log: seconds, UTC."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def day(at: datetime) -> str:
    """A date without its time, UTC."""
    return f"{at:%Y-%m-%d}"


def shorten(value: str, limit: int = 80) -> str:
    """A value as it may be shown in a message: one line, at most `limit` characters."""
    flat = " ".join(value.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def count_of(number: int, singular: str, plural: str = "") -> str:
    """A number with its noun: "1 holding", "2 holdings"."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def first_of(items: Iterable[str], most: int, separator: str = ", ") -> str:
    """The first `most` items, and how many more there are: "a, b and 3 more"."""
    every = list(items)
    rest = f" and {len(every) - most} more" if len(every) > most else ""
    return separator.join(every[:most]) + rest


def plain(text: object) -> str:
    """Text of others as it can be shown: one line, and U+FFFD for what is a control."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if sign in TURNS_AROUND or unicodedata.category(sign) in ("Cc", "Cs") else sign
        for sign in str(text).replace("\n", " ").replace("\t", " ")
    )
