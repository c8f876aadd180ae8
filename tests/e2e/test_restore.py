"""The record of a running stack is copied, lost with the machine's disk, put back by command, and gone on with."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from tests.e2e.support.api import Api
from tests.e2e.support.scenario import late, request_for, write_scenario
from tests.e2e.support.stack import ROOT, STORE, Addresses, LocalStack
from tests.e2e.support.tenant import Tenant
from tests.e2e.support.until import until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.long,
    pytest.mark.skipif(STORE == "azurite", reason="Azurite runs as long as the stack, which is stopped for a restore"),
]
NAME = "Restored Ltd"


def offboard(*arguments: str, addresses: Addresses | None = None) -> str:
    """The command as it is typed; fails unless it ends with 0."""
    reach = {}
    if addresses is not None:
        token = addresses.people["Operate"].token
        reach = {"OFFBOARDING_URL": addresses.http, "OFFBOARDING_TOKEN": token}
    done = subprocess.run(
        [sys.executable, "-m", "offboard", *arguments],
        cwd=ROOT,
        env={**os.environ, **reach},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_record_that_was_lost_is_put_back_and_finished(tmp_path: Path) -> None:
    scenario, data = write_scenario(tmp_path / "scenario.json", late(NAME, "+P5D")), tmp_path / "data"
    settings = ("--settings", str(data / "local.settings.json"))
    stack, addresses = LocalStack.start(data, scenario)
    try:
        tenant = Tenant(addresses)
        customer = tenant.customer(NAME)
        Api(addresses).ask(request_for(NAME, "restored", customer))
        identity = str(Api(addresses).follow("restored", {"waiting"})["offboardingId"])
        written = tenant.effects(customer["id"])
        name = offboard("restore", "--take", *settings).split()[0]
        assert stack.interrupt() == 0
    finally:
        stack.kill()
    assert offboard("restore", "--list", *settings).startswith(name)
    assert name in offboard("restore", "newest", "--check", *settings)
    for file in data.glob("offboardings.sqlite3*"):
        file.unlink()
    assert "1 offboarding waits for a person" in offboard("restore", name, "--yes", "--by", "Ada", *settings)

    stack, addresses = LocalStack.start(data, scenario)
    try:
        api, tenant = Api(addresses), Tenant(addresses)
        held = api.show(identity)
        assert (held["status"], held["reason"]["code"]) == ("needs_attention", "record_restored")
        assert held["timeline"][-1]["actor"]["name"] == "Ada"
        assert f"{identity}" in offboard("list", "--status", "needs_attention", "--json", addresses=addresses)
        assert "withdraw it" in offboard("why", identity, addresses=addresses)
        offboard("release", "--reason", "looked at", addresses=addresses)
        everyone = ("resume", "--asking", "record_restored", "--reason", "it still holds")
        offboard(*everyone, "--dry-run", addresses=addresses)
        assert api.show(identity)["reason"]["code"] == "record_restored"
        offboard(*everyone, addresses=addresses)
        waits = api.follow("restored", {"waiting"})
        assert tenant.effects(customer["id"]) == written, "nothing is done again"
        tenant.advance_to(datetime.fromisoformat(waits["nextAttemptAt"]))
        until(lambda: api.show(identity)["status"] == "removed", "the end")
        assert len(tenant.removals(customer["id"])) == 1
    finally:
        stack.kill()
