"""The commands of the sign-in, against the running stack: what a person types."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.e2e.support.scenario import small, write_scenario
from tests.e2e.support.stack import ROOT, Addresses, LocalStack

pytestmark = pytest.mark.e2e


def run(command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", f"offboard.{command}", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_doctor_finds_the_stack_in_good_health(addresses: Addresses) -> None:
    done = run("doctor", "--json", "--settings", str(addresses.data / "local.settings.json"))

    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert report["ok"] is True
    assert {item["check"]: item["status"] for item in report["checks"] if item["status"] != "ok"} == {
        "approval": "warning"
    }


@pytest.mark.skipif(os.name == "nt", reason="needs process groups")
def test_doctor_and_consent_take_the_settings_of_a_stack_with_approvals(tmp_path: Path) -> None:
    scenario = write_scenario(tmp_path / "scenario.json", small("Approved Ltd"))
    stack, addresses = LocalStack.start(tmp_path / "data", scenario, "--approval", "always")
    try:
        settings = str(addresses.data / "local.settings.json")
        done = run("doctor", "--settings", settings)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "App Service Authentication cannot be seen from here" in done.stdout
        assert run("consent", "--settings", settings).returncode == 0
        reader = {"Authorization": f"Bearer {addresses.people['Read'].token}"}
        answer = requests.get(f"{addresses.http}/api/doctor", headers=reader, timeout=60).json()
        [found] = [item["text"] for item in answer["checks"] if item["check"] == "approval"]
        assert "the role Offboarding.Approve" in found
        assert "cannot be seen" not in found
    finally:
        stack.kill()


def test_the_consent_stores_a_token_that_the_doctor_likes(addresses: Addresses) -> None:
    settings, file = addresses.data / "local.settings.json", addresses.data / "refresh-token.json"
    before = json.loads(file.read_text(encoding="utf-8"))["refreshToken"]
    done = run("consent", "--settings", str(settings))

    assert done.returncode == 0, done.stdout + done.stderr
    after = json.loads(file.read_text(encoding="utf-8"))["refreshToken"]
    assert after != before
    assert after not in done.stdout + done.stderr
    assert "enter the code" in done.stderr
    assert run("doctor", "--settings", str(settings)).returncode == 0


@pytest.mark.parametrize("command", ["doctor", "consent"])
def test_settings_that_cannot_be_used_are_named_without_a_traceback(command: str, tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"Values": {"OFFBOARDING_CLIENT_SECRET": "recognisable"}}', encoding="utf-8")
    done = run(command, "--settings", str(file))

    assert done.returncode == 2
    assert "OFFBOARDING_CLIENT_ID is required" in done.stderr
    assert "Traceback" not in done.stderr
    assert "recognisable" not in done.stderr
    assert run(command, "--settings", str(tmp_path / "missing.json")).returncode == 2
