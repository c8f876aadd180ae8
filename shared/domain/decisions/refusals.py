"""What refusals teach about one holding: which way of ending it is closed, and which is left."""

from __future__ import annotations

from datetime import datetime, timedelta

from shared.domain.decisions.blockers import ActionKind
from shared.domain.decisions.windows import open_window, window_of
from shared.domain.holdings.ledger import WAITING, ActionRecord, ActionState, HoldingRecord
from shared.domain.holdings.model import HoldingKind, HoldingStatus
from shared.domain.lessons import Lesson
from shared.domain.pace import Pace

REAPPLIED_AT_MOST = 5
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
SHOWS_WITHIN = timedelta(hours=1)
ANOTHER_WAY = frozenset({Lesson.ADD_ONS_FIRST, Lesson.NOT_ACTIVATED})
"""What these refusals teach has rules of its own."""


def cancel_refused(record: HoldingRecord, add_ons: bool = False) -> bool:
    """The service said that this cannot be cancelled (or refunded) now; a new window is a new chance. `add_ons`: it has
    live ones; when the last of them has ended, the cancel is tried once more."""
    window = window_of(record.holding)
    return record.no_refund or any(
        action.state is ActionState.REFUSED
        and action.window == window
        and (
            (action.kind in (ActionKind.CANCEL, ActionKind.CANCEL_ORDER) and action.lesson is Lesson.WINDOW_CLOSED)
            or (action.kind is ActionKind.RETURN_RESERVATION and action.lesson is Lesson.NO_REFUND)
            or (record.holding.status is HoldingStatus.PENDING and action.lesson is Lesson.NOT_ACTIVATED)
            or (_add_ons_first(action) and (add_ons or _tried_again(record)))
        )
        for action in record.actions
    )


TRIES_ON_A_HINT = 3
"""Cancellations in one term where nothing is sure and each was refused for now."""


def try_refused(record: HoldingRecord, now: datetime) -> bool:
    """A cancellation that was only tried, because a window might be open, was refused, whatever the reason: then its
    end is recorded, and only the next term is another chance. One that was refused for now is tried a few times."""
    window = open_window(record.holding, now)
    if window is None or window.sure:
        return False
    tried = [
        action
        for action in record.actions
        if action.kind is ActionKind.CANCEL and action.window == window_of(record.holding)
    ]
    if any(_takes_effect_later(record, action, now) for action in tried):
        return True
    later = [action for action in tried if action.state is ActionState.POSTPONED and action.tries]
    return (
        any(action.state is ActionState.REFUSED and action.lesson not in ANOTHER_WAY for action in tried)
        or any(action.retry_at is not None and action.retry_at > now for action in later)
        or sum(action.tries for action in later) >= TRIES_ON_A_HINT
    )


def _takes_effect_later(record: HoldingRecord, action: ActionRecord, now: datetime) -> bool:
    """Past its window a marketplace cancel may be accepted all the same, and end it at its renewal (create a new
    subscription): it was accepted, and what shows an hour later is the end of the term."""
    accepted = action.state is ActionState.ACCEPTED and action.answered_at is not None
    return (
        accepted
        and record.holding.kind is HoldingKind.MARKETPLACE
        and record.holding.ends_at_term
        and now >= (action.answered_at or now) + SHOWS_WITHIN
    )


def end_refused(record: HoldingRecord) -> bool:
    """The end with the term was refused, or was accepted again and again without showing."""
    return any(
        action.kind is ActionKind.END_AT_TERM
        and (
            action.state is ActionState.REFUSED
            or (action.state is ActionState.ACCEPTED and action.tries >= REAPPLIED_AT_MOST)
        )
        for action in record.actions
    )


def end_again_at(record: HoldingRecord, pace: Pace) -> datetime | None:
    """When an end that Microsoft did not record is tried again: without it a licence rolls into a paid extended term.

    Daily in the first week and in the last one, more often in the last two days, else weekly; None while the last try
    is not over.
    """
    tried = [action for action in record.actions if action.kind is ActionKind.END_AT_TERM]
    if not tried or not _over(tried[-1], pace):
        return None
    since, end = tried[-1].answered_at or tried[-1].intended_at, record.holding.term_end
    if end is not None and since >= end - 2 * DAY:
        return since + DAY / 8
    if since < tried[0].intended_at + WEEK or end is None or since >= end - WEEK:
        return since + DAY
    return min(since + WEEK, end - WEEK)


def _over(action: ActionRecord, pace: Pace) -> bool:
    """Refused, accepted without the effect, or waiting for too long."""
    exhausted = action.state in WAITING and action.tries >= pace.faults_before_attention
    return action.state in (ActionState.REFUSED, ActionState.ACCEPTED) or exhausted


def schedule_unknown(record: HoldingRecord) -> bool:
    """The service does not take scheduled actions: then only the renewal is switched off."""
    return any(_schedule_refused(action) for action in record.actions)


def overtaken(record: HoldingRecord, refused: ActionRecord, add_ons: bool = False) -> bool:
    """The reason of the refusal is gone (another window has opened, what was pending is active), or there is another
    way that was not tried yet."""
    if _schedule_refused(refused):
        return sum(map(_schedule_refused, record.actions)) == 1
    if _add_ons_first(refused):
        return not add_ons and not _tried_again(record)
    closed = refused.lesson is Lesson.WINDOW_CLOSED or refused.kind is ActionKind.CANCEL
    new_window = closed and refused.window != window_of(record.holding)
    return new_window or (refused.pending and record.holding.status is not HoldingStatus.PENDING)


def _add_ons_first(action: ActionRecord) -> bool:
    refused = action.kind is ActionKind.CANCEL and action.state is ActionState.REFUSED
    return refused and action.lesson is Lesson.ADD_ONS_FIRST


def _tried_again(record: HoldingRecord) -> bool:
    window = window_of(record.holding)
    return sum(_add_ons_first(action) and action.window == window for action in record.actions) > 1


def _schedule_refused(action: ActionRecord) -> bool:
    refused = action.kind is ActionKind.END_AT_TERM and action.state is ActionState.REFUSED
    return refused and action.lesson is Lesson.CALL_NOT_VALID
