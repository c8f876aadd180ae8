"""The next twelve months: windows that close, terms that end, removals that are expected. A drawing and its words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from shared.contracts.calendar import Coming
from shared.report.moments import Moment

MONTHS = 12
SIGNS: Mapping[Coming, str] = MappingProxyType(
    {
        Coming.WINDOW_CLOSES: "\N{BLACK DIAMOND}",
        Coming.TERM_ENDS: "\N{BLACK SQUARE}",
        Coming.REMOVAL_EXPECTED: "\N{BLACK UP-POINTING TRIANGLE}",
    }
)
"""Told apart by their form, not by colour."""


@dataclass(frozen=True, slots=True)
class Month:
    """One column; `counts` has a number for each sign."""

    label: str
    counts: Mapping[Coming, int]
    x: int

    @property
    def words(self) -> str:
        """The column for whoever cannot see it."""
        said = [f"{count} × {what.words}" for what, count in self.counts.items() if count]
        return f"{self.label}: {', '.join(said) or 'nothing'}"


def next_months(moments: Iterable[Moment], now: datetime) -> tuple[Month, ...]:
    """The month of `now` and the eleven after it; what is earlier or later is left out."""
    found: defaultdict[tuple[int, int], dict[Coming, int]] = defaultdict(lambda: dict.fromkeys(SIGNS, 0))
    for item in moments:
        if item.at >= now:
            found[(item.at.year, item.at.month)][item.what] += 1
    columns = []
    for number in range(MONTHS):
        year, month = divmod(now.year * 12 + now.month - 1 + number, 12)
        label = f"{datetime(year, month + 1, 1, tzinfo=now.tzinfo):%b %Y}"
        columns.append(Month(label, dict(found[(year, month + 1)]), 10 + number * 76))
    return tuple(columns)
