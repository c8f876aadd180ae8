"""Which dry run would stop at once: stop_and_report with something that cannot surely end today."""

from __future__ import annotations

from dataclasses import replace

from shared.domain.decisions.plan import Plan
from shared.domain.offboarding.states import Status
from shared.domain.offboarding.stops import stops_at_once
from shared.domain.policy import Commitments
from tests.unit.support.heads import head_of, request_of


def test_a_plan_of_stop_and_report_that_can_end_today_stops_for_nothing() -> None:
    plan = Plan(1, (), 0, 0, 0, None, None, "d" * 64)
    request = request_of(dry_run=True, commitments=Commitments.STOP)
    head = head_of(Status.PLANNED, None, request=request, plan=plan)
    assert stops_at_once(head) == plan.why_not_today == ""
    assert stops_at_once(replace(head, plan=replace(plan, uncertain=2))).endswith(
        "touched: of 2 holdings only a try would tell, and the request says stop_and_report"
    )
    late = replace(head, plan=replace(plan, dated_blockers=1))
    assert "touched: 1 holding cannot be ended today, and" in stops_at_once(late)
    assert stops_at_once(replace(late, request=request_of(dry_run=True))) == ""
    assert stops_at_once(replace(late, status=Status.STOPPED)) == ""
    assert stops_at_once(replace(late, plan=None)) == ""
