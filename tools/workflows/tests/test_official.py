"""What GitHub's language service finds. Skipped where Node or the package is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.workflows.official import PACKAGE, ROOT, VERSION, NotFoundHereError, judge
from tools.workflows.tests.plants import FILES, Fault

STEP = '      - run: python -m pip install --require-hashes -r "$FILE"\n'
IDENTIFIED = "  everything:\n    name: .ci/run\n"
FAULTS = [
    Fault("deploy.yml", "needs: package", "needs: packages", "depends on unknown job 'packages'"),
    Fault("infra.yml", "    timeout-minutes: 20\n", "    needs: what-if\n", "at least one job with no dependencies"),
    Fault(
        "deploy.yml", "${{ inputs.provision }}", "${{ inputs.provison }}", "Context access might be invalid: provison"
    ),
    Fault("ci.yml", "${{ matrix.file }}\n", "${{ matrix.files }}\n", "Context access might be invalid: files"),
    Fault("ci.yml", "${{ matrix.file }}\n", "${{ steps.no.outputs.x }}\n", "Context access might be invalid: no"),
    Fault("infra.yml", "${{ runner.temp }}", "${{ needs.bicep.outputs.x }}", "Context access might be invalid: x"),
    Fault("infra.yml", "${{ runner.temp }}", "${{ needs.other.result }}", "Context access might be invalid: other"),
    Fault("infra.yml", "${{ runner.temp }}", "${{ runner.tmp }}", "Context access might be invalid: tmp"),
    Fault("infra.yml", "github.event_name ==", "github.event_nam ==", "Context access might be invalid: event_nam"),
    Fault("infra.yml", "vars.WHAT_IF == 'on'", "vars.WHAT_IF ==", "Unexpected end of expression"),
    Fault("infra.yml", "${{ toJSON(vars) }}", "${{ toJSN(vars) }}", "Unrecognized function: 'toJSN'"),
    Fault(
        "package.yml", "if: github.event_name", "if: steps.x.outcome != '' && github.event_name", "named-value: 'steps'"
    ),
    Fault(
        "deploy.yml",
        "    uses: ./.github/workflows/package.yml",
        "    with: { no: 1 }\n    uses: ./.github/workflows/package.yml",
        "Invalid input, no is not defined",
    ),
    Fault(
        "deploy.yml",
        "./.github/workflows/package.yml #",
        "./.github/workflows/pakage.yml #",
        "Unable to find reusable workflow",
    ),
    Fault("ci.yml", IDENTIFIED, f"{IDENTIFIED}    bogus: 1\n", "Unexpected value 'bogus'"),
]


@pytest.fixture(scope="module")
def found() -> dict[str, tuple[str, ...]]:
    """Of the workflows, and of each with its fault; asked once, because Node takes its time to start."""
    try:
        return dict(judge({**FILES, **{str(fault): fault.text for fault in FAULTS}}))
    except NotFoundHereError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("name", list(FILES))
def test_it_has_nothing_against_what_is_there(name: str, found: dict[str, tuple[str, ...]]) -> None:
    assert found[name] == ()


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_what_is_wrong_is_named(fault: Fault, found: dict[str, tuple[str, ...]]) -> None:
    problems = found[str(fault)]
    assert [problem for problem in problems if fault.said in problem], problems


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OFFBOARDING_ACTIONS", str(tmp_path))
    with pytest.raises(NotFoundHereError, match=r"npm install|no Node"):
        judge({})


@pytest.mark.parametrize("place", [".ci/run", "tools/workflows/README.md"])
def test_everybody_installs_the_same_version(place: str) -> None:
    assert f"{PACKAGE}@{VERSION}" in (ROOT / place).read_text(encoding="utf-8")
