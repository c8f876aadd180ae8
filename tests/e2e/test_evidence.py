"""Evidence as an outsider gets it: by HTTP and from the folder, checked with one file and the key that `up` prints."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.support.api import PATH, Api
from tests.e2e.support.scenario import request_for, small, write_scenario
from tests.e2e.support.stack import ROOT, LocalStack
from tests.e2e.support.tenant import Tenant
from tests.e2e.support.until import until

pytestmark = pytest.mark.e2e


def test_what_was_exported_is_what_is_shown_and_verifies_with_the_printed_key(tmp_path: Path) -> None:
    scenario = write_scenario(tmp_path / "scenario.json", small("Proven Ltd"))
    stack, addresses = LocalStack.start(tmp_path / "data", scenario)
    try:
        api = Api(addresses)
        api.ask(request_for("Proven Ltd", "proven", Tenant(addresses).customer("Proven Ltd")))
        identity = api.follow("proven", {"removed"})["offboardingId"]
        file = tmp_path / "data" / "exported-evidence" / f"{identity}.evidence.jsonl"
        until(file.exists, "the evidence is exported")
        shown = api.call("GET", f"{PATH}/{identity}/evidence")
        assert shown.content == file.read_bytes()
        (tmp_path / "texts.jsonl").write_bytes(api.call("GET", f"{PATH}/{identity}/evidence?part=texts").content)
        (tmp_path / "key.pem").write_text(addresses.evidence_key, encoding="ascii")
        options = ["--key", str(tmp_path / "key.pem"), "--texts", str(tmp_path / "texts.jsonl")]
        verifier = ROOT / "offboard" / "verify_evidence.py"
        command = [sys.executable, "-I", str(verifier), str(file), *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "outcome: removed" in done.stdout
        file.write_bytes(file.read_bytes().replace(b'"status":200', b'"status":201', 1))
        assert subprocess.run(command, capture_output=True, check=False).returncode == 1
    finally:
        stack.kill()
