"""What a dry run finds that a real run would ask a person about before the start: told as blockers, not acted on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from shared.domain.decisions.blockers import Blocker, Cause, Remedy
from shared.domain.decisions.plan import Plan
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.policy import Commitments
from shared.pipeline.core.session import Session
from shared.pipeline.steps.before_start import WHAT_TO_DO, Ahead, nobody_agreed_to
from shared.pipeline.steps.judge import hold


def with_questions(session: Session, plan: Plan, ahead: Ahead) -> Plan:
    """The plan of a dry run, with what a person will have to say first; its holdings and its head say so too."""
    request = session.offboarding.request
    if not request.dry_run or (request.commitments is Commitments.STOP and not plan.can_finish_today):
        return plan
    asks = dict(_questions(session, ahead))
    if not asks:
        return plan
    remedies = [_remedy(session.records[key]) for key in asks]
    hold(session, asks)
    return replace(
        plan,
        dated_blockers=plan.dated_blockers - remedies.count(Remedy.DATE),
        undated_blockers=plan.undated_blockers + len(asks) - remedies.count(Remedy.PERSON),
        removal_expected_at=None,
        removal_unknown=_first(plan, asks),
    )


def _questions(session: Session, ahead: Ahead) -> Iterator[tuple[str, Blocker]]:
    for item, detail in nobody_agreed_to(session, ahead):
        seen = session.records[item.key].blocker or Blocker(item.key, item.name, Cause.IN_TERM, Remedy.PERSON, detail)
        yield item.key, replace(seen, remedy=Remedy.PERSON, detail=detail, what_to_do=WHAT_TO_DO)


def _first(plan: Plan, asks: Mapping[str, Blocker]) -> str:
    """Whoever has to act before keeps the first word."""
    person = "a person has to act first: "
    told = plan.removal_unknown
    return told if told.startswith(person) else f"{person}{next(iter(asks.values())).sentence}"


def _remedy(record: HoldingRecord) -> Remedy | None:
    return record.blocker.remedy if record.blocker is not None else None
