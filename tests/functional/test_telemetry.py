"""One trace follows one offboarding over months of waiting: complete, without an orphan, after crashes too.

The journal of the simulated tenant is the oracle of the calls, the record that of everything else.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from local.simulator.scenario import builder as b
from local.simulator.scenario.models import CustomerSpec
from local.world.crash import CrashPoints
from local.world.world import PACE
from shared.adapters.telemetry.rows import LINKS, Row
from shared.domain.offboarding.identifiers import root_span_id, trace_id
from shared.domain.offboarding.states import Stage, Status
from shared.domain.people.actor import Actor, ActorType
from shared.operations.approve import Decision, decide_plan
from tests.functional.customers import late, legacy
from tests.functional.trouble import arm
from tests.unit.support.told import Told, ToldWorld, orphans, telling

YEARLY = b.customer("Patient", b.nce(name="A year", started="-P8D", term="P1Y"))
SMALL = CustomerSpec(name="Small", subscriptions=(legacy(), late("Late", "+P40D")))
APPROVER = Actor(ActorType.PERSON, "a99707e7-0000-4000-8000-0000000a9970", "Ms. Approver")


def _waits(said: dict[str, str]) -> timedelta:
    """How long the next wake-up was to wait."""
    began = datetime.fromisoformat(said["businessTime"])
    return datetime.fromisoformat(said.get("nextAttemptAt", said["businessTime"])) - began


def of_offboarding(rows: list[Row], identity: str) -> list[Row]:
    return [row for row in rows if row["OperationId"] == trace_id(identity)]


def journaled(world: ToldWorld) -> Counter[tuple[str, str]]:
    """Method and status of every call that the tenant saw."""
    return Counter((entry["method"], str(entry["status"])) for entry in world.journal())


def called(rows: list[Row]) -> Counter[tuple[str, str]]:
    return Counter((row["Properties"]["method"], row["ResultCode"]) for row in rows if row["DependencyType"] == "HTTP")


def check_tree(told: Told, identity: str) -> list[Row]:
    """One root; below it wake-ups, words and sweeps; below wake-ups the calls. Returns the rows of the trace."""
    mine = of_offboarding(told.rows(), identity)
    assert not orphans(told.rows())
    roots = [row for row in mine if not row["ParentId"]]
    assert {(row["Name"], row["Id"]) for row in roots} == {("offboarding", root_span_id(identity))}
    by_id = {row["Id"]: row for row in mine}
    for row in mine:
        assert row["Properties"]["offboardingId"] == identity, row
        parent = by_id[row["ParentId"]]["Name"] if row["ParentId"] else ""
        if row["DependencyType"] == "HTTP":
            assert parent.startswith("wake-up "), row
            assert row["Properties"]["stage"] == parent.removeprefix("wake-up ")
        elif row["ParentId"]:
            assert parent == "offboarding", row
    return mine


@pytest.mark.long
def test_a_wait_of_a_year_is_one_trace() -> None:
    with telling() as told:
        world = ToldWorld(YEARLY)
        request = world.ask(YEARLY)
        world.run()
        head = world.offboarding(request)
        assert head.status is Status.REMOVED
        mine = check_tree(told, head.id)

    wakes = [row for row in mine if row["Name"].startswith("wake-up ")]
    said = [row["Properties"] for row in wakes if row["Properties"]["outcome"] != "dropped"]
    for before, after in pairwise(said):
        # A wait that is left to the sweeper uses a number for the message that is not sent.
        swept = _waits(before) > PACE.longest_scheduled
        assert int(after["attempt"]) - int(before["attempt"]) == (2 if swept else 1), (before, after)
    assert (said[0]["attempt"], said[-1]["attempt"]) == ("1", str(head.attempt)), "every wake-up is there"
    times = [datetime.fromisoformat(row["Properties"]["businessTime"]) for row in wakes]
    assert times == sorted(times)
    assert times[-1] - times[0] > timedelta(days=350)
    assert {row["Properties"]["stage"] for row in wakes} >= {"plan", "cancel", "verify", "remove", "confirm"}
    assert (wakes[-1]["Properties"]["status"], "nextStage" in wakes[-1]["Properties"]) == ("removed", False)
    # Every call of the tenant's journal is in it: this world has one offboarding.
    assert called(told.rows()) == journaled(world)
    sweeps = [row for row in mine if row["Name"] == "sweep wake"]
    assert len(sweeps) > 40, "a look a week, each woken by the sweeper"
    assert all(row["Properties"][LINKS] for row in sweeps), "with a link to the round that woke it"


@pytest.mark.parametrize("repeated", [1, 3])
def test_messages_that_come_twice_add_no_second_tree(repeated: int) -> None:
    with telling() as told:
        world = ToldWorld(SMALL)
        request = world.ask(SMALL)
        for _ in range(repeated):
            world.ask(SMALL)
        world.run(for_at_most=timedelta(hours=1))
        head = world.offboarding(request)
        mine = check_tree(told, head.id)
    roots = [row for row in mine if row["Name"] == "offboarding"]
    assert [row["Properties"].get("repeated") for row in roots] == [None, *["True"] * repeated]


def _crashed_at(point: int) -> tuple[Told, ToldWorld, str, int]:
    with telling() as told:
        world = ToldWorld(SMALL, crash=CrashPoints(point))
        request = world.ask(SMALL)
        world.run()
        return told, world, world.offboarding(request).id, world.restarts


def _points() -> int:
    world = ToldWorld(SMALL)
    world.ask(SMALL)
    world.run()
    return len(world.crash.passed)


@pytest.mark.long
@pytest.mark.parametrize("part", range(4))
def test_a_crash_leaves_no_orphan_but_the_calls_that_were_under_way(part: int) -> None:
    """Of a killed wake-up the span is lost, since a span is told of when it ends; its calls are in the trace."""
    points, taken_over = _points(), 0
    assert points > 60
    for point in range(1 + part * 7, points, 28):
        told, world, identity, restarts = _crashed_at(point)
        assert restarts == 1, point
        head = world.store.load(identity)
        assert head is not None
        assert head.offboarding.status is Status.REMOVED
        rows = told.rows()
        mine, lost = of_offboarding(rows, identity), orphans(rows)
        assert {row["Id"] for row in mine if not row["ParentId"]} == {root_span_id(identity)}, point
        assert all(row["DependencyType"] == "HTTP" and row in mine for row in lost), (point, lost)
        assert len({row["ParentId"] for row in lost}) <= 1, "of one wake-up"
        taken_over += any(row["Properties"].get("takenOver") for row in mine)
        # The one call that was on the wire when it died is told of by nobody.
        missing = journaled(world) - called(rows)
        assert sum(missing.values()) <= 1, (point, missing)
    assert taken_over, "some died with the claim in hand, which the next wake-up says"


def test_a_person_s_word_and_what_it_leads_to_are_in_the_trace() -> None:
    with telling() as told:
        world = ToldWorld(SMALL, OFFBOARDING_APPROVAL="always")
        request = world.ask(SMALL)
        world.run(for_at_most=timedelta(hours=1))
        head = world.offboarding(request)
        assert head.plan is not None
        decision = Decision(True, head.plan.digest, APPROVER, "agreed")
        decide_plan(head.id, decision, world.services)
        world.run(for_at_most=timedelta(hours=1))
        mine = check_tree(told, head.id)
    [word] = [row for row in mine if row["Name"] == "word decided"]
    assert word["Properties"]["status"] == "planning"
    after = [row["Name"] for row in mine[mine.index(word) + 1 :]]
    assert "wake-up suspend" in after
    assert "Ms. Approver" not in repr(told.rows())


def test_a_refused_call_and_a_fault_are_told_as_failed() -> None:
    with telling() as told:
        world = ToldWorld(SMALL)
        arm(world, {"match": {"pathRegex": "/orders$", "times": 1}, "action": {"type": "status", "status": 503}})
        request = world.ask(SMALL)
        world.run(for_at_most=timedelta(hours=1))
        mine = check_tree(told, world.offboarding(request).id)
    failed = [row for row in mine if not row["Success"]]
    assert [row["ResultCode"] for row in failed] == ["503", "0"]
    call, wake = failed
    assert call["Name"] == "GET /v1/customers/{id}/orders"
    assert call["ParentId"] == wake["Id"]
    assert (wake["Properties"]["outcome"], wake["Properties"]["reason"]) == ("again", "unavailable")
    assert wake["Properties"]["faults"] == "1"


def test_a_token_that_was_renewed_shows_as_a_call_sent_again() -> None:
    with telling() as told:
        world = ToldWorld(SMALL)
        rule = {"match": {"pathRegex": "/orders$", "times": 1}, "action": {"type": "status", "status": 401}}
        arm(world, rule)
        world.ask(SMALL)
        world.run(for_at_most=timedelta(hours=1))
    orders = [row for row in told.rows() if row["Name"].endswith("/orders")][:2]
    assert [(row["ResultCode"], row["Properties"].get("resend")) for row in orders] == [("401", None), ("200", "1")]


def test_the_lines_of_the_log_are_in_the_trace_with_the_offboarding_and_a_code() -> None:
    with telling() as told:
        world = ToldWorld(SMALL)
        request = world.ask(SMALL)
        world.run()
        identity = world.offboarding(request).id
        lines = told.lines()
    mine = [line for line in lines if line["Properties"].get("offboardingId") == identity]
    timeline = [entry.what for entry in world.store.timeline(identity)]
    events = [line["Properties"]["event"] for line in mine]
    assert [one for one in events if one in timeline] == timeline, "every line of the timeline, in its order"
    assert {line["OperationId"] for line in mine} == {trace_id(identity)}
    spans = {row["Id"] for row in told.rows()}
    assert all(line["ParentId"] in spans for line in mine)
    [swept] = {line["Message"] for line in lines if line["Properties"].get("event") == "swept"}
    assert swept.startswith("swept ")


def test_where_nobody_else_tells_of_invocations_the_request_row_stands_where_the_host_s_would() -> None:
    with telling(stands_for_host=True) as told:
        world = ToldWorld(SMALL)
        request = world.ask(SMALL)
        world.run(for_at_most=timedelta(hours=1))
        identity = world.offboarding(request).id
    rows = told.rows()
    assert not orphans(rows)
    mine = {row["Id"]: row for row in of_offboarding(rows, identity)}
    wakes = [row for row in mine.values() if row["Name"].startswith("wake-up ")]
    for wake in wakes:
        request_row = mine[wake["ParentId"]]
        assert (request_row["Type"], request_row["Name"]) == ("AppRequests", wake["Properties"]["stage"])
        assert request_row["ParentId"] == root_span_id(identity)
    assert {Stage(row["Name"]) for row in mine.values() if row["Type"] == "AppRequests"} >= {Stage.PLAN, Stage.CANCEL}
