"""Seats that can still be given back although their licence cannot be cancelled whole any more.

Seats that were added later have a window of their own (`refundableQuantity.details`): the quantity can be reduced by
them, and the term stays as it is. Never by all of them: that would be the cancellation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from shared.domain.holdings.model import Holding
from shared.domain.wording import count_of, day

FAR = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class OpenSeats:
    """Some of the seats of one holding. `of`: how many there are in all. `parts`: how many can be given back until
    when (UTC), first ones first; None where Microsoft shows no date."""

    of: int
    parts: tuple[tuple[int, datetime | None], ...]

    @property
    def count(self) -> int:
        """How many can be given back."""
        return sum(quantity for quantity, _ in self.parts)

    @property
    def target(self) -> int:
        """How many are left then: what a reduction asks for, so that asking twice reduces once."""
        return self.of - self.count

    @property
    def closes_at(self) -> datetime | None:
        """When the first of them no longer can be given back."""
        return self.parts[0][1]

    @property
    def last_until(self) -> datetime | None:
        """When the last of them no longer can be given back: which window this is."""
        return max((until for _, until in self.parts if until is not None), default=None)

    def text(self, name: str = "") -> str:
        """How many until when, as a sentence: `5 of 25 seats can still be given back until 2026-12-03`."""
        whose = f" of {name}" if name else ""
        said = f"{self.count} of {count_of(self.of, 'seat')}{whose} can still be given back"
        if len(self.parts) == 1:
            return f"{said} {_until(self.parts[0][1])}"
        return f"{said}: {', '.join(f'{quantity} {_until(until)}' for quantity, until in self.parts)}"


@dataclass(frozen=True, slots=True)
class KeptBack:
    """What keeps seats from being given back now, as the end of a sentence. `again_at`: when it is tried again."""

    why: str
    advice: str = ""
    again_at: datetime | None = None


def open_seats(holding: Holding, now: datetime, after: datetime | None = None) -> OpenSeats | None:
    """The seats of `holding` that can be given back at `now`; None where there are none, or as many as there are.

    `after`: the end of a window in which some were given back already; what shows of it counts no more, because it may
    show for longer than it is true.
    """
    if holding.quantity is None or holding.ended or (holding.term_end is not None and holding.term_end <= now):
        return None
    open_until: dict[datetime | None, int] = {}
    for item in holding.signs.seats:
        if item.quantity > 0 and _is_open(item.until, now, after):
            open_until[item.until] = open_until.get(item.until, 0) + item.quantity
    parts = sorted(open_until.items(), key=lambda item: item[0] or FAR)
    found = OpenSeats(holding.quantity, tuple((quantity, until) for until, quantity in parts))
    return found if 0 < found.count < found.of else None


def _is_open(until: datetime | None, now: datetime, after: datetime | None) -> bool:
    if until is None:
        return after is None
    return until > now and (after is None or until > after)


def _until(until: datetime | None) -> str:
    return f"until {day(until)}" if until is not None else "(Microsoft shows no date)"
