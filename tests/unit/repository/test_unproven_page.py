"""docs/unproven.md: whole rows, and no program of the deployment that it leaves out."""

from __future__ import annotations

import re

import pytest

from tests.unit.repository.locks import ROOT

PAGE = (ROOT / "docs" / "unproven.md").read_text(encoding="utf-8")
TABLES = [block for block in PAGE.split("\n\n") if block.startswith("| ")] + [
    part.partition("\n")[2] for part in PAGE.split("\n\n") if part.startswith("## ") and "\n| " in part
]
TYPED = ("deploy.md", "operations.md", "runbook.md", "../infra/README.md")
GROUND = ("documented", "read", "reported", "inferred", "checked", "stated", "contradict", "disagree", "differ", "open")
"""What an answer to "how sure" rests on; whatever is only run here says what stands for Azure."""


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))]


def rows() -> list[list[str]]:
    return [cells(row) for table in TABLES for row in table.splitlines()[2:]]


def test_every_row_answers_every_question() -> None:
    assert len(rows()) > 45
    for table in TABLES:
        head, _, *body = table.splitlines()
        for row in body:
            assert len(cells(row)) == len(cells(head)), row
            assert all(cells(row)), row


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0][:60])
def test_it_says_how_sure_that_is(row: list[str]) -> None:
    assert any(word in row[1] for word in GROUND) or re.search(r"stands? for|here\b", row[1]), row[1]


def test_every_program_that_is_typed_is_among_what_was_not_run() -> None:
    """Of a desk in front of Azure and GitHub; what runs here is run by tests."""
    [row] = [row for row in rows() if row[0].startswith("every command with")]
    listed = set(re.findall(r"`(\w+)`", row[0]))
    typed: set[str] = set()
    for page in TYPED:
        text = (ROOT / "docs" / page).read_text(encoding="utf-8")
        typed |= set(re.findall(r"^ {4,}(az|azd|gh|func|kubectl|terraform|bicep) ", text, re.MULTILINE))
    assert typed == listed
