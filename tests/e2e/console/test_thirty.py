"""Thirty customers of ten kinds by the console alone: from a table to removed, waiting, and waiting for a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.console.conftest import Open
from tests.e2e.support.kinds import NAMES, end_of, thirty
from tests.e2e.support.scenario import write_scenario
from tests.e2e.support.stack import Addresses, LocalStack
from tests.e2e.support.tenant import Tenant
from tests.e2e.support.until import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
WITHIN = 150.0
"""Seconds of machine time for everything; on an idle machine it takes a third."""


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    folder = tmp_path_factory.mktemp("thirty")
    scenario = write_scenario(folder / "scenario.json", *thirty(), page_size=50)
    stack, found = LocalStack.start(folder / "data", scenario, "--approval", "always")
    yield found
    stack.kill()


def count(page: Page, words: str) -> bool:
    page.reload()
    return page.locator(".sentence").first.inner_text() == words


def test_from_a_table_to_their_ends(window: Open, addresses: Addresses, tmp_path: Path) -> None:
    tenant = Tenant(addresses)
    rows = [f"{tenant.customer(name)['domain']};Vertragsende" for name in NAMES]
    table = tmp_path / "Kunden.csv"
    table.write_bytes("\r\n".join(["Domain;Grund", *rows]).encode("cp1252"))

    quinn = window("Quinn Requester", "/console/bulk")
    quinn.get_by_label("CSV or .xlsx").set_input_files(table)
    quinn.get_by_role("button", name="Check and plan").click()
    expect(quinn.get_by_role("heading", name="30 of 30 rows are good")).to_be_visible()
    quinn.get_by_role("link", name="See the plans and choose").click()
    until(lambda: count(quinn, "30 planned."), "thirty plans", WITHIN)
    for box in quinn.locator('input[name="chosen"]').all():
        box.check()
    quinn.get_by_label("Reason").fill("contracts ended")
    quinn.get_by_label("This cannot be undone").fill("offboard 30")
    quinn.get_by_role("button", name="Offboard them").click()
    until(lambda: count(quinn, "30 awaiting approval."), "thirty questions", WITHIN)

    ava = window("Ava Approver", "/console/approvals")
    for box in ava.locator('input[name="chosen"]').all():
        box.check()
    ava.get_by_label("Reason").fill("case 30")
    ava.get_by_label("Approve", exact=True).check()
    ava.get_by_label("To approve, type").fill("approve 30")
    ava.get_by_role("button", name="Decide").click()
    expect(ava.get_by_role("heading", name="30 of 30 approved")).to_be_visible()

    ends = Counter(map(end_of, NAMES))
    said = ", ".join(f"{number} {status.replace('_', ' ')}" for status, number in sorted(ends.items()))
    until(lambda: count(quinn, f"{said}."), said, WITHIN)
    gone = {tenant.customer(name)["id"] for name in NAMES if end_of(name) == "removed"}
    assert not gone & set(tenant.listed())
    ava.goto("/console?status=needs_attention")
    expect(ava.get_by_role("link", name="Closed 1")).to_be_visible()
