"""The expected day in the plan: who has to act first comes before any date."""

from __future__ import annotations

from dataclasses import replace

from local.world.world import World
from shared.domain.decisions.gate import Blockers
from shared.domain.decisions.plan import draft_plan
from shared.domain.offboarding.states import Stage, Status
from shared.pipeline.steps.expected import with_expectation
from tests.unit.support.heads import NOW, head_of, keep


def test_trouble_that_a_person_is_asked_about_comes_first() -> None:
    session = keep(World(), head_of(Status.PLANNING, Stage.PLAN))
    plan = draft_plan(session.situation, ())
    free = with_expectation(session, plan, Blockers(()), "")
    asks = with_expectation(session, plan, Blockers(()), "GDAP cannot be ended")

    assert free == replace(plan, removal_expected_at=NOW)
    assert asks == replace(plan, removal_unknown="a person has to act first: GDAP cannot be ended")
