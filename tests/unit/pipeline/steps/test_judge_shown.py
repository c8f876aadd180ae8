"""What the head keeps of many blockers: none that asks a person is left out for one that passes."""

from __future__ import annotations

from datetime import timedelta

from shared.domain.decisions.blockers import Cause
from shared.domain.offboarding.needs import NeedKind, asked_of
from shared.pipeline.stages.verify import verify
from shared.pipeline.steps.judge import SHOWN
from tests.unit.pipeline.stages.test_verify_persons import stuck
from tests.unit.pipeline.stages.test_verify_record import dated, verifying
from tests.unit.support.scripted import Tenant, complete, services

DAY = timedelta(days=1)


def test_a_matter_for_a_person_behind_many_dates_is_kept_first() -> None:
    many = [dated(timedelta(hours=number + 1), f"d{number:02}") for number in range(SHOWN + 2)]
    tenant = Tenant(subscriptions=complete(*many, stuck("last")))
    session = verifying(tenant, within=services(tenant))
    verify(session)
    head = session.offboarding
    assert (len(head.blockers), head.blocker_count) == (SHOWN, SHOWN + 3)
    assert head.blockers[0].cause is Cause.NO_TERM_END
    assert [item.name for item in head.blockers[1:]] == [f"d{number:02}" for number in range(SHOWN - 1)]
    assert asked_of(head) is NeedKind.DECISION
