"""What the pipeline did to each holding, and what follows from it together with the last observation.

A record is kept for every holding ever seen: one that vanishes is not forgotten, and an action that was accepted is not
repeated while its effect is on the way (I2). Observing the effect closes the action; wanting it again afterwards means
that somebody switched the holding on again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from shared.domain.decisions.blockers import RESTORES, ActionKind, Blocker, Cause
from shared.domain.holdings.model import Holding, HoldingStatus
from shared.domain.holdings.not_restored import NotRestored
from shared.domain.holdings.terms import same_terms
from shared.domain.lessons import Lesson
from shared.domain.money import ToldRefund
from shared.domain.pace import Pace
from shared.domain.people.actor import Actor


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

    `window` is the end of the cancellation window that the holding showed at that time, or of its term where it showed
    none (what was refused in it may be allowed in the next one). `pending` says that it was not active yet, `advice` is
    what a person should do about a refusal, in the words of the error map, `lesson` what the refusal teaches for later.
    `since`: the first of the `tries` in a row. `closes_at`: the end of the window that the action uses. `refused`: a
    try of this row was refused. A REFUSED one with `retry_at` is tried again then, if it is still wanted.
    `target`: how many seats are to be left where some are given back; their `window` is the last of their dates.
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
    lesson: Lesson | None = None
    since: datetime | None = None
    closes_at: datetime | None = None
    refused: bool = False
    target: int | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """A person's word that what blocks here has ended. `seen`: what Microsoft's answer said when it was given; when
    that changes the word counts no more. `at`: business time (aware UTC). `by` is the name of `actor`, who is absent in
    what was stored before it was kept."""

    cause: Cause
    seen: str
    by: str
    why: str
    at: datetime
    actor: Actor | None = None


@dataclass(frozen=True, slots=True)
class Before:
    """What a holding showed before the first write, where its image does not say it (Azure) or would have to be read
    again."""

    status: HoldingStatus
    quantity: int | None


@dataclass(frozen=True, slots=True)
class HoldingRecord:
    """A holding as last seen, its image before the first write, and every action taken on it. `before` is None in
    older records and `before_image` is empty where no image exists; `stayed`: it was still
    there a day after a transfer of it was completed. `no_refund`: asked for its price, Azure said that none is to be
    had; `quote_refused`: the same of what is returned all the same. `blocked_since`: since when the same `blocker`
    stands without progress. `override`: a person's word. `refund`: what its return would give, `refunded`: what the
    return was answered to give. `not_restored`: after a withdrawal, what of it is not as it was. `later`: fields of a
    later version, as JSON."""

    holding: Holding
    first_seen_at: datetime
    changed_at: datetime
    missing_since: datetime | None = None
    before_image: str = field(default="", repr=False)
    actions: tuple[ActionRecord, ...] = ()
    blocker: Blocker | None = None
    stayed: bool = False
    no_refund: bool = False
    blocked_since: datetime | None = None
    override: Override | None = None
    refund: ToldRefund | None = None
    refunded: ToldRefund | None = None
    before: Before | None = None
    not_restored: NotRestored | None = None
    quote_refused: bool = False
    later: str = field(default="", repr=False)

    @property
    def last(self) -> ActionRecord | None:
        """The newest action, of whatever kind."""
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
        return _before(HoldingRecord(seen, first_seen_at=now, changed_at=now), seen)
    if seen == record.holding and record.missing_since is None:
        updated = record
    else:
        updated = replace(record, holding=seen, changed_at=now, missing_since=None)
        # What others changed before our first write is not ours to put back.
        updated = updated if record.actions else _before(updated, seen)
    last = updated.last
    open_or_accepted = last is not None and last.state in (ActionState.INTENDED, ActionState.ACCEPTED)
    if last is not None and open_or_accepted and _shows(last, updated):
        return updated.with_last(replace(last, state=ActionState.CONFIRMED, detail=last.detail or "effect observed"))
    return updated


def _before(record: HoldingRecord, seen: Holding) -> HoldingRecord:
    return replace(record, before_image=seen.image, before=Before(seen.status, seen.quantity))


def _shows(action: ActionRecord, record: HoldingRecord) -> bool:
    if action.kind is ActionKind.RESTORE_TERMS:
        return same_terms(record.before_image, record.holding.image)
    return effect_visible(action.kind, record.holding, action.target)


BACK_ON = frozenset({ActionKind.REACTIVATE, ActionKind.RESTORE_STATUS, ActionKind.REACTIVATE_AZURE_SUBSCRIPTION})


def effect_visible(kind: ActionKind, holding: Holding, target: int | None = None) -> bool:
    """Whether the holding looks as the action wants it to look. `target`: how many seats it is to have at most."""
    if kind in RESTORES and holding.ended:
        return False
    if holding.ended:
        return True
    if kind in (ActionKind.SUSPEND, ActionKind.SUSPEND_AZURE_PLAN, ActionKind.RESTORE_SUSPENSION):
        return holding.status is HoldingStatus.SUSPENDED
    if kind in BACK_ON:
        return holding.status is HoldingStatus.ACTIVE
    if kind is ActionKind.RENEW_MONTHLY:
        return holding.next_term.monthly
    if kind is ActionKind.REDUCE_SEATS:
        return holding.quantity is not None and target is not None and holding.quantity <= target
    if kind in (ActionKind.STOP_RENEWAL, ActionKind.RESTORE_RENEWAL):
        return holding.auto_renew is (kind is ActionKind.RESTORE_RENEWAL)
    return kind is ActionKind.END_AT_TERM and holding.ends_at_term


REFUSALS_KEPT = 2
TRIED_FOR_LONG = (ActionKind.END_AT_TERM, ActionKind.RENEW_MONTHLY)


def without_old_refusals(record: HoldingRecord) -> tuple[ActionRecord, ...]:
    """The actions with the first and the newest refusals of what may be tried for years."""
    old: list[ActionRecord] = []
    for kind in TRIED_FOR_LONG:
        refused = (action for action in record.actions if action.state is ActionState.REFUSED)
        old += [action for action in refused if action.kind is kind][1:-REFUSALS_KEPT]
    return tuple(action for action in record.actions if action not in old)


def next_number(record: HoldingRecord, kind: ActionKind) -> int:
    """The n of the next intent: kept while the last one of this kind has no answer, raised after any."""
    same = [action for action in record.actions if action.kind is kind]
    if not same:
        return 1
    unanswered = same[-1].state is ActionState.INTENDED and same[-1].answered_at is None
    return same[-1].n if unanswered else same[-1].n + 1


def worn_out(action: ActionRecord, pace: Pace, now: datetime) -> bool:
    """It was tried so often, or for so long, that a person has to know; then it is tried once a day."""
    began = action.since or action.intended_at
    return action.tries >= pace.faults_before_attention or (action.tries > 1 and now >= began + pace.patience)


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
    if last.state in WAITING and worn_out(last, pace, now):
        return record.with_last(replace(last, tries=1, since=now, retry_at=None))
    return record


def _pardoned(action: ActionRecord) -> ActionRecord:
    return replace(action, state=ActionState.FORGIVEN) if action.state is ActionState.REFUSED else action
