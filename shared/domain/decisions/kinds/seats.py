"""Seats of a commitment that can still be given back: told wherever it runs on, done where the request asks for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.domain.decisions.blockers import ActionKind, Blocker, Case, Disposition
from shared.domain.decisions.open_seats import KeptBack, OpenSeats
from shared.domain.holdings.model import HoldingStatus

HOW = "To give seats back, reduce the quantity in Partner Center; a request with reduceSeats true does it by itself."
SUSPENDED = KeptBack("while it is suspended, its quantity cannot be changed")


def with_seats(case: Case, found: Disposition) -> Disposition:
    """What was decided about a commitment that runs on; before its end is recorded, seats are given back."""
    seats = case.seats
    if seats is None or found.blocker is None:
        return found
    suspended = case.holding.status is HoldingStatus.SUSPENDED
    kept = SUSPENDED if suspended else case.seats_kept
    if case.policy.reduce_seats and kept is None and case.holding.term_end is not None:
        detail = f"ends with its term; {seats.text()}, and have to be returned first"
        given = case.dated(detail, action=ActionKind.REDUCE_SEATS)
        return replace(given, closes_at=seats.closes_at, seats=seats)
    return replace(found, blocker=_told(case, found.blocker, seats, kept), seats=seats)


def _told(case: Case, blocker: Blocker, seats: OpenSeats, kept: KeptBack | None) -> Blocker:
    if kept is None or not (case.policy.reduce_seats or kept is SUSPENDED):
        kept = KeptBack("", HOW)
    why = f" ({kept.why})" if kept.why else ""
    return replace(
        blocker,
        detail=f"{blocker.detail}; {seats.text()}{why}",
        what_to_do=blocker.what_to_do or kept.advice,
        again_at=_first(blocker.again_at, kept.again_at),
    )


def _first(*dates: datetime | None) -> datetime | None:
    return min((at for at in dates if at is not None), default=None)
