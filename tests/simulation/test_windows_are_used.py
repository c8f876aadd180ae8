"""No licence is paid beyond its term while a window showed and a cancellation would have been accepted (I13)."""

from __future__ import annotations

import os
from collections import Counter
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings

from local.simulator.knobs import Knobs
from local.simulator.messages import Request
from local.simulator.scenario.models import CustomerSpec, Scenario, SubscriptionSpec
from local.simulator.tenant.kinds import Kind
from tests.functional.checks import check_effects, check_outcomes
from tests.functional.trouble import arm
from tests.simulation.window_watch import WatchedWorld, Window
from tests.simulation.windowed import Trouble, Windowed, cases

FOR = timedelta(days=45)
BRIEF = timedelta(hours=1)
"""What is left of a window when the trouble ends: less than this is luck. A try every quarter of the rest fits in."""
A_DAY = timedelta(days=1, hours=1)
"""What is not understood (a status that nobody knows) is looked at daily."""
EVERY_DAY = 100_000


def check_case(case: Windowed) -> Counter[str]:
    """Offboard it for 45 days, and judge every window; returns what is counted."""
    world = WatchedWorld(Scenario(customers=(case.customer,), knobs=Knobs(**case.knobs)))
    began = world.clock.now()
    ids = [item["id"] for item in world.tenant()[0]["subscriptions"]]
    starts = began + (case.starts_after or timedelta(0))
    later = {"notBefore": starts.isoformat(), "renewals": "let_renew"} if case.starts_after else {}
    world.ask(case.customer, suspendedLicences="reactivate_to_end", **later)
    let_time_pass(world, case.troubles, ids)

    check_effects(world)
    check_outcomes(world)
    counted = Counter({"tenants": 1, "licences": len(ids)})
    where, now = case.knobs["window_shows"], world.clock.now()
    used = set[str]()
    for window in world.windows.values():
        used.add(window.subscription)
        if window.closes > starts:
            trouble = trouble_of(case.troubles, ids.index(window.subscription))
            counted.update(judge(window, trouble, began, starts, now, told_at(world)))
            counted[f"windows shown by {where}"] += 1
    counted["paid on, nothing showed"] += len(set(ids) - used)
    return counted


def let_time_pass(world: WatchedWorld, troubles: tuple[Trouble, ...], ids: list[str]) -> None:
    """Each trouble ends at its own time; nobody resumes, and the sweeper looks daily."""
    began = world.clock.now()
    for until in (*sorted({trouble.lasts for trouble in troubles if trouble.lasts < FOR}), FOR):
        world.simulator.handle(Request.of("DELETE", "/_simulator/faults", {}))
        passed = world.clock.now() - began
        arm(world, *(trouble.rule(ids[trouble.subscription]) for trouble in troubles if trouble.lasts > passed))
        world.run(for_at_most=began + until - world.clock.now(), steps=20_000, looks=EVERY_DAY)
        world.clock.advance(max(began + until - world.clock.now(), timedelta(0)))
        world.look()


def trouble_of(troubles: tuple[Trouble, ...], number: int) -> Trouble | None:
    return next((trouble for trouble in troubles if trouble.subscription == number), None)


def told_at(world: WatchedWorld) -> datetime | None:
    """When a person was first told that one is needed."""
    told = [event["time"] for event in world.events() if event["data"]["status"] == "needs_attention"]
    return datetime.fromisoformat(told[0]) if told else None


def judge(
    window: Window, trouble: Trouble | None, began: datetime, starts: datetime, now: datetime, told: datetime | None
) -> list[str]:
    """What to count of a window; fails for one that was missed."""
    if window.cancelled:
        return ["cancelled", "tried"]
    tried = ["tried", "refused"] if window.tries else []
    if window.closes > now:
        return [*tried, "still open at the end"]
    if window.accepts_since is None:
        return [*tried, "closed while the tenant refused"]
    ends = began + trouble.lasts if trouble is not None else began
    usable_from = max(window.accepts_since, starts, ends)
    unknown = trouble is not None and trouble.refusal is None
    rest = window.closes - usable_from
    assert rest <= (A_DAY if unknown else BRIEF), f"missed: {window}, usable from {usable_from}, {trouble}"
    if not tried and unknown:
        assert told is not None, f"nobody was told of {window}"
        return ["told, not understood until it closed"]
    open_for = window.closes - max(window.opened, starts)
    assert tried or open_for <= BRIEF, f"never tried: {window}, {trouble}"
    return [*tried, "closed while the trouble lasted" if tried else "too brief"]


def shown(place: str, *troubles: Trouble) -> Windowed:
    held = SubscriptionSpec(kind=Kind.NCE_LICENCE, started="-P1D", term="P3Y")
    return Windowed(CustomerSpec(name="Windowed", subscriptions=(held,)), {"window_shows": place}, troubles, None)


def with_add_on(base_with_add_ons: str, *troubles: Trouble) -> Windowed:
    """A licence (0) and its add-on (1), both cancellable for a week."""
    held = SubscriptionSpec(kind=Kind.NCE_LICENCE, name="Base", started="-P0DT1H", term="P1Y")
    add_on = SubscriptionSpec(kind=Kind.NCE_LICENCE, name="Add-on", started="-P0DT1H", term="P1Y", parent="Base")
    knobs = {"window_shows": "date", "base_with_addons": base_with_add_ons}
    return Windowed(CustomerSpec(name="Windowed", subscriptions=(held, add_on)), knobs, troubles, None)


def printed(counted: Counter[str]) -> str:
    return ", ".join(f"{name}: {counted[name]}" for name in sorted(counted))


@pytest.mark.long
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(cases())
@example(shown("nowhere"))
@example(shown("action"))
@example(shown("nowhere", Trouble(0, timedelta(days=4), refusal=(422, "SomethingNew"))))
@example(with_add_on("cascade", Trouble(1, timedelta(days=5), refusal=(400, "4242"))))
@example(with_add_on("cascade", Trouble(1, timedelta(days=16), refusal=(500, "800003"))))
@example(with_add_on("refuse", Trouble(1, timedelta(days=16), refusal=(500, "800003"))))
@example(
    with_add_on(
        "cascade",
        Trouble(0, timedelta(days=33), refusal=(400, "900278")),
        Trouble(1, timedelta(days=16), refusal=(500, "800003")),
    )
)
def test_open_windows_are_used(case: Windowed) -> None:
    check_case(case)


PARTS, EXAMPLES = 4, int(os.environ.get("OFFBOARDING_WINDOW_TENANTS", "2000")) // 4
"""A part of two thousand takes minutes; continuous integration tries fewer."""


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("part", range(PARTS))
def test_open_windows_of_many_tenants_are_used(part: int, capsys: pytest.CaptureFixture[str]) -> None:
    """Two thousand in all, unless the environment says otherwise; nothing is shrunk but what the same mistake takes."""
    counted: Counter[str] = Counter()

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(cases())
    def check(case: Windowed) -> None:
        counted.update(check_case(case))

    check()
    with capsys.disabled():
        print(f"\nwindows of random tenants, part {part + 1} of {PARTS}: {printed(counted)}")  # noqa: T201
