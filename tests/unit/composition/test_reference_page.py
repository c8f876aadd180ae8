"""docs/reference.md says what the enums and their explanations say, nothing more and nothing less."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum

import pytest

from shared.composition.reference.markdown import amount, table
from shared.composition.reference.page import PAGE, SECTIONS, as_text
from shared.composition.settings.table import SETTINGS
from shared.contracts.event_meanings import WHEN_SENT
from shared.contracts.events import EventType
from shared.contracts.problems import STATUSES
from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import ActionKind, Cause
from shared.domain.holdings.ledger import ActionState
from shared.domain.holdings.model import HoldingKind
from shared.domain.offboarding.messages import Who
from shared.domain.offboarding.proofs import ProofName
from shared.domain.offboarding.states import Stage, Status
from shared.domain.offboarding.timeline import ActionStep, TimelineEvent
from shared.pipeline.steps.proofs import CHECKS

ROOT = PAGE.parents[1]


def section(title: str) -> str:
    """The text below a heading of any level, up to the next of the same level or above."""
    found = re.search(rf"^(#+) {re.escape(title)}\n(.*?)(?=^#{{1,2}} |\Z)", as_text(), re.MULTILINE | re.DOTALL)
    assert found is not None, title
    return found[2] if found[1] == "##" else found[2].partition("\n### ")[0]


def rows(title: str, column: int = 0) -> list[str]:
    """The cells that hold nothing but a code."""
    cells = [line.split(" | ")[column] for line in section(title).splitlines() if line.startswith("| `")]
    return re.findall(r"`([^`]+)`", "\n".join(cells))


def test_the_kept_page_is_what_would_be_written() -> None:
    assert PAGE.read_text(encoding="utf-8") == as_text(), "run python3 dev.py schemas"


@pytest.mark.parametrize(
    ("title", "kinds"),
    [
        ("Statuses", [Status, Stage]),
        ("Reasons", [ReasonCode]),
        ("Causes of blockers", [Cause]),
        ("Event types", [EventType]),
        ("Holdings", [HoldingKind, ActionState]),
        ("Proofs", [ProofName]),
    ],
)
def test_every_member_has_a_row_and_every_row_is_a_member(title: str, kinds: list[type[StrEnum]]) -> None:
    assert sorted(rows(title)) == sorted(member.value for kind in kinds for member in kind)


def test_the_timeline_has_every_event_and_the_parts_of_every_family() -> None:
    wanted = [member.value for kind in (TimelineEvent, ActionKind, ActionStep, Who) for member in kind]
    families = ["ACTION.STEP", "state.STATUS.STAGE", "state.STATUS", "fault.CODE"]
    assert sorted(rows("Timeline")) == sorted([*wanted, *families])


def test_every_setting_has_one_row() -> None:
    assert sorted(rows("Settings")) == sorted(SETTINGS)


def test_every_problem_code_has_one_row_with_its_status() -> None:
    shown = re.findall(r"^\| (\d{3}) \| `(\w+)` \|", section("Problems over HTTP"), re.MULTILINE)
    assert sorted(shown) == sorted((str(int(status)), code.value) for code, status in STATUSES.items())


def test_every_type_of_event_is_explained_and_nothing_else_is() -> None:
    assert set(WHEN_SENT) == set(EventType)


def test_every_proof_that_is_checked_is_named() -> None:
    assert list(CHECKS) == [name.value for name in ProofName]


def test_links_to_the_page_lead_to_a_heading() -> None:
    anchors = {"#" + re.sub(r"\W+", "-", title.lower()) for title in re.findall(r"^#+ (.+)$", as_text(), re.MULTILINE)}
    assert {f"#{title.lower().replace(' ', '-')}" for title, _ in SECTIONS} <= anchors
    pages = [ROOT / "README.md", ROOT / "infra" / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    links = {link for page in pages for link in re.findall(r"reference\.md(#[\w-]+)", page.read_text(encoding="utf-8"))}
    assert links, "nothing links to the page"
    assert links <= anchors


def test_a_cell_cannot_break_its_table() -> None:
    for broken in (("a | b", "c"), ("a", "b\nc"), ("a",)):
        with pytest.raises(ValueError, match="no row of a table"):
            table(("x", "y"), [broken])


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (20, "20"),
        (timedelta(seconds=5), "5 s"),
        (timedelta(seconds=90), "90 s"),
        (timedelta(minutes=15), "15 min"),
        (timedelta(hours=48), "2 d"),
        (timedelta(hours=6), "6 h"),
    ],
)
def test_amounts(value: timedelta | int, shown: str) -> None:
    assert amount(value) == shown
