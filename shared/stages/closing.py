"""Cancellation windows that are about to close while nothing happens: the most expensive silence there is.

A licence that misses its window is paid for until the end of its term. So 48 hours before, whoever listens is told once
for each window, whatever the offboarding waits for: a person, a date, another partner.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.contracts.events import window_closing_message
from shared.domain.decisions import decide_all
from shared.domain.errors import ThrottledError
from shared.domain.ledger import ActionState
from shared.domain.messages import OutboundMessage
from shared.domain.offboarding import Reason, Status
from shared.stages.session import Session

TOGETHER = timedelta(hours=24)
QUIET = frozenset({Status.NEEDS_ATTENTION, Status.AWAITING_APPROVAL, Status.SCHEDULED})
"""States in which nothing is written, however long they last. A wait counts when it is a long one."""


def looked_at_again(session: Session, status: Status, reason: Reason | None, at: datetime | None) -> datetime | None:
    """The date of the next attempt, moved forward to the next warning; never a call that has to wait for (I7)."""
    if at is None or (reason is not None and reason.code == ThrottledError.code):
        return at
    due_at = warning_due_at(session, status, at)
    return at if due_at is None else max(min(at, due_at), session.services.clock.now())


def warning_due_at(session: Session, status: Status, at: datetime | None) -> datetime | None:
    """When the next warning of this offboarding is due; None when no window is left to warn of."""
    windows = _unused(session, status, at)
    return windows[0][0] - session.services.pace.warn_before_window if windows else None


@dataclass(frozen=True, slots=True)
class WindowWarning:
    """A window that closes, and the sentence about it."""

    closes_at: datetime
    text: str


def warn(session: Session, status: Status, at: datetime | None) -> WindowWarning | None:
    """The warning that is due now, noted in the head, so that each window is warned of once.

    Windows that close within a day of the first are told together: many licences are no storm of events.
    """
    now, pace = session.services.clock.now(), session.services.pace
    windows = _unused(session, status, at)
    if not windows or windows[0][0] - pace.warn_before_window > now:
        return None
    first = windows[0][0]
    told = [(closes_at, name) for closes_at, name in windows if closes_at <= first + TOGETHER]
    shown = ", ".join(f"{name} until {closes_at:%Y-%m-%d %H:%M} UTC" for closes_at, name in told[:5])
    more = f" and {len(told) - 5} more" if len(told) > 5 else ""
    text = (
        f"can still be cancelled: {shown}{more}. This offboarding is {status.value}; "
        "after its window a licence is paid for the whole term"
    )
    session.offboarding = replace(session.offboarding, warned_window=told[-1][0])
    session.note("window_closing", text)
    return WindowWarning(first, text)


def warning_event(session: Session, warning: WindowWarning | None) -> list[OutboundMessage]:
    """The event of a warning, from the head as it is stored with it."""
    if warning is None:
        return []
    now = session.services.clock.now()
    return [window_closing_message(session.offboarding, warning.closes_at, warning.text, now)]


def _unused(session: Session, status: Status, at: datetime | None) -> list[tuple[datetime, str]]:
    """The windows that close while nothing happens and that nobody was warned of: when, and whose; first ones first."""
    services, now = session.services, session.services.clock.now()
    long_wait = status is Status.WAITING and at is not None and at - now > services.pace.recheck
    if session.offboarding.request.dry_run or not (status in QUIET or long_wait):
        return []
    decisions = decide_all(session.records, session.policy, services.pace, now)
    warned = session.offboarding.warned_window
    return sorted(
        (decision.closes_at, session.records[key].holding.name)
        for key, decision in decisions.items()
        if decision.closes_at is not None
        and decision.closes_at > max(now, warned or now)
        and not ((last := session.records[key].last) is not None and last.state is ActionState.ACCEPTED)
    )
