"""The disposition of one holding in the light of what was already done about it.

A write that was accepted must show its effect before another follows (I2); one that was refused is not repeated
until its reason is gone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.decisions.blockers import ActionKind, Blocker, Cause, Disposition, Remedy
from shared.domain.decisions.disposition import disposition
from shared.domain.decisions.phrases import PHRASES
from shared.domain.decisions.refusals import (
    REAPPLIED_AT_MOST,
    cancel_refused,
    end_again_at,
    end_refused,
    overtaken,
    try_refused,
)
from shared.domain.decisions.seats import given_back_until, kept_back
from shared.domain.decisions.situation import Situation
from shared.domain.holdings.ledger import (
    VANISHING_IS_FINAL,
    WAITING,
    ActionRecord,
    ActionState,
    HoldingRecord,
    worn_out,
)
from shared.domain.wording import stamp

REAPPLIED = frozenset({ActionKind.END_AT_TERM, ActionKind.STOP_RENEWAL, ActionKind.RENEW_MONTHLY})
"""Writing these again is harmless, so one that shows no effect is written again soon, a few times."""
REACTIVATIONS_BEFORE_ATTENTION = 5
TRIED_AGAIN = "Until then it is tried again by itself, at least once a day."
_STUCK = "still blocks, because"


def decide(record: HoldingRecord, situation: Situation, *, has_add_ons: bool = False) -> Disposition:
    """What to do about this holding now. `has_add_ons`: it has live ones."""
    if record.missing_since is not None:
        return Disposition(blocker=vanished(record, situation))
    again_at = end_again_at(record, situation.pace)
    due_again = again_at is not None and again_at <= situation.now
    wanted = disposition(
        record.holding,
        situation.policy,
        situation.pace,
        situation.now,
        cancel_refused=cancel_refused(record, has_add_ons) or try_refused(record, situation.now),
        end_refused=end_refused(record) and not due_again,
        end_again_at=again_at,
        seats_after=given_back_until(record),
        seats_kept=kept_back(record, situation),
        quote_refused=record.quote_refused,
    )
    if wanted.action is None or record.last is None:
        return wanted
    if due_again and wanted.action is ActionKind.END_AT_TERM is record.last.kind:
        return wanted
    attempt = _Attempt(record, record.last, wanted, situation, has_add_ons)
    blocker = next((found for rule in RULES if (found := rule(attempt)) is not None), None)
    return wanted if blocker is None else replace(wanted, action=None, blocker=blocker, sure=True)


def vanished(record: HoldingRecord, situation: Situation) -> Blocker | None:
    """A holding that was listed before and is missing: blocks until a second complete read agrees."""
    since = record.missing_since
    if since is None or record.holding.status in VANISHING_IS_FINAL:
        return None
    proven_at = since + situation.pace.vanish_proof
    if situation.now >= proven_at:
        return None
    detail = "was listed before and is missing now; a second complete read must agree before it counts as gone"
    return Blocker(record.holding.key, record.holding.name, Cause.VANISHED, Remedy.RECHECK, detail, until=proven_at)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """The last write to a holding, and what is wanted by now."""

    record: HoldingRecord
    last: ActionRecord
    wanted: Disposition
    situation: Situation
    has_add_ons: bool

    @property
    def repeats(self) -> bool:
        """What is wanted is what was tried last."""
        return self.last.kind is self.wanted.action

    @property
    def postponed(self) -> bool:
        """The date of its next try has not come."""
        return self.last.retry_at is not None and self.last.retry_at > self.situation.now

    def blocked(
        self, cause: Cause, remedy: Remedy, detail: str, what_to_do: str = "", until: datetime | None = None
    ) -> Blocker:
        holding = self.record.holding
        return Blocker(holding.key, holding.name, cause, remedy, detail, what_to_do, until)


def _settling(attempt: _Attempt) -> Blocker | None:
    """Whatever is wanted by now: what was accepted must show its effect first (I2)."""
    last, situation = attempt.last, attempt.situation
    if last.state is not ActionState.ACCEPTED or _written_again(attempt):
        return None
    holding, since = attempt.record.holding, last.answered_at or last.intended_at
    # One that is tried again each day is a person's matter from the first such day on.
    daily = last.kind is ActionKind.END_AT_TERM and last.tries > REAPPLIED_AT_MOST
    if situation.now < since + situation.pace.settle_deadline and not daily:
        detail = f"waits for the effect of the {PHRASES[last.kind]}, which was accepted"
        until = situation.now + situation.pace.settle_poll
        return Blocker(holding.key, holding.name, Cause.SETTLING, Remedy.RECHECK, detail, until=until)
    detail = f"shows no effect of the {PHRASES[last.kind]}, which was accepted at {stamp(since)}"
    action = "Check it in Partner Center, then resume (the action is tried once more)."
    return attempt.blocked(Cause.SETTLING, Remedy.PERSON, detail, action)


def _written_again(attempt: _Attempt) -> bool:
    """Accepted, not to be seen, and harmless to write again (some answers have no effect), or overtaken by something
    else that is wanted now."""
    last, situation = attempt.last, attempt.situation
    if last.kind is ActionKind.REDUCE_SEATS:
        return not attempt.repeats
    if last.kind not in REAPPLIED:
        return False
    late = situation.now >= (last.answered_at or last.intended_at) + situation.pace.recheck
    return not attempt.repeats or (last.tries < REAPPLIED_AT_MOST and late)


def _exhausted(attempt: _Attempt) -> Blocker | None:
    """Told to a person, and still tried again at its date: what passes by itself may pass after days."""
    last, situation = attempt.last, attempt.situation
    tried = last.state in WAITING and worn_out(last, situation.pace, situation.now)
    if not (attempt.repeats and tried and attempt.postponed):
        return None
    began = stamp(last.since or last.intended_at)
    detail = f"{_STUCK} the {PHRASES[last.kind]} has got no further since {began}: {last.code} {last.detail}".strip()
    action = last.advice or "Remove the cause or end it in Partner Center, then resume."
    return attempt.blocked(Cause.REFUSED, Remedy.PERSON, detail, f"{action} {TRIED_AGAIN}", until=last.retry_at)


def _postponed(attempt: _Attempt) -> Blocker | None:
    last, holding = attempt.last, attempt.record.holding
    if not (attempt.repeats and last.state in WAITING and attempt.postponed):
        return None
    what = "which is refused for now" if last.state is ActionState.POSTPONED else "which had no clear answer"
    detail = f"waits for the {PHRASES[last.kind]}, {what}: {last.code} {last.detail}".strip()
    return Blocker(holding.key, holding.name, Cause.PENDING_AT_MICROSOFT, Remedy.RECHECK, detail, until=last.retry_at)


def _refused(attempt: _Attempt) -> Blocker | None:
    last = attempt.last
    if last.kind is ActionKind.REDUCE_SEATS:
        return None  # Wanted again, so it is about other seats: see `kept_back`.
    final = last.state is ActionState.REFUSED and not overtaken(attempt.record, last, attempt.has_add_ons)
    if not (attempt.repeats and final) or (last.retry_at is not None and not attempt.postponed):
        return None
    answer = " ".join(part for part in (str(last.status or ""), last.code, last.detail) if part)
    action = last.advice or "Remove the reason or end it in Partner Center, then resume (it is tried once more)."
    action = action if last.retry_at is None else f"{action} {TRIED_AGAIN}"
    detail = f"{_STUCK} the {PHRASES[last.kind]} was refused: {answer}".strip()
    return attempt.blocked(Cause.REFUSED, Remedy.PERSON, detail, action, until=last.retry_at)


def _reactivated(attempt: _Attempt) -> Blocker | None:
    actions, last = attempt.record.actions, attempt.last
    times = sum(item.state is ActionState.CONFIRMED for item in actions if item.kind is last.kind)
    if not attempt.repeats or times < REACTIVATIONS_BEFORE_ATTENTION:
        return None
    detail = (
        f"was changed back by somebody or something each of the {times} times that the {PHRASES[last.kind]} took effect"
    )
    action = "Find who changes it back (customer administrator, another tool), stop that, then resume."
    return attempt.blocked(Cause.REACTIVATED, Remedy.PERSON, detail, action)


RULES: tuple[Callable[[_Attempt], Blocker | None], ...] = (_settling, _exhausted, _postponed, _refused, _reactivated)
"""Asked in this order; the first that finds a blocker decides."""
