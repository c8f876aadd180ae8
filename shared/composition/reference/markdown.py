"""The little Markdown that the page needs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; ValueError for a cell that would break it."""
    lines = [_row(heads), "|" + "---|" * len(heads)]
    for row in rows:
        if len(row) != len(heads) or any("|" in cell or "\n" in cell for cell in row):
            raise ValueError(f"no row of a table with {len(heads)} columns: {row}")
        lines.append(_row(row))
    return "\n".join(lines)


def code(text: str) -> str:
    """As code; nothing stays nothing."""
    return f"`{text}`" if text else ""


def anchor(title: str) -> str:
    """The address of a heading within the page."""
    return "#" + title.lower().replace(" ", "-")


def amount(value: timedelta | int) -> str:
    """A number, or a time span in its largest whole unit."""
    if isinstance(value, int):
        return str(value)
    seconds = int(value.total_seconds())
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _row(cells: Iterable[str]) -> str:
    return "|" + "".join(f" {cell} |" if cell else " |" for cell in cells)
