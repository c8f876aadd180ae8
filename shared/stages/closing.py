"""Cancellation windows that are about to close while nothing happens: the most expensive silence there is.

A licence that misses its window is paid for until the end of its term. So 48 hours before, whoever listens is told once
for each window, whatever the offboarding waits for: a person, a date, another partner.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.contracts.events import window_closing_message
from shared.domain.decisions import decide_all
from shared.domain.errors import ThrottledError
from shared.domain.ledger import ActionState
from shared.domain.messages import OutboundMessage
from shared.domain.offboarding import Reason, Status
from shared.stages.session import Session

QUIET = frozenset({Status.NEEDS_ATTENTION, Status.AWAITING_APPROVAL, Status.SCHEDULED})
"""States in which nothing is written, however long they last. A wait counts when it is a long one."""


def looked_at_again(session: Session, status: Status, reason: Reason | None, at: datetime | None) -> datetime | None:
    """The date of the next attempt, moved forward to the next warning; never a call that has to wait for (I7)."""
    if at is None or (reason is not None and reason.code == ThrottledError.code):
        return at
    due_at = warning_due_at(session, status, at)
    return at if due_at is None else max(min(at, due_at), session.services.clock.now())


def warning_due_at(session: Session, status: Status, at: datetime | None) -> datetime | None:
    """When the next warning of this offboarding is due; None when no window is open or its warning was given."""
    closes_at, _ = _closing(session, status, at)
    warned = session.offboarding.warned_window
    if closes_at is None or (warned is not None and warned >= closes_at):
        return None
    return closes_at - session.services.pace.warn_before_window


def warn(session: Session, status: Status, at: datetime | None) -> list[OutboundMessage]:
    """The event that is due now, noted in the head, so that each window is warned of once."""
    now, due_at = session.services.clock.now(), warning_due_at(session, status, at)
    if due_at is None or due_at > now:
        return []
    closes_at, names = _closing(session, status, at)
    if closes_at is None:
        return []
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    text = (
        f"{shown} can be cancelled only until {closes_at:%Y-%m-%d %H:%M} UTC, and this offboarding is {status.value}: "
        "after that the whole term is paid"
    )
    session.offboarding = replace(session.offboarding, warned_window=closes_at)
    session.note("window_closing", text)
    return [window_closing_message(session.offboarding, closes_at, text, now)]


def _closing(session: Session, status: Status, at: datetime | None) -> tuple[datetime | None, list[str]]:
    """The first window that closes unused, and what closes with it."""
    services, now = session.services, session.services.clock.now()
    long_wait = status is Status.WAITING and at is not None and at - now > services.pace.recheck
    if session.offboarding.request.dry_run or not (status in QUIET or long_wait):
        return None, []
    decisions = decide_all(session.records, session.policy, services.pace, now)
    waiting = [
        (decision.closes_at, session.records[key].holding.name)
        for key, decision in decisions.items()
        if decision.closes_at is not None
        and decision.closes_at > now
        and not ((last := session.records[key].last) is not None and last.state is ActionState.ACCEPTED)
    ]
    if not waiting:
        return None, []
    first = min(at for at, _ in waiting)
    return first, [name for at, name in waiting if at <= first + services.pace.warn_before_window]
