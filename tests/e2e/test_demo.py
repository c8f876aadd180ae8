"""The demo ends well and shows how: both timelines, all proofs, the evidence."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.support.stack import ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

CUSTOMERS = ("Contoso Bakery", "Fabrikam Logistics")
CALLED_OFF = "Northwind Traders"
PROOFS = 7
LATE = "did not arrive in time"
"""What the sweeper says of a wake-up that it had to send again (shared/upkeep/sweep.py)."""


@pytest.mark.parametrize(
    ("options", "seconds"),
    [
        pytest.param((), 110, id="one host"),
        pytest.param(("--like-azure",), 1000, id="like Azure", marks=pytest.mark.timeout(1100)),
    ],
)
def test_the_demo_removes_two_customers_restores_a_third_and_shows_how(
    tmp_path: Path, options: tuple[str, ...], seconds: float
) -> None:
    command = [sys.executable, "-m", "local.stack", "demo", "--data", str(tmp_path / "data"), *options]
    given: dict[str, Any] = {"cwd": ROOT, "stdin": subprocess.DEVNULL, "capture_output": True}
    ended = subprocess.run(command, **given, timeout=seconds, check=False)
    shown, progress = ended.stdout.decode(), ended.stderr.decode()
    assert ended.returncode == 0, progress
    parts = shown.split("━━ ")[1:]
    assert [part.partition(" (")[0] for part in parts] == [*CUSTOMERS, CALLED_OFF]
    assert parts[-1].splitlines()[0].endswith("): withdrawn")
    assert "not restored" not in parts[-1]
    assert "restore_terms.accepted" in parts[-1]
    assert "VALID." in parts[-1]
    for part, name in zip(parts, CUSTOMERS, strict=False):
        assert part.splitlines()[0].endswith("): removed")
        assert "removal.accepted" in part
        assert (part.count("✔"), part.count("✘")) == (PROOFS, 0)
        _check_evidence(tmp_path / "data" / "evidence" / f"{name.lower().replace(' ', '-')}.json")
        assert f"evidence {name.lower().replace(' ', '-')}.evidence.jsonl:" in part
        assert "approved by" in part.lower()
    assert "time moves on by" in progress
    assert progress.count("a second person, approves exactly this plan") >= len(CUSTOMERS)
    assert "Traceback" not in progress
    # What arrives late is sent again and forgiven; in a healthy run nothing is late.
    evidence = tmp_path / "data" / "evidence"
    for told in (*(tmp_path / "data" / "logs").glob("host*.log"), *evidence.glob("*.json")):
        assert LATE not in told.read_text(encoding="utf-8"), told
    journal = (tmp_path / "data" / "evidence" / "journal.jsonl").read_text(encoding="utf-8").splitlines()
    assert sum("relationship.removed" in line for line in journal) == len(CUSTOMERS)


def _check_evidence(file: Path) -> None:
    found = json.loads(file.read_text(encoding="utf-8"))
    assert found["status"] == "removed"
    assert all(proof["holds"] for proof in found["proofs"])
    assert [entry["seq"] for entry in found["timeline"]] == list(range(1, len(found["timeline"]) + 1))
