"""The disposition of every holding in the light of what was already done about it, and of the other holdings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from shared.domain.blockers import ActionKind, Blocker, Cause, Disposition, Remedy
from shared.domain.disposition import disposition
from shared.domain.holdings import Holding, HoldingKind
from shared.domain.ledger import VANISHING_IS_FINAL, WAITING, ActionRecord, ActionState, HoldingRecord
from shared.domain.policy import Pace, Policy
from shared.domain.refusals import REAPPLIED_AT_MOST, cancel_refused, end_refused, overtaken
from shared.domain.resellers import held_back
from shared.domain.transfers import held

REAPPLIED = frozenset({ActionKind.END_AT_TERM, ActionKind.STOP_RENEWAL})
"""Writing these again is harmless, so one that shows no effect is written again soon, a few times."""
REACTIVATIONS_BEFORE_ATTENTION = 5
ACCEPTED_ONLY = 202
"""The HTTP status of a write whose effect comes later."""


def decide(record: HoldingRecord, policy: Policy, pace: Pace, now: datetime, *, add_ons: bool = False) -> Disposition:
    """The disposition of a holding in the light of what was already done about it; `add_ons`: it has live ones."""
    if record.missing_since is not None:
        return Disposition(blocker=_vanished(record, pace, now))
    refused = {"cancel_refused": cancel_refused(record, add_ons), "end_refused": end_refused(record)}
    wanted = disposition(record.holding, policy, pace, now, **refused)
    last = record.last
    if wanted.action is None or last is None:
        return wanted
    if last.state is ActionState.ACCEPTED and not _ignored(last, wanted, pace, now):
        # Whatever is wanted by now: what was accepted must show its effect first (I2).
        return Disposition(blocker=_settling(record, last, pace, now), closes_at=wanted.closes_at)
    if last.kind is not wanted.action:
        return wanted
    if last.state in WAITING and last.tries >= pace.faults_before_attention:
        return Disposition(blocker=_exhausted(record, last), closes_at=wanted.closes_at)
    if last.state in WAITING and last.retry_at is not None and last.retry_at > now:
        return Disposition(blocker=_postponed(record, last), closes_at=wanted.closes_at)
    if last.state is ActionState.REFUSED and not overtaken(record, last, add_ons):
        return Disposition(blocker=_refused(record, last), closes_at=wanted.closes_at)
    confirmed = sum(action.state is ActionState.CONFIRMED for action in record.actions if action.kind is last.kind)
    if confirmed >= REACTIVATIONS_BEFORE_ATTENTION:
        return Disposition(blocker=_reactivated(record, confirmed))
    return wanted


def _ignored(last: ActionRecord, wanted: Disposition, pace: Pace, now: datetime) -> bool:
    """Accepted, not to be seen, and harmless to write again (some answers have no effect), or overtaken
    by something else that is wanted now."""
    if last.kind not in REAPPLIED:
        return False
    late = now >= (last.answered_at or last.intended_at) + pace.recheck
    return last.kind is not wanted.action or (last.tries < REAPPLIED_AT_MOST and late)


def decide_all(known: Mapping[str, HoldingRecord], policy: Policy, pace: Pace, now: datetime) -> dict[str, Disposition]:
    """The decision for each holding in the light of the others: a base subscription waits while the end of one of its
    add-ons is on its way, and nothing that is in an open transfer is touched."""
    settling = {
        (record.holding.parent_id or "").lower(): record.holding.name
        for record in known.values()
        if record.last is not None
        and record.last.kind is ActionKind.CANCEL
        and (record.last.state in WAITING or record.last.status == ACCEPTED_ONLY)
        and record.missing_since is None
        and not record.holding.ended
    }
    bases = {
        (record.holding.parent_id or "").lower()
        for record in known.values()
        if record.missing_since is None and not record.holding.ended
    }
    decisions = {
        key: decide(record, policy, pace, now, add_ons=record.holding.id.lower() in bases)
        for key, record in known.items()
    }
    transfers = {
        key: blocker
        for key, record in known.items()
        if record.holding.kind is HoldingKind.OPEN_TRANSFER
        if (blocker := decisions[key].blocker) is not None
    }
    holdings = {key: record.holding for key, record in known.items()}
    decisions.update(held(holdings, decisions, transfers))
    decisions.update(held_back(holdings, decisions, policy))
    decisions.update(told_by_their_twins(holdings, decisions))
    for key, record in known.items():
        add_on = settling.get(record.holding.id.lower())
        if add_on is not None and decisions[key].action is ActionKind.CANCEL:
            detail = f"waits until its add-on {add_on} has ended"
            until = now + pace.settle_poll
            blocker = Blocker(key, record.holding.name, Cause.WAITS_FOR_ADD_ON, Remedy.RECHECK, detail, until=until)
            decisions[key] = Disposition(blocker=blocker, closes_at=decisions[key].closes_at)
    return decisions


def told_by_their_twins(
    holdings: Mapping[str, Holding], decisions: Mapping[str, Disposition]
) -> dict[str, Disposition]:
    """A savings plan is listed by Partner Center and by Azure: while Azure's record blocks, it speaks for both."""
    return {
        key: Disposition()
        for key, item in holdings.items()
        if item.kind is HoldingKind.SAVINGS_PLAN
        and decisions[key].action is None
        and any(twin in decisions and decisions[twin].blocker is not None for twin in item.covers)
    }


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
    action = last.advice or "Remove the cause or end it in Partner Center, then resume (it is tried again)."
    return Blocker(record.holding.key, record.holding.name, Cause.REFUSED, Remedy.PERSON, detail, action)


def _refused(record: HoldingRecord, last: ActionRecord) -> Blocker:
    detail = f"{last.kind.value} was refused: {last.status or ''} {last.code} {last.detail}".replace("  ", " ").strip()
    action = last.advice or "Remove the reason or end it in Partner Center, then resume (it is tried once more)."
    return Blocker(record.holding.key, record.holding.name, Cause.REFUSED, Remedy.PERSON, detail, action)


def _reactivated(record: HoldingRecord, times: int) -> Blocker:
    done = record.last.kind.value if record.last else "it"
    detail = f"{done} took effect {times} times, and each time somebody or something changed it back"
    action = "Find who changes it back (customer administrator, another tool), stop that, then resume."
    return Blocker(record.holding.key, record.holding.name, Cause.REACTIVATED, Remedy.PERSON, detail, action)
