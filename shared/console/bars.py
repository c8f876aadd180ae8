"""The holdings on a line of time: term, window, what was done, until when it is paid. A drawing of at most 40 rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.decisions.phrases import PHRASES
from shared.domain.holdings.ledger import ActionState, HoldingRecord
from shared.domain.wording import day, shorten

ROWS = 40
WIDTH, LEFT, ROW = 620, 230, 26
BEFORE = timedelta(days=30)
LEAST = timedelta(days=60)
MOST = timedelta(days=3 * 366)
"""A term of more years is drawn as far as this; its date stands in the words."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign on the line of a holding, with its words."""

    x: int
    sign: str
    words: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One holding; x and width in pixels of the drawing. `words`: the same for whoever cannot see it."""

    name: str
    y: int
    width: int
    runs: bool
    marks: tuple[Mark, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The drawing. `ticks`: labels of months; `left_out`: how many holdings stand in the table only."""

    bars: tuple[Bar, ...]
    ticks: tuple[Mark, ...]
    today: int
    height: int
    left_out: int


def chart(records: Mapping[str, HoldingRecord], now: datetime) -> Chart | None:
    """Of what is there, as of `now` (aware UTC, business time); None where no holding has a date or an action."""
    shown = [record for record in records.values() if record.holding.term_end or record.actions]
    if not shown:
        return None
    shown.sort(key=lambda record: (record.holding.ended, record.holding.term_end or now, record.holding.key))
    ends = [end for record in shown if (end := record.holding.term_end) is not None]
    last = min(max([*ends, now + LEAST]), now + MOST)
    scale = _Scale(now - BEFORE, last)
    bars = tuple(_bar(number, record, scale, now) for number, record in enumerate(shown[:ROWS]))
    height = 30 + ROW * len(bars)
    return Chart(bars, tuple(_ticks(scale)), scale.x(now), height, len(shown) - len(bars))


@dataclass(frozen=True, slots=True)
class _Scale:
    begin: datetime
    end: datetime

    def x(self, at: datetime) -> int:
        share = (at - self.begin) / (self.end - self.begin)
        return LEFT + int(WIDTH * min(max(share, 0.0), 1.0))


def _bar(number: int, record: HoldingRecord, scale: _Scale, now: datetime) -> Bar:
    holding = record.holding
    runs = not holding.ended and record.missing_since is None
    end = holding.term_end if runs and holding.term_end is not None else now
    marks = tuple(_marks(record, scale))
    words = "; ".join(mark.words for mark in marks) or ("runs on" if runs else "has ended")
    return Bar(shorten(holding.name, 34), 30 + ROW * number, scale.x(end) - LEFT, runs, marks, words)


def _marks(record: HoldingRecord, scale: _Scale) -> Iterable[Mark]:
    holding = record.holding
    for action in record.actions:
        if action.state in (ActionState.ACCEPTED, ActionState.CONFIRMED):
            at = action.answered_at or action.intended_at
            yield Mark(scale.x(at), "\N{CHECK MARK}", f"{PHRASES[action.kind]} {day(at)}")
    if holding.cancellable_until is not None and not holding.ended:
        yield Mark(
            scale.x(holding.cancellable_until), "\N{BLACK DIAMOND}", f"window until {day(holding.cancellable_until)}"
        )
    if holding.term_end is not None and not holding.ended:
        yield Mark(scale.x(holding.term_end), "\N{BLACK SQUARE}", f"term ends {day(holding.term_end)}")


def _ticks(scale: _Scale) -> Iterable[Mark]:
    """The first of a month, as many as have room."""
    months = max(1, round((scale.end - scale.begin) / timedelta(days=30.4)))
    step = max(1, -(-months // 10))
    first = scale.begin.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    for number in range(step, months + 1, step):
        year, month = divmod(first.year * 12 + first.month - 1 + number, 12)
        at = first.replace(year=year, month=month + 1)
        if at < scale.end:
            yield Mark(scale.x(at), f"{at:%b %y}", day(at))
