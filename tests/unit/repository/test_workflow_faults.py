"""Each rule of the workflows finds its fault: those of the hooks, and those of test_workflows.py."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.repository import test_workflows as rules
from tests.unit.repository.locks import ROOT
from tests.unit.repository.workflows import read

HERE = ROOT / ".github" / "workflows"
SCHEMA = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows"]
ZIZMOR = [str(Path(sys.executable).with_name("zizmor")), "--offline", "--quiet", "--persona", "pedantic", "--no-config"]
CHECKOUT = "actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2"
LIMIT = "    timeout-minutes: 60\n"
RUN = "run: bash .ci/run"
TITLE = "${{ github.event.pull_request.title }}"


def planted(folder: Path, was: str, becomes: str, file: str = "ci.yml") -> Path:
    """A copy of the workflow with the fault, where a repository would have it."""
    text = (HERE / file).read_text(encoding="utf-8")
    assert was in text, f"{file} has changed: plant this fault elsewhere"
    made = folder / ".github" / "workflows" / file
    made.parent.mkdir(parents=True)
    made.write_text(text.replace(was, becomes, 1), encoding="utf-8")
    return made


def said(command: list[str], path: Path) -> tuple[int, str]:
    done = subprocess.run([*command, str(path)], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.long
@pytest.mark.parametrize(
    ("was", "becomes", "finds"),
    [
        (LIMIT, "    timeout-minutes: soon\n", "timeout-minutes"),
        (LIMIT, LIMIT + "    bogus: 1\n", "bogus"),
        ("runs-on: ubuntu-24.04", "runs: ubuntu-24.04", "runs-on"),
        ("contents: read", "contents: wrote", "wrote"),
    ],
)
def test_the_schema(was: str, becomes: str, finds: str, tmp_path: Path) -> None:
    code, text = said(SCHEMA, planted(tmp_path, was, becomes))
    assert code == 1
    assert finds in text


@pytest.mark.long
@pytest.mark.parametrize(
    ("was", "becomes", "finds"),
    [
        (RUN, f'run: echo "{TITLE}"', "template-injection"),
        (CHECKOUT, "actions/checkout@v6", "unpinned-uses"),
        ("        with:\n          persist-credentials: false\n", "", "artipacked"),
        ("permissions: {}", "permissions: write-all", "excessive-permissions"),
        ("  pull_request:\n", "  pull_request_target:\n", "dangerous-triggers"),
    ],
)
def test_zizmor(was: str, becomes: str, finds: str, tmp_path: Path) -> None:
    code, text = said(ZIZMOR, planted(tmp_path, was, becomes))
    assert code > 10, text
    assert finds in text


@pytest.mark.long
def test_neither_finds_anything_in_the_original(tmp_path: Path) -> None:
    path = planted(tmp_path, RUN, RUN)
    assert [said(command, path)[0] for command in (SCHEMA, ZIZMOR)] == [0, 0]


@pytest.mark.parametrize(
    ("rule", "was", "becomes"),
    [
        (rules.test_actions_are_pinned_to_a_commit_and_say_their_version, CHECKOUT, "actions/checkout@v6"),
        (rules.test_actions_are_pinned_to_a_commit_and_say_their_version, " # v6.0.2", ""),
        (rules.test_a_workflow_gives_nothing_that_a_job_does_not_ask_for, "permissions: {}", "permissions: read-all"),
        (rules.test_the_token_is_not_left_in_a_checkout, "persist-credentials: false", "persist-credentials: true"),
        (rules.test_nothing_runs_with_rights_for_code_from_outside, "  pull_request:", "  pull_request_target:"),
        (rules.test_no_secret_is_named, "${{ matrix.file }}\n", "${{ secrets.KEY }}\n"),
        (rules.test_no_expression_becomes_code, RUN, f"run: echo {TITLE}"),
        (rules.test_what_runs_is_bash, RUN, "run: if true"),
        (rules.test_runs_of_the_same_do_not_meet, "concurrency:\n  group:", "concurrency:\n  grup:"),
    ],
)
def test_a_rule_of_each_workflow(rule: Callable[[Path], None], was: str, becomes: str, tmp_path: Path) -> None:
    rule(HERE / "ci.yml")
    with pytest.raises((AssertionError, KeyError)):
        rule(planted(tmp_path, was, becomes))


@pytest.mark.parametrize(
    ("rule", "file", "job", "was", "becomes"),
    [
        (rules.test_every_job_ends, "ci.yml", "everything", LIMIT, ""),
        (rules.test_every_job_ends, "ci.yml", "everything", LIMIT, "    timeout-minutes: 360\n"),
        (
            rules.test_who_may_sign_in_or_sign_runs_nothing_of_a_pull_request,
            "infra.yml",
            "what-if",
            "ref: ${{ github.event.pull_request.base.sha }}",
            "ref: ${{ github.event.pull_request.head.sha }}",
        ),
        (
            rules.test_who_may_sign_in_or_sign_runs_nothing_of_a_pull_request,
            "package.yml",
            "attest",
            "    if: github.event_name != 'pull_request'\n",
            "    if: always()\n",
        ),
        (
            rules.test_who_signs_in_to_azure_has_an_environment_and_no_secret,
            "infra.yml",
            "what-if",
            "    environment: what-if\n",
            "",
        ),
        (
            rules.test_who_signs_in_to_azure_has_an_environment_and_no_secret,
            "deploy.yml",
            "deploy",
            "client-id: ${{ vars.AZURE_CLIENT_ID }}",
            "creds: ${{ vars.AZURE_CREDENTIALS }}",
        ),
    ],
)
def test_a_rule_of_each_job(
    rule: Callable[[str, str, dict[str, object]], None], file: str, job: str, was: str, becomes: str, tmp_path: Path
) -> None:
    workflow = file.removesuffix(".yml")
    rule(workflow, job, read(HERE / file)["jobs"][job])
    with pytest.raises((AssertionError, KeyError)):
        rule(workflow, job, read(planted(tmp_path, was, becomes, file))["jobs"][job])
