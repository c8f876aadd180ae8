"""Thirty customers of ten kinds by command alone: from a table to removed, waiting, and waiting for a person."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.support.kinds import NAMES, end_of, thirty
from tests.e2e.support.scenario import write_scenario
from tests.e2e.support.stack import ROOT, Addresses, LocalStack
from tests.e2e.support.tenant import Tenant
from tests.e2e.support.until import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
WITHIN = 150.0
"""Seconds of machine time for everything; on an idle machine it takes a third."""


@pytest.fixture
def addresses(tmp_path: Path) -> Iterator[Addresses]:
    scenario = write_scenario(tmp_path / "scenario.json", *thirty(), page_size=50)
    stack, found = LocalStack.start(tmp_path / "data", scenario)
    yield found
    stack.kill()


def typed(addresses: Addresses, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The installed command would do the same; --local finds the stack."""
    environment = {**os.environ, "OFFBOARDING_DATA": str(addresses.data), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "offboard", "--local", *words]
    return subprocess.run(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120
    )


def test_thirty_customers_from_a_table_to_their_ends(addresses: Addresses, tmp_path: Path) -> None:
    tenant = Tenant(addresses)
    names = NAMES
    rows = [f"{tenant.customer(name)['domain']};{name}" for name in names]
    (tmp_path / "customers.csv").write_text("\n".join(["Domain;Firma", *rows]), encoding="cp1252")

    planned = typed(addresses, tmp_path, "import", "customers.csv", "--reason", "contract ended")
    assert planned.returncode in (0, 7), planned.stderr
    assert "Traceback" not in planned.stderr
    plan = tmp_path / "customers.plan.csv"
    lines = list(csv.DictReader(io.StringIO(plan.read_text("utf-8-sig")), delimiter=";"))
    assert {line["customer"] for line in lines} == set(names), planned.stderr
    unplanned = {line["customer"]: line["blocker"] for line in lines if line["status"] != "planned"}
    assert unplanned == {}
    plan.write_text(plan.read_text("utf-8-sig").replace(";;planned;", ";offboard;planned;"), encoding="utf-8")

    sent = typed(addresses, tmp_path, "import", "--apply", plan.name, "--confirm", "offboard 30", "--json")
    assert sent.returncode == 0, sent.stderr
    told = json.loads(sent.stdout)
    assert (told["sent"], told["refused"]) == (30, 0)
    status = list(csv.DictReader(io.StringIO((tmp_path / told["statusFile"]).read_text("utf-8-sig")), delimiter=";"))
    by_name = {row["customer"]: row["offboardingId"] for row in status}

    wanted = {by_name[name]: end_of(name) for name in names}
    (call,), (batch,) = told["batches"], told["batchIds"]

    def ended() -> bool:
        found = json.loads(typed(addresses, tmp_path, "list", "--batch", batch, "--json").stdout)
        return {item["offboardingId"]: item["status"] for item in found["items"]} == wanted

    until(ended, "every customer to get where its kind ends", WITHIN, every=1.0)
    assert Counter(wanted.values()) == {"removed": 24, "waiting": 3, "needs_attention": 3}
    gone = [name for name in names if end_of(name) == "removed"]
    assert not {tenant.customer(name)["id"] for name in gone} & set(tenant.listed())

    some = typed(addresses, tmp_path, "list", "--batch", batch, "--status", "waiting", "--json")
    assert len(json.loads(some.stdout)["items"]) == 3

    comes = typed(addresses, tmp_path, "calendar", "--json")
    assert comes.returncode == 0, comes.stderr
    items = json.loads(comes.stdout)["items"]
    ends = {item["customer"]["companyName"] for item in items if item["what"] == "term_ends"}
    assert {name for name in names if end_of(name) == "waiting"} <= ends

    why = typed(addresses, tmp_path, "why", by_name["Closed 1"])
    assert why.returncode == 0, why.stderr
    assert "WHAT TO DO" in why.stdout
    watched = typed(addresses, tmp_path, "watch", by_name["Late 1"])
    assert watched.returncode == 7, watched.stderr
    again = typed(addresses, tmp_path, "import", "--apply", plan.name, "--confirm", "offboard 30", "--json")
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["batches"] == [call]
