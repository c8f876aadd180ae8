"""From a decision to the stored transition: next state, wake-up, events, released claim, all in one write.

Stages decide by an outcome (`apply`); people and timers by a step (`intervene`). Both end in the same function.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto

from shared.contracts.event_messages import event_message
from shared.domain.codes import ReasonCode
from shared.domain.decisions.planned_work import planned_work
from shared.domain.evidence.kinds import EntryKind
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.offboarding.messages import OutboundMessage
from shared.domain.offboarding.moves import move
from shared.domain.offboarding.paid import SETTLES, settle
from shared.domain.offboarding.record import Offboarding, Reason, Told
from shared.domain.offboarding.states import RUNNABLE, TERMINAL, Stage, Status
from shared.domain.offboarding.timeline import Happening, TimelineEvent, of_state
from shared.pipeline.core.evidence import state_data
from shared.pipeline.core.export import owed_export
from shared.pipeline.core.outcome import Again, Attention, Continue, Finish, Next, Outcome
from shared.pipeline.core.renewal_warnings import renewal_events, warn_of_renewals
from shared.pipeline.core.session import Session
from shared.pipeline.core.transition_metrics import measure_transition
from shared.pipeline.core.wake_ups import wake_up
from shared.pipeline.core.window_warnings import next_look, next_reminder, warn, warning_event
from shared.ports.store import Live

ONCE_A_DAY = timedelta(days=1)
WORTH_TELLING = timedelta(hours=1)
"""A service that asks for a longer pause than this is news."""


class Tells(Enum):
    """When a transition owes an event."""

    IF_CHANGED = auto()
    ALWAYS = auto()
    NEVER = auto()


@dataclass(frozen=True, slots=True)
class Step:
    """A transition: where to, why, when it goes on, and what the timeline says. `at` is business time."""

    status: Status
    stage: Stage | None
    reason: Reason | None
    at: datetime | None
    what: TimelineEvent | Happening
    detail: str = ""
    tells: Tells = Tells.IF_CHANGED
    trouble: bool = False


def apply(session: Session, outcome: Outcome) -> None:
    """Store what the stage decided, together with everything that the transition owes; the claim is released."""
    step = _step_of(session, outcome)
    head = replace(session.offboarding, claim=None)
    if step.stage is not head.stage:
        head = replace(head, counters=head.counters.in_new_stage())
    if step.status is Status.REMOVED:
        head = replace(head, blockers=(), blocker_count=0)
    goes_on = step.status in RUNNABLE and (step.at is None or step.at <= session.services.clock.now())
    session.offboarding = head if goes_on else replace(head, asked=None)
    _carry_out(session, step, by_itself=True)


def intervene(session: Session, step: Step, holdings: Iterable[HoldingRecord] = ()) -> None:
    """Store what a person or a timer decided about an offboarding that nobody works on.

    Raises ConcurrencyConflictError when somebody changed it meanwhile, IllegalMoveError for a move not in the tables.
    """
    _carry_out(session, step, holdings)


def _carry_out(
    session: Session, step: Step, holdings: Iterable[HoldingRecord] = (), *, by_itself: bool = False
) -> None:
    before, now = session.offboarding, session.services.clock.now()
    # What goes on now uses its windows itself.
    goes_on = step.status in RUNNABLE and (step.at is None or step.at <= now)
    warning = None if goes_on else warn(session, step.status, step.at, step.reason)
    renewals = () if goes_on else warn_of_renewals(session, step.status, step.at, step.reason)
    at = next_look(session, step.status, step.reason, step.at)
    changed = tuple(holdings)
    after = _settled(session, _moved(session.offboarding, step, at, now), changed, now)
    session.offboarding = after
    session.note(step.what, step.detail)
    if by_itself:
        session.remember_notes()
    ended = step.status in TERMINAL
    session.record(EntryKind.OUTCOME if ended else EntryKind.TRANSITION, state_data(after, before))
    outbox: list[OutboundMessage] = []
    if after.status in RUNNABLE:
        outbox += wake_up(session, at or now)
    if step.tells is Tells.ALWAYS or (step.tells is Tells.IF_CHANGED and worth_telling(before, after, step, by_itself)):
        outbox.append(_event(session, now))
        session.offboarding = replace(session.offboarding, told=_telling(after, step))
    outbox += owed_export(session.offboarding, session.services, now)
    outbox += [*warning_event(session, warning), *renewal_events(session, renewals)]
    live = Live.RELEASE if step.status in TERMINAL else Live.KEEP
    session.save(holdings=changed, outbox=tuple(outbox), live=live)
    measure_transition(before, session.offboarding)


def _settled(session: Session, after: Offboarding, changed: Iterable[HoldingRecord], now: datetime) -> Offboarding:
    """With what is left of money, where it ends."""
    if after.status not in SETTLES:
        return after
    records = {**session.records, **{record.holding.key: record for record in changed}}
    return replace(after, settled=settle(after, records.values(), now))


def _event(session: Session, now: datetime) -> OutboundMessage:
    head = session.next_event()
    planned = planned_work(session.situation, head.request.not_before) if head.shows_plan else ()
    return event_message(head, head.blockers, now, session.services.event_source, session.actor, planned)


def _moved(head: Offboarding, step: Step, at: datetime | None, now: datetime) -> Offboarding:
    if (step.status, step.stage) == (head.status, head.stage):
        return replace(head, reason=step.reason, next_attempt_at=at, updated_at=now)
    return move(head, now, status=step.status, stage=step.stage, reason=step.reason, next_attempt_at=at)


def _step_of(session: Session, outcome: Outcome) -> Step:
    stage, now = session.offboarding.stage, session.services.clock.now()
    match outcome:
        case Next(stage=following, reason=reason, at=at):
            waits = at is not None and following is not Stage.PLAN
            return _entered(Status.WAITING if waits else at_work(following), following, reason, at or now)
        case Again(at=at, reason=reason, status=status):
            shown = Status.WAITING if at_work(stage) is Status.RUNNING else at_work(stage)
            return replace(_entered(status or shown, stage, reason, at), trouble=outcome.trouble)
        case Continue():
            return _entered(at_work(stage), stage, None, now)
        case Attention():
            step = _entered(Status.NEEDS_ATTENTION, stage, outcome.reason, next_reminder(session, outcome.code))
            return replace(step, trouble=True)
        case Finish(status=status, reason=reason):
            return _entered(status, None, reason, None)


def at_work(stage: Stage | None) -> Status:
    """How an offboarding is shown that works on a stage."""
    return {Stage.PLAN: Status.PLANNING, Stage.RESTORE: Status.RESTORING}.get(stage or Stage.VERIFY, Status.RUNNING)


def _entered(status: Status, stage: Stage | None, reason: Reason | None, at: datetime | None) -> Step:
    return Step(status, stage, reason, at, of_state(status, stage), reason.text if reason else "")


AT_IT_AGAIN = frozenset({Stage.SUSPEND, Stage.CANCEL, Stage.VERIFY, Stage.REMOVE})
"""Where a stage goes to try something once more: no news while the trouble lasts."""


def worth_telling(before: Offboarding, after: Offboarding, step: Step, by_itself: bool) -> bool:
    """Trouble is told when it begins, once a day and when it ends, however often something is tried meanwhile."""
    told = before.told
    if not by_itself or told is None or not told.trouble:
        return _changed(before, after)
    if after.status is Status.RUNNING and after.stage in AT_IT_AGAIN:
        return False
    if step.trouble and told.same(_telling(after, step)):
        return after.updated_at >= told.at + ONCE_A_DAY
    return _changed(before, after)


def _telling(after: Offboarding, step: Step) -> Told:
    about = tuple(sorted(f"{item.key}:{item.cause.value}" for item in after.blockers))
    code = after.reason.code if after.reason else None
    return Told(after.status, after.stage, code, about, after.updated_at, step.trouble)


def _changed(before: Offboarding, after: Offboarding) -> bool:
    """Whether anybody wants to hear of it: another state, stage or reason. Being asked to slow down is nothing new."""
    short = after.next_attempt_at is None or after.next_attempt_at - after.updated_at <= WORTH_TELLING
    if after.reason is not None and after.reason.code is ReasonCode.THROTTLED and short:
        return False
    reasons = (before.reason.text if before.reason else "", after.reason.text if after.reason else "")
    return (before.status, before.stage) != (after.status, after.stage) or reasons[0] != reasons[1]
