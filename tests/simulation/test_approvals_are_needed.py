"""Nothing is removed or written without a valid approval where one is required (I11), whatever people say and whenever
the process dies."""

from __future__ import annotations

import os
import random
from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from local.simulator.scenario.models import CustomerSpec, GdapSpec, PerpetualSpec
from local.world.world import World
from tests.functional.checks import check_effects, check_outcomes
from tests.functional.customers import late, legacy, nce
from tests.simulation.people import People
from tests.simulation.said import Rule, judge
from tests.simulation.tenants import CUSTOMERS

ALWAYS = Rule("always")
RULES = (ALWAYS, ALWAYS, Rule("irreversible"), Rule("above"), Rule("above", 1), Rule("above", 2))
SOME_DAYS, AT_THE_END = timedelta(days=2), timedelta(days=8)
ACTS = (
    *("approve", "approve", "approve_twice", "approve_own", "approve_without_the_role"),
    *("approve_an_old_plan", "approve_an_old_plan"),
    *("approve_withdrawn", "approve_too_early", "approve_then_grow", "approve_then_shrink", "approve_then_cost_more"),
    *("reject", "reject", "withdraw", "cost_more", "grow", "shrink", "cost_more", "wait", "lose"),
)
ENDINGS = 6
EACH = (
    *("approved", "said before", "rejected", "withdrawn", "left alone", "cut off"),
    *("tenant grown", "tenant smaller", "tenant costlier", "tenant gone"),
    *("refused: own_request", "refused: not_allowed", "refused: old digest", "refused: withdrawn"),
    *("refused: not asked for", "refused: withdrawn too late"),
    *("writes that needed an approval", "removals that needed an approval", "killed"),
)
"""What has to occur, or the runs show nothing."""
HOLDINGS = st.lists(
    st.sampled_from((legacy("Legacy"), nce("Basic"), nce("Premium"), late("Late", "+P3D"), nce("Closes", "-P6D"))),
    max_size=3,
    unique_by=lambda item: item.name,
)


@st.composite
def finishing(draw: st.DrawFn) -> CustomerSpec:
    """One that can be removed within days."""
    return CustomerSpec(
        name="Random",
        subscriptions=tuple(draw(HOLDINGS)),
        perpetual_software=draw(st.sampled_from(((), (), (PerpetualSpec(),)))),
        gdap=draw(st.sampled_from(((), (), (GdapSpec(),)))),
    )


TENANTS = st.one_of(finishing(), finishing(), finishing(), CUSTOMERS)
SEEDS = st.integers(0, 2**32 - 1)


def run_one(customer: CustomerSpec, seed: int) -> Counter[str]:
    """A random offboarding with random people; returns what is counted."""
    dice = random.Random(f"{seed} {customer!r}")
    rule, people = dice.choice(RULES), People(customer, dice)
    world = World(customer, crash=people, **rule.settings)
    people.ask(world)
    acts = [dice.choice(ACTS) for _ in range(dice.randrange(2, 7))]
    for act in acts:
        world.run(for_at_most=SOME_DAYS, looks=2, steps=5000)
        people.act(act)
    for _ in range(ENDINGS if dice.random() < 0.8 else 1):
        world.run(for_at_most=AT_THE_END, looks=2, steps=5000)
        if people.are_asked:
            people.answer()
    counted = people.said.counted
    judge(world, people.id, people.said, rule)
    check_effects(world)
    check_outcomes(world)
    counted["runs"] += 1
    counted["killed"] += world.restarts
    return counted


def printed(counted: Counter[str]) -> str:
    return ", ".join(f"{name}: {counted[name]}" for name in sorted(counted))


def check_all(examples: int, *, always_the_same: bool) -> Counter[str]:
    counted: Counter[str] = Counter()
    phases = (Phase.explicit, Phase.generate) if always_the_same else tuple(Phase)

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=always_the_same,
        phases=phases,
        suppress_health_check=list(HealthCheck),
    )
    @given(TENANTS, SEEDS)
    def check(customer: CustomerSpec, seed: int) -> None:
        counted.update(run_one(customer, seed))

    check()
    return counted


@pytest.mark.long
def test_no_write_without_its_approval() -> None:
    counted = check_all(25, always_the_same=True)
    assert counted["removals that needed an approval"], printed(counted)


PARTS, EXAMPLES = 4, int(os.environ.get("OFFBOARDING_APPROVAL_RUNS", "2000")) // 4
"""A part of two thousand takes a minute and a half; continuous integration may try fewer."""


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("part", range(PARTS))
def test_no_write_without_its_approval_in_many_runs(part: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Two thousand in all, unless the environment says otherwise."""
    counted = check_all(EXAMPLES, always_the_same=False)
    with capsys.disabled():
        print(f"\napprovals in random runs, part {part + 1} of {PARTS}: {printed(counted)}")  # noqa: T201
    rare = {name: counted[name] for name in EACH if counted[name] < EXAMPLES // 100}
    assert not rare, f"too rare to show anything in {EXAMPLES} runs: {rare}"
