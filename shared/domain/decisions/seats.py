"""Giving seats back, in the light of what was tried: once for each window, and never in the way of the end of the term.

A change in the term deletes what is scheduled for its end, so seats are given back first. What keeps them from that (a
refusal, a day without an answer) lets the end be recorded without them; a later try records it anew.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.domain.decisions.blockers import ActionKind
from shared.domain.decisions.open_seats import KeptBack, OpenSeats, open_seats
from shared.domain.decisions.refusals import end_refused
from shared.domain.decisions.situation import Situation
from shared.domain.holdings.ledger import WAITING, ActionRecord, ActionState, HoldingRecord, effect_visible, worn_out
from shared.domain.wording import stamp

GIVEN_BACK_AT_MOST = 5
"""Times that seats of one holding are given back: whoever adds them again and again has to stop first."""
CHECK = "Check its quantity in Partner Center."
_TAKEN = frozenset({ActionState.INTENDED, ActionState.ACCEPTED})


def last_reduction(record: HoldingRecord) -> ActionRecord | None:
    """The newest attempt to give seats back, whatever was done to the holding since."""
    return next((item for item in reversed(record.actions) if item.kind is ActionKind.REDUCE_SEATS), None)


def given_back_until(record: HoldingRecord) -> datetime | None:
    """The end of the latest window in which seats were given back; None where none were."""
    return max((item.window for item in _made(record) if item.window is not None), default=None)


def kept_back(record: HoldingRecord, situation: Situation) -> KeptBack | None:
    """What keeps seats from being given back now; None when it is to be done, or its effect is waited for."""
    term_end, now = record.holding.term_end, situation.now
    if term_end is not None and now >= term_end - situation.pace.renewal_job:
        return KeptBack("the term ends too soon: its end might not be recorded again in time")
    if len(_made(record)) >= GIVEN_BACK_AT_MOST:
        return KeptBack("seats were added again each time", "Find who adds them, and stop that.")
    last = last_reduction(record)
    if last is None or last.state in (ActionState.CONFIRMED, ActionState.FORGIVEN) or _is_made(record, last):
        return None
    if last.state is ActionState.ACCEPTED:
        return _without_effect(record, last, situation)
    if last.state is ActionState.REFUSED and last.retry_at is None:
        return _refused(last) if _same_again(record, last, now) else None
    if last.retry_at is not None and last.retry_at > now:
        return None if _on_its_way(record, last, situation) else _put_off(last)
    settled = record.holding.ends_at_term or end_refused(record)
    late = last.state is ActionState.INTENDED and last.retry_at is not None and not _recent(last, situation)
    return replace(_put_off(last), again_at=None) if late and not settled else None


def _made(record: HoldingRecord) -> list[ActionRecord]:
    return [item for item in record.actions if item.kind is ActionKind.REDUCE_SEATS and _is_made(record, item)]


def _is_made(record: HoldingRecord, action: ActionRecord) -> bool:
    """Its effect was seen, or shows now (only the newest action of a holding is confirmed when it does)."""
    shows = effect_visible(action.kind, record.holding, action.target)
    return action.state is ActionState.CONFIRMED or (action.state in _TAKEN and shows)


def _recent(action: ActionRecord, situation: Situation) -> bool:
    began = action.since or action.intended_at
    pace, now = situation.pace, situation.now
    return now < began + pace.settle_deadline and not worn_out(action, pace, now)


def _on_its_way(record: HoldingRecord, action: ActionRecord, situation: Situation) -> bool:
    """It had no clear answer: it may take effect yet, so that nothing else is written for a day."""
    return action.state is ActionState.INTENDED and action is record.last and _recent(action, situation)


def _without_effect(record: HoldingRecord, action: ActionRecord, situation: Situation) -> KeptBack | None:
    since = action.answered_at or action.intended_at
    if action is record.last and situation.now < since + situation.pace.settle_deadline:
        return None
    return KeptBack(f"giving them back was accepted at {stamp(since)} and shows no effect", CHECK)


def _same_again(record: HoldingRecord, action: ActionRecord, now: datetime) -> bool:
    """The same seats in the same window; when others are left, or added, it is another question."""
    seats = open_seats(record.holding, now, given_back_until(record))
    return seats is None or (seats.target, window_of_seats(record, seats)) == (action.target, action.window)


def window_of_seats(record: HoldingRecord, seats: OpenSeats) -> datetime | None:
    """Which window seats are given back in: the last of their dates, or the term where they show none."""
    return seats.last_until or record.holding.term_end


def target_of(record: HoldingRecord, seats: OpenSeats) -> int:
    """How many seats to ask for: never more than a call asked for that may take effect yet, which would buy some."""
    last = last_reduction(record)
    if last is None or last.target is None or last.state not in WAITING:
        return seats.target
    return min(seats.target, last.target)


def _refused(action: ActionRecord) -> KeptBack:
    answer = " ".join(part for part in (str(action.status or ""), action.code, action.detail) if part)
    return KeptBack(f"giving them back was refused: {answer}", action.advice, action.retry_at)


def _put_off(action: ActionRecord) -> KeptBack:
    if action.state is ActionState.REFUSED:
        return _refused(action)
    what = "is refused for now" if action.state is ActionState.POSTPONED else "had no clear answer"
    return KeptBack(f"giving them back {what}: {action.code} {action.detail}".rstrip(), action.advice, action.retry_at)
