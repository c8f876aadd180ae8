"""What the pipeline did to each holding, and what follows from it together with the last observation.

A record is kept for every holding ever seen: one that vanishes is not forgotten, and an action that was accepted is not
repeated while its effect is on the way (I2). Observing the effect closes the action; wanting it again afterwards means
that somebody switched the holding on again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from shared.domain.disposition import ActionKind, Blocker, Cause, Disposition, Remedy, disposition
from shared.domain.holdings import Holding, HoldingKind, HoldingStatus
from shared.domain.policy import Pace, Policy


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
    """One write to a holding: intent before, answer after (I10)."""

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


@dataclass(frozen=True, slots=True)
class HoldingRecord:
    """A holding as last seen, its image before the first write, and every action taken on it."""

    holding: Holding
    first_seen_at: datetime
    changed_at: datetime
    missing_since: datetime | None = None
    before_image: str = field(default="", repr=False)
    actions: tuple[ActionRecord, ...] = ()
    blocker: Blocker | None = None

    @property
    def last(self) -> ActionRecord | None:
        return self.actions[-1] if self.actions else None

    def with_last(self, action: ActionRecord) -> HoldingRecord:
        """This record with its newest action replaced."""
        return replace(self, actions=(*self.actions[:-1], action))


VANISHING_IS_FINAL = frozenset({HoldingStatus.DELETED, HoldingStatus.DISABLED, HoldingStatus.EXPIRED})
"""A holding last seen in one of these cannot come back; its disappearance from a list proves nothing bad."""

REACTIVATIONS_BEFORE_ATTENTION = 5
ACCEPTED_ONLY = 202
"""The HTTP status of a write whose effect comes later."""
_WAITING = (ActionState.POSTPONED, ActionState.INTENDED)


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


def with_missing_children(
    holdings: tuple[Holding, ...], known: Mapping[str, HoldingRecord], pace: Pace, now: datetime
) -> tuple[Holding, ...]:
    """Azure plans with their missing Azure subscriptions counted as active until it is proven that those are gone."""
    seen = {holding.key for holding in holdings}
    missing = Counter(
        (record.holding.parent_id or "").lower()
        for key, record in known.items()
        if key not in seen
        and record.holding.kind is HoldingKind.AZURE_SUBSCRIPTION
        and not record.holding.ended
        and (record.missing_since is None or _vanished(record, pace, now) is not None)
    )
    return tuple(
        replace(item, active_children=item.active_children + missing[item.id.lower()])
        if item.kind is HoldingKind.AZURE_PLAN and missing[item.id.lower()]
        else item
        for item in holdings
    )


def effect_visible(kind: ActionKind, holding: Holding) -> bool:
    """Whether the holding looks as the action wants it to look."""
    if holding.ended:
        return True
    if kind in (ActionKind.SUSPEND, ActionKind.SUSPEND_AZURE_PLAN):
        return holding.status is HoldingStatus.SUSPENDED
    return kind is ActionKind.END_AT_TERM and holding.ends_at_term


def decide(record: HoldingRecord, policy: Policy, pace: Pace, now: datetime) -> Disposition:
    """The disposition of a holding in the light of what was already done about it."""
    if record.missing_since is not None:
        return Disposition(blocker=_vanished(record, pace, now))
    wanted = disposition(record.holding, policy, pace, now)
    last = record.last
    if wanted.action is None or last is None:
        return wanted
    if last.state is ActionState.ACCEPTED:
        # Whatever is wanted by now: what was accepted must show its effect first.
        return Disposition(blocker=_settling(record, last, pace, now), closes_at=wanted.closes_at)
    if last.kind is not wanted.action:
        return wanted
    if last.state in _WAITING and last.tries >= pace.faults_before_attention:
        return Disposition(blocker=_exhausted(record, last), closes_at=wanted.closes_at)
    if last.state in _WAITING and last.retry_at is not None and last.retry_at > now:
        return Disposition(blocker=_postponed(record, last), closes_at=wanted.closes_at)
    if last.state is ActionState.REFUSED:
        return Disposition(blocker=_refused(record, last), closes_at=wanted.closes_at)
    confirmed = sum(action.state is ActionState.CONFIRMED for action in record.actions if action.kind is last.kind)
    if confirmed >= REACTIVATIONS_BEFORE_ATTENTION:
        return Disposition(blocker=_reactivated(record, confirmed))
    return wanted


def decide_all(known: Mapping[str, HoldingRecord], policy: Policy, pace: Pace, now: datetime) -> dict[str, Disposition]:
    """The decision for each holding; a base subscription waits while the end of one of its add-ons is on its way."""
    settling = {
        (record.holding.parent_id or "").lower(): record.holding.name
        for record in known.values()
        if record.last is not None
        and (record.last.state in _WAITING or record.last.status == ACCEPTED_ONLY)
        and record.missing_since is None
        and not record.holding.ended
        and record.holding.kind not in (HoldingKind.AZURE_SUBSCRIPTION, HoldingKind.RESERVATION)
    }
    decisions = {key: decide(record, policy, pace, now) for key, record in known.items()}
    for key, record in known.items():
        add_on = settling.get(record.holding.id.lower())
        if add_on is not None and decisions[key].action is ActionKind.CANCEL:
            detail = f"waits until its add-on {add_on} has ended"
            until = now + pace.settle_poll
            blocker = Blocker(key, record.holding.name, Cause.WAITS_FOR_CHILDREN, Remedy.RECHECK, detail, until=until)
            decisions[key] = Disposition(blocker=blocker, closes_at=decisions[key].closes_at)
    return decisions


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
    if last is None:
        return record
    overdue = last.state is ActionState.ACCEPTED and now >= (last.answered_at or now) + pace.settle_deadline
    if last.state is ActionState.REFUSED or overdue:
        return record.with_last(replace(last, state=ActionState.FORGIVEN))
    if last.state in _WAITING and last.tries >= pace.faults_before_attention:
        return record.with_last(replace(last, tries=1))
    return record


def _vanished(record: HoldingRecord, pace: Pace, now: datetime) -> Blocker | None:
    since = record.missing_since
    if since is None or record.holding.status in VANISHING_IS_FINAL:
        return None
    proven_at = since + pace.vanish_proof
    if now >= proven_at:
        return None
    detail = "was listed before and is missing now; a second complete read must agree before it counts as gone"
    return Blocker(record.holding.key, record.holding.name, Cause.VANISHED, Remedy.RECHECK, detail, until=proven_at)


def _settling(record: HoldingRecord, last: ActionRecord, pace: Pace, now: datetime) -> Blocker:
    holding, since = record.holding, last.answered_at or last.intended_at
    if now < since + pace.settle_deadline:
        detail = f"{last.kind.value} was accepted; its effect is not visible yet"
        until = now + pace.settle_poll
        return Blocker(holding.key, holding.name, Cause.SETTLING, Remedy.RECHECK, detail, until=until)
    detail = f"{last.kind.value} was accepted at {since:%Y-%m-%d %H:%M} UTC and has had no effect since"
    action = "Check it in Partner Center, then resume (the action is tried once more)."
    return Blocker(holding.key, holding.name, Cause.SETTLING, Remedy.PERSON, detail, action)


def _postponed(record: HoldingRecord, last: ActionRecord) -> Blocker:
    what = "is refused for now" if last.state is ActionState.POSTPONED else "had no clear answer"
    detail = f"{last.kind.value} {what}: {last.code} {last.detail}".strip()
    holding = record.holding
    return Blocker(holding.key, holding.name, Cause.PENDING_AT_MICROSOFT, Remedy.RECHECK, detail, until=last.retry_at)


def _exhausted(record: HoldingRecord, last: ActionRecord) -> Blocker:
    detail = f"{last.kind.value} got no further in {last.tries} tries: {last.code} {last.detail}".strip()
    action = "Remove the cause or end it in Partner Center, then resume (it is tried again)."
    return Blocker(record.holding.key, record.holding.name, Cause.REFUSED, Remedy.PERSON, detail, action)


def _refused(record: HoldingRecord, last: ActionRecord) -> Blocker:
    detail = f"{last.kind.value} was refused: {last.status or ''} {last.code} {last.detail}".replace("  ", " ").strip()
    action = "Remove the reason or end it in Partner Center, then resume (the action is tried once more)."
    return Blocker(record.holding.key, record.holding.name, Cause.REFUSED, Remedy.PERSON, detail, action)


def _reactivated(record: HoldingRecord, times: int) -> Blocker:
    detail = f"was ended {times} times and is active again: somebody or something switches it on"
    action = "Find who reactivates it (customer administrator, another tool), stop that, then resume."
    return Blocker(record.holding.key, record.holding.name, Cause.REACTIVATED, Remedy.PERSON, detail, action)
