"""docs/runbook.md: a section for each alert, with commands, pages, settings and links that exist."""

from __future__ import annotations

import re
import shlex
from typing import Any

import pytest
import typer

from offboard.__main__ import made
from shared.composition.settings.table import SETTINGS
from tests.unit.functions.support import TRIGGERS
from tests.unit.infra.alerting.listed import LISTED, Alert
from tests.unit.infra.support import INFRA, ROOT

FILE = ROOT / "docs/runbook.md"
PAGE = FILE.read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^### (\S+)\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))
LABELS = ("Means", "Look", "Do", "Over")
COMMANDS = sorted(set(re.findall(r"(?:^    |`)(offboard .+?)(?:`|$)", PAGE, re.MULTILINE)))
KNOWN: dict[str, Any] = vars(typer.main.get_command(made()))["commands"]
ROUTES = {str(trigger.route) for trigger in TRIGGERS.values() if getattr(trigger, "route", None)}
COMMAND = {"OFFBOARDING_URL", "OFFBOARDING_KEY", "OFFBOARDING_PEOPLE_CLIENT_ID"}
"""What the command reads; all others are settings of the app, or variables of the deployment."""
DEPLOYMENT = set(re.findall(r"\$\{(OFFBOARDING_\w+)", (INFRA / "main.parameters.json").read_text(encoding="utf-8")))


def test_one_section_for_each_alert_and_no_other() -> None:
    titles = re.findall(r"^### (\S+)$", PAGE, re.MULTILINE)
    assert sorted(titles) == sorted(alert.name for alert in (*LISTED.logs, *LISTED.metrics))
    assert len(titles) == len(SECTIONS)


@pytest.mark.parametrize("alert", [*LISTED.logs, *LISTED.metrics], ids=lambda alert: alert.name)
def test_it_says_what_to_look_at_what_to_do_and_when_it_is_over(alert: Alert) -> None:
    section = SECTIONS[alert.name]
    assert re.findall(r"^\*\*(\w+)\*\*", section, re.MULTILINE) == list(LABELS)
    assert section.startswith(f"**Means** ({alert.severity}): ")
    for said in re.split(r"^\*\*\w+\*\*", section, flags=re.MULTILINE)[1:]:
        assert len(said.split()) >= 4


@pytest.mark.parametrize("command", COMMANDS)
def test_commands_and_their_options_exist(command: str) -> None:
    words = shlex.split(command)[1:]
    found = KNOWN[words[0]]
    known = {option for parameter in found.params for option in (*parameter.opts, *parameter.secondary_opts)}
    # Some commands pass what they get on to a program of their own.
    passes_on = found.context_settings.get("ignore_unknown_options", False)
    assert passes_on or {word for word in words if word.startswith("-")} <= known
    required = {parameter.opts[0] for parameter in found.params if parameter.required and parameter.opts[0][0] == "-"}
    if len(words) > 1:
        assert required <= set(words)


def test_the_commands_were_found() -> None:
    assert len(COMMANDS) >= 20


def test_pages_of_the_console_exist() -> None:
    pages = set(re.findall(r"`/(console[\w/{}-]*)`", PAGE))
    assert len(pages) >= 4
    assert pages <= ROUTES


def test_settings_exist() -> None:
    named = set(re.findall(r"\bOFFBOARDING_\w+", PAGE)) - COMMAND
    assert len(named) >= 4
    assert named <= set(SETTINGS) | DEPLOYMENT


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)]*)\)", PAGE)
    assert len(links) > 10
    for link in links:
        path, _, anchor = link.partition("#")
        target = (FILE.parent / path).resolve() if path else FILE
        assert target.exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            anchors = {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}
            assert anchor in anchors, link


def test_queries_and_lines_that_it_names_are_those_of_the_alerts() -> None:
    """A line that a person is told to look for is one that some query looks for, too."""
    queries = "\n".join(file.read_text(encoding="utf-8") for file in (INFRA / "queries").glob("*.kql"))
    for line in ("swept ", "stay in the outbox", "refresh_token_age_days", "denied: ", "offboarding.due.oldest_age"):
        assert line in PAGE
        assert line in queries
