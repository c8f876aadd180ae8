"""What .vscode offers exists: commands, modules, settings."""

from __future__ import annotations

import json
from importlib.util import find_spec
from typing import Any

import pytest

from dev import COMMANDS
from shared.composition.settings import read_settings
from tests.unit.repository.locks import ROOT
from tests.unit.test_settings import GOOD

TASKS: list[dict[str, Any]] = json.loads((ROOT / ".vscode" / "tasks.json").read_text(encoding="utf-8"))["tasks"]
LAUNCH: dict[str, Any] = json.loads((ROOT / ".vscode" / "launch.json").read_text(encoding="utf-8"))
DEBUGGED: list[dict[str, str]] = [
    *(task["options"]["env"] for task in TASKS if "options" in task),
    *(item["env"] for item in LAUNCH["configurations"] if "env" in item),
]


@pytest.mark.parametrize("task", TASKS, ids=lambda task: str(task["label"]))
def test_a_task_is_a_command_of_dev_py(task: dict[str, Any]) -> None:
    assert task["args"][0] == "dev.py"
    assert task["args"][1] in COMMANDS


@pytest.mark.parametrize("item", LAUNCH["configurations"], ids=lambda item: str(item["name"]))
def test_what_is_launched_is_a_module(item: dict[str, Any]) -> None:
    if item["request"] == "launch":
        assert find_spec(item["module"]) is not None


def test_the_host_and_the_claim_outlast_a_breakpoint() -> None:
    """Environment wins over the stack's settings; the claim has to outlast the function, as everywhere."""
    assert len(DEBUGGED) == 2
    for environment in DEBUGGED:
        own = {name: value for name, value in environment.items() if name.startswith("OFFBOARDING_")}
        assert environment == {"AzureFunctionsJobHost__functionTimeout": "01:00:00", **own}
        assert read_settings(GOOD | own).pace.claim.total_seconds() > 3600
