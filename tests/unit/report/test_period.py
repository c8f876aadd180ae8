"""The report of a month, and the calendar."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar
from pytest_mock import MockerFixture

from local.simulator.scenario import builder as b
from local.world.world import World
from shared.domain.errors import InvalidRequestError
from shared.operations.front_door import FrontDoor
from shared.report.calendar import calendar
from shared.report.period import month_of
from shared.report.report import month_report
from tests.functional.endings import ENDINGS

NOW = b.customer("Now Ltd", b.nce(name="E3", started="-P1D"))
LATER = b.customer('=HYPERLINK("x") Later', b.nce(name="F3; a, b\\n", started="-P40D"), domain="later.onmicrosoft.com")


@pytest.fixture
def world() -> World:
    found = World(NOW, LATER)
    found.ask(NOW, requestId="now", reason="=1+1")
    found.ask(LATER, requestId="later")
    found.run(for_at_most=timedelta(hours=1))
    return found


def month(world: World) -> str:
    return f"{world.offboarding('now').updated_at:%Y-%m}"


def test_what_ended_in_the_month_is_listed_and_what_lives_is_counted(world: World) -> None:
    page = month_report("", {"month": month(world)}, world.services).content.decode()
    assert "1 ended: 1 removed." in page
    assert "1 waiting" in page
    assert "Now Ltd" in page
    assert "HYPERLINK" not in page
    assert "None ended." in month_report("", {"month": "2001-01"}, world.services).content.decode()


def test_as_a_table_it_has_no_formula(world: World) -> None:
    found = month_report("text/csv", {"month": month(world), "code": "key"}, world.services)
    [line] = csv.DictReader(io.StringIO(found.content.decode("utf-8-sig")))
    assert (line["customer"], line["status"], line["reason"]) == ("Now Ltd", "removed", "'=1+1")


@pytest.mark.parametrize(
    ("name", "what", "by", "why"),
    [
        ("approval_rejected", "rejected", "Ava Approver", "the customer pays again"),
        ("withdrawn_restored", "withdrawn", "", ""),
        ("removed_empty", "", "", ""),
    ],
)
def test_who_rejected_or_withdrew_stands_beside_who_asked(name: str, what: str, by: str, why: str) -> None:
    ended, identity = ENDINGS[name]()
    head = next(one for one in ended.all() if one.id == identity)
    if head.withdrawal is not None:
        by, why = head.withdrawal.by.name, head.withdrawal.why
    query = {"month": f"{head.updated_at:%Y-%m}"}
    table = month_report("text/csv", query, ended.services).content.decode("utf-8-sig")
    [line] = [one for one in csv.DictReader(io.StringIO(table)) if one["offboardingId"] == identity]
    assert (line["decision"], line["decisionReason"]) == (what, why)
    assert line["decidedBy"].startswith(by)
    assert bool(line["decidedBy"]) is bool(line["decidedAt"]) is bool(what)
    page = month_report("", query, ended.services).content.decode()
    assert re.findall(r"(?:<td>|<br>)(rejected|withdrawn) by", page) == [what] * bool(what)


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-1", "11/2026", "2026-11-01", "\u0662026-11"])
def test_what_is_no_month_is_refused(world: World, text: str) -> None:
    with pytest.raises(InvalidRequestError, match="must be a month such as"):
        month_report("", {"month": text}, world.services)


def test_a_month_begins_and_ends_in_utc() -> None:
    assert month_of("2026-12") == (datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


def test_nothing_else_is_asked(world: World) -> None:
    with pytest.raises(InvalidRequestError, match="week"):
        month_report("", {"week": "1"}, world.services)


def test_the_calendar_has_what_will_happen(world: World) -> None:
    found = Calendar.from_ical(calendar(world.services, "https://app/console"))
    events = {str(event["summary"]): event for event in found.walk("VEVENT")}
    assert set(events) == {
        'Term ends: =HYPERLINK("x") Later: F3; a, b\\n',
        'Removal expected: =HYPERLINK("x") Later',
    }
    term = next(iter(events.values()))
    head = world.offboarding("later")
    assert term.decoded("dtstart") == head.paid_until
    assert str(term["url"]) == f"https://app/console/offboardings/{head.id}"


def test_an_entry_keeps_its_id_and_ids_differ(world: World) -> None:
    once, twice = (
        [str(event["uid"]) for event in Calendar.from_ical(calendar(world.services)).walk("VEVENT")] for _ in range(2)
    )
    assert once == twice
    assert len({*once}) == len(once)


@pytest.mark.parametrize(("key", "opens"), [("the key", True), ("another", False), ("", False)])
def test_a_key_of_the_calendar_opens_it(door_keys: FrontDoor, key: str, opens: bool) -> None:
    assert door_keys.opens_calendar(key) is opens


@pytest.fixture
def door_keys(mocker: MockerFixture) -> FrontDoor:
    keys = frozenset({hashlib.sha256(b"the key").hexdigest()})
    return replace(FrontDoor(authentication=True, platform=mocker.Mock()), calendar_keys=keys)
