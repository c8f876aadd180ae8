"""docs/security.md: each test that it names exists, each setting and each role too."""

from __future__ import annotations

import ast
import json
import re
from functools import cache

from tests.unit.repository.locks import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", PAGE)


@cache
def functions_of(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below this heading, without its own heads."""
    part = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_each_test_that_is_named_exists() -> None:
    assert len(NAMED) > 40
    lost = [
        (path, name) for path, name in NAMED if not (ROOT / path).is_file() or (name and name not in functions_of(path))
    ]
    assert not lost


def test_each_section_that_applies_is_shown_and_each_chapter_is_spoken_of() -> None:
    found = rows("OWASP ASVS 5.0")
    for section, applies, how, shown in found:
        assert how, section
        assert bool(shown) == (applies != "no"), section
    chapters = {int(number) for section, *_ in found for number in re.findall(r"V(\d+)", section)}
    assert chapters == set(range(1, 18))


def test_times_are_those_of_the_deployment() -> None:
    bicep = (ROOT / "infra" / "main.bicep").read_text(encoding="utf-8")
    for name, shown in (("evidenceDays", "3 650"), ("logRetentionDays", "90")):
        assert f"param {name} int = {shown.replace(' ', '')}" in bicep
        assert f"`{name}` ({shown})" in PAGE
    entities = json.loads((ROOT / "infra" / "servicebus.json").read_text(encoding="utf-8"))
    queues = {each["name"]: each["properties"] for each in entities["queues"]}
    assert queues["offboarding-rejected"]["defaultMessageTimeToLive"] == "P365D"
    kept = {
        each["name"]: each["properties"]["defaultMessageTimeToLive"] for each in entities["topics"][0]["subscriptions"]
    }
    assert kept == {"crm": "P90D", "operations": "P14D", "notify": "P14D"}
    assert "| `OFFBOARDING_RETENTION_DAYS` | `400` |" in (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")


def test_each_role_has_its_line() -> None:
    stolen = " ".join(cells[0] for cells in rows("Who could do what with which stolen identity"))
    roles = [each["value"] for each in json.loads((ROOT / "infra" / "app-roles.json").read_text(encoding="utf-8"))]
    assert [role for role in roles if f".{role.split('.')[1]}" not in stolen] == []
