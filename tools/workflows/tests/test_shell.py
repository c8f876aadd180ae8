"""What ShellCheck finds in the scripts of workflows."""

from __future__ import annotations

import pytest

from tools.workflows.shell import objections
from tools.workflows.tests.plants import FILES, Fault

FAULTS = [
    Fault("ci.yml", '-r "$FILE"', "-r $FILE", "SC2086"),
    Fault("deploy.yml", 'if [ "$PROVISION" = true ]; then', 'if [ "$PROVISION" = true ] then', "SC1"),
    Fault("deploy.yml", "while IFS= read -r -d '' pair;", "while IFS= read -d '' pair;", "SC2162"),
    Fault("infra.yml", "          code=0\n", "          cod=0\n", "SC2034"),
    Fault("infra.yml", 'exit "$code"', 'cd "$RUNNER_TEMP"; exit "$code"', "SC2164"),
]


@pytest.mark.parametrize("name", list(FILES))
def test_it_has_nothing_against_what_is_there(name: str) -> None:
    assert objections(FILES[name]) == ()


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_what_is_wrong_is_named(fault: Fault) -> None:
    found = objections(fault.text)
    assert [each for each in found if fault.said in each], found
    assert all("step" in each for each in found)
