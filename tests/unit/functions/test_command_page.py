"""docs/command.md: every line that somebody may copy is typed here, and does what the page says."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from pytest_mock import MockerFixture

from local.simulator.scenario.builder import customer, nce
from local.simulator.scenario.models import CustomerSpec
from local.world.clock import WorldClock
from local.world.world import World
from offboard.__main__ import made
from shared.domain.codes import ReasonCode
from shared.domain.offboarding.record import Reason
from shared.domain.offboarding.states import Stage
from shared.operations.mark import mark_for_attention
from tests.functional.test_override import stuck
from tests.unit.functions.conftest import probe_of
from tests.unit.functions.test_operators_command import PEOPLE, Desk, Terminal
from tests.unit.functions.wire import Wire
from tests.unit.support.worlds import wake_up

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "command.md").read_text(encoding="utf-8")
LINES = [
    re.split(r"\s+(?:#|>|\|)\s", line.strip())[0] for line in PAGE.splitlines() if re.match(r"^ {4,}offboard ", line)
]
CONTOSO = customer("Contoso", nce(name="New", started="-P1D"))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ENDS = {"watch": {0, 7}, "verify-evidence": {3}}
"""Exit codes beside 0: what is watched waits, and no key to trust is given."""


class Page:
    """A world in the state that a line needs, and what its placeholders stand for."""

    def __init__(self, mocker: MockerFixture, desk: Desk) -> None:
        self.desk = desk
        self.words: dict[str, str] = {}
        self._mocker = mocker

    def world(self, found: World) -> World:
        self._mocker.patch("shared.composition.bootstrap.services", side_effect=lambda: found.services)
        self._mocker.patch("shared.composition.bootstrap.probe", side_effect=lambda: probe_of(found))
        self.desk.pause = lambda _: found.run(for_at_most=HOUR)
        self.desk.now = found.clock.now
        return found

    def one(self, spec: CustomerSpec = CONTOSO, **more: Any) -> tuple[World, str]:
        settings = {"OFFBOARDING_APPROVAL": more.pop("approval", "never")}
        world = self.world(World(spec, **settings))
        request = world.ask(spec, **more)
        world.run(for_at_most=HOUR)
        identity = world.offboarding(request).id
        self.words |= {"ID": identity, "contoso.com": next(iter(world.simulator.store.customers)).domain}
        return world, identity


def waits(page: Page) -> None:
    page.one(customer("Contoso", nce(name="Late", started="-P330D", term_ends="+P20D")))


def ended(page: Page) -> None:
    world, _ = page.one()
    world.run()


def asks(page: Page) -> None:
    world, identity = page.one(approval="always")
    plan = world.store.load(identity)
    assert plan is not None
    assert plan.offboarding.plan is not None
    page.words["D"] = plan.offboarding.plan.digest


def later(page: Page) -> None:
    page.one(notBefore=f"{WorldClock().now() + 60 * DAY:%Y-%m-%d}T00:00:00Z", renewals="let_renew")


def attention(page: Page) -> None:
    world, identity = page.one(customer("Contoso", nce(name="Late", started="-P330D", term_ends="+P20D")))
    mark_for_attention(wake_up(world, identity, Stage.VERIFY), Reason(ReasonCode.DEAD_LETTERED, "x"), world.services)


def odd(page: Page) -> None:
    world, identity, key = stuck("hibernated")
    page.world(world)
    page.words |= {"ID": identity, "KEY": key, "contoso.com": next(iter(world.simulator.store.customers)).domain}


def three(page: Page) -> None:
    world = page.world(World(*(customer(f"Contoso {number}", nce(started="-P1D")) for number in range(3))))
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Domain"], *([one.domain] for one in world.simulator.store.customers)):
        sheet.append(row)
    book.save("customers.xlsx")


def decided(page: Page) -> None:
    three(page)
    assert page.desk.type("import", "customers.xlsx", "--reason", "x", "-o", "plan.xlsx") == 0, page.desk.err
    book = load_workbook("plan.xlsx")
    sheet = book["Plan"]
    for row in sheet.iter_rows(min_row=2):
        row[13].value = "offboard"
    book.save("plan.xlsx")


def sent(page: Page) -> None:
    decided(page)
    assert page.desk.type("import", "--apply", "plan.xlsx", "--confirm", "offboard 3", "--json") == 0
    page.words["BATCH"] = json.loads(page.desk.out)["batches"][0]


def saved(page: Page) -> None:
    ended(page)
    assert page.desk.type("evidence", page.words["ID"], "-o", "evidence.jsonl") == 0


def nobody(page: Page) -> None:
    world = page.world(World(CONTOSO))
    page.words["contoso.com"] = next(iter(world.simulator.store.customers)).domain


BEFORE: dict[str, Callable[[Page], object]] = {
    "approve": asks,
    "reject": asks,
    "resume": attention,
    "override": odd,
    "reschedule": later,
    "withdraw": waits,
    "watch": waits,
    "why": waits,
    "plan": nobody,
    "request": nobody,
    "verify-evidence": saved,
    "import --apply": decided,
    "import --template": nobody,
    "import": three,
    "list --batch": sent,
}


@pytest.fixture
def page(
    mocker: MockerFixture, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Page:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / ".data" / "up"
    folder.mkdir(parents=True)
    people = [
        {"name": "Ava", "roles": ["Offboarding.Approve"], "token": "approver"},
        {"name": "All", "roles": ["Offboarding.Approve", "Offboarding.Operate"], "token": "operator"},
    ]
    shown = {"http": "http://127.0.0.1:7071", "functionKey": "the-key", "people": people}
    (folder / "addresses.json").write_text(json.dumps(shown), encoding="utf-8")
    return Page(mocker, Desk(capsys, Wire(PEOPLE)))


@pytest.mark.parametrize("line", LINES)
def test_a_line_of_the_page(page: Page, line: str) -> None:
    words = shlex.split(line)[1:]
    name = (
        next(word for word in words if not word.startswith("--") and word != "Approve")
        if words[0] != "--version"
        else ""
    )
    kind = next((one for one in (" ".join(words[:2]), name) if one in BEFORE), "")
    BEFORE.get(kind, ended)(page)
    typed = [re.sub(r"^[\w.]+$", lambda found: page.words.get(found[0], found[0]), word) for word in words]
    who = "approver" if name in ("approve", "reject") else "operator"
    ask = Terminal(f"{page.words['contoso.com']}\n") if name == "approve" and "--confirm" not in words else None
    more = {"OFFBOARDING_URL": "", "OFFBOARDING_TOKEN": ""} if "--local" in words else None
    assert page.desk.type(*typed, who=who, ask=ask, more=more) in ENDS.get(name, {0}), page.desk.err
    assert "Traceback" not in page.desk.err


def test_every_command_has_an_example() -> None:
    known = {one.name for one in made().registered_commands}
    shown = {word for line in LINES for word in line.split()[1:]}
    at_a_desk = {"consent", "restore"}
    assert known - shown == at_a_desk
    assert at_a_desk <= set(re.findall(r"offboard ([a-z]+)", PAGE))


def test_every_exit_code_is_explained() -> None:
    from offboard.operate.exits import Exit

    rows = {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)}
    assert rows == {code.value for code in Exit}
