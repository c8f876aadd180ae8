"""verify: a fresh, complete inventory through the gate. Clear leads to removal; all else waits, goes back or asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import SUSPEND_STAGE, Blocker, Cause, Remedy, last_paid
from shared.domain.decisions.decisions import decide_all
from shared.domain.decisions.gate import Blockers, RemovalPermit
from shared.domain.decisions.patience import WAITS_FOR_OTHERS
from shared.domain.errors import NoRelationshipError
from shared.domain.offboarding.record import Reason
from shared.domain.offboarding.states import Stage
from shared.domain.wording import count_of, stamp
from shared.pipeline.core.outcome import Again, Attention, Next, Outcome
from shared.pipeline.core.session import Session
from shared.pipeline.steps.gone import gone_without_us
from shared.pipeline.steps.inventory import take_inventory
from shared.pipeline.steps.judge import judge
from shared.pipeline.steps.stop_and_report import asks_to_wait, still_asked, stops_for_commitments

LONG_ENOUGH = 30
"""Looks after which something that passes by itself is asked for less often still: about a day."""
JUST_AFTER = timedelta(seconds=1)
LOOK = "Look at the customer in Partner Center, then resume."
FAR = datetime.max.replace(tzinfo=UTC)


def verify(session: Session) -> Outcome:
    """Decide what happens next from what is really there."""
    asked = still_asked(session)
    if asked is not None:
        return asked
    try:
        inventory = take_inventory(session)
    except NoRelationshipError:
        if session.offboarding.removal is not None:
            text = "the customer is not readable since our removal call"
            return Next(Stage.REMOVE, Reason(ReasonCode.GONE_AFTER_INTENT, text))
        return gone_without_us(session)
    verdict = judge(session, inventory)
    if isinstance(verdict, RemovalPermit):
        text = f"nothing is active any more ({count_of(verdict.holdings, 'holding')})"
        return Next(Stage.REMOVE, Reason(ReasonCode.CLEAR, text))
    decided = (rule(session, verdict) for rule in RULES)
    return next((outcome for outcome in decided if outcome is not None), None) or _wait(session, verdict)


def _work_left(session: Session, _: Blockers) -> Outcome | None:
    """Something can be done now: back to suspend or cancel, a bounded number of times in a row."""
    wanted = {item.action for item in decide_all(session.situation).values() if item.action is not None}
    if not wanted:
        return None
    stage, counters = Stage.SUSPEND if wanted & SUSPEND_STAGE else Stage.CANCEL, session.offboarding.counters
    if counters.returns >= session.services.pace.loops_before_attention:
        text = f"went back to work {counters.returns} times without getting further"
        what_to_do = "Look at the timeline for what is switched on again, then resume."
        session.offboarding = replace(session.offboarding, counters=counters.asked())
        return Attention(ReasonCode.NO_PROGRESS, text, what_to_do)
    session.offboarding = replace(session.offboarding, counters=counters.went_back_to_work())
    return Next(stage, Reason(ReasonCode.WORK_LEFT, f"the fresh inventory shows work for {stage.value}"))


def _unreadable(session: Session, blockers: Blockers) -> Outcome | None:
    """Something could not be read again and again: a person has to look."""
    unread = [item for item in blockers.items if item.cause is Cause.INCOMPLETE_READ]
    if not unread or session.offboarding.counters.rechecks < session.services.pace.loops_before_attention:
        return None
    return Attention(ReasonCode.INCOMPLETE_READ, unread[0].sentence, unread[0].what_to_do or LOOK)


def _person_needed(session: Session, blockers: Blockers) -> Outcome | None:
    """Only a person takes a blocker away, and nothing else passes soon."""
    persons = blockers.of(Remedy.PERSON)
    if not persons or _passes_soon(session, blockers):
        return None
    more = f" (and {len(persons) - 1} more)" if len(persons) > 1 else ""
    first = persons[0]
    session.offboarding = replace(session.offboarding, counters=session.offboarding.counters.asked())
    return Attention(ReasonCode(first.cause.value), f"{first.sentence}{more}", first.what_to_do or LOOK)


def _stop_was_asked(session: Session, blockers: Blockers) -> Outcome | None:
    """ "Stop and report" was planned as finished today, and something runs on after all: a refund was refused, a window
    closed. Waiting for it needs a person's word, given by a resume."""
    dated = blockers.of(Remedy.DATE)
    if not stops_for_commitments(session) or not dated:
        return None
    return asks_to_wait(session, dated[0].sentence)


