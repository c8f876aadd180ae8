"""What the head keeps of the gate's verdict: the first blockers, and among them whatever has no known end."""

from __future__ import annotations

from datetime import timedelta

from local.simulator.scenario import builder as b
from local.world.world import World
from shared.domain.offboarding.paid import paid_of
from shared.domain.offboarding.settled import Payment
from shared.pipeline.steps.judge import SHOWN


def test_of_more_blockers_than_are_kept_one_without_a_known_end_is_not_left_out() -> None:
    many = [b.nce(name=f"E{number}") for number in range(SHOWN + 5)]
    customer = b.customer("Many", *many, b.marketplace())
    world = World(customer)
    request = world.ask(customer, dryRun=True, restrictions=["leave_marketplace"])
    world.run(for_at_most=timedelta(hours=1))
    head = world.offboarding(request)
    assert (len(head.blockers), head.blocker_count) == (SHOWN, SHOWN + 6)
    assert head.blockers[0].endless
    assert paid_of(head).payment is Payment.NO_END_KNOWN
