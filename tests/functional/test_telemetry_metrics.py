"""The metrics say what the record and the tenant's journal say."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from local.simulator.scenario.models import CustomerSpec
from shared.adapters.telemetry.rows import Row
from shared.domain.offboarding.states import Stage, Status
from shared.ports.telemetry import Metric, telemetry
from shared.upkeep import fleet, rounds
from shared.upkeep.fleet import FleetWatch
from tests.functional.customers import late, legacy, removable
from tests.functional.trouble import arm
from tests.unit.support.told import Told, ToldWorld, telling
from tests.unit.support.worlds import StoreSwitch
from tools.cost.__main__ import PAGE
from tools.cost.page import given

LATE = CustomerSpec(name="Waits", subscriptions=(legacy(), late("Late", "+P40D", quantity=7)))
GONE = removable("Gone")
ALWAYS = {each.value.name for each in (Metric.PAID_SEAT_DAYS, Metric.APPROVALS, Metric.ATTENTION, Metric.DUE_AGE)}
"""What a measurement tells also with 0."""


def sums(rows: list[Row], metric: Metric, *dimensions: str) -> Counter[tuple[str, ...]]:
    """`Sum` by dimensions; what is 0 is left out."""
    found: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        if row["Name"] == metric.value.name:
            found[tuple(row["Properties"].get(name, "") for name in dimensions)] += row["Sum"]
    return +found


def test_calls_by_code_are_those_of_the_journal() -> None:
    with telling() as told:
        world = ToldWorld(LATE)
        rules: list[dict[str, Any]] = [
            {"match": {"pathRegex": "/orders$", "times": 1}, "action": {"type": "status", "status": 429}},
            {"match": {"pathRegex": "/transfers$", "times": 1}, "action": {"type": "dropAfter"}},
        ]
        arm(world, *rules)
        world.ask(LATE)
        world.run(for_at_most=timedelta(days=2))
        rows = told.measured()
    said = sums(rows, Metric.CALLS, "method", "status")
    seen = Counter((entry["method"], str(entry["status"])) for entry in world.journal() if entry["status"])
    assert said["GET", "429"] == 1
    assert said["GET", "none"] == 1
    # The tenant answered the one whose answer was lost.
    assert said - Counter({("GET", "none"): 1}) + Counter({("GET", "200"): 1}) == seen
    timed = [row for row in rows if row["Name"] == Metric.CALL_DURATION.value.name]
    assert sum(row["ItemCount"] for row in timed) == sum(said.values())


def test_wake_ups_stages_and_outcomes_are_counted() -> None:
    with telling() as told:
        world = ToldWorld(LATE)
        request = world.ask(LATE)
        world.run()
        head, rows = world.offboarding(request), told.measured()
        spans = told.of("wake-up ")
    assert sums(rows, Metric.ENDED, "status") == {("removed",): 1}
    by_span = Counter((row["Properties"]["stage"], row["Properties"]["outcome"]) for row in spans)
    assert sums(rows, Metric.WAKE_UPS, "stage", "outcome") == by_span
    in_stages = sums(rows, Metric.STAGE_DURATION, "stage")
    assert set(in_stages) <= {(stage.value,) for stage in Stage}
    # All its time was spent in stages.
    assert sum(in_stages.values()) == pytest.approx((head.updated_at - head.created_at).total_seconds())
    assert in_stages["verify",] > timedelta(days=35).total_seconds()


def test_the_fleet_is_measured_from_the_record() -> None:
    world = ToldWorld(LATE, GONE)
    waits, gone = world.ask(LATE), world.ask(GONE)
    world.run(for_at_most=timedelta(days=1))
    assert world.offboarding(gone).status is Status.REMOVED
    head, now = world.offboarding(waits), world.clock.now()
    assert (head.status, head.stage) == (Status.WAITING, Stage.VERIFY)
    with telling() as told:
        assert FleetWatch().look(world.services)
        rows = told.measured()
    assert sums(rows, Metric.LIVE, "status", "stage") == {("waiting", "verify"): 1}
    assert sums(rows, Metric.BLOCKERS, "cause") == {(head.blockers[0].cause.value,): 1}
    assert head.paid_until is not None
    days = (head.paid_until - now) / timedelta(days=1)
    assert sums(rows, Metric.PAID_SEAT_DAYS)[()] == pytest.approx(7 * days)
    assert head.stage_since is not None
    assert sums(rows, Metric.STAGE_AGE, "stage")["verify",] == (now - head.stage_since).total_seconds()
    # What is not there has no row, but for the numbers by which it is known that this is all.
    assert all(row["Sum"] for row in rows if row["Name"] not in ALWAYS)
    for metric in (Metric.APPROVALS, Metric.ATTENTION, Metric.DUE_AGE):
        assert [row["Sum"] for row in rows if row["Name"] == metric.value.name] == [0]


def test_an_idle_round_tells_four_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Day and night, every five minutes, for years: what an installation costs where nothing happens (docs/cost.md)."""
    monkeypatch.setattr(rounds, "WATCH", FleetWatch())
    world = ToldWorld(LATE)
    with telling() as told:
        for _ in range(3):
            rounds.sweep_round(world.services)
            rows = told.measured()
            assert Counter(row["Name"] for row in rows) == Counter(ALWAYS)
            assert {row["Sum"] for row in rows} == {0}
    assert len(ALWAYS) == given(PAGE.read_text(encoding="utf-8"), "Numbers")["gauges_idle"]


