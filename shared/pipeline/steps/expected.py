"""The day on which the removal is expected, or who has to do what first, as part of the plan."""

from __future__ import annotations

from dataclasses import replace

from shared.domain.decisions.expected import Expected, removal_expected
from shared.domain.decisions.gate import Blockers, RemovalPermit
from shared.domain.decisions.plan import Plan
from shared.domain.policy import Commitments, Mode
from shared.pipeline.core.session import Session
from shared.pipeline.steps.approvals import APPROVED_FIRST, needs_approval


def with_expectation(session: Session, plan: Plan, verdict: RemovalPermit | Blockers, trouble: str) -> Plan:
    """The plan with it. `trouble`: what is wrong with the delegated administration, about which a person is asked."""
    found = Expected(None, why) if (why := _asks_first(session, plan, trouble)) else _of(session, verdict)
    return replace(plan, removal_expected_at=found.at, removal_unknown=found.why_not)


def _of(session: Session, verdict: RemovalPermit | Blockers) -> Expected:
    return removal_expected(session.situation, verdict.items if isinstance(verdict, Blockers) else ())


def _asks_first(session: Session, plan: Plan, trouble: str) -> str:
    if trouble:
        return f"a person has to act first: {trouble}"
    if session.services.mode is not Mode.LIVE:
        return "a person has to act first: this deployment is in mode plan and writes nothing"
    if session.offboarding.request.commitments is Commitments.STOP and not plan.can_finish_today:
        return "the request says stop_and_report, and not everything can surely end today: nothing is removed"
    return APPROVED_FIRST if needs_approval(session) else ""
