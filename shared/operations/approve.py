"""approve, reject: a second person decides about the plan that an offboarding shows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from shared.domain.approval import Approval, covered, marks
from shared.domain.codes import ReasonCode
from shared.domain.decisions.plan import Plan
from shared.domain.decisions.planned_steps import digest_of, planned_steps
from shared.domain.errors import OffboardingError
from shared.domain.evidence.chain import Value
from shared.domain.evidence.entry import Personal
from shared.domain.evidence.kinds import EntryKind
from shared.domain.explained.progress import REJECTED_AT_WORK, REJECTED_UNTOUCHED
from shared.domain.offboarding.record import Offboarding, Reason, revoked
from shared.domain.offboarding.states import Stage, Status
from shared.domain.offboarding.timeline import TimelineEvent
from shared.domain.people.actor import Actor
from shared.domain.wording import count_of
from shared.operations.carry_out import Word, carry_out, head_of
from shared.pipeline.core.services import Services
from shared.pipeline.core.session import Session
from shared.pipeline.core.so_far import changed_so_far, has_written
from shared.pipeline.steps.approvals import APPROVED_FIRST
from shared.pipeline.transition import Step, at_work, intervene


class NotApprovableError(OffboardingError):
    """Nothing waits for this approval: the plan is another by now, or none is asked for."""

    code = ReasonCode.NOT_APPROVABLE
    operator_action = "Look at the offboarding again, and decide about the plan that it shows now."


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person says about the plan with this digest. `etag`: of the record that the person looked at; None where
    nobody looked at one."""

    approves: bool
    digest: str
    by: Actor
    why: str
    etag: str | None = None


def decide_plan(offboarding_id: str, decision: Decision, services: Services) -> Offboarding | None:
    """Approve or reject; None when there is no such offboarding. Saying the same twice changes nothing.

    Raises NotApprovableError, and what `carry_out` raises.
    """
    return head_of(carry_out(offboarding_id, deciding(decision), services))


def deciding(decision: Decision) -> Word:
    """The decision as a word to carry out."""
    return Word(
        decision.by, "decided about", partial(_decide, decision), partial(_said_before, decision), decision.etag
    )


def _said_before(decision: Decision, head: Offboarding) -> bool:
    approval = head.approval
    same = approval is not None and approval.digest == decision.digest and approval.by.same(decision.by)
    return decision.approves and same and head.status is not Status.AWAITING_APPROVAL


def _decide(decision: Decision, session: Session) -> None:
    _require_open(session, decision)
    (_approve if decision.approves else _reject)(session, decision)


def _require_open(session: Session, decision: Decision) -> None:
    head = session.offboarding
    if head.status is not Status.AWAITING_APPROVAL:
        raise _nothing_asked(head)
    shown = head.plan.digest if head.plan is not None else ""
    # What was read since may have changed the plan before anybody stored it.
    if decision.digest != shown or digest_of(planned_steps(session.situation)) != shown:
        raise NotApprovableError(
            f"planDigest {decision.digest[:12]}… is not that of the plan any more, which is {shown[:12]}…"
        )


def _nothing_asked(head: Offboarding) -> NotApprovableError:
    """There is no plan to decide about, so no advice speaks of one."""
    error = NotApprovableError(f"offboarding {head.id} is {head.status.value}; it asks for no approval")
    rest = "it has ended." if head.finished else "wait until it is awaiting_approval, or withdraw it."
    error.operator_action = f"Nothing is to be approved or rejected now: {rest}"
    return error


def _approve(session: Session, decision: Decision) -> None:
    head, now = session.offboarding, session.services.clock.now()
    steps = marks(planned_steps(session.situation))
    approval = Approval(decision.by, decision.why, now, decision.digest, steps)
    # Whoever looks now may have an approved call on the wire: its claim is revoked, and nobody works beside it (I2).
    session.offboarding = replace(revoked(head), approval=approval, rejected=False, plan=_not_asked_any_more(head.plan))
    told: dict[str, Value] = {
        "planDigest": decision.digest,
        "stepsDigest": covered(steps),
        "why": Personal(decision.why),
    }
    session.record(EntryKind.APPROVAL, told)
    stage = head.stage or Stage.PLAN
    detail = f"by {decision.by.name}: {decision.why}"
    intervene(session, Step(at_work(stage), stage, None, now, TimelineEvent.APPROVED, detail))


def _not_asked_any_more(plan: Plan | None) -> Plan | None:
    """Nobody is waited for any more, also where the work goes on in a stage that plans nothing anew."""
    waited = plan is not None and plan.removal_unknown == APPROVED_FIRST
    return replace(plan, removal_unknown="") if plan is not None and waited else plan


def _reject(session: Session, decision: Decision) -> None:
    head, now = session.offboarding, session.services.clock.now()
    session.offboarding = replace(revoked(head), approval=None, rejected=True)
    session.record(EntryKind.REJECTION, {"planDigest": decision.digest, "why": Personal(decision.why)})
    writes = sum(len(record.actions) for record in session.records.values())
    text = f"{decision.by.name} rejected the plan: {decision.why}"
    if not has_written(session):
        # Nothing is on the wire, and nothing may follow the outcome.
        session.offboarding = replace(session.offboarding, claim=None)
        reason = Reason(ReasonCode.APPROVAL_REJECTED, f"{text}; {changed_so_far(session)}", REJECTED_UNTOUCHED)
        step = Step(Status.STOPPED, None, reason, None, TimelineEvent.APPROVAL_REJECTED, text)
    else:
        done = f"{count_of(writes, 'write')} had been sent before" if writes else changed_so_far(session)
        reason = Reason(ReasonCode.APPROVAL_REJECTED, f"{text}; {done}", REJECTED_AT_WORK)
        at = now + session.services.pace.reminder
        step = Step(Status.NEEDS_ATTENTION, head.stage, reason, at, TimelineEvent.APPROVAL_REJECTED, text)
    intervene(session, step)
