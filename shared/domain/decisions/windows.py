"""Whether a cancellation window may be open, by everything that the service shows of it (I13).

A try that comes too late is refused without harm (900117, 900213), and a window that is missed is paid for until the
end of the term. So any sign is worth one cancellation in each term.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.domain.holdings.model import Holding, HoldingKind
from shared.domain.holdings.windows import WindowSigns

WINDOWED = frozenset(
    {HoldingKind.NCE_LICENCE, HoldingKind.TRIAL, HoldingKind.SOFTWARE_SUBSCRIPTION, HoldingKind.MARKETPLACE}
)
"""Kinds that are cancelled in a window of their subscription."""


@dataclass(frozen=True, slots=True)
class OpenWindow:
    """A window that is open, or (not `sure`) may be. `closes_at`: when it closes, None if nothing tells. `by`: the
    sign, empty for its date."""

    sure: bool
    closes_at: datetime | None = None
    by: str = ""


def open_window(holding: Holding, now: datetime) -> OpenWindow | None:
    """The window of `holding` at `now`, by the strongest sign; None without any."""
    until, signs = holding.cancellable_until, holding.signs
    if until is not None and until > now:
        return OpenWindow(True, until)
    if holding.kind not in WINDOWED:
        return None
    if signs.any_day or holding.kind is HoldingKind.TRIAL:
        return OpenWindow(True, by="it can be cancelled on any day")
    return _dated(signs, now) or _undated(holding, now)


def window_of(holding: Holding) -> datetime | None:
    """Which window this is: its date, or the term that it belongs to where no date shows. What was refused in it is not
    tried again in it."""
    until, started = holding.cancellable_until, holding.signs.term_started
    stale = until is not None and started is not None and until <= started
    if holding.kind not in WINDOWED or (until is not None and not stale):
        return until
    return holding.term_end or started


def _dated(signs: WindowSigns, now: datetime) -> OpenWindow | None:
    """The first of the dates to come: that is when it may be too late."""
    dates = [(until, "a refund option") for until in signs.refunds_until if until is not None]
    if signs.units_refundable and signs.units_until is not None:
        dates.append((signs.units_until, "its refundable units"))
    if signs.term_started is not None:
        dates.append((signs.term_started + signs.window, "the age of its term"))
    ahead = sorted(item for item in dates if item[0] > now)
    if ahead:
        return OpenWindow(True, *ahead[0])
    longest = signs.term_started + signs.longest_window if signs.term_started is not None else now
    return OpenWindow(False, longest, "the age of its term") if longest > now else None


def _undated(holding: Holding, now: datetime) -> OpenWindow | None:
    signs = holding.signs
    if holding.term_end is not None and holding.term_end <= now:
        return None  # What still shows is that of a term which is over; a new one has signs of its own.
    if None in signs.refunds_until:
        return OpenWindow(False, by="a refund option without a date")
    if signs.units_refundable:
        return OpenWindow(False, by="its refundable units")
    if signs.cancel_listed:
        return OpenWindow(False, by="its listed actions")
    if holding.cancellable_until is None and signs.term_started is None:
        return OpenWindow(False, by="nothing that tells its age")
    return None
