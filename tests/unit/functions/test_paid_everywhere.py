"""What is paid on, who asked and who approved, and what came back: every surface tells the same."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from pytest_mock import MockerFixture

from local.simulator.scenario import builder as b
from local.world.world import World
from shared.contracts.summary import summary_view
from shared.domain.offboarding.record import Offboarding
from shared.domain.offboarding.settled import PAYMENT_WORDS, Payment
from shared.domain.people.actor import Actor, ActorType
from shared.operations.withdraw import CalledOff, withdraw
from shared.ports.store import Change, Stored
from shared.sheets.offboardings import COLUMNS, sheet_of
from tests.functional.endings import ENDINGS, Made
from tests.functional.people import OPERATOR
from tests.unit.functions.browser import Browser
from tests.unit.functions.test_operators_command import Desk
from tests.unit.support.heads import head_of

RUNS_ON = "runs on, no end known"
ENDED = {
    "withdrawn_before": Payment.NO_END_KNOWN,
    "withdrawn_restored": Payment.NO_END_KNOWN,
    "withdrawn_not_restored": Payment.NO_END_KNOWN,
    "approval_rejected": Payment.NO_END_KNOWN,
    "stopped": Payment.NO_END_KNOWN,
    "protected": Payment.UNTIL_DATE,
    "unknown_customer": Payment.NOT_READ,
    "joined": Payment.NOT_READ,
    "came_back": Payment.NOT_READ,
    "already_removed": Payment.UNTIL_DATE,
    "removed_after_wait": Payment.UNTIL_DATE,
    "removed_refunds": Payment.NOTHING,
}
"""What is paid on in each of these endings (tests/functional/endings.py)."""
Row = dict[str, str]


@cache
def made(name: str) -> Made:
    return ENDINGS[name]()


@pytest.fixture
def see(mocker: MockerFixture) -> Callable[[str], Made]:
    """Puts the world of an ending behind the entry points."""

    def seen(name: str) -> Made:
        found = made(name)
        mocker.patch("shared.composition.bootstrap.services", side_effect=lambda: found[0].services)
        return found

    return seen


@pytest.fixture
def desk(capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(capsys)


def stored(world: World, identity: str) -> Offboarding:
    found = world.store.load(identity)
    assert found is not None
    return found.offboarding


def rows(text: str, identity: str) -> Row:
    [found] = [row for row in csv.DictReader(io.StringIO(text)) if row["offboardingId"] == identity]
    return found


def on_the_page(text: str) -> str:
    """What stands beside "Paid until" on the page of one customer."""
    return text.partition("Paid until: ")[2]


def month(world: World, identity: str) -> str:
    return f"{stored(world, identity).updated_at:%Y-%m}"


@pytest.mark.parametrize(("name", "payment"), ENDED.items())
def test_what_is_paid_on_is_the_same_wherever_it_is_told(
    name: str, payment: Payment, see: Callable[[str], Made], desk: Desk
) -> None:
    world, identity = see(name)
    assert desk.type("show", identity, "--json") == 0
    shown = _json(desk.out)
    until = str(shown.get("paidUntil") or "")
    assert (shown["payment"], bool(until)) == (payment.value, payment is Payment.UNTIL_DATE)
    day, minute = until[:10], until[:16].replace("T", " ")
    words = f"{minute} UTC" if until else PAYMENT_WORDS[payment]

    assert desk.type("list", "--json", "--all") == 0
    [listed] = [item for item in _json(desk.out)["items"] if item["offboardingId"] == identity]
    outcome = [event["data"] for event in world.events(stored(world, identity).request.request_id)][-1]
    for told in (listed, outcome):
        assert (told["payment"], told.get("paidUntil")) == (payment.value, shown.get("paidUntil"))

    assert desk.type("show", identity) == 0
    assert f"paid until {words} " in " ".join(desk.out.split())
    for text in (_listed(desk), Browser().get("/console/offboardings.csv").body.decode("utf-8-sig")):
        row = rows(text, identity)
        assert (row["paidUntil"], row["payment"]) == (minute, PAYMENT_WORDS[payment])

    short = day or PAYMENT_WORDS[payment]
    assert (
        on_the_page(Browser().get(f"/console/offboardings/{identity}").text).replace(" .", ".").startswith(f"{short}.")
    )
    line = next(
        cells
        for cells in Browser().get("/console").soup.find_all("tr")
        if cells.find("a", href=f"/console/offboardings/{identity}")
    )
    assert line.find_all("td")[-1].get_text() == short

    assert desk.type("report", "--month", month(world, identity), "--csv") == 0
    row = rows(desk.out.removeprefix("\ufeff"), identity)
    assert (row["paidUntil"], row["payment"]) == (minute, PAYMENT_WORDS[payment])
    assert desk.type("report", "--month", month(world, identity)) == 0
    assert words in " ".join(desk.out.replace('<span class="whole">', "").replace("</span>", "").split())
    assert desk.type("report", identity) == 0
    assert f"<dt>Paid until</dt><dd>{words}</dd>" in desk.out.replace('<span class="whole">', "").replace("</span>", "")


def _listed(desk: Desk) -> str:
    assert desk.type("list", "--csv", "--all") == 0
    return desk.out


def _json(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


@pytest.mark.long
def test_a_batch_and_the_approvals_say_it_too(mocker: MockerFixture) -> None:
    customers = b.customer("Stays", b.nce(name="E3")), b.customer("Asks", b.nce_past_window("+P40D", name="F3"))
    world = World(*customers, OFFBOARDING_APPROVAL="always")
    mocker.patch("shared.composition.bootstrap.services", side_effect=lambda: world.services)
    stays, asks = (world.ask(customer, requestId=customer.name, batchId="June") for customer in customers)
    world.run(for_at_most=timedelta(hours=6))
    page = Browser().get("/console/approvals").soup
    last = world.offboarding(asks).paid_until
    assert last is not None
    cells = [[cell.get_text() for cell in line.find_all("td")] for line in page.find_all("tr")][1:]
    assert {PAYMENT_WORDS[Payment.UNTIL_DONE], f"{last:%Y-%m-%d}"} == {line[-2] for line in cells}
    withdraw(world.offboarding(stays).id, CalledOff(OPERATOR, "they stay"), world.services)
    page = Browser().get("/console/batches/June").soup
    told = {line.select("th")[0].get_text(): line.select("td")[-1].get_text() for line in page.select("tbody tr")}
    assert {"Stays" if name.startswith("Stays") else "Asks": words for name, words in told.items()} == {
        "Stays": RUNS_ON,
        "Asks": f"{last:%Y-%m-%d}",
    }


@pytest.mark.parametrize("name", ["withdrawn_restored", "approval_rejected"])
def test_the_letter_and_the_report_say_of_each_licence_that_no_end_is_known(
    name: str, see: Callable[[str], Made], desk: Desk
) -> None:
    _, identity = see(name)
    for language, words in (("en", RUNS_ON), ("de", "läuft weiter, kein Ende bekannt")):
        assert desk.type("report", identity, "--letter", language) == 0
        assert f'<td class="word">{words}</td><td class="word">–</td>' in desk.out
    assert desk.type("report", identity) == 0
    assert f"<td>{RUNS_ON}</td>" in desk.out
    assert "no end known</li>" in desk.out
    assert desk.type("report", identity, "--csv") == 0
    found = [row for row in csv.DictReader(io.StringIO(desk.out.removeprefix("\ufeff"))) if row["runsOn"] == "yes"]
    assert {row["paidUntil"] for row in found} == {""}


def test_a_plan_alone_is_no_date_of_what_was_stopped(see: Callable[[str], Made], desk: Desk) -> None:
    world, identity = see("stopped")
    plan = stored(world, identity).plan
    assert plan is not None
    assert plan.paid_until is not None
    assert desk.type("show", identity) == 0
    assert f"{plan.paid_until:%Y-%m-%d %H:%M}" not in desk.out


def test_what_was_stored_before_it_was_kept_is_told_by_its_holdings(see: Callable[[str], Made], desk: Desk) -> None:
    world, identity = see("removed_after_wait")
    before = world.store.load(identity)
    assert isinstance(before, Stored)
    assert desk.type("report", "--month", month(world, identity), "--csv") == 0
    told = rows(desk.out.removeprefix("\ufeff"), identity)
    kept = world.store.commit(Change(replace(before.offboarding, settled=None), before.etag))
    try:
        assert desk.type("report", "--month", month(world, identity), "--csv") == 0
        assert rows(desk.out.removeprefix("\ufeff"), identity) == told
        assert desk.type("show", identity, "--json") == 0
        assert _json(desk.out)["payment"] == Payment.UNTIL_DATE.value
    finally:
        assert isinstance(kept, Stored)
        world.store.commit(Change(before.offboarding, kept.etag))


# Who asked, and who approved.


def test_who_asked_and_who_approved_when_stand_in_every_table(
    see: Callable[[str], Made], desk: Desk, tmp_path: Path
) -> None:
    world, identity = see("removed_approved")
    approval = stored(world, identity).approval
    assert approval is not None
    approved = ("Ava Approver (a99707e7-0000-4000-8000-0000000a9970)", f"{approval.at:%Y-%m-%d %H:%M}")
    assert desk.type("export", "-o", str(tmp_path / "l.csv")) == 0
    console = Browser().get("/console/offboardings.csv").body.decode("utf-8-sig")
    for text in (_listed(desk), console, (tmp_path / "l.csv").read_text(encoding="utf-8-sig")):
        row = rows(text, identity)
        assert row["askedBy"] == "by queue, as maria@partner.example"
        assert (row["approvedBy"], row["approvedAt"]) == approved
    assert desk.type("report", "--month", month(world, identity), "--csv") == 0
    row = rows(desk.out.removeprefix("\ufeff"), identity)
    assert (row["approvedBy"], row["approvedAt"]) == approved
    assert desk.type("report", "--month", month(world, identity)) == 0
    page = desk.out.replace('<span class="whole">', "").replace("</span>", "")
    assert f"<bdi>{approved[0]}</bdi><br>{approved[1]} UTC" in page

    assert desk.type("export", "-o", str(tmp_path / "l.xlsx")) == 0
    head, *lines = load_workbook(tmp_path / "l.xlsx").worksheets[0].iter_rows(values_only=True)
    at = dict(zip(map(str, head), lines[0], strict=True))["approvedAt"]
    assert isinstance(at, datetime), "a real date"
    assert abs(at.replace(tzinfo=UTC) - approval.at) < timedelta(seconds=1)


def test_where_neither_was_kept_the_cells_are_empty() -> None:
    head = head_of()
    assert (head.requester, head.approval) == (None, None)
    [row] = sheet_of([summary_view(head).model_dump(mode="json", by_alias=True)]).rows
    assert [dict(zip(COLUMNS, row, strict=True))[name] for name in ("askedBy", "approvedBy", "approvedAt")] == [
        None
    ] * 3


@pytest.mark.parametrize(
    ("kind", "named"),
    [("person", "Ada (id-1)"), ("key", "Ada (key)"), ("queue", "by queue, as Ada"), ("robot", "Ada")],
)
def test_whoever_asked_is_named_as_in_the_reports(kind: str, named: str) -> None:
    [row] = sheet_of([{"requester": {"type": kind, "id": "id-1", "name": "Ada"}}]).rows
    assert dict(zip(COLUMNS, row, strict=True))["askedBy"] == named
    if kind in list(ActorType):
        assert Actor(ActorType(kind), "id-1", "Ada").named == named


# What came back.


def test_the_month_tells_refunds_and_their_sum(see: Callable[[str], Made], desk: Desk, tmp_path: Path) -> None:
    world, identity = see("removed_refunds")
    assert desk.type("report", "--month", month(world, identity)) == 0
    assert "Refunds of 2 returns in all: expected 1292.50 USD; confirmed 1292.50 USD." in desk.out
    assert desk.type("report", "--month", month(world, identity), "--csv") == 0
    row = rows(desk.out.removeprefix("\ufeff"), identity)
    assert row["refunds"] == "expected 1292.50 USD; confirmed 1292.50 USD"
    assert (float(row["refundExpectedUSD"]), float(row["refundConfirmedUSD"])) == (1292.5, 1292.5)
    assert (row["refundExpected"], row["refundConfirmed"]) == (row["refundExpectedUSD"], row["refundConfirmedUSD"])
    assert row["refundCurrency"] == "USD"

    file = tmp_path / "m.xlsx"
    assert desk.type("report", "--month", month(world, identity), "--csv", "-o", str(file)) == 0
    head, line = load_workbook(file).worksheets[0].iter_rows(values_only=True)
    found = dict(zip(map(str, head), line, strict=True))
    assert found["refundConfirmedUSD"] == 1292.5
    assert isinstance(found["endedAt"], datetime)

    assert desk.type("show", identity) == 0
    assert re.search(r"^refunds +1292\.50? USD confirmed$", desk.out, re.MULTILINE)
    assert desk.out.count("refund confirmed: ") == 2
    assert found["endedAt"].replace(tzinfo=UTC) <= stored(world, identity).updated_at


def test_a_month_without_a_return_says_so(see: Callable[[str], Made], desk: Desk) -> None:
    world, identity = see("removed_empty")
    assert desk.type("report", "--month", month(world, identity)) == 0
    assert "Refunds: nothing was returned by what ended in this month." in desk.out
    assert desk.type("report", "--month", month(world, identity), "--csv") == 0
    row = rows(desk.out.removeprefix("\ufeff"), identity)
    assert row["refunds"] == "nothing was returned"
    told = {name: text for name, text in row.items() if name.startswith("refund") and name != "refunds"}
    assert told == {"refundExpected": "", "refundConfirmed": "", "refundCurrency": ""}, "the same columns as ever"
