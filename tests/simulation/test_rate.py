"""Twenty customers at once under Partner Center's limit: nearly all of it is used, and nobody calls too early.

Time is the simulated one. It passes while a call waits for its turn, while everybody waits for Retry-After, and while
nothing is due; an answer itself takes no time.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import datetime, timedelta

import pytest

from local.simulator.knobs import Knobs
from local.simulator.scenario.models import CustomerSpec, Scenario
from local.world.clock import START, OneClock
from local.world.world import World
from shared.domain.offboarding.states import Status
from tests.functional.checks import check_invariants
from tests.functional.customers import legacy, nce
from tests.functional.processes import Processes
from tests.functional.trouble import service_of

LIMIT = 500
MINUTE = timedelta(minutes=1)
CUSTOMERS, HOLDINGS = 20, 50
NO_LAG = Knobs(rate_limit_per_minute=LIMIT, removal_lag=timedelta(0))


def busy(number: int) -> CustomerSpec:
    """Half of its licences are suspended, half are cancelled."""
    held = tuple(legacy(f"L {n}") if n % 2 else nce(f"N {n}") for n in range(HOLDINGS))
    return CustomerSpec(name=f"Customer {number}", allow_delegated_access=False, subscriptions=held)


@pytest.mark.parametrize(
    ("share", "throttled", "processes"),
    [
        pytest.param(LIMIT, False, 1, id="share is the limit"),
        pytest.param(2 * LIMIT, True, 1, id="share is twice the limit"),
        pytest.param(1_000_000, True, 3, id="three processes and no share"),
    ],
)
@pytest.mark.slow
def test_nearly_all_of_the_limit_is_used(share: int, throttled: bool, processes: int) -> None:
    customers = tuple(busy(number) for number in range(CUSTOMERS))
    scenario = Scenario(customers=customers, knobs=NO_LAG)
    world = Processes(processes, scenario=scenario, clock=OneClock(), OFFBOARDING_CALLS_PER_MINUTE=str(share))
    requests = [world.ask(customer) for customer in customers]
    world.run(steps=20_000)

    assert {world.offboarding(request).status for request in requests} == {Status.REMOVED}
    check_invariants(world)
    entries = [entry for entry in world.journal() if service_of(entry["path"]) == "partner center"]
    answered = [datetime.fromisoformat(entry["time"]) for entry in entries if entry["status"] != 429]
    refused = len(entries) - len(answered)
    minutes = (answered[-1] - START) / MINUTE
    ratio = minutes * LIMIT / len(answered)
    used = f"{len(answered)} calls, {refused} times 429, {minutes:.2f} minutes, ratio {ratio:.3f}"
    print(f"{processes} process(es), share {share}: {used}")  # noqa: T201
    assert (refused > 0) is throttled
    # One process is told, all of them know.
    assert refused <= minutes + 1
    assert ratio <= 1.15
    busiest = max(bisect_left(answered, at + MINUTE) - number for number, at in enumerate(answered))
    assert busiest <= LIMIT
    assert_silent_after_each_429(world)


def assert_silent_after_each_429(world: World) -> None:
    """I7 by the tenant's own journal."""
    silent_until = START
    for entry in world.journal():
        if service_of(entry["path"]) != "partner center":
            continue
        at = datetime.fromisoformat(entry["time"])
        assert at >= silent_until, f"{entry['method']} {entry['path']} before {silent_until}"
        if entry["status"] == 429:
            silent_until = at + timedelta(seconds=int(entry["retryAfter"]))
