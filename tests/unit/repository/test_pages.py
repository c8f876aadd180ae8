"""Pages for people: their links lead somewhere, and the commands that they name exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dev import COMMANDS
from tests.unit.repository.locks import ROOT

FOLDERS = ("*.md", "docs/**/*.md", "infra/*.md", "local/*/*.md", ".github/**/*.md")
PAGES = sorted(page for folder in FOLDERS for page in ROOT.glob(folder))
LINK = re.compile(r"\]\(([^)\s]+)\)")
OF_THE_HOST = "../../security/advisories/new"
"""Resolved by the host that shows the page, not by the tree."""
COMMAND = re.compile(r"python3 dev\.py ([a-z]+)")


def anchors(page: Path) -> set[str]:
    """Of its headings, as hosts make them: lower case, punctuation dropped, spaces to hyphens."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def identity(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=identity)
def test_links_lead_somewhere(page: Path) -> None:
    lost = []
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if target.startswith("https://") or target == OF_THE_HOST:
            continue
        name, _, anchor = target.partition("#")
        place = (page.parent / name).resolve() if name else page
        if not place.exists() or (anchor and anchor not in anchors(place)):
            lost.append(target)
    assert not lost


@pytest.mark.parametrize("page", PAGES, ids=identity)
def test_commands_exist(page: Path) -> None:
    named = set(COMMAND.findall(page.read_text(encoding="utf-8")))
    assert named <= set(COMMANDS)


def test_a_newcomer_needs_five_commands_at_most() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert len(re.findall(r"^    python3 dev\.py", text, re.MULTILINE)) <= 5