def test_what_is_over_has_no_row_in_the_next_measurement() -> None:
    world = ToldWorld(LATE)
    request = world.ask(LATE)
    world.run(for_at_most=timedelta(days=1))
    with telling() as told:
        FleetWatch().look(world.services)
        assert {row["Name"] for row in told.measured()} > ALWAYS
        world.run()
        assert world.offboarding(request).status is Status.REMOVED
        told.measured()
        FleetWatch().look(world.services)
        assert {row["Name"] for row in told.measured()} == ALWAYS


def test_the_number_that_queries_go_by_is_told_last(monkeypatch: pytest.MonkeyPatch) -> None:
    world, order = ToldWorld(LATE), list[Metric]()
    world.ask(LATE)
    world.run(for_at_most=timedelta(days=1))
    with telling():
        monkeypatch.setattr(telemetry(), "measure", lambda metric, *_: order.append(metric))
        FleetWatch().look(world.services)
    assert Metric.LIVE in order
    assert order[-1] is Metric.DUE_AGE


def test_what_waits_for_people_and_what_is_late_is_measured() -> None:
    world = ToldWorld(LATE, OFFBOARDING_APPROVAL="always")
    world.ask(LATE)
    world.run(for_at_most=timedelta(hours=1))
    world.clock.pass_machine(timedelta(days=3))
    with telling() as told:
        assert FleetWatch().look(world.services)
        rows = told.measured()
    assert sums(rows, Metric.APPROVALS) == {(): 1}
    [head] = world.all()
    due = head.next_attempt_at
    assert due is not None
    late_by = (world.clock.now() - due).total_seconds()
    assert sums(rows, Metric.DUE_AGE)[()] >= late_by > 0


def test_a_round_reads_a_page_and_tells_when_it_has_seen_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet, "PAGE", 3)
    customers = [LATE.model_copy(update={"name": f"Waits {number}"}) for number in range(7)]
    world = ToldWorld(*customers)
    for customer in customers:
        world.ask(customer)
    world.run(for_at_most=timedelta(hours=6))
    watch = FleetWatch()
    with telling() as told:
        assert [watch.look(world.services) for _ in range(6)] == [False, False, True] * 2
        rows = told.measured()
    assert sums(rows, Metric.LIVE, "status") == {("waiting",): 7}


def test_a_gauge_is_told_once_for_each_measurement() -> None:
    """An instance that measures no more must not repeat for ever what it saw last, beside the one that measures now."""
    world = ToldWorld(LATE)
    with telling() as told:
        FleetWatch().look(world.services)
        assert told.measured()
        assert told.measured() == []


def test_a_store_that_is_down_costs_the_measurement_alone() -> None:
    world = ToldWorld(LATE)
    switch, watch = StoreSwitch(world), FleetWatch()
    with telling() as told:
        switch.down = True
        assert not watch.look(world.services)
        switch.down = False
        assert watch.look(world.services)
    assert "the fleet was not measured" in repr(told.lines())


def test_without_telemetry_nothing_is_read() -> None:
    world = ToldWorld(LATE)
    switch = StoreSwitch(world)
    switch.down = True
    assert not FleetWatch().look(world.services)


def test_told_has_no_second_form() -> None:
    """Names of metrics are written once each."""
    names = [metric.value.name for metric in Metric]
    assert len(names) == len(set(names))
    assert isinstance(Told().measured(), list)
