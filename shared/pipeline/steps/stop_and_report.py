"""stop_and_report means: end everything today, or touch nothing (and say what stands in the way)."""

from __future__ import annotations

from dataclasses import replace

from shared.domain.codes import ReasonCode
from shared.domain.decisions.absences import DONE, ENDS_WITH_TERM
from shared.domain.decisions.plan import Plan, draft_plan
from shared.domain.holdings.inventory import Inventory
from shared.domain.holdings.ledger import ActionState
from shared.domain.offboarding.record import Reason
from shared.domain.offboarding.states import Status
from shared.domain.policy import Commitments
from shared.pipeline.core.outcome import Again, Attention, Finish, Outcome
from shared.pipeline.core.session import Session
from shared.pipeline.core.so_far import changed_so_far
from shared.pipeline.steps.inventory import take_inventory


def stops_for_commitments(session: Session) -> bool:
    """The request says stop_and_report, and no person gave the word to wait for what runs on."""
    offboarding = session.offboarding
    stops = offboarding.request.commitments is Commitments.STOP
    return stops and not offboarding.has_word(ReasonCode.COMMITMENTS_REMAIN)


def asks_to_wait(session: Session, what: str, to_do: str = "Resume to wait for the end of what runs on.") -> Attention:
    """Something runs on after all. From here only a person's word leads on: what was asked is kept, because time (a
    term that ends, or renews into a new window) must not answer in that person's place."""
    text = f"{what}, and the request says stop_and_report"
    session.offboarding = replace(session.offboarding, stopped_for=what)
    return Attention(ReasonCode.COMMITMENTS_REMAIN, text, to_do)


def still_asked(session: Session) -> Attention | None:
    """A person was asked, and has not given the word."""
    asked = session.offboarding.stopped_for
    return asks_to_wait(session, asked) if asked and stops_for_commitments(session) else None


def cannot_finish(session: Session, plan: Plan) -> Finish:
    """It ends here, and says what was changed: terms that were set to end before the start, or nothing."""
    text = f"{plan.why_not_today}; {changed_so_far(session)}"
    what_to_do = "To wait for its end, send a new request with wait_for_term_end."
    return Finish(Status.STOPPED, Reason(ReasonCode.COMMITMENTS_REMAIN, text, what_to_do))


def decided_again(session: Session) -> Outcome | None:
    """Before the first write: a window may have closed since the plan. None when the work may begin, or has begun.

    Raises NoRelationshipError when the customer is not readable.
    """
    if not stops_for_commitments(session) or _begun(session):
        return None
    inventory = take_inventory(session)
    unread = read_incompletely(session, inventory)
    if unread is not None:
        return unread
    drafted = draft_plan(session.situation, inventory.problems)
    return None if drafted.can_finish_today else cannot_finish(session, drafted)


def _begun(session: Session) -> bool:
    """A write was answered, or may have been: one that was only refused, put off or never sent has changed nothing."""
    actions = (action for record in session.records.values() for action in record.actions)
    return any(
        action.kind not in ENDS_WITH_TERM
        and (action.state in DONE or (action.state is ActionState.INTENDED and action.retry_at is not None))
        for action in actions
    )


def read_incompletely(session: Session, inventory: Inventory) -> Outcome | None:
    """An incomplete read says nothing about everything (I8): read again, a bounded number of times."""
    problems = inventory.problems
    if not any(item.passes_by_itself for item in problems):
        return None
    counters, pace = session.offboarding.counters, session.services.pace
    detail = "; ".join(problem.detail for problem in problems[:5])
    if counters.rechecks >= pace.loops_before_attention:
        what_to_do = "Look at the customer in Partner Center, then resume."
        return Attention(ReasonCode.INCOMPLETE_READ, detail, what_to_do)
    session.offboarding = replace(session.offboarding, counters=counters.looked())
    at = session.services.clock.now() + pace.looks.after(counters.rechecks)
    return Again(at, Reason(ReasonCode.INCOMPLETE_READ, detail))
