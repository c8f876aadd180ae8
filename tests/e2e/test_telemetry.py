"""The running stack exports one whole trace of an offboarding that waits for weeks, over the SDK and the broker."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.demo.trace import tree_of
from local.simulator.scenario.models import Scenario
from tests.e2e.support.api import Api
from tests.e2e.support.crm import Crm
from tests.e2e.support.scenario import LAG, late, request_for
from tests.e2e.support.stack import Addresses, LocalStack
from tests.e2e.support.tenant import Tenant
from tests.e2e.support.until import until

pytestmark = [pytest.mark.e2e, pytest.mark.long]

NAME = "Traced Ltd"
TABLES = {"AppRequests", "AppDependencies", "AppTraces", "AppMetrics"}


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Addresses, Path]]:
    """A stack that tells, and the file."""
    folder = tmp_path_factory.mktemp("telemetry")
    scenario, told = folder / "scenario.json", folder / "told.jsonl"
    made = Scenario.model_validate(
        {"customers": (late(NAME, "+P30D"),), "knobs": {"removal_lag": LAG, "gdap_lag": LAG}}
    )
    scenario.write_text(made.model_dump_json(by_alias=True, exclude_none=True), encoding="utf-8")
    started, addresses = LocalStack.start(folder / "data", scenario, "--telemetry", str(told))
    yield addresses, told
    started.kill()


def rows(told: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in told.read_text(encoding="utf-8").splitlines() if line.endswith("}")]


def test_a_wait_of_weeks_is_one_trace_from_the_message_to_the_proof(stack: tuple[Addresses, Path]) -> None:
    addresses, file = stack
    api, tenant = Api(addresses), Tenant(addresses)
    with Crm(addresses) as crm:
        crm.send(request_for(NAME, "traced", tenant.customer(NAME)))
    api.follow("traced", {"waiting"})
    until(lambda: _metrics(rows(file), "offboarding.live").get("waiting"), "the sweeper's measurement")
    until(lambda: _skip(api, tenant), "the end of the wait")
    shown = api.find("traced")
    assert shown is not None
    identity = str(shown["offboardingId"])

    until(lambda: _ended(rows(file), identity), "the span of the last wake-up")
    found = rows(file)
    assert {row["Type"] for row in found} == TABLES
    mine = [row for row in found if row.get("OperationId") == identity.replace("-", "") and "Id" in row]
    there = {row["Id"] for row in mine}
    roots = [row for row in mine if not row["ParentId"]]
    assert [row["Name"] for row in roots] == ["offboarding"]
    assert [row for row in mine if row["ParentId"] and row["ParentId"] not in there] == []
    # Every queue that it went over, with the request that stands for the host's.
    requests = {row["Name"] for row in mine if row["Type"] == "AppRequests"}
    assert requests >= {"plan", "suspend", "cancel", "verify", "remove", "confirm"}
    wakes = [row for row in mine if row["Name"].startswith("wake-up ")]
    times = [datetime.fromisoformat(row["Properties"]["businessTime"]) for row in wakes]
    assert max(times) - min(times) > timedelta(days=29)
    # The journal is the oracle of the calls: whatever named the customer.
    customer = shown["customer"]["tenantId"]
    seen = Counter(entry["method"] for entry in tenant.journal() if f"/customers/{customer}" in entry["path"])
    called = [row for row in mine if row["Properties"].get("route", "").startswith("/v1/customers/{id}")]
    assert Counter(row["Properties"]["method"] for row in called) == seen
    assert customer not in json.dumps([row for row in found if "Id" in row])
    lines = [row for row in found if row["Type"] == "AppTraces" and row["Properties"].get("offboardingId") == identity]
    assert {"planned", "removal.accepted", "proven"} <= {row["Properties"].get("event") for row in lines}
    assert {row["OperationId"] for row in lines} == {identity.replace("-", "")}
    assert "wake-up confirm" in tree_of(found, identity)


def _ended(found: list[dict[str, Any]], identity: str) -> bool:
    mine = [row["Properties"] for row in found if "Id" in row and row["Properties"].get("offboardingId") == identity]
    return any(said.get("status") == "removed" and "outcome" in said for said in mine)


def _metrics(found: list[dict[str, Any]], name: str) -> dict[str, float]:
    """The newest value of each status."""
    mine = [row for row in found if row["Type"] == "AppMetrics" and row["Name"] == name and row["Sum"]]
    return {row["Properties"]["status"]: row["Sum"] for row in mine}


def _skip(api: Api, tenant: Tenant) -> bool:
    """Move business time to the next attempt of a wait that is longer than a minute."""
    shown = api.find("traced")
    assert shown is not None
    due = datetime.fromisoformat(shown["nextAttemptAt"]) if "nextAttemptAt" in shown else None
    if shown["status"] == "waiting" and due is not None and due > tenant.now() + timedelta(minutes=1):
        tenant.advance_to(due)
    return bool(shown["status"] == "removed")
