"""Another start or other restrictions, before the first write only."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from local.simulator.scenario import builder as b
from local.world.crash import CrashPoints
from local.world.world import World
from shared.contracts.etags import header_etag
from shared.domain.codes import ReasonCode
from shared.domain.errors import ConcurrencyConflictError, InvalidRequestError, PreconditionError
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.states import Stage, Status
from shared.domain.policy import Restriction
from shared.operations.reschedule import NewSchedule, NotReschedulableError, reschedule
from shared.operations.withdraw import CalledOff, withdraw
from tests.functional.calling_off import REQUESTER
from tests.functional.checks import check_invariants, effects
from tests.unit.support.worlds import StoreSwitch, whats

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
CUSTOMER = b.customer("Reschedule", b.legacy(), b.gdap())


def moved(
    world: World, request: str, start: datetime | None, *restrictions: Restriction, etag: str | None = None
) -> Offboarding:
    wanted = NewSchedule(start, frozenset(restrictions), REQUESTER, "agreed", etag)
    found = reschedule(world.offboarding(request).id, wanted, world.services)
    assert found is not None
    return found


def scheduled(**fields: object) -> tuple[World, str]:
    world = World(CUSTOMER)
    request = world.ask(CUSTOMER, notBefore="2026-06-11T09:00:00Z", **fields)
    world.run(for_at_most=HOUR)
    assert world.offboarding(request).status is Status.SCHEDULED
    return world, request


def test_a_later_start_is_kept_and_planned_anew() -> None:
    world, request = scheduled()
    start = world.clock.now() + 20 * DAY
    found = moved(world, request, start)
    assert (found.status, found.stage, found.request.not_before) == (Status.PLANNING, Stage.PLAN, start)
    world.run(for_at_most=12 * DAY)
    assert world.offboarding(request).status is Status.SCHEDULED
    assert not effects(world)
    world.run(for_at_most=15 * DAY)
    assert world.offboarding(request).status is Status.REMOVED
    entry = next(item for item in world.store.timeline(found.id) if item.what == "rescheduled")
    assert entry.detail == "starts at 2026-06-21 09:00 UTC; by Ms. Requester: agreed"
    check_invariants(world)


def test_it_may_begin_at_once_and_with_other_restrictions() -> None:
    world, request = scheduled()
    found = moved(world, request, None, Restriction.LEAVE_GDAP, Restriction.STRICT_NCE)
    assert found.request.restrictions == (Restriction.LEAVE_GDAP, Restriction.STRICT_NCE)
    assert "starts at once, restricted by leave_gdap, strict_nce; by Ms. Requester" in (
        world.store.timeline(found.id)[-1].detail
    )
    [told] = [
        line for line in map(json.loads, world.store.evidence(found.id)) if line["data"].get("what") == "rescheduled"
    ]
    assert told["data"]["restrictions"] == ["leave_gdap", "strict_nce"]
    assert "notBefore" not in told["data"]
    world.run(for_at_most=DAY)
    assert world.offboarding(request).status is Status.REMOVED
    assert not any(name.startswith("gdap") for name, _, _ in effects(world))


def test_the_request_is_still_known() -> None:
    world, request = scheduled()
    moved(world, request, None)
    world.ask(CUSTOMER, notBefore="2026-06-11T09:00:00Z")
    world.run(for_at_most=DAY)
    assert [item.status for item in world.all()] == [Status.REMOVED]


def test_after_the_first_write_or_the_end_it_is_refused() -> None:
    world = World(CUSTOMER)
    request = world.ask(CUSTOMER)
    while not effects(world):
        world.step(world.clock.now() + DAY)
    with pytest.raises(NotReschedulableError, match="has begun to write"):
        moved(world, request, None)
    world.run(for_at_most=DAY)
    with pytest.raises(NotReschedulableError, match="is removed"):
        moved(world, request, None)
    other, planned = scheduled()
    withdraw(other.offboarding(planned).id, CalledOff(REQUESTER, "y"), other.services)
    with pytest.raises(NotReschedulableError, match="is withdrawn") as caught:
        moved(other, planned, None)
    assert caught.value.code is ReasonCode.NOT_RESCHEDULABLE
    assert "Withdraw the offboarding" in caught.value.operator_action
    assert reschedule("nobody", NewSchedule(None, frozenset(), REQUESTER, "y"), world.services) is None


def test_who_looked_at_an_older_record_is_told_so() -> None:
    world, request = scheduled()
    stored = world.store.load(world.offboarding(request).id)
    assert stored is not None
    with pytest.raises(PreconditionError):
        moved(world, request, None, etag='"another"')
    assert moved(world, request, None, etag=header_etag(stored.etag)).status is Status.PLANNING


def test_a_start_that_is_too_far_away_is_refused() -> None:
    world, request = scheduled()
    with pytest.raises(InvalidRequestError, match="must be within 1100 days"):
        moved(world, request, world.clock.now() + 1101 * DAY)


def test_a_race_that_is_lost_five_times_is_told() -> None:
    world, request = scheduled()
    switch = StoreSwitch(world)
    identity = world.offboarding(request).id

    def changed_meanwhile() -> None:
        world.store._rows[identity].etag += 1
        switch.before["commit"] = changed_meanwhile

    switch.before["commit"] = changed_meanwhile
    with pytest.raises(ConcurrencyConflictError, match="5 times while it was rescheduled"):
        moved(world, request, None)


class Reschedules(CrashPoints):
    """Somebody moves the start while the plan is being made."""

    world: World | None = None

    def here(self, name: str) -> None:
        super().here(name)
        world, self.world = self.world, None
        if world is None or not name.startswith("after GET") or "/orders" not in name:
            self.world = world
            return
        moved(world, "req-reschedule", world.clock.now() + 20 * DAY)


def test_a_plan_that_is_being_made_meanwhile_begins_nothing() -> None:
    world = World(CUSTOMER, crash=(crash := Reschedules()))
    request = world.ask(CUSTOMER)
    crash.world = world
    world.run(for_at_most=2 * HOUR)
    found = world.offboarding(request)
    assert found.status is Status.SCHEDULED
    assert not effects(world)
    assert "claim.released" in whats(world, found.id)
