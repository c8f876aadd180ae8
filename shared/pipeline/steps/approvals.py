"""Whether what is about to be done was approved: asked before the first write, before each later one, before the
removal, and before delegated admin ends (I11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from shared.domain.approval import Approval, ApprovalRule, Weight
from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import IRREVERSIBLE, ActionKind, Blocker
from shared.domain.decisions.decisions import decide_all
from shared.domain.decisions.phrases import PHRASES
from shared.domain.decisions.plan import Plan, draft_plan
from shared.domain.decisions.planned_steps import (
    DELEGATED_ADMIN,
    END_DELEGATED_ADMIN,
    RELATIONSHIP,
    PlannedStep,
    planned_steps,
)
from shared.domain.holdings.model import Holding
from shared.domain.offboarding.record import Reason
from shared.domain.offboarding.states import Stage, Status
from shared.domain.wording import first_of
from shared.pipeline.core.outcome import Again
from shared.pipeline.core.session import Session
from shared.pipeline.core.so_far import may_have_changed
from shared.pipeline.steps.effects import DueAction

WHAT_TO_DO = "Look at the plan, then approve it or reject it. The requester cannot."
APPROVED_FIRST = "a person has to act first: a second one has to approve the plan"
"""Why no day of the removal is known while this is asked."""
OTHER_STEPS = {RELATIONSHIP: "removal of the relationship", DELEGATED_ADMIN: "end of delegated admin relationships"}


def awaits_approval(session: Session) -> Again | None:
    """Where the whole plan goes beyond what was approved: it waits, and is looked at again tomorrow."""
    if not _required(session):
        return None
    return _unless_covered(session, planned_steps(session.situation))


def needs_approval(session: Session) -> bool:
    """Whether the whole plan goes beyond what was approved."""
    if not _required(session):
        return False
    approval = _valid(session)
    return approval is None or bool(approval.lacks(planned_steps(session.situation)))


def awaited(session: Session) -> bool:
    """It comes from waiting for an approval: what is approved next must not be what was there days ago."""
    return session.offboarding.status is Status.AWAITING_APPROVAL


def end_awaits_approval(session: Session) -> Again | None:
    """Before delegated admin ends: where the relationship ended without us, no removal was approved with it."""
    return _unless_covered(session, (END_DELEGATED_ADMIN,)) if _required(session) else None


def _unless_covered(session: Session, steps: Sequence[PlannedStep]) -> Again | None:
    approval = _valid(session)
    beyond = approval.lacks(steps) if approval is not None else steps
    return _asks(session, approval, beyond) if beyond else None


def approved_only(session: Session, due: Sequence[DueAction]) -> tuple[list[DueAction], Again | None]:
    """What of `due` may be done, and what to answer when something else may not."""
    if not _required(session):
        return list(due), None
    approval = _valid(session)
    allowed = [item for item in due if approval is not None and not approval.lacks((_step(item),))]
    beyond = tuple(_step(item) for item in due if item not in allowed)
    return allowed, _asks(session, approval, beyond) if beyond else None


def _step(item: DueAction) -> PlannedStep:
    return PlannedStep(item.record.holding.key, item.kind.value, item.kind in IRREVERSIBLE)


def _required(session: Session) -> bool:
    """What a person said yes or no to binds the rest: a cancellation that became a year that is paid may be nothing
    that the rule asks about by itself."""
    situation, policy, head = session.situation, session.services.approval, session.offboarding
    if policy.rule is not ApprovalRule.NEVER and (head.approval is not None or head.rejected):
        return True
    decisions = decide_all(situation)
    steps = planned_steps(situation, decisions)
    # What was written before counts too: what is left of a plan, or turns up bit by bit, is not a plan of its own.
    before = {key for key, record in situation.records.items() if record.actions}
    written = before | {step.key for step in steps} & set(situation.records)
    ends = (_end(situation.holdings[key], item.blocker) for key, item in decisions.items() if item.blocker is not None)
    weight = Weight(
        holdings=len(written),
        seats=sum(situation.records[key].holding.quantity or 0 for key in written),
        paid_days=max(((until - situation.now).days for until in ends if until is not None), default=0),
    )
    return policy.requires(steps, weight, frozenset(situation.records))


def _end(holding: Holding, blocker: Blocker) -> datetime | None:
    """As far as it is paid at least: what renews weighs no less than what ends then."""
    return holding.term_end if blocker.endless else blocker.paid_until


def _valid(session: Session) -> Approval | None:
    """The approval, unless it has expired before the first write; a write that was refused began nothing."""
    approval, now = session.offboarding.approval, session.services.clock.now()
    if approval is None or (not may_have_changed(session) and approval.expired(session.services.approval, now)):
        return None
    return approval


def _asks(session: Session, approval: Approval | None, beyond: Sequence[PlannedStep]) -> Again:
    # What is approved is what stands in the record now, in whichever stage it is asked for: digest and summary alike.
    shown = _shown(session)
    session.offboarding = replace(session.offboarding, plan=shown, paid_until=shown.paid_until)
    named = first_of((_named(session, step) for step in beyond), 5)
    if approval is not None:
        text = f"more than {approval.by.name} approved is to be done: {named}"
    elif session.offboarding.approval is not None:
        text = f"the approval by {session.offboarding.approval.by.name} has expired; to be approved: {named}"
    else:
        text = f"a second person has to approve the plan: {named}"
    at = session.services.clock.now() + session.services.pace.reminder
    return Again(at, Reason(ReasonCode.APPROVAL_NEEDED, text, WHAT_TO_DO), Status.AWAITING_APPROVAL)


def _shown(session: Session) -> Plan:
    """The plan as of now. What the plan stage alone knows (what could not be read, what comes first) stays while it is
    the one that asks."""
    head, plan = session.offboarding, draft_plan(session.situation, ())
    if head.stage is Stage.PLAN and head.plan is not None:
        undated = max(plan.undated_blockers, head.plan.undated_blockers)
        return replace(plan, undated_blockers=undated, removal_unknown=head.plan.removal_unknown)
    return replace(plan, removal_unknown=APPROVED_FIRST)


def _named(session: Session, step: PlannedStep) -> str:
    record = session.records.get(step.key)
    if record is None:
        return OTHER_STEPS[step.key]
    return f"{record.holding.name}: {PHRASES[ActionKind(step.action)]}"
