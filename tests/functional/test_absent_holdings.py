"""Lists that are empty for a while end nothing that is paid for, whether or not the tenant itself would object."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

import pytest

from local.simulator.knobs import Knobs
from local.simulator.messages import Request, encode
from local.simulator.scenario.models import CustomerSpec, Scenario
from local.world.world import World
from shared.domain.offboarding.states import Status
from tests.functional.checks import check_invariants
from tests.functional.customers import late
from tests.functional.trouble import arm

CUSTOMER = CustomerSpec(name="Empty lists", subscriptions=(late("Yearly", "+P40D"),))
EMPTY = {"type": "rewrite", "set": {"/items": [], "/totalCount": 0}}


def empty_lists() -> list[dict[str, Any]]:
    """Every collection of holdings is empty, and says so completely."""
    names = ("subscriptions", "orders", "entitlements")
    return [
        {"match": {"method": "GET", "pathRegex": f"(?i)/{name}$", "times": None}, "action": EMPTY} for name in names
    ]


def pass_time(world: World, days: float) -> None:
    """As in a deployment: the sweeper comes by, and what is due is done."""
    ends = world.clock.now() + timedelta(days=days)
    while world.clock.now() < ends:
        step = min(world.clock.now() + timedelta(hours=3), ends)
        world.run(for_at_most=step - world.clock.now())
        world.clock.advance(max(step - world.clock.now(), timedelta(0)))
        world.sweep()


@pytest.mark.long
@pytest.mark.parametrize("preconditions", ["enforced", "ignored"])
@pytest.mark.parametrize("hours", [12, 48, 120])
def test_empty_lists_do_not_end_a_paid_term(preconditions: Literal["enforced", "ignored"], hours: int) -> None:
    """They are empty when the weekly look comes by, and for a while afterwards."""
    world = World(scenario=Scenario(customers=(CUSTOMER,), knobs=Knobs(removal_preconditions=preconditions)))
    request = world.ask(CUSTOMER)
    pass_time(world, 6.9)
    arm(world, *empty_lists())
    pass_time(world, hours / 24)
    asked = world.offboarding(request)
    assert (asked.status, asked.reason and asked.reason.code) == (Status.NEEDS_ATTENTION, "vanished")
    assert asked.paid_until, "what may well be paid for is told"
    assert not any(entry["method"] == "PATCH" and entry["path"].count("/") == 3 for entry in world.journal())

    assert world.simulator.handle(Request.of("DELETE", "/_simulator/faults", {}, encode({}))).status < 300
    pass_time(world, 40)
    assert world.offboarding(request).status is Status.REMOVED
    check_invariants(world)