RULES: tuple[Callable[[Session, Blockers], Outcome | None], ...] = (
    _work_left,
    _unreadable,
    _person_needed,
    _stop_was_asked,
)
"""Asked in this order; the first that has an outcome decides, else it waits."""


def _wait(session: Session, blockers: Blockers) -> Again:
    """Until the earliest date of all; what only asking again helps is asked for less often the longer it takes."""
    pace, now, rechecks = session.services.pace, session.services.clock.now(), session.offboarding.counters.rechecks
    until = blockers.next_date or now + pace.settle_poll
    soft = [item for item in blockers.of(Remedy.RECHECK) if item.cause is not Cause.VANISHED]
    if any(item.until == until for item in soft):
        looks = pace.looks if rechecks < LONG_ENOUGH else pace.slow_looks
        until = max(until, now + looks.after(rechecks))
    session.offboarding = replace(session.offboarding, counters=session.offboarding.counters.waits())
    at = min(until + JUST_AFTER, now + pace.longest_wait)
    return Again(max(at, now + JUST_AFTER), _waiting_reason(blockers), trouble=_tried_again(session, blockers))


def _tried_again(session: Session, blockers: Blockers) -> bool:
    """A write is refused for now, or had no clear answer, and will be tried again."""
    lasts = ((session.records[item.key].last, item.until) for item in blockers.items if item.key in session.records)
    return any(last is not None and last.retry_at is not None and last.retry_at == until for last, until in lasts)


def _passes_soon(session: Session, blockers: Blockers) -> bool:
    """What passes by itself within a day is waited for before a person is asked: work that follows from it must not be
    held up. What has been asked for again and again may itself wait for that person, and what waits for another holding
    passes no sooner than that one."""
    pace, now = session.services.pace, session.services.clock.now()
    hopeful = session.offboarding.counters.rechecks < pace.loops_before_attention
    return any(
        item.until is not None
        and item.until <= now + pace.reminder
        and item.cause not in WAITS_FOR_OTHERS
        and (item.remedy is Remedy.DATE or (item.remedy is Remedy.RECHECK and hopeful))
        for item in blockers.items
    )


def _waiting_reason(blockers: Blockers) -> Reason:
    """What is waited for; what a person has to do is told at once, although the waiting goes on."""
    waiting, persons = _without_persons(blockers), blockers.of(Remedy.PERSON)
    if not persons:
        return waiting
    first = persons[0]
    text = f"a person is needed: {first.sentence}. Meanwhile {waiting.text}"
    return Reason(ReasonCode(first.cause.value), text, first.what_to_do)


def _without_persons(blockers: Blockers) -> Reason:
    dated = sorted(blockers.of(Remedy.DATE), key=lambda item: item.until or FAR)
    if not dated:
        first = blockers.items[0]
        text = f"{count_of(len(blockers.items), 'matter')} in the way; first: {first.sentence}"
        return Reason(ReasonCode(first.cause.value), text)
    return Reason(ReasonCode(dated[-1].cause.value), _run_on(dated) + _also(blockers))


def _run_on(dated: list[Blocker]) -> str:
    last = dated[-1]
    if last.until is None:
        return ""
    end = last_paid(dated)
    paid = f"; being paid until {stamp(end)}" if end else ""
    runs = f"{count_of(len(dated), 'commitment')} {'runs' if len(dated) == 1 else 'run'} on, the last until"
    return f"{runs} {stamp(last.until)}: {last.sentence}{paid}"


def _also(blockers: Blockers) -> str:
    soft = [item for item in blockers.of(Remedy.RECHECK) if item.cause is not Cause.RENEWING]
    more = f" (and {len(soft) - 1} more)" if len(soft) > 1 else ""
    return f". Also: {soft[0].sentence}{more}" if soft else ""
