"""plan: the right customer, a complete inventory, and what will be done about each holding. Nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from shared.domain.codes import ReasonCode
from shared.domain.decisions import resellers
from shared.domain.decisions.blockers import ActionKind, Blocker, Cause, Remedy
from shared.domain.decisions.gate import Blockers, RemovalPermit
from shared.domain.decisions.phrases import PHRASES
from shared.domain.decisions.plan import Plan, draft_plan
from shared.domain.errors import NoRelationshipError, RemoteError
from shared.domain.evidence.kinds import EntryKind
from shared.domain.holdings.inventory import Inventory
from shared.domain.offboarding.record import Reason
from shared.domain.offboarding.request import OffboardingRequest
from shared.domain.offboarding.states import Stage, Status
from shared.domain.offboarding.timeline import TimelineEvent
from shared.domain.policy import Commitments, Mode
from shared.domain.wording import count_of, first_of, shorten, stamp
from shared.pipeline.core.evidence import plan_data
from shared.pipeline.core.outcome import Again, Attention, Finish, Next, Outcome
from shared.pipeline.core.session import Session
from shared.pipeline.core.so_far import changed_so_far
from shared.pipeline.steps.approvals import awaits_approval
from shared.pipeline.steps.before_start import Ahead, look_ahead, renewing, wait_for_start, writes_something
from shared.pipeline.steps.comes_back import comes_back
from shared.pipeline.steps.expected import with_expectation
from shared.pipeline.steps.foreseen import Foreseen
from shared.pipeline.steps.gone import gone_without_us
from shared.pipeline.steps.grace import begins
from shared.pipeline.steps.identify import identify
from shared.pipeline.steps.inventory import inventory_of
from shared.pipeline.steps.judge import judge
from shared.pipeline.steps.preflight import preflight
from shared.pipeline.steps.reading import Reading
from shared.pipeline.steps.refunds import ask_for_refunds, quote_refunds
from shared.pipeline.steps.stop_and_report import cannot_finish, read_incompletely
from shared.pipeline.steps.would_ask import with_questions

PERMIT_OR_LEAVE = (
    "Give the sign-in the permission DelegatedAdminRelationship.ReadWrite.All, or leave them by the restriction "
    "leave_gdap; then send a new request (with a new request id)."
)
WITH_ALL_RESELLERS = (
    "Agree it with every reseller of the customer, or let what is not yours move to another partner first."
)


@dataclass(frozen=True, slots=True)
class _Draft:
    """The plan with the inventory that it rests on. `summary`: what will be done; `rest`: what remains then."""

    plan: Plan
    inventory: Inventory
    summary: str
    rest: str
    after: Foreseen
    ahead: Ahead


def plan(session: Session) -> Outcome:
    """Identify, read, plan; then go on, wait for the start date, or end (dry run, stop and report)."""
    with Reading(session, delegated=True) as reading:
        refusal = identify(session, reading)
        if refusal is not None:
            return refusal
        try:
            inventory = inventory_of(session, reading)
        except NoRelationshipError:
            return gone_without_us(session)
    foreign = resellers.refusal(inventory.holdings, session.policy)
    if foreign is not None:
        code, text = foreign
        return Finish(Status.REJECTED, Reason(code, f"{text}; {changed_so_far(session)}", WITH_ALL_RESELLERS))
    draft = _draft(session, inventory, reading)
    decided = (rule(session, draft) for rule in RULES)
    return next((outcome for outcome in decided if outcome is not None), None) or _begin(session, draft)


def _draft(session: Session, inventory: Inventory, reading: Reading) -> _Draft:
    if _promises(session.offboarding.request):
        ask_for_refunds(session)
    else:
        quote_refunds(session)
    drafted = draft_plan(session.situation, inventory.problems)
    # The gate's verdict is only recorded here: each holding shows its planned action or what it waits for.
    verdict = judge(session, inventory)
    session.offboarding = replace(session.offboarding, plan=drafted, paid_until=drafted.paid_until)
    summary = ", ".join(f"{count} × {PHRASES[ActionKind(kind)]}" for kind, count in drafted.actions) or "nothing to do"
    after, ahead = _foreseen(session, reading), look_ahead(session)
    drafted = with_questions(session, with_expectation(session, drafted, verdict, after.trouble), ahead)
    session.offboarding = replace(session.offboarding, plan=drafted)
    parts = (_rest(drafted, verdict), comes_back(session), after.sentence, renewing(session, ahead))
    rest = "; ".join(part for part in parts if part)
    session.record(EntryKind.PLAN, plan_data(drafted, session.customer_id))
    draft = _Draft(drafted, inventory, summary, rest, after, ahead)
    session.note(TimelineEvent.PLANNED, f"{count_of(drafted.holdings, 'holding')}: {summary}; {draft.rest}")
    return draft


def _promises(request: OffboardingRequest) -> bool:
    """A dry run and "stop and report" say something about everything."""
    return request.dry_run or request.commitments is Commitments.STOP


def _read_incompletely(session: Session, draft: _Draft) -> Outcome | None:
    return read_incompletely(session, draft.inventory) if _promises(session.offboarding.request) else None


def _dry_run(session: Session, draft: _Draft) -> Outcome | None:
    if not session.offboarding.request.dry_run:
        return None
    text = f"dry run: {draft.summary}; {draft.rest}; nothing was changed"
    return Finish(Status.PLANNED, Reason(ReasonCode.DRY_RUN, text))


def _cannot_finish_today(session: Session, draft: _Draft) -> Outcome | None:
    stops = session.offboarding.request.commitments is Commitments.STOP
    if stops and draft.after.trouble:
        text = f"{draft.after.trouble}, and the request says stop_and_report; {changed_so_far(session)}"
        return Finish(Status.STOPPED, Reason(ReasonCode.GDAP_OUT_OF_REACH, text, PERMIT_OR_LEAVE))
    return cannot_finish(session, draft.plan) if stops and not draft.plan.can_finish_today else None


def _starts_later(session: Session, draft: _Draft) -> Outcome | None:
    start = session.offboarding.request.not_before
    if start is None or start <= session.services.clock.now():
        return None
    rules = BEFORE_WRITING if writes_something(session, draft.ahead) else ()
    held = next((outcome for rule in rules if (outcome := rule(session, draft)) is not None), None)
    return held or wait_for_start(session, start, draft.ahead)


def _went_live(session: Session, draft: _Draft) -> Outcome | None:
    """What was planned in mode plan begins at a person's word, so that going live fires nothing that has piled up."""
    head = session.offboarding
    if session.services.mode is not Mode.LIVE or not head.held_by_mode or head.has_word(ReasonCode.WENT_LIVE):
        return None
    text = f"planned while this deployment was in mode plan, which is live now: {draft.summary}; {draft.rest}"
    what_to_do = "Look at the plan, then resume to let it begin. Until then nothing more is changed."
    return Attention(ReasonCode.WENT_LIVE, text, what_to_do)


