"""Where a table begins: people have a cover sheet before it, and a title above it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

LOOKED_AT = 20
"""Rows of a sheet with something in them; a head that stands lower is not found."""
Line = tuple[int, list[str]]
IsHead = Callable[[Sequence[str]], bool]


@dataclass(frozen=True, slots=True)
class Head:
    """The columns, and the lines below them. `where`: which sheet and row, in words, where that is not the first, and
    what else looks like a table; empty where nobody has to be told."""

    columns: Sequence[str]
    below: Iterator[Line]
    where: str


def find_head(sheets: Iterable[tuple[str, Iterator[Line]]], is_head: IsHead | None) -> Head | None:
    """The first row that `is_head`, of the first sheet that has one. Without any, or without `is_head`, the first row
    of the first sheet, so that the reader hears what stands there; None where nothing stands in it."""
    first: Head | None = None
    found: Head | None = None
    others: list[str] = []
    for number, (name, lines) in enumerate(sheets):
        top = list(islice(lines, LOOKED_AT if is_head else 1))
        place = next((place for place, (_, cells) in enumerate(top) if is_head and is_head(cells)), None)
        if place is not None and found is None:
            where = _told(name, top[place][0]) if number or place else ""
            found = Head(top[place][1], chain(top[place + 1 :], lines), where)
        elif place is not None:
            others.append(name)
        if number == 0 and top:
            first = Head(top[0][1], chain(top[1:], lines), "")
        if is_head is None:
            break
    if found is None or not others:
        return found or first
    unread = f"not read, though they look like tables too: sheet {', sheet '.join(others)}"
    return Head(found.columns, found.below, "; ".join(filter(None, [found.where, unread])))


def _told(sheet: str, line: int) -> str:
    return f"read from {f'sheet {sheet}, ' if sheet else ''}row {line}, which names the columns"
