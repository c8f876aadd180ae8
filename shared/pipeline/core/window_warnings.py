"""Windows of cancellations and of seats, about to close while nothing happens: the most expensive silence there is.

A licence that misses its window is paid for until the end of its term. So 48 hours before, whoever listens is told once
for each window, whatever the offboarding waits for: a person, a date, another partner.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.contracts.event_messages import window_closing_message
from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import Disposition
from shared.domain.decisions.decisions import decide_all
from shared.domain.decisions.patience import while_open
from shared.domain.decisions.refusals import end_again_at
from shared.domain.holdings.ledger import ActionState, HoldingRecord
from shared.domain.offboarding.messages import OutboundMessage
from shared.domain.offboarding.record import Reason
from shared.domain.offboarding.restored import RESTORE_CODES
from shared.domain.offboarding.states import Status
from shared.domain.offboarding.timeline import TimelineEvent
from shared.domain.wording import first_of, stamp
from shared.pipeline.core.quiet import is_quiet
from shared.pipeline.core.renewal_warnings import renewal_warning_due_at, runs_by_month
from shared.pipeline.core.session import Session

TOGETHER = timedelta(hours=24)


def next_look(session: Session, status: Status, reason: Reason | None, at: datetime | None) -> datetime | None:
    """The date of the next attempt, moved forward to the next warning; never a call that has to wait for (I7)."""
    if at is None or (reason is not None and reason.code is ReasonCode.THROTTLED):
        return at
    found = (warning_due_at(session, status, at, reason), renewal_warning_due_at(session, status, at, reason))
    due = [moment for moment in found if moment is not None]
    return max(min(at, *due), session.services.clock.now()) if due else at


ONLY_A_WORD = frozenset(
    {
        ReasonCode.WENT_LIVE,
        ReasonCode.RENEWS_BEFORE_START,
        ReasonCode.COMMITMENTS_REMAIN,
        *RESTORE_CODES,
    }
)
"""What no look can settle: only what a person says leads on."""


def next_reminder(session: Session, code: ReasonCode | None = None) -> datetime:
    """When to look again while a person is waited for: daily, and earlier where a window closes or the end of a term
    is to be tried again, which wait for nobody."""
    now = session.services.clock.now()
    daily = now + session.services.pace.reminder
    if code in ONLY_A_WORD or session.offboarding.withdrawal is not None:
        return daily
    found: list[datetime | None] = []
    for decision in decide_all(session.situation).values():
        found.append(decision.blocker.again_at if decision.blocker is not None else None)
        if decision.closes_at is None:
            continue
        until = decision.blocker.until if decision.blocker is not None else None
        soonest = now + while_open(session.services.pace, decision.closes_at, now)
        found.append(until if until is not None and until > now else soonest)
    found += (end_again_at(record, session.services.pace) for record in session.situation.live if _renews(record, now))
    return min([daily, *(at for at in found if at is not None and at > now)])


def _renews(record: HoldingRecord, now: datetime) -> bool:
    holding = record.holding
    return not holding.ends_at_term and holding.term_end is not None and holding.term_end > now


def warning_due_at(
    session: Session, status: Status, at: datetime | None, reason: Reason | None = None
) -> datetime | None:
    """When the next warning of this offboarding is due; None when no window is left to warn of."""
    windows = _unused(session, status, at, reason)
    return windows[0].closes_at - session.services.pace.warn_before_window if windows else None


@dataclass(frozen=True, slots=True)
class WindowWarning:
    """A window that closes, and the sentence about it."""

    closes_at: datetime
    text: str


def warn(session: Session, status: Status, at: datetime | None, reason: Reason | None = None) -> WindowWarning | None:
    """The warning that is due now, noted in the head, so that each window is warned of once.

    Windows that close within a day of the first are told together: many licences are no storm of events.
    """
    now, pace = session.services.clock.now(), session.services.pace
    windows = _unused(session, status, at, reason)
    if not windows or windows[0].closes_at - pace.warn_before_window > now:
        return None
    first = windows[0].closes_at
    told = [item for item in windows if item.closes_at <= first + TOGETHER]
    session.offboarding = replace(session.offboarding, warned_window=told[-1].closes_at)
    text = "; ".join(part for part in (_whole(told), _in_part(told)) if part)
    paid = "after its window a licence is paid for the whole term"
    text = f"{text}. This offboarding is {status.value}; {paid}"
    session.note(TimelineEvent.WINDOW_CLOSING, text)
    return WindowWarning(first, text)


def warning_event(session: Session, warning: WindowWarning | None) -> list[OutboundMessage]:
    """The event of a warning, from the head as it is stored with it."""
    if warning is None:
        return []
    now, source = session.services.clock.now(), session.services.event_source
    return [window_closing_message(session.next_event(), warning.closes_at, warning.text, now, source)]


@dataclass(frozen=True, slots=True, order=True)
class _Closing:
    """A window of `name` that closes; `seats`: what can be given back in it, where that is not all."""

    closes_at: datetime
    name: str
    seats: str = ""


def _whole(told: list[_Closing]) -> str:
    shown = [f"{item.name} until {stamp(item.closes_at)}" for item in told if not item.seats]
    return f"can still be cancelled: {first_of(shown, most=5)}" if shown else ""


def _in_part(told: list[_Closing]) -> str:
    return first_of([item.seats for item in told if item.seats], most=5, separator="; ")


def _unused(session: Session, status: Status, at: datetime | None, reason: Reason | None) -> list[_Closing]:
    """The windows that close while nothing happens and that nobody was warned of; first ones first."""
    now = session.services.clock.now()
    if not is_quiet(session, status, at, reason):
        return []
    warned = max(now, session.offboarding.warned_window or now)
    closing = (
        found
        for key, decision in decide_all(session.situation).items()
        if (found := _closing(session.records[key], decision)) is not None
        and not runs_by_month(session, status, session.records[key].holding)
    )
    return sorted(item for item in closing if item.closes_at > warned)


def _closing(record: HoldingRecord, decision: Disposition) -> _Closing | None:
    if record.last is not None and record.last.state is ActionState.ACCEPTED:
        return None
    name, seats = record.holding.name, decision.seats
    if seats is not None:
        return _Closing(seats.closes_at, name, seats.text(name)) if seats.closes_at is not None else None
    return _Closing(decision.closes_at, name) if decision.closes_at is not None else None
