"""What the pipeline did to each holding, and what follows from it together with the last observation.

A record is kept for every holding ever seen: one that vanishes is not forgotten, and an action that was accepted is not
repeated while its effect is on the way (I2). Observing the effect closes the action; wanting it again afterwards means
that somebody switched the holding on again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from shared.domain.blockers import ActionKind, Blocker
from shared.domain.holdings import Holding, HoldingStatus
from shared.domain.policy import Pace


class ActionState(StrEnum):
    """INTENDED: stored before the call, no answer yet. ACCEPTED: answered 2xx. CONFIRMED: the effect was observed.
    POSTPONED: refused for now, try again at a date. REFUSED: refused with a code. FORGIVEN: a person said retry.
    An INTENDED one with `retry_at` had no clear answer (5xx, time-out): it is read before it is written again, then.
    `tries` counts how often one action was attempted without getting further."""

    INTENDED = "intended"
    ACCEPTED = "accepted"
    CONFIRMED = "confirmed"
    POSTPONED = "postponed"
    REFUSED = "refused"
    FORGIVEN = "forgiven"


@dataclass(frozen=True, slots=True)
class ActionRecord:
    """One write to a holding: intent before, answer after (I10).

    `window` is the end of the cancellation window that the holding showed at that time (what was refused in it may be
    allowed in the next one), `pending` says that it was not active yet, `advice` is what a person should do about a
    refusal, in the words of the error map.
    """

    kind: ActionKind
    n: int
    request_id: str
    state: ActionState
    intended_at: datetime
    answered_at: datetime | None = None
    status: int | None = None
    code: str = ""
    detail: str = ""
    retry_at: datetime | None = None
    tries: int = 1
    window: datetime | None = None
    pending: bool = False
    advice: str = ""


@dataclass(frozen=True, slots=True)
class HoldingRecord:
    """A holding as last seen, its image before the first write, and every action taken on it. `stayed`: it was still
    there a day after a transfer of it was completed. `no_refund`: asked for its price, Azure said that none is to be
    had."""

    holding: Holding
    first_seen_at: datetime
    changed_at: datetime
    missing_since: datetime | None = None
    before_image: str = field(default="", repr=False)
    actions: tuple[ActionRecord, ...] = ()
    blocker: Blocker | None = None
    stayed: bool = False
    no_refund: bool = False

    @property
    def last(self) -> ActionRecord | None:
        return self.actions[-1] if self.actions else None

    def with_last(self, action: ActionRecord) -> HoldingRecord:
        """This record with its newest action replaced."""
        return replace(self, actions=(*self.actions[:-1], action))


VANISHING_IS_FINAL = frozenset({HoldingStatus.DELETED, HoldingStatus.DISABLED, HoldingStatus.EXPIRED})
"""A holding last seen in one of these cannot come back; its disappearance from a list proves nothing bad."""

WAITING = (ActionState.POSTPONED, ActionState.INTENDED)
"""Unanswered, or refused for now: the same action goes on."""


def observe(record: HoldingRecord | None, seen: Holding | None, now: datetime) -> HoldingRecord:
    """The record after one complete inventory in which the holding was `seen`, or was missing (None)."""
    if seen is None:
        if record is None:
            raise ValueError("an observation needs a record or a holding")
        return record if record.missing_since else replace(record, missing_since=now)
    if record is None:
        return HoldingRecord(seen, first_seen_at=now, changed_at=now, before_image=seen.image)
    if seen == record.holding and record.missing_since is None:
        updated = record
    else:
        updated = replace(record, holding=seen, changed_at=now, missing_since=None)
    last = updated.last
    open_or_accepted = last is not None and last.state in (ActionState.INTENDED, ActionState.ACCEPTED)
    if last is not None and open_or_accepted and effect_visible(last.kind, seen):
        return updated.with_last(replace(last, state=ActionState.CONFIRMED, detail=last.detail or "effect observed"))
    return updated


def effect_visible(kind: ActionKind, holding: Holding) -> bool:
    """Whether the holding looks as the action wants it to look."""
    if holding.ended:
        return True
    if kind in (ActionKind.SUSPEND, ActionKind.SUSPEND_AZURE_PLAN):
        return holding.status is HoldingStatus.SUSPENDED
    if kind is ActionKind.REACTIVATE:
        return holding.status is HoldingStatus.ACTIVE
    if kind is ActionKind.STOP_RENEWAL:
        return holding.auto_renew is False
    return kind is ActionKind.END_AT_TERM and holding.ends_at_term


def next_number(record: HoldingRecord, kind: ActionKind) -> int:
    """The n of the next intent: kept while the last one of this kind has no answer, raised after any."""
    same = [action for action in record.actions if action.kind is kind]
    if not same:
        return 1
    unanswered = same[-1].state is ActionState.INTENDED and same[-1].answered_at is None
    return same[-1].n if unanswered else same[-1].n + 1


def forgive(record: HoldingRecord, pace: Pace, now: datetime) -> HoldingRecord:
    """A person resumed the offboarding: what was refused, or is overdue, may be tried once more.

    What was accepted a moment ago is left alone: its effect is on the way (I2).
    """
    last = record.last
    if record.no_refund:
        record = replace(record, no_refund=False)
    if last is None:
        return record
    if any(action.state is ActionState.REFUSED for action in record.actions[:-1]):
        pardoned = (_pardoned(action) for action in record.actions[:-1])
        record = replace(record, actions=(*pardoned, last))
    overdue = last.state is ActionState.ACCEPTED and now >= (last.answered_at or now) + pace.settle_deadline
    if last.state is ActionState.REFUSED or overdue:
        return record.with_last(replace(last, state=ActionState.FORGIVEN))
    if last.state in WAITING and last.tries >= pace.faults_before_attention:
        return record.with_last(replace(last, tries=1))
    return record


def _pardoned(action: ActionRecord) -> ActionRecord:
    return replace(action, state=ActionState.FORGIVEN) if action.state is ActionState.REFUSED else action
