"""What will happen, over HTTP and by command: as a table, JSON, CSV, a calendar, and an address to subscribe to."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import logging
import re
import stat
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from icalendar import Calendar
from pytest_mock import MockerFixture

from local.simulator.scenario.builder import customer, nce
from local.world.world import World
from shared.operations.front_door import FrontDoor
from shared.report import calendar as calendars
from tests.unit.functions.support import KEY, call
from tests.unit.functions.test_operators_command import Desk, Terminal

LATE = customer("Late Ltd", nce(name="=E3", started="-P330D", term_ends="+P20D"))
OPEN = customer("Open Ltd", nce(name="F3", started="-P1D"))
ENDED = customer("Ended Ltd")
EXPECTED = ["approval_is_due", "window_closes", "term_ends", "removal_expected"]


@pytest.fixture
def world(mocker: MockerFixture) -> World:
    """One waits for the end of a term, one for its approval; one has ended."""
    found = World(LATE, OPEN, ENDED, OFFBOARDING_APPROVAL="irreversible")
    mocker.patch("shared.composition.bootstrap.services", side_effect=lambda: found.services)
    for number, spec in enumerate((LATE, OPEN, ENDED)):
        found.ask(spec, requestId=f"r-{number}", dryRun=spec is ENDED)
    found.run(for_at_most=timedelta(hours=1))
    return found


@pytest.fixture
def desk(capsys: pytest.CaptureFixture[str], world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.chdir(tmp_path)
    return Desk(capsys)


def identity(world: World, request: str) -> str:
    return next(item.id for item in world.all() if item.request.request_id == request)


def test_what_happens_is_listed_soonest_first(world: World) -> None:
    answer = call("list_moments", headers=KEY)
    items = answer.json["items"]
    assert (answer.status, answer.json["more"]) == (200, False)
    assert [item["what"] for item in items] == EXPECTED
    assert [item["at"] for item in items] == sorted(item["at"] for item in items)
    assert [item["customer"]["companyName"] for item in items] == ["Open Ltd", "Open Ltd", "Late Ltd", "Late Ltd"]
    assert [item.get("about") for item in items] == [None, None, "=E3", None]
    assert items[2]["offboardingId"] == identity(world, "r-0")
    assert call("list_moments", headers={**KEY, "if-none-match": answer.headers["ETag"]}).status == 304


def test_the_same_is_a_calendar_for_a_program(world: World) -> None:
    answer = call("list_moments", headers={**KEY, "accept": "text/calendar, */*;q=0.1"})
    assert (answer.type, answer.headers["Vary"]) == ("text/calendar", "Accept")
    assert len(Calendar.from_ical(answer.body).walk("VEVENT")) == len(EXPECTED)


FILTERS = [
    ({"status": "waiting"}, EXPECTED[2:]),
    ({"status": "removed,planned"}, []),
    ({"text": "open"}, EXPECTED[:2]),
    ({"requestId": "r-0"}, EXPECTED[2:]),
    ({"requestId": "r-0", "status": "awaiting_approval"}, []),
    ({"requestId": "r-2"}, []),
    ({"requestId": "nobody"}, []),
    ({"customerTenantId": ""}, EXPECTED),
]


@pytest.mark.parametrize(("query", "wanted"), FILTERS, ids=str)
def test_the_filters_of_the_list_narrow_it(
    world: World, door: FrontDoor, mocker: MockerFixture, query: dict[str, str], wanted: list[str]
) -> None:
    keys = frozenset({hashlib.sha256(b"secret").hexdigest()})
    mocker.patch("shared.composition.bootstrap.front_door", return_value=replace(door, calendar_keys=keys))
    items = call("list_moments", headers=KEY, query=query).json["items"]
    assert [item["what"] for item in items] == wanted
    subscribed = call("get_calendar", headers={}, query={**query, "key": "secret"})
    assert len(Calendar.from_ical(subscribed.body).walk("VEVENT")) == len(wanted)


@pytest.mark.long
@pytest.mark.parametrize("name", ["sort", "limit", "after", "before", "Key"])
def test_what_is_no_filter_is_refused(world: World, name: str) -> None:
    for function in ("list_moments", "get_calendar"):
        answer = call(function, query={name: "due"})
        assert (answer.status, answer.json["code"], answer.json["field"]) == (422, "unknown_field", name)


def test_it_says_where_there_is_more(world: World, monkeypatch: pytest.MonkeyPatch, desk: Desk) -> None:
    monkeypatch.setattr(calendars, "MOST", 1)
    assert desk.type("calendar") == 0
    assert len(desk.out.splitlines()) == 3
    assert "There are more offboardings" in desk.err


# The command.


def test_it_is_shown_as_a_table(world: World, desk: Desk) -> None:
    assert desk.type("calendar", who="key") == 0, desk.err
    head, *rows = desk.out.splitlines()
    assert head.split() == ["WHEN", "WHAT", "CUSTOMER", "HOLDING", "OFFBOARDING"]
    assert [re.split(r"\s{2,}", row)[1:3] for row in rows] == [
        ["approval is due", "Open Ltd"],
        ["window closes", "Open Ltd"],
        ["term ends", "Late Ltd"],
        ["removal expected", "Late Ltd"],
    ]
    assert rows[2].split()[-2:] == ["=E3", identity(world, "r-0")]
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC  ", rows[0])
    assert desk.type("calendar", "--text", "nobody") == 0
    assert desk.out == "Nothing is known to happen.\n"


def test_it_is_told_to_programs_and_spreadsheets(world: World, desk: Desk) -> None:
    assert desk.type("calendar", "--json", "--status", "waiting") == 0
    told = json.loads(desk.out)
    assert [item["what"] for item in told["items"]] == EXPECTED[2:]
    assert desk.type("calendar", "--csv") == 0
    rows = list(csv.DictReader(io.StringIO(desk.out)))
    assert [row["what"] for row in rows] == EXPECTED
    assert rows[2]["holding"] == "'=E3", "a spreadsheet must not calculate it"
    assert desk.type("calendar", "--status", "gone") == 1
    assert "must be one of" in desk.err


def test_it_is_saved_for_a_calendar(world: World, desk: Desk) -> None:
    assert desk.type("calendar", "--ics", "c.ics", "--text", "late") == 0
    saved = Calendar.from_ical(Path("c.ics").read_bytes())
    assert [str(one["summary"]) for one in saved.walk("VEVENT")] == [
        "Term ends: Late Ltd: =E3",
        "Removal expected: Late Ltd",
    ]
    assert desk.type("calendar", "--ics", "c.ics") == 2, "it is there already"
    assert desk.type("calendar", "--ics", "-", "--quiet", "--text", "late") == 0
    assert Calendar.from_ical(desk.out).walk("VEVENT") == saved.walk("VEVENT")


class Screen(io.StringIO):
    """A terminal that is written to."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


