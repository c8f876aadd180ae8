"""How many calls an offboarding makes, how many at a time, and how many a minute: all of it follows from a formula."""

from __future__ import annotations

import threading
from bisect import bisect_left
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil

from local.simulator.knobs import Knobs
from local.simulator.scenario.models import CustomerSpec, Scenario
from local.simulator.transport import simulator_session
from local.world.clock import START
from local.world.crash import CrashPoints
from local.world.world import PACE, World, world_settings
from shared.adapters.http.rate import RateLimiter
from shared.adapters.http.service import ServiceClient
from shared.adapters.http.tokens import Audience
from shared.adapters.http.transport import Timeouts
from shared.adapters.partner_center.auth import Application, RefreshTokenSource
from shared.adapters.partner_center.client import PartnerCenterClient
from shared.adapters.partner_center.refusals import partner_center_rules
from shared.domain.offboarding import Status
from tests.functional.checks import check_invariants
from tests.functional.customers import empty, late, legacy, nce
from tests.functional.trouble import service_of

LEGACY, IN_WINDOW, LATE = 200, 200, 100
TERM_DAYS, WEEK = 10, 7
PARALLEL = 4
PAGE, OTHERS = 2, 5
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


def test_the_number_of_calls_follows_from_a_formula() -> None:
    scenario = Scenario(customers=(BIG, *NEIGHBOURS), knobs=Knobs(removal_lag=timedelta(0), page_size=PAGE))
    in_flight = InFlight(PARALLEL)
    world = World(scenario=scenario, crash=in_flight, pace=replace(PACE, parallel=PARALLEL))
    request = world.ask(BIG)
    world.run()

    assert world.offboarding(request).status is Status.REMOVED
    calls = [entry for entry in world.journal() if service_of(entry["path"]) == "partner center"]
    reads = [entry for entry in calls if entry["method"] == "GET"]

    one_inventory = 1 + 4  # the customer; subscriptions, entitlements, orders, transfers: one page each
    # verify looks at once, every week, on the day the terms end, and when the renewal job is over
    looks = 1 + (TERM_DAYS - 1) // WEEK + 1 + 1
    inventories = 1 + looks + 1  # plan, verify, remove
    actions = LEGACY + IN_WINDOW + LATE
    schedule_edits = LATE
    identify, read_back, removal = 1, 1, 1
    customer_list = ceil(OTHERS / PAGE)
    proofs = customer_list + len(("customer", "subscriptions", "orders", "support contact", "activity log", "link"))

    assert len(reads) == identify + inventories * one_inventory + schedule_edits + read_back + proofs
    assert len(calls) - len(reads) == actions + removal
    assert in_flight.most == PARALLEL
    check_invariants(world)


PER_MINUTE = 60


def test_never_more_calls_in_a_minute_than_configured() -> None:
    """The rate limiter counts machine time; here both clocks are one, so that its waits are seen by the journal."""
    customer = CustomerSpec(name="Slow", subscriptions=(*(nce(f"Licence {n}") for n in range(70)), legacy()))
    world = World(customer)

    def elapsed() -> float:
        return (world.clock.now() - START).total_seconds()

    def sleep(seconds: float) -> None:
        world.clock.advance(timedelta(seconds=seconds))

    limiter = RateLimiter(PER_MINUTE, monotonic=elapsed, sleep=sleep)
    world.services = replace(world.services, partner_center=partner_center(world, limiter))
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


def partner_center(world: World, limiter: RateLimiter) -> PartnerCenterClient:
    """The client of a world, with another rate limiter."""
    settings = world_settings(world.scenario)
    session, timeouts = simulator_session(world.simulator), Timeouts()
    application = Application(settings.partner_tenant_id, settings.client_id, settings.client_secret)
    tokens = RefreshTokenSource(
        settings.endpoints.login,
        application,
        lambda: settings.refresh_token,
        session,
        timeouts,
        now=world.clock.now,
        monotonic=world.clock.monotonic,
    )
    service = ServiceClient(
        "Partner Center",
        settings.endpoints.partner_center,
        Audience.PARTNER_CENTER,
        tokens,
        session,
        timeouts,
        now=world.clock.now,
        rules=partner_center_rules,
        limiter=limiter,
    )
    return PartnerCenterClient(service, settings.partner_tenant_id)
