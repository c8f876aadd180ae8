"""The workflows trust as little as possible. Their schema, and zizmor's rules, are hooks' matter."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.unit.repository.locks import PYTHONS
from tests.unit.repository.workflows import ALLOWED, WORKFLOWS, jobs, named, read, steps, uses

PINNED = re.compile(r"uses: ([\w.-]+/[\w.-]+)(?:/[\w./-]+)?@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)")
OWN = "uses: ./.github/workflows/package.yml # zizmor: ignore[self-repository] "
EACH = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
EACH_JOB = pytest.mark.parametrize(
    ("workflow", "name", "job"), jobs(), ids=lambda found: found if str(found) == found else ""
)


def used(path: Path) -> list[str]:
    lines = [line.strip().removeprefix("- ") for line in path.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line.startswith("uses:")]


@EACH
def test_actions_are_pinned_to_a_commit_and_say_their_version(path: Path) -> None:
    found = used(path)
    assert found
    assert not [line for line in found if not PINNED.fullmatch(line) and not line.startswith(OWN)]


def test_an_action_is_the_same_everywhere() -> None:
    found = defaultdict(set)
    for path in WORKFLOWS:
        for line in used(path):
            if match := PINNED.fullmatch(line):
                found[match[1].lower()].add(match.group(2, 3))
    assert len(found) > 5
    assert not {name: pins for name, pins in found.items() if len(pins) > 1}


@EACH
def test_a_workflow_gives_nothing_that_a_job_does_not_ask_for(path: Path) -> None:
    assert read(path)["permissions"] == {}


def test_each_job_may_do_what_was_agreed() -> None:
    assert {(workflow, name): job["permissions"] for workflow, name, job in jobs()} == ALLOWED


@EACH
def test_the_token_is_not_left_in_a_checkout(path: Path) -> None:
    for step in steps(read(path)):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@EACH
def test_nothing_runs_with_rights_for_code_from_outside(path: Path) -> None:
    """These two run with the repository's own rights, whoever made the pull request."""
    assert not {"pull_request_target", "workflow_run"} & set(read(path)["on"])


@EACH
def test_no_secret_is_named(path: Path) -> None:
    """Azure believes GitHub's own word (OIDC); so there is none that a job, a log or a fork could give away."""
    assert not re.findall(r"\bsecrets\b\s*[.:\[]", path.read_text(encoding="utf-8"))


@EACH
def test_no_expression_becomes_code(path: Path) -> None:
    """What stands in a `run` is put there before the shell reads it: a branch's name could be a command."""
    assert not [step["run"] for step in steps(read(path)) if "${{" in step.get("run", "")]


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
@EACH
def test_what_runs_is_bash(path: Path) -> None:
    for step in steps(read(path)):
        done = subprocess.run(["bash", "-n"], input=step.get("run", ""), capture_output=True, text=True, check=False)
        assert not done.stderr, step


@EACH
def test_runs_of_the_same_do_not_meet(path: Path) -> None:
    assert read(path)["concurrency"]["group"]


@EACH_JOB
def test_every_job_ends(workflow: str, name: str, job: dict[str, Any]) -> None:
    assert "uses" in job or job["timeout-minutes"] <= 60


@EACH_JOB
def test_who_may_sign_in_or_sign_runs_nothing_of_a_pull_request(workflow: str, name: str, job: dict[str, Any]) -> None:
    if "id-token" not in job["permissions"] or "pull_request" not in named(workflow)["on"]:
        return
    condition = " ".join(job["if"].split())
    ours = "github.event.pull_request.head.repo.full_name == github.repository"
    assert ours in condition or condition == "github.event_name != 'pull_request'"
    for step in uses(job, "actions/checkout"):
        assert step["with"]["ref"] == "${{ github.event.pull_request.base.sha }}"


@EACH_JOB
def test_who_signs_in_to_azure_has_an_environment_and_no_secret(workflow: str, name: str, job: dict[str, Any]) -> None:
    for step in uses(job, "azure/login"):
        assert job["environment"]
        assert job["permissions"]["id-token"] == "write"
        assert set(step["with"]) == {"client-id", "tenant-id", "subscription-id"}
        assert all(re.fullmatch(r"\$\{\{ vars\.AZURE_\w+ \}\}", value) for value in step["with"].values())


def test_who_signs_has_no_code_of_the_repository() -> None:
    attest = named("package")["jobs"]["attest"]
    assert not uses(attest, "actions/checkout")
    assert not [step for step in attest["steps"] if "run" in step]
    provenance = uses(attest, "actions/attest-build-provenance")
    assert [step["with"]["subject-path"] for step in provenance] == ["dist/*"]


def test_what_is_deployed_was_attested_first() -> None:
    """Of this commit, by the package workflow: a zip that somebody else uploaded is refused before anybody signs in."""
    deploy = named("deploy")["jobs"]["deploy"]
    assert deploy["needs"] == "package"
    order = [step.get("uses", step.get("run", "")) for step in deploy["steps"]]
    places = [
        next(place for place, text in enumerate(order) if word in text)
        for word in ("gh attestation verify", "azure/login@", "azd deploy")
    ]
    assert places == sorted(places)
    verify = order[places[0]]
    assert "--signer-workflow" in verify
    assert '--source-digest "$GITHUB_SHA"' in verify


def test_a_deployment_is_asked_for_from_main_or_a_release_and_never_broken_off() -> None:
    deploy = named("deploy")
    assert set(deploy["on"]) == {"workflow_dispatch"}
    assert deploy["jobs"]["package"]["if"] == "github.ref == 'refs/heads/main' || startsWith(github.ref, 'refs/tags/v')"
    assert deploy["concurrency"]["cancel-in-progress"] is False


def test_what_if_changes_nothing() -> None:
    what_if = named("infra")["jobs"]["what-if"]
    commands = [line for step in what_if["steps"] for line in step.get("run", "").splitlines() if "az " in line]
    assert [line.strip().split("--")[0].strip() for line in commands] == ["az deployment sub what-if"]
    assert "GITHUB_STEP_SUMMARY" in str(what_if["steps"])


def test_continuous_integration_is_the_script_and_each_python() -> None:
    workflow = named("ci")
    assert "bash .ci/run" in [step.get("run") for step in workflow["jobs"]["everything"]["steps"]]
    matrix = workflow["jobs"]["requirements"]["strategy"]["matrix"]
    assert matrix == {"python": list(PYTHONS), "file": ["requirements.txt", "requirements-dev.txt"]}
    assert "--require-hashes" in str(workflow["jobs"]["requirements"]["steps"])
