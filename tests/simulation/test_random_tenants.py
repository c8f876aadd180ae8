"""Any customer at all: what the pipeline decides agrees with the tenant's own rules, which it has never seen."""

from __future__ import annotations

import os
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from local.simulator.knobs import Knobs
from local.simulator.scenario.models import CustomerSpec, Scenario
from local.world.world import World
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Status
from tests.functional.checks import check_effects, check_outcomes
from tests.functional.customers import removable
from tests.functional.truth_table.judge import Oracle
from tests.simulation.explain import OVER, RESTS, Case, Rest, check_rest
from tests.simulation.questions import ALSO_ASKED, KNOBS, wishes
from tests.simulation.tenants import CUSTOMERS

WITHIN = st.sampled_from((4, 4, 4, 50)).map(lambda days: timedelta(days=days))
BYSTANDER = removable("Bystander")
OTHER = {"wait_for_term_end": "stop_and_report", "stop_and_report": "wait_for_term_end"}


def check_customer(
    customer: CustomerSpec, also_asked: list[str], asked: dict[str, Any], knobs: dict[str, Any], within: timedelta
) -> str:
    """Offboard it; returns how it ended."""
    scenario = Scenario(customers=(customer, BYSTANDER), knobs=Knobs(**knobs))
    world = World(scenario=scenario)
    oracle = Oracle(world)
    main = world.ask(customer, **asked)
    for wish in also_asked:
        ask_also(world, customer, wish, asked)
    world.run(for_at_most=within, steps=20_000)

    first = world.offboarding(main)
    note(f"{first.status} {first.reason} {[str(item) for item in first.blockers]}")
    check_harm(world, oracle)
    check_others(world, first, also_asked)
    rests = first
    if first.status in (Status.STOPPED, Status.REJECTED):
        # It touched nothing and made room: the request with other options, if any, went its own way.
        if "differs" in also_asked:
            rests = world.offboarding("differs")
        else:
            assert not any(entry["effects"] for entry in world.journal())
    options = asked if rests is first else asked | {"commitments": OTHER[asked["commitments"]]}
    check_rest(Case(customer, scenario.knobs, options, world.tenant()[0], Rest.of(rests)))
    assert len(world.all()) == 1 + len(also_asked) - ("again" in also_asked)
    touched = {entry["customer"] for entry in world.journal() if entry["effects"]}
    assert touched <= {first.customer_id}, "I6: another customer was touched"
    return rests.status.value + (f" {rests.reason.code}" if rests.reason else "")


def ask_also(world: World, customer: CustomerSpec, wish: str, asked: dict[str, Any]) -> None:
    """One more message for the same customer."""
    if wish == "unreadable":
        world.drop(b"not a request", message_id="odd")
    elif wish == "again":
        world.ask(customer, **asked)
    elif wish == "differs":
        world.ask(customer, **asked | {"requestId": wish, "commitments": OTHER[asked["commitments"]]})
    else:
        world.ask(customer, **asked | {"requestId": wish, "dryRun": wish == "dry"})


def check_harm(world: World, oracle: Oracle) -> None:
    """I1, I2, I5: no removal was even asked for while something that can be ended was not."""
    wrong = [reason for reason in oracle.wrong if reason.split()[-1] not in OVER]
    assert not wrong, f"a removal was asked for while {wrong} blocks"
    check_effects(world)
    check_outcomes(world)


def check_others(world: World, first: Offboarding, also_asked: list[str]) -> None:
    """A live offboarding is joined or in the way; a dry run only plans; each request has its own record."""
    over = first.status in (Status.STOPPED, Status.REJECTED)
    rejected = first.status is Status.REJECTED
    expected = {
        "dry": {Status.REJECTED} if rejected else {Status.PLANNED},
        "joins": {Status.STOPPED, Status.REJECTED} if over else {Status.JOINED},
        "differs": RESTS | {Status.REJECTED} if over else {Status.REJECTED},
    }
    for wish in also_asked:
        if wish in expected:
            assert world.offboarding(wish).status in expected[wish], wish


QUICK = settings(
    max_examples=60 if settings.get_current_profile_name() == "ci" else 20,
    deadline=None,
    derandomize=True,
    # Examples are small, and making them smaller takes minutes: the thorough run does that.
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
PARTS, EXAMPLES = 4, int(os.environ.get("OFFBOARDING_RANDOM_TENANTS", "2000")) // 4
THOROUGH = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
DRAWN = given(CUSTOMERS, ALSO_ASKED, wishes(), KNOBS, WITHIN)


@pytest.mark.long
@QUICK
@DRAWN
def test_any_customer(
    customer: CustomerSpec, also_asked: list[str], asked: dict[str, Any], knobs: dict[str, Any], within: timedelta
) -> None:
    check_customer(customer, also_asked, asked, knobs, within)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("part", range(PARTS))
def test_any_of_many_customers(part: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Two thousand in all, unless the environment says otherwise, and where they ended."""
    ends: Counter[str] = Counter()

    @THOROUGH
    @DRAWN
    def check(
        customer: CustomerSpec, also_asked: list[str], asked: dict[str, Any], knobs: dict[str, Any], within: timedelta
    ) -> None:
        ends[check_customer(customer, also_asked, asked, knobs, within)] += 1

    check()
    with capsys.disabled():
        counted = ", ".join(f"{times} {end}" for end, times in ends.most_common())
        print(f"\nrandom tenants, part {part + 1} of {PARTS}: {ends.total()} ended: {counted}")  # noqa: T201
