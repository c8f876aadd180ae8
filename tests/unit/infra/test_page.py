"""infra/README.md says what the Bicep gives to whom, and which variables of the azd environment it takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.unit.infra.support import BICEP_FILES, INFRA, bicep_code

PAGE = (INFRA / "README.md").read_text(encoding="utf-8")
TABLE = PAGE[PAGE.index("## Who may do what") : PAGE.index("## What it costs")]
GUID = re.compile(r"'([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})'")
ROLES = {
    "4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0": "Azure Service Bus Data Receiver",
    "69a216fc-b8fb-44d8-bc22-1f3c2cd27a39": "Azure Service Bus Data Sender",
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe": "Storage Blob Data Contributor",
    "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "Storage Blob Data Owner",
    "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3": "Storage Table Data Contributor",
    "4633458b-17de-408a-b874-0445c86b69e6": "Key Vault Secrets User",
    "12338af0-0e69-4776-bea7-57ae8d297424": "Key Vault Crypto User",
    "3913510d-42f4-4e42-8a64-420c390055eb": "Monitoring Metrics Publisher",
}
PLACES = {
    "crm-access": r"\| the CRM \| (?:queue|subscription)",
    "evidence": r"\| the app \| container `evidence`",
    "keyvault": r"\| the app \| (?:vault|key `evidence`)",
    "monitoring": r"\| the app \| Application Insights",
    "servicebus": r"\| the app \| each queue",
    "servicebus-topic": r"\| the app \| (?:each topic|its own subscription)",
    "storage": r"\| the app \| storage account",
}
"""Module to the beginning of its rows; the table shortens the second of two roles of Service Bus."""
GIVING = [file for file in BICEP_FILES if "Microsoft.Authorization/roleAssignments" in bicep_code(file)]


def rows(module: str) -> str:
    return "\n".join(line for line in TABLE.splitlines() if re.match(PLACES[module], line))


def test_no_module_gives_a_role_unseen() -> None:
    assert {file.stem for file in GIVING} == set(PLACES)


@pytest.mark.parametrize("file", GIVING, ids=lambda file: file.stem)
def test_every_role_that_a_module_gives_stands_in_its_rows_and_no_other(file: Path) -> None:
    code, shown = bicep_code(file), rows(file.stem)
    given = {ROLES[found] for found in GUID.findall(code)}
    assert given
    named = {
        name for name in ROLES.values() if name in shown or (", " + name.removeprefix("Azure Service Bus ")) in shown
    }
    assert named == given
    assert ("only set secrets" in shown) == ("roleDefinitions@" in code)


def test_every_variable_of_the_azd_environment_is_on_the_page() -> None:
    taken = set(re.findall(r"\$\{(OFFBOARDING_\w+)", (INFRA / "main.parameters.json").read_text(encoding="utf-8")))
    assert len(taken) > 10
    assert [name for name in sorted(taken) if name not in PAGE] == []
