"""One odd answer to each call of four tenants: nothing untrue is told, and everybody is offboarded in the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

import pytest

from local.simulator.scenario import builder as b
from local.simulator.scenario.models import CustomerSpec
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import TERMINAL, Status
from shared.operations.resume import resume
from tests.functional.checks import check_effects, check_outcomes
from tests.functional.people import OPERATOR
from tests.functional.stray import Odd, Point, StrayWorld, odd_answers, scenario_of, truth
from tests.functional.trouble import mutate

DAY = timedelta(days=1)
LOOKS = 4


@dataclass(frozen=True, slots=True)
class Tenant:
    """A customer, how long its offboarding may take, and whether somebody removes it by hand after a day."""

    customer: CustomerSpec
    days: int
    by_hand: bool = False

    @property
    def ends(self) -> Status:
        return Status.ALREADY_REMOVED if self.by_hand else Status.REMOVED


TENANTS = {
    "one of everything": Tenant(
        b.customer(
            "Everything",
            b.legacy(),
            b.nce(name="Base"),
            b.add_on("Base"),
            b.software(),
            b.marketplace(),
            b.trial(),
            b.azure_plan(1),
            b.reservation(),
            b.perpetual(),
            b.gdap(),
        ),
        days=10,
    ),
    "Azure only": Tenant(b.customer("Azure", b.azure_plan(2), b.legacy_azure(), b.reservation(), b.gdap()), days=10),
    "in term": Tenant(
        b.customer(
            "In term",
            b.nce_past_window("+P10D", name="Licence"),
            b.software_past_window(started="-P1Y", term_ends="+P20D"),
            b.savings_plan(started="-P340D"),
            b.gdap(),
        ),
        days=60,
    ),
    "removed by hand": Tenant(
        b.customer("By hand", b.nce_past_window("+P20D"), b.legacy(), b.gdap()), days=12, by_hand=True
    ),
}


def offboarded(tenant: Tenant, point: Point | None = None, odd: Odd | None = None) -> tuple[StrayWorld, str]:
    """Run it as far as it goes: daily looks, then one resume where a person is asked for."""
    world = StrayWorld(scenario_of(tenant.customer), point, odd)
    request = world.ask(tenant.customer)
    if tenant.by_hand:
        world.run(for_at_most=DAY)
        mutate(world, {"customer": world.tenant()[0]["id"], "set": {"relationship": "none"}})
    within = tenant.days * DAY
    world.run(for_at_most=within, looks=LOOKS)
    found = world.offboarding(request)
    if found.status is Status.NEEDS_ATTENTION:
        resume(found.id, OPERATOR, world.services)
        world.run(for_at_most=within, looks=LOOKS)
    return world, request


def check_end(tenant: Tenant, world: StrayWorld, found: Offboarding) -> str:
    """It ended as it should, or a new request does; how it ended."""
    assert found.status in TERMINAL or found.next_attempt_at is not None, "nothing is scheduled"
    assert found.status in TERMINAL, f"held: {found.status} {found.stage} {found.reason}"
    is_so = truth(world)
    if found.status not in (Status.REMOVED, Status.ALREADY_REMOVED):
        again = world.ask(tenant.customer, requestId="again")
        world.run(for_at_most=tenant.days * DAY, looks=LOOKS)
        assert world.offboarding(again).status is tenant.ends, f"not even again: {world.offboarding(again).reason}"
        return f"{found.status.value}, then again"
    assert not is_so.ours
    check_outcomes(world)
    check_effects(world)
    return found.status.value


def points_of(name: str) -> list[tuple[Point, Odd]]:
    world, request = offboarded(TENANTS[name])
    assert world.offboarding(request).status is TENANTS[name].ends
    return [(point, odd) for point in world.points for odd in odd_answers(point)]


def few_of(every: list[tuple[Point, Odd]], turn: int) -> list[tuple[Point, Odd]]:
    """Every fiftieth, and every fifth of the answers to the removal itself."""
    removals = [(point, odd) for point, odd in every if not point.reads and point.path.count("/") == 3]
    return [*every[turn::50], *removals[turn::5]]


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("thorough", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["some", "all"])
@pytest.mark.parametrize("name", TENANTS)
def test_one_odd_answer_is_survived_and_nothing_untrue_is_told(
    name: str, thorough: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Some in a usual run; as a slow test, every answer to every call."""
    every = points_of(name)
    chosen = every if thorough else few_of(every, list(TENANTS).index(name))
    ends: Counter[str] = Counter()
    wrong: list[str] = []
    for point, odd in chosen:
        try:
            world, request = offboarded(TENANTS[name], point, odd)
            assert world.given
            ends[check_end(TENANTS[name], world, world.offboarding(request))] += 1
        except AssertionError as error:
            wrong.append(f"{odd} to {point.method} {point.path} ({point.nth}): {error}")
    with capsys.disabled():
        print(f"\n{name}: {len(chosen)} of {len(every)} odd answers: {dict(ends)}")  # noqa: T201
    assert not wrong, f"{len(wrong)} of {len(chosen)}: " + "\n".join(wrong[:20])