def _mode_plan(session: Session, draft: _Draft) -> Outcome | None:
    services = session.services
    if services.mode is Mode.LIVE:
        return None
    text = "planned; this deployment is in mode plan and writes nothing"
    action = "When the plans look right, set OFFBOARDING_MODE to live; then resume each one that is to begin."
    at = services.clock.now() + services.pace.recheck
    return Again(at, Reason(ReasonCode.MODE_PLAN, text, action), Status.SCHEDULED)


def _sign_in_broken(session: Session, draft: _Draft) -> Outcome | None:
    """Before the first write: a sign-in that only reads would leave the customer half-done."""
    problems = preflight(session.services)
    if not problems:
        return None
    text = " ".join(problem.text for problem in problems)
    action = "Run python3 dev.py doctor for everything that is wrong, fix it, then resume."
    so_far = changed_so_far(session)
    return Attention(ReasonCode.SIGN_IN_REQUIRED, f"{text} {so_far[0].upper()}{so_far[1:]}.", action)


def _foreseen(session: Session, reading: Reading) -> Foreseen:
    """What comes after the removal. Work that has a closing window does not wait for Graph: what is wrong is told at
    once, and asked about before the removal. Only a promise about everything waits for the answer."""
    try:
        return reading.foreseen()
    except RemoteError as error:
        if _promises(session.offboarding.request):
            raise
        return Foreseen(trouble=f"delegated admin relationships (GDAP) cannot be read now: {shorten(str(error), 200)}")


def _approval(session: Session, draft: _Draft) -> Outcome | None:
    return awaits_approval(session)


def _begin(session: Session, draft: _Draft) -> Next:
    begins(session)
    asks = draft.after.attention
    return Next(Stage.SUSPEND, asks.reason if asks else None)


BEFORE_WRITING: tuple[Callable[[Session, _Draft], Outcome | None], ...] = (_mode_plan, _sign_in_broken, _approval)
RULES: tuple[Callable[[Session, _Draft], Outcome | None], ...] = (
    _read_incompletely,
    _dry_run,
    _cannot_finish_today,
    _went_live,
    _starts_later,
    *BEFORE_WRITING,
)
"""Asked in this order; the first that has an outcome decides, else the work begins."""


def _rest(plan: Plan, verdict: RemovalPermit | Blockers) -> str:
    """What remains when the planned actions are done: what is paid until when, who or what is waited for."""
    paid = f"commitments are paid until {stamp(plan.paid_until)}" if plan.paid_until else ""
    waits_for = [item.sentence for item in verdict.items if _is_open(item)] if isinstance(verdict, Blockers) else []
    if not waits_for:
        return paid or "no commitment runs on"
    return f"{paid or 'no known date'}; waits for: {first_of(waits_for, 3, '; ')}"


def _is_open(blocker: Blocker) -> bool:
    """Neither the pipeline nor a date takes it away."""
    passing = blocker.remedy is Remedy.RECHECK and blocker.cause is not Cause.WAITS_FOR_CHILDREN
    return passing or blocker.remedy is Remedy.PERSON