def opened(world: World, door: FrontDoor, mocker: MockerFixture, address: str, digest: str) -> int:
    """What a program gets at the address, where the app has the digest."""
    found = replace(door, calendar_keys=frozenset({digest}))
    mocker.patch("shared.composition.bootstrap.front_door", return_value=found)
    query = dict(parse_qsl(urlsplit(address).query))
    answer = call("get_calendar", headers={}, query=query)
    return len(Calendar.from_ical(answer.body).walk("VEVENT")) if answer.status == 200 else -answer.status


def test_an_address_to_subscribe_to_is_kept_in_a_file(
    world: World, desk: Desk, door: FrontDoor, mocker: MockerFixture, log: pytest.LogCaptureFixture
) -> None:
    assert desk.type("calendar", "--link", "-o", "address.txt", "--status", "waiting") == 0, desk.err
    address = Path("address.txt").read_text("utf-8").strip()
    key = dict(parse_qsl(urlsplit(address).query))["key"]
    assert address.startswith("http://127.0.0.1:7071/api/calendar.ics?status=waiting&key=")
    assert len(key) >= 43
    assert key not in desk.out + desk.err + log.text
    assert desk.sent == []
    if sys.platform != "win32":
        assert stat.S_IMODE(Path("address.txt").stat().st_mode) == 0o600
    (digest,) = re.findall(r"[0-9a-f]{64}", desk.out)
    assert opened(world, door, mocker, address, digest) == 2
    assert opened(world, door, mocker, address, "0" * 64) == -401
    assert desk.type("calendar", "--link", "-o", "address.txt") == 2, "it is there already"


def test_an_address_goes_to_a_terminal_and_into_no_pipe(
    world: World, desk: Desk, door: FrontDoor, mocker: MockerFixture, log: pytest.LogCaptureFixture
) -> None:
    assert desk.type("calendar", "--link") == 2
    assert "stdout is no terminal" in desk.err
    assert "key=" not in desk.out
    screen = Screen()
    mocker.patch("sys.stdout", screen)
    assert desk.type("calendar", "--link", ask=Terminal()) == 0
    address = screen.getvalue().splitlines()[0]
    (digest,) = re.findall(r"[0-9a-f]{64}", screen.getvalue())
    assert opened(world, door, mocker, address, digest) == len(EXPECTED)
    assert "key=" not in desk.err + log.text


@pytest.mark.long
@pytest.mark.parametrize(
    "words",
    [("--ics", "c.ics", "--csv"), ("--link", "--json"), ("--csv", "--json"), ("-o", "x.ics"), ("--csv", "-o", "x.csv")],
    ids=" ".join,
)
def test_what_does_not_go_together_is_refused(world: World, desk: Desk, words: tuple[str, ...]) -> None:
    assert desk.type("calendar", *words) == 2
    assert (desk.sent, list(Path().iterdir())) == ([], [])
