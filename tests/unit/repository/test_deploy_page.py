"""docs/deploy.md: what it has people type exists, and each page that a stranger needs is found from the README."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from typer.main import get_command

from offboard.__main__ import made
from tests.unit.repository.locks import ROOT
from tests.unit.repository.workflows import WORKFLOWS

PAGE = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
PARAMETERS = (ROOT / "infra" / "main.parameters.json").read_text(encoding="utf-8")
OUTPUTS = re.findall(r"^output (\w+)", (ROOT / "infra" / "main.bicep").read_text(encoding="utf-8"), re.MULTILINE)


def named(pattern: str) -> set[str]:
    found = set(re.findall(pattern, PAGE))
    assert found
    return found


def test_what_is_set_is_read_by_the_deployment() -> None:
    assert named(r"azd env set (\w+)") <= set(re.findall(r"\$\{(\w+)", PARAMETERS))


def test_what_is_asked_of_the_deployment_is_told_by_it() -> None:
    assert named(r"azd env get-value (\w+)") <= set(OUTPUTS)


def test_the_environment_in_github_gets_the_identity_that_deploys() -> None:
    """Not the app's own, whose output has nearly the same name and far more rights."""
    [line] = [line for line in PAGE.splitlines() if "gh variable set AZURE_CLIENT_ID" in line and "production" in line]
    assert re.findall(r"get-value (\w+)", line) == ["AZURE_DEPLOYER_CLIENT_ID"]
    main = (ROOT / "infra" / "main.bicep").read_text(encoding="utf-8")
    assert re.search(r"^output AZURE_DEPLOYER_CLIENT_ID string = .*\bdeployer!\.outputs\.clientId$", main, re.MULTILINE)


def test_what_github_is_given_is_what_azd_says() -> None:
    """The filter of the page, over lines as `azd env get-values` prints them: nothing empty, no other output."""
    [pattern] = re.findall(r"get-values \| grep -E '([^']+)'", PAGE)
    said = {
        'AZURE_ENV_NAME="prod"': True,
        'AZURE_TENANT_ID="t"': True,
        'OFFBOARDING_MODE="live"': True,
        "OFFBOARDING_GRACE_SECONDS=14400": True,
        'OFFBOARDING_ALERT_EMAIL=""': False,
        'AZURE_IDENTITY_CLIENT_ID="i"': False,
        'AZURE_DEPLOYER_CLIENT_ID="d"': False,
        'SERVICE_PIPELINE_NAME="x"': False,
    }
    assert {line: bool(re.search(pattern, line)) for line in said} == said


def test_each_variable_that_a_workflow_reads_is_set_on_the_page() -> None:
    [pattern] = re.findall(r"get-values \| grep -E '([^']+)'", PAGE)
    texts = "".join(path.read_text(encoding="utf-8") for path in WORKFLOWS)
    # By name, or as what deploy.yml takes over into its environment.
    names = set(re.findall(r"\bvars\.(\w+)", texts)) | set(re.findall(r"\$(AZURE_\w+)", texts))
    assert len(names) > 4
    by_hand = set(re.findall(r"gh variable set (\w+)", PAGE))
    assert {name for name in names - by_hand if not re.search(pattern, f'{name}="x"')} == set()


def test_each_command_is_one_and_knows_its_options() -> None:
    commands = get_command(made()).commands  # type: ignore[attr-defined]  # a group has them
    typed = [line.split("#")[0] for line in PAGE.splitlines() if "dev.py offboard " in line]
    assert len(typed) > 5
    for line in typed:
        _, _, rest = line.partition("dev.py offboard ")
        command = commands[rest.split()[0]]
        options = {option for each in command.params for option in each.opts}
        assert (
            command.context_settings.get("ignore_unknown_options")
            or set(re.findall(r"(?<= )--[a-z-]+", rest)) <= options
        )


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_each_block_is_bash() -> None:
    """Not run: it would need Azure. A quote that is missing shows all the same."""
    blocks = re.findall(r"(?:^ {4,}\S.*\n(?:^\s*\n(?=^ {4}))?)+", PAGE, re.MULTILINE)
    commands = [
        block
        for block in blocks
        if re.match(r"\s*(?:az|azd|gh|python3|umask|export|role|me=|subject=|VAULT=|PARTNER)", block)
    ]
    assert len(commands) > 10
    for block in commands:
        typed = re.sub(r"<[a-z][^<>\n]*>", "X", block)
        done = subprocess.run(["bash", "-n"], input=typed, capture_output=True, text=True, check=False)
        assert not done.stderr, f"{block}\n{done.stderr}"


def test_each_workflow_is_one_and_each_is_told_of() -> None:
    there = {path.name for path in (ROOT / ".github" / "workflows").glob("*.yml")}
    assert named(r"`([a-z-]+\.yml)`") == there


def test_each_step_of_the_table_is_a_heading() -> None:
    steps = re.findall(r"^\| \[(\d+ [^\]]+)\]\(#([^)]+)\)", PAGE, re.MULTILINE)
    assert [name.split()[0] for name, _ in steps] == [str(number) for number in range(1, 11)]
    headings = re.findall(r"^## (\d+ .+)$", PAGE, re.MULTILINE)
    assert [heading.split()[0] for heading in headings] == [str(number) for number in range(1, 11)]


@pytest.mark.parametrize("page", ["deploy", "unproven", "security", "cost"])
def test_the_readme_leads_there(page: str) -> None:
    assert f"(docs/{page}.md)" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_what_was_not_tried_is_beside_whoever_deploys() -> None:
    assert "(unproven.md)" in PAGE
