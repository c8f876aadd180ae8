"""How long and how often something is tried that is refused for now, or passes by itself: as its deadline asks.

While a cancellation window is open, the next try never lies further away than a quarter of what is left of it; what
takes days is tried once a day, and a person is told. Nothing is given up while it may still work.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from shared.domain.backoff import Backoff
from shared.domain.decisions.blockers import RESTORES, ActionKind, Blocker, Cause, Remedy
from shared.domain.decisions.situation import Situation
from shared.domain.errors import Verdict
from shared.domain.holdings.ledger import ActionRecord, HoldingRecord, worn_out
from shared.domain.lessons import Lesson
from shared.domain.pace import Pace
from shared.domain.wording import stamp

DENSEST = timedelta(minutes=15)
"""Between two tries when a window is about to close."""
SHARE = 4
WINDOWED = frozenset(
    {ActionKind.CANCEL, ActionKind.CANCEL_ORDER, ActionKind.RETURN_RESERVATION, ActionKind.REDUCE_SEATS}
)
"""What can be done for a time only, and costs a whole term when that time has passed unused."""
STANDING = frozenset(
    {
        ActionKind.SUSPEND,
        ActionKind.CANCEL_AZURE_SUBSCRIPTION,
        ActionKind.SUSPEND_AZURE_PLAN,
        ActionKind.STOP_RENEWAL,
    }
)
"""What can be done on any day: an account that was under review is changed once the review is over."""
CLOSING = frozenset({Lesson.WINDOW_CLOSED, Lesson.NO_REFUND, Lesson.NOT_ACTIVATED, Lesson.ADD_ONS_FIRST})
"""What a refusal teaches about a way that is closed; the other lessons say nothing about a window."""
FINAL = frozenset({Verdict.CANNOT_NOW})
NEVER_BACK = frozenset({Verdict.CANNOT_NOW, Verdict.BUG})
"""Refusals that no person takes away: what was to be put back is listed as not restored."""
WAITS_FOR_OTHERS = frozenset({Cause.WAITS_FOR_CHILDREN, Cause.WAITS_FOR_ADD_ON})
GOES_ON = "It goes on by itself when this has passed."
ADVICE = {
    Cause.OPEN_TRANSFER: f"Ask the customer and the other partner to accept the transfer, or cancel it. {GOES_ON}",
    Cause.PENDING_AT_MICROSOFT: f"Look at it in Partner Center, and ask Microsoft support to settle it. {GOES_ON}",
}
LOOK_AT_IT = f"Look at it in Partner Center; ask Microsoft support if nothing moves. {GOES_ON}"


def while_open(pace: Pace, closes_at: datetime, now: datetime) -> timedelta:
    """The longest wait before something is tried again whose window closes at `closes_at`: at most a day, and ever
    shorter towards the end."""
    return min(max((closes_at - now) / SHARE, DENSEST), pace.reminder)


def may_pass(kind: ActionKind, verdict: Verdict | None, lesson: Lesson | None) -> bool:
    """Whether a refusal of this action, known or not, is worth another try while the action is wanted."""
    if kind in RESTORES:
        return verdict not in NEVER_BACK
    return kind in WINDOWED | STANDING and verdict not in FINAL and lesson not in CLOSING


def wait_before_next(action: ActionRecord, pace: Pace, now: datetime, usual: timedelta) -> timedelta:
    """After a refusal that passes, or no clear answer: `usual`, later once a day, as far as its window allows."""
    wait = max(usual, pace.reminder) if worn_out(action, pace, now) else usual
    return _within_window(action, pace, now, wait)


def wait_after_refusal(action: ActionRecord, pace: Pace, now: datetime) -> timedelta:
    """After a refusal that nobody said would pass: an hour, twice that … a day, as far as its window allows."""
    return _within_window(action, pace, now, Backoff(pace.recheck, pace.reminder).after(action.tries - 1))


def _within_window(action: ActionRecord, pace: Pace, now: datetime, wait: timedelta) -> timedelta:
    return wait if action.closes_at is None else min(wait, while_open(pace, action.closes_at, now))


def blocked_since(record: HoldingRecord, blocker: Blocker | None, now: datetime) -> datetime | None:
    """Since when the same thing blocks without progress; None when nothing does. A holding that changes has moved."""
    if blocker is None:
        return None
    same = record.blocker is not None and record.blocker.cause is blocker.cause and record.blocked_since is not None
    return max(record.blocked_since, record.changed_at) if same and record.blocked_since else now


def with_ages(blockers: Sequence[Blocker], situation: Situation) -> tuple[Blocker, ...]:
    """The same blockers; what passes by itself and has not moved for days is a person's matter as well, looked at once
    a day. What waits for another holding is not told beside that one."""
    others = any(item.cause not in WAITS_FOR_OTHERS for item in blockers)
    return tuple(
        _with_age(item, record, situation.pace, situation.now)
        if (record := situation.records.get(item.key)) is not None and not (others and item.cause in WAITS_FOR_OTHERS)
        else item
        for item in blockers
    )


def _with_age(blocker: Blocker, record: HoldingRecord, pace: Pace, now: datetime) -> Blocker:
    since = blocked_since(record, blocker, now)
    tried_again = record.last is not None and record.last.retry_at is not None and record.last.retry_at == blocker.until
    own_pace = blocker.remedy is not Remedy.RECHECK or tried_again
    if own_pace or since is None or now < since + pace.patience:
        return blocker
    return Blocker(
        blocker.key,
        blocker.name,
        blocker.cause,
        Remedy.PERSON,
        f"{blocker.detail}; nothing has moved since {stamp(since)}",
        blocker.what_to_do or ADVICE.get(blocker.cause, LOOK_AT_IT),
        now + pace.reminder,
        blocker.paid_until,
    )
