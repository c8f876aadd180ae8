"""What a service shows of a cancellation window.

Of the documented bodies of licences and of the marketplace none carries `cancellationAllowedUntilDate`, so the absence
of that one field proves nothing: any other sign of an open window is worth one cancellation in each term (I13).
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, datetime, timedelta

DURATION = re.compile(r"P(?:(\d{1,2})Y)?(?:(\d{1,3})M)?", re.IGNORECASE)
SEVEN_DAYS = timedelta(hours=168)


@dataclass(frozen=True, slots=True)
class SeatWindow:
    """So many units can be given back `until` then (UTC); None where no date shows."""

    quantity: int
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class WindowSigns:
    """Signs of a window besides its date; all dates in UTC.

    `refunds_until`: when each refund option expires, None where it does not say. `units_refundable`: as many units can
    be given back as there are; `units_until`: when the first of them no longer can. `cancel_listed`: "cancel" is among
    the actions. `term_started`: the latest start of the term that anything shows. `window`: how long after its start a
    term can surely be cancelled, `longest_window`: how long by any page. `any_day`: it can be cancelled on any day.
    `seats`: how many units can be given back until when, past dates too.
    """

    refunds_until: tuple[datetime | None, ...] = ()
    units_refundable: bool = False
    units_until: datetime | None = None
    cancel_listed: bool = False
    term_started: datetime | None = None
    window: timedelta = SEVEN_DAYS
    longest_window: timedelta = SEVEN_DAYS
    any_day: bool = False
    seats: tuple[SeatWindow, ...] = ()


NO_SIGNS = WindowSigns()


def months_of(duration: str) -> int:
    """The whole months of a term such as P1Y; 0 for anything else."""
    match = DURATION.fullmatch(duration.strip())
    return int(match[1] or 0) * 12 + int(match[2] or 0) if match else 0


def latest_start(
    started: datetime | None, created: datetime | None, end: datetime | None, months: int
) -> datetime | None:
    """When the term began at the latest: nobody says whether a renewal changes the start that a service shows, so its
    end less its length counts too."""
    computed = _earlier(end, months) if end is not None and months else None
    return max((item for item in (started, created, computed) if item is not None), default=None)


def later_by(moment: datetime, months: int) -> datetime | None:
    """The same day so many months later, the last of a shorter month; None outside the calendar."""
    return _earlier(moment, -months)


def _earlier(moment: datetime, months: int) -> datetime | None:
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    if not MINYEAR <= year <= MAXYEAR:
        return None
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))
