"""What ends with its term while Microsoft refuses the change that makes it end: made good on the day that it can be."""

from __future__ import annotations

from datetime import timedelta

import pytest

from local.simulator.scenario import builder as b
from local.simulator.tenant.kinds import Write
from local.world.world import World
from shared.domain.offboarding.states import Status
from tests.functional.checks import check_effects

A_DAY = timedelta(days=1)
CASES = [
    (b.nce_past_window("+P40D"), "2032", Write.SUBSCRIPTION, "subscription.cancel_scheduled", "in_term"),
    (b.nce_past_window("+P40D"), "900999", Write.SUBSCRIPTION, "subscription.cancel_scheduled", "in_term"),
    (
        b.reservation(purchased="-P325D", renew=True, resource_type="SuseLinux"),
        "Forbidden",
        Write.RESERVATION,
        "reservation.renew_off",
        "not_refunded",
    ),
    (b.savings_plan(started="-P325D"), "Forbidden", Write.SAVINGS_PLAN, "savingsplan.renew_off", "never_cancellable"),
]


@pytest.mark.parametrize(("holding", "code", "write", "effect", "cause"), CASES)
def test_its_end_is_recorded_once_it_may_be(
    holding: b.Holding, code: str, write: Write, effect: str, cause: str
) -> None:
    customer = b.customer("Held up", holding, b.refused(code, until="+P3D", write=write, status=403))
    world = World(customer)
    request = world.ask(customer)
    world.run(for_at_most=2 * A_DAY)
    assert world.offboarding(request).status is Status.NEEDS_ATTENTION
    for _ in range(4):
        world.clock.advance(A_DAY)
        world.sweep()
        world.run(for_at_most=timedelta(hours=1))

    found = world.offboarding(request)
    assert (found.status, [item.cause.value for item in found.blockers]) == (Status.WAITING, [cause])
    assert [one["effect"] for entry in world.journal() for one in entry["effects"]].count(effect) == 1
    world.run(for_at_most=50 * A_DAY)
    assert world.offboarding(request).status is Status.REMOVED
    check_effects(world)
