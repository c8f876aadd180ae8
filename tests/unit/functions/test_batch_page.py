"""The page of a batch: what stands in the way of each, and who must act."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from pytest_mock import MockerFixture

from local.world.world import World
from offboard.operate.planned import totals
from shared.console.in_the_way import SOMEBODY, InTheWay, in_the_way
from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import Blocker, Cause, Remedy
from shared.domain.decisions.overrides import OVERRIDE
from shared.domain.offboarding.record import Reason
from shared.domain.offboarding.states import Status
from shared.operations.show import show
from tests.unit.functions.browser import Browser
from tests.unit.support.heads import DAY, NOW, head_of
from tests.unit.support.worlds import SMALL

ENDS = Blocker("k1", "Late", Cause.IN_TERM, Remedy.DATE, "runs to its end", until=NOW + 40 * DAY)
DUE = Blocker("k2", "E3", Cause.ACTION_DUE, Remedy.PIPELINE, "has to be cancelled")
ODD = Blocker("k3", "Odd", Cause.UNKNOWN_KIND, Remedy.PERSON, "is not understood", f"{OVERRIDE} ID k3 --reason X")
SOON = Blocker("k4", "Slow", Cause.SETTLING, Remedy.RECHECK, "is on its way", until=NOW + DAY)
TOLD = Reason(ReasonCode.WENT_LIVE, "it may begin", "Agree, then resume.")


def test_what_needs_somebody_counts_before_what_passes() -> None:
    waits = head_of(Status.WAITING, blockers=(DUE, ENDS, ODD, SOON), blocker_count=9)
    assert in_the_way(waits) == InTheWay(
        "Odd is not understood", 8, None, "An operator", f"{OVERRIDE} o-1 k3 --reason X"
    )
    assert in_the_way(head_of(Status.WAITING, blockers=(DUE, ENDS), blocker_count=2)) == InTheWay(
        "Late runs to its end", 1, NOW + 40 * DAY, "Nobody: it goes on by itself", ""
    )
    assert in_the_way(head_of(Status.WAITING, blockers=(DUE, SOON))).what == "Slow is on its way"


def test_who_must_act_follows_from_where_it_stands() -> None:
    assert in_the_way(head_of(Status.AWAITING_APPROVAL)).who == "A second person, with the role Approve"
    assert in_the_way(head_of(Status.NEEDS_ATTENTION, reason=TOLD)) == InTheWay(
        who="An operator", what_to_do="Agree, then resume."
    )
    assert in_the_way(head_of(Status.RUNNING)) == InTheWay(who="Nobody: it goes on by itself")


PLANNED = [
    ((DUE, ENDS, ODD), InTheWay("Odd is not understood", 1, None, "An operator", f"{OVERRIDE} o-1 k3 --reason X")),
    ((DUE, ENDS), InTheWay("Late runs to its end", 0, NOW + 40 * DAY, "Nobody: it goes on by itself")),
    ((replace(ENDS, what_to_do="Ask."),), InTheWay("Late runs to its end", 0, ENDS.until, SOMEBODY, "Ask.")),
    ((DUE,), InTheWay()),
    ((), InTheWay()),
]


@pytest.mark.parametrize(("blockers", "way"), PLANNED)
def test_a_plan_has_in_its_way_what_it_found_and_will_not_end_itself(
    blockers: tuple[Blocker, ...], way: InTheWay
) -> None:
    found = head_of(Status.PLANNED, None, blockers=blockers, blocker_count=len(blockers))
    assert in_the_way(found) == way


def test_what_has_ended_has_nothing_in_its_way() -> None:
    assert in_the_way(head_of(Status.REMOVED, None, blockers=(ENDS,))) == InTheWay()
    assert in_the_way(head_of(Status.REJECTED, None, reason=TOLD)) == InTheWay(
        who="Whoever sent it", what_to_do="Agree, then resume."
    )


@pytest.fixture
def world(mocker: MockerFixture) -> World:
    found = World(SMALL)
    mocker.patch("shared.composition.bootstrap.services", side_effect=lambda: found.services)
    return found


def test_each_line_says_what_stands_in_its_way(world: World) -> None:
    world.ask(SMALL, batchId="June")
    world.run(for_at_most=timedelta(hours=1))
    page = Browser().get("/console/batches/June")
    titles = [cell.get_text() for cell in page.soup.select("thead th")]
    cells = [cell.get_text(" ", strip=True) for cell in page.soup.select("tbody tr > *")]
    line = dict(zip(titles, cells, strict=True))
    assert line["In the way"].startswith("Late ")
    assert "ends on 2026-07-1" in line["In the way"]
    assert line["Who must act"] == "Nobody: it goes on by itself"
    assert line["Where it stands"].startswith("waiting")


def test_each_line_of_a_plan_says_so_too(world: World) -> None:
    world.ask(SMALL, batchId="June", dryRun=True)
    world.run(for_at_most=timedelta(hours=1))
    page = Browser().get("/console/batches/June")
    titles = [cell.get_text() for cell in page.soup.select("thead th")]
    line = dict(
        zip(titles, (cell.get_text(" ", strip=True) for cell in page.soup.select("tbody tr > *")), strict=False)
    )
    assert [line[name][:5] for name in titles if name in ("In the way", "Who must act")] == ["Late ", "Nobod"]


def test_a_plan_that_would_stop_at_once_promises_no_removal(world: World) -> None:
    world.ask(SMALL, batchId="June", dryRun=True, commitments="stop_and_report")
    world.run(for_at_most=timedelta(hours=1))
    (head,) = world.all()
    why = "sent for real it stops at once, and nothing is touched: 1 holding cannot be ended today"
    line = Browser().get("/console/batches/June").soup.select_one("tbody tr")
    assert line is not None
    assert f"Nothing: {why}" in line.get_text()
    assert "cannot be put back" not in line.get_text()
    page = Browser().get(f"/console/offboardings/{head.id}")
    assert f"Nothing: {why}" in page.text
    assert "The reseller relationship" not in page.text
    assert "What is in the way" in page.text
    shown = show(head.id, world.services)
    assert shown is not None
    view = json.loads(shown.view.to_json())
    assert view["plan"]["stops"].startswith(why)
    assert not [item for item in view["holdings"] if item.get("planned")]
    assert dict(totals(view))["will be done"] == f"nothing: {view['plan']['stops']}"
