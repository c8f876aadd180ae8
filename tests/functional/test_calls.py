"""How many calls an offboarding makes, how many at a time, and how many a minute: all of it follows from a formula."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from local.simulator.knobs import Knobs
from local.simulator.scenario.models import (
    CustomerSpec,
    GdapSpec,
    PerpetualSpec,
    ReservationSpec,
    Scenario,
    SeatsSpec,
    SubscriptionSpec,
)
from local.simulator.tenant.kinds import Kind
from local.world.clock import OneClock
from local.world.crash import CrashPoints
from local.world.world import PACE, World
from shared.domain.offboarding.states import Status
from tests.functional.calls_formula import Expected, Held, expected_calls
from tests.functional.checks import check_invariants
from tests.functional.customers import azure_plan, empty, late, legacy, nce, trial
from tests.functional.trouble import service_of

LEGACY, IN_WINDOW, LATE = 200, 200, 100
TERM_DAYS = 10
PARALLEL = 4
PAGE, OTHERS = 2, 5
FIVE = (SeatsSpec(quantity=5),)
BIG = CustomerSpec(
    name="Big",
    allow_delegated_access=False,
    subscriptions=(
        *(legacy(f"Legacy {number}") for number in range(LEGACY)),
        *(nce(f"In window {number}") for number in range(IN_WINDOW)),
        *(late(f"Late {number}", f"+P{TERM_DAYS}D") for number in range(LATE)),
    ),
)
NEIGHBOURS = tuple(empty(f"Neighbour {number}") for number in range(OTHERS))
AT_ONCE = Knobs(removal_lag=timedelta(0), entitlement_lag=timedelta(0), return_lag=timedelta(0), gdap_lag=timedelta(0))


def of(kind: Kind, **fields: object) -> SubscriptionSpec:
    return SubscriptionSpec(kind=kind, **fields)  # type: ignore[arg-type]


def calls_of(world: World) -> Expected:
    """What the tenant saw."""
    counted = Counter(service_of(entry["path"]) for entry in world.journal())
    return Expected(counted["partner center"], counted["azure"], counted["graph"])


class InFlight(CrashPoints):
    """Counts the HTTP calls that are under way at the same moment. Until the expected number was reached once, a call
    waits for company, so that the highest number does not depend on luck."""

    def __init__(self, expected: int) -> None:
        super().__init__()
        self._expected, self._now, self.most = expected, 0, 0
        self._changed = threading.Condition()

    def here(self, name: str) -> None:
        when, what, *_ = name.split()
        if what not in ("GET", "PATCH", "POST"):
            return
        with self._changed:
            self._now += 1 if when == "before" else -1
            self.most = max(self.most, self._now)
            self._changed.notify_all()
            if what == "PATCH" and when == "before" and "/subscriptions/" in name:
                self._changed.wait_for(lambda: self.most >= self._expected, timeout=5)


KINDS: dict[str, tuple[CustomerSpec, Held]] = {
    "nothing": (CustomerSpec(name="C"), Held()),
    "legacy licences": (CustomerSpec(name="C", subscriptions=(legacy("a"), legacy("b"))), Held(legacy_licences=2)),
    "legacy Azure": (CustomerSpec(name="C", subscriptions=(of(Kind.LEGACY_AZURE),)), Held(legacy_azure=1)),
    "licences in their window": (
        CustomerSpec(name="C", subscriptions=(nce("Base"), nce("Add-on", parent="Base"), nce("c"))),
        Held(licences=3),
    ),
    "a trial": (CustomerSpec(name="C", subscriptions=(trial(),)), Held(licences=1)),
    "licences that run on": (
        CustomerSpec(name="C", subscriptions=(late("a", "+P10D"), late("b", "+P10D"))),
        Held(late=2, days=10, renewal_job=True),
    ),
    "seats that are given back": (
        CustomerSpec(name="C", subscriptions=(late("a", "+P10D", quantity=25, seats_added=FIVE), late("b", "+P10D"))),
        Held(late=2, seats=1, days=10, renewal_job=True),
    ),
    "a software subscription": (
        CustomerSpec(name="C", subscriptions=(of(Kind.SOFTWARE_SUBSCRIPTION),)),
        Held(licences=1),
    ),
    "a marketplace subscription": (CustomerSpec(name="C", subscriptions=(of(Kind.MARKETPLACE),)), Held(licences=1)),
    "an Azure plan": (CustomerSpec(name="C", subscriptions=(azure_plan(),)), Held(azure_plans=1)),
    "an Azure plan with subscriptions": (
        CustomerSpec(name="C", subscriptions=(azure_plan("a", "b", "c"),)),
        Held(azure_plans=1, azure_subscriptions=3),
    ),
    "reservations": (
        CustomerSpec(name="C", reservations=(ReservationSpec(), ReservationSpec())),
        Held(reservations=2),
    ),
    "a savings plan": (
        CustomerSpec(name="C", subscriptions=(of(Kind.SAVINGS_PLAN, term_ends="+P20D"),)),
        Held(savings_plans=1, days=20, renewal_job=True),
    ),
    "perpetual software": (
        CustomerSpec(name="C", perpetual_software=(PerpetualSpec(), PerpetualSpec())),
        Held(software_orders=2),
    ),
    "delegated administration": (CustomerSpec(name="C", gdap=(GdapSpec(), GdapSpec())), Held(gdap=2)),
    "everything": (
        CustomerSpec(
            name="C",
            subscriptions=(
                legacy(),
                of(Kind.LEGACY_AZURE),
                nce("Base"),
                nce("Add-on", parent="Base"),
                trial(),
                late("Late", "+P10D"),
                azure_plan("a", "b"),
                of(Kind.SOFTWARE_SUBSCRIPTION),
            ),
            reservations=(ReservationSpec(),),
            perpetual_software=(PerpetualSpec(),),
            gdap=(GdapSpec(),),
        ),
        Held(
            licences=4,
            legacy_licences=1,
            legacy_azure=1,
            late=1,
            days=10,
            renewal_job=True,
            azure_plans=1,
            azure_subscriptions=2,
            reservations=1,
            software_orders=1,
            gdap=1,
        ),
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_number_of_calls_for_each_kind_follows_from_a_formula(kind: str) -> None:
    customer, held = KINDS[kind]
    world = World(scenario=Scenario(customers=(customer,), knobs=AT_ONCE))
    request = world.ask(customer, reduceSeats=True)
    world.run()

    assert world.offboarding(request).status is Status.REMOVED
    assert calls_of(world) == expected_calls(held)
    check_invariants(world)


@pytest.mark.slow
def test_the_number_of_calls_follows_from_a_formula_for_many_holdings_and_pages() -> None:
    scenario = Scenario(customers=(BIG, *NEIGHBOURS), knobs=AT_ONCE.model_copy(update={"page_size": PAGE}))
    in_flight = InFlight(PARALLEL)
    world = World(scenario=scenario, crash=in_flight, pace=replace(PACE, parallel=PARALLEL))
    request = world.ask(BIG)
    world.run()

    assert world.offboarding(request).status is Status.REMOVED
    held = Held(
        licences=IN_WINDOW,
        legacy_licences=LEGACY,
        late=LATE,
        days=TERM_DAYS,
        renewal_job=True,
        others=OTHERS,
        page_size=PAGE,
    )
    assert calls_of(world) == expected_calls(held)
    assert in_flight.most == PARALLEL
    check_invariants(world)


PER_MINUTE = 60


@pytest.mark.long
def test_never_more_calls_in_a_minute_than_configured() -> None:
    customer = CustomerSpec(name="Slow", subscriptions=(*(nce(f"Licence {n}") for n in range(70)), legacy()))
    world = World(customer, clock=OneClock(), OFFBOARDING_CALLS_PER_MINUTE=str(PER_MINUTE))
    request = world.ask(customer)
    world.run()

    assert world.offboarding(request).status is Status.REMOVED
    times = [
        datetime.fromisoformat(entry["time"])
        for entry in world.journal()
        if service_of(entry["path"]) == "partner center"
    ]
    assert len(times) > PER_MINUTE
    busiest = max(bisect_left(times, at + timedelta(minutes=1)) - number for number, at in enumerate(times))
    assert busiest <= PER_MINUTE
