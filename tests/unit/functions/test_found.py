"""`offboard list` by product and by need, and the same of the console: one answer for whoever asks."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pytest_mock import MockerFixture

from local.world.world import World
from shared.domain.codes import ReasonCode
from shared.domain.decisions.plan import Plan
from shared.domain.offboarding.record import Reason
from shared.domain.offboarding.states import Stage, Status
from tests.unit.functions.browser import Browser
from tests.unit.functions.test_http_api import create
from tests.unit.functions.test_operators_command import Desk
from tests.unit.support.heads import head_of, keep, request_of
from tests.unit.support.worlds import SMALL


@pytest.fixture
def desk(capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(capsys)


@pytest.fixture
def world(mocker: MockerFixture) -> World:
    found = World(SMALL)
    mocker.patch("shared.composition.bootstrap.services", side_effect=lambda: found.services)
    return found


@pytest.fixture
def worked(world: World) -> str:
    """One that waits: its licence was suspended, and one runs on to the end of its term."""
    identity = str(create(world).json["offboardingId"])
    world.run(for_at_most=timedelta(hours=1))
    return identity


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_what_was_done_to_a_product_is_a_line_for_each_holding(desk: Desk, worked: str) -> None:
    assert desk.type("list", "--product", "late", "--holdings") == 0
    [titles, line] = desk.out.splitlines()
    assert titles.split()[:2] == ["CUSTOMER", "PRODUCT"]
    assert line.split()[:2] == ["Small", "Late"]
    assert "  end at term: done  20" in line
    assert worked in line
    assert line.endswith("waiting")
    assert desk.type("list", "--product", "late", "--holdings", "--csv") == 0
    [row] = rows(desk.out)
    assert row["product"] == "Late"
    assert row["units"].isdecimal()
    assert row["lastDoneAt"].startswith("20")
    assert row["offboardingId"] == worked
    assert desk.type("list", "--product", "late", "--json") == 0
    [item] = json.loads(desk.out)["items"]
    assert [holding["name"] for holding in item["holdings"]] == ["Late"]


def test_a_product_that_nobody_has_is_said_and_holdings_need_one(desk: Desk, worked: str) -> None:
    assert desk.type("list", "--product", "Project", "--holdings") == 0
    assert desk.out == "No offboarding has, or had, a holding of it.\n"
    for words in (("list", "--holdings"), ("export", "--holdings")):
        assert desk.type(*words) == 2
        assert "--holdings shows what --product finds" in desk.err
    assert worked


def test_every_holding_is_exported(desk: Desk, worked: str, tmp_path: Path) -> None:
    file = tmp_path / "late.xlsx"
    assert desk.type("export", "--product", "late", "--holdings", "-o", str(file)) == 0
    [titles, line] = list(load_workbook(file).worksheets[0].values)
    row = dict(zip(titles, line, strict=True))
    assert (row["customer"], row["product"], row["offboardingId"]) == ("Small", "Late", worked)
    assert row["holdingStatus"] == "active"
    assert row["offerId"]


def needy(world: World) -> None:
    reason = Reason(ReasonCode.WENT_LIVE, "it may begin", "Agree with sales, then resume.")
    closing = Plan(1, (), 0, 0, 0, world.clock.now() + timedelta(days=3), None, "d" * 64)
    named = request_of(company_name="Bakery")
    keep(world, head_of(Status.NEEDS_ATTENTION, id="o-1", request=named, reason=reason))
    keep(world, head_of(Status.SCHEDULED, Stage.PLAN, id="o-2", plan=closing))


def test_what_needs_me_says_what_to_do_next(desk: Desk, world: World) -> None:
    assert desk.type("list", "--needs-me") == 0
    assert desk.out.startswith("Nothing needs anybody now.")
    needy(world)
    assert desk.type("list", "--needs-me") == 0
    titles, *lines = desk.out.splitlines()
    assert titles.split() == ["OFFBOARDING", "STATUS", "CUSTOMER", "NEEDS", "UNTIL", "WHAT", "TO", "DO"]
    assert [line.split()[0] for line in lines] == ["o-2", "o-1"]
    assert "a window closes" in lines[0]
    assert " UTC " in lines[0]
    assert "a decision" in lines[1]
    assert lines[1].endswith("Agree with sales, then resume.")
    assert "--needs-me" not in desk.err
    assert desk.type("list") == 0
    assert "list --needs-me" in desk.err


def test_the_console_lists_the_same_as_its_first_lines_count(world: World) -> None:
    needy(world)
    page = Browser().get("/console")
    assert "1 offboarding needs a decision" in page.text
    assert "A window to cancel or give back closes in 3 days" in page.text
    found = Browser().get("/console?needsMe=true")
    assert {row["href"] for row in found.soup.select("tbody th a")} == {
        "/console/offboardings/o-1",
        "/console/offboardings/o-2",
    }


def test_the_console_finds_a_product_and_says_what_was_done(world: World, worked: str) -> None:
    page = Browser().get("/console?product=late")
    [item] = page.soup.select("ul.found li")
    assert item.get_text().startswith("Late, ")
    assert "done; the effect was seen" in item.get_text()
    link = page.soup.find("a", string="Each holding, for Excel")
    assert link is not None
    answer = Browser().get(str(link["href"]))
    [titles, line] = list(load_workbook(io.BytesIO(answer.body)).worksheets[0].values)
    assert dict(zip(titles, line, strict=True))["offboardingId"] == worked
    assert not Browser().get("/console?product=nothing").soup.select("ul.found")
    assert not Browser().get("/console").soup.select("ul.found")
    assert world
