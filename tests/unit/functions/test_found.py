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


def test_a_product_that_nobody_has_is_said(desk: Desk, worked: str) -> None:
    assert desk.type("list", "--product", "Project", "--holdings") == 0
    assert desk.out == "No offboarding that was asked for has, or had, such a holding.\n"
    assert desk.out.count("\n") == 1


def test_until_when_everything_is_paid_is_one_command_and_one_click(world: World, desk: Desk, worked: str) -> None:
    planned = world.ask(SMALL, requestId="plan-small", dryRun=True)
    world.run(for_at_most=timedelta(hours=1))
    every = {}
    for more in (), ("--no-dry-runs",):
        assert desk.type("list", "--holdings", "--csv", *more) == 0
        every[more] = rows(desk.out)
    assert {row["offboardingId"] for row in every[()]} == {worked, world.offboarding(planned).id}
    mine = every["--no-dry-runs",]
    assert {row["offboardingId"] for row in mine} == {worked}
    assert len(mine) > 1
    [late] = [row for row in mine if row["product"] == "Late"]
    assert late["paidUntil"] == late["termEndsAt"] != ""
    assert any(row["paidUntil"] == "" for row in mine)

    assert desk.type("list", "--holdings", "--no-dry-runs") == 0
    assert len(desk.out.splitlines()) == len(mine) + 1
    assert late["paidUntil"][:10] in desk.out
    browser = Browser()
    link = browser.get("/console?dryRun=false").soup.find("a", string="Each holding, for Excel")
    assert link is not None
    table = browser.get(str(link["href"]).replace(".xlsx", ".csv")).body.decode("utf-8-sig")
    assert [row["product"] for row in rows(table)] == [row["product"] for row in mine]


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


def test_whoever_decides_by_domain_is_told_which_id_is_meant(world: World, desk: Desk, worked: str) -> None:
    (head,) = world.all()
    assert head.customer is not None
    for word in (("withdraw",), ("resume",), ("approve", "--dry-run")):
        assert desk.type(*word, head.customer.domain, "--reason", "as agreed") == 5
        assert f"needs the id of an offboarding. Live is {worked} (waiting)." in desk.err
    assert world.all()[0] == head
    keep(world, head_of(Status.STOPPED, None, id="o-over", request=request_of(domain="over.example")))
    assert desk.type("withdraw", "over.example", "--reason", "as agreed") == 5
    assert "no offboarding of it is live" in desk.err
    assert desk.type("withdraw", "nobody.example", "--reason", "as agreed") == 5
    assert "Find the id with offboard list --text nobody.example" in desk.err


def test_a_batch_names_its_customers(world: World, desk: Desk) -> None:
    world.ask(SMALL, batchId="June")
    world.run(for_at_most=timedelta(hours=1))
    assert desk.type("list", "--batch", "June") == 0
    titles, line, *_ = desk.out.splitlines()
    assert titles.split() == ["OFFBOARDING", "STATUS", "CUSTOMER", "REQUEST", "REASON"]
    assert line.split()[2] == "Small"
    assert desk.type("list", "--batch", "June", "--csv") == 0
    assert [row["customer"] for row in rows(desk.out)] == ["Small"]
