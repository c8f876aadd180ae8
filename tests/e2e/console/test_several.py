"""Across customers, in a browser: found by product, seen as a batch, and resumed together; with scripts and without."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.e2e.console.conftest import Open
from tests.e2e.console.test_journeys import OTTO, QUINN, REA, asked, scripts
from tests.e2e.support.api import Api
from tests.e2e.support.tenant import Tenant

pytestmark = pytest.mark.e2e
__all__ = ["scripts"]
NAMES = ("Renews first Ltd", "Renews second Ltd")
RESUMED = ("Resumed first Ltd", "Resumed second Ltd")
FAR = (datetime.now(UTC) + timedelta(days=300)).isoformat(timespec="seconds")


def ask(api: Api, tenant: Tenant, names: Iterable[str], batch: str) -> list[str]:
    """The addresses of those that ask whether a term may renew."""
    fields = {"notBefore": FAR, "batchId": batch}
    return [asked(api, tenant, name, name.replace(" ", "-"), "needs_attention", **fields) for name in names]


@pytest.fixture
def renewing(api: Api, tenant: Tenant) -> list[str]:
    """Two of them, which nobody resumes."""
    return ask(api, tenant, NAMES, "renewing")


def line(page: Page, name: str) -> str:
    """The row of a customer."""
    return page.get_by_role("row").filter(has_text=name).inner_text()


def test_a_batch_says_what_stands_in_the_way(window: Open, renewing: list[str], scripts: bool) -> None:
    page = window(REA, "/console/batches/renewing", java_script_enabled=scripts)
    expect(page.get_by_role("columnheader", name="In the way")).to_be_visible()
    for name in NAMES:
        assert "An operator" in line(page, name)
        assert "What to do: " in line(page, name)


def test_a_product_is_found_across_customers(
    window: Open, api: Api, renewing: list[str], tmp_path: Path, scripts: bool
) -> None:
    page = window(REA, java_script_enabled=scripts)
    product = str(api.show(renewing[0].rpartition("/")[2])["holdings"][0]["name"])
    page.get_by_label("Product").fill(product.upper())
    page.get_by_label("Batch", exact=True).fill("renewing")
    page.get_by_role("button", name="Show").click()
    for customer in NAMES:
        assert "nothing was done to it" in line(page, customer)
    with page.expect_download() as download:
        page.get_by_role("link", name="Each holding, for Excel").click()
    download.value.save_as(tmp_path / "found.xlsx")
    rows = list(load_workbook(tmp_path / "found.xlsx").worksheets[0].values)
    assert {row[0] for row in rows[1:]} == set(NAMES)
    page.get_by_label("Product").fill("no such product")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("Nothing fits.")).to_be_visible()


def test_what_needs_a_person_is_listed_as_it_is_counted(window: Open, renewing: list[str]) -> None:
    page = window(REA)
    page.get_by_label("Only what needs a person").check()
    page.get_by_label("Batch", exact=True).fill("renewing")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.get_by_label("Only what needs a person")).to_be_checked()


def test_several_are_resumed_once_it_is_said_that_they_may_renew(window: Open, api: Api, tenant: Tenant) -> None:
    ask(api, tenant, RESUMED, "resumed")
    page = window(QUINN, "/console/decisions")
    assert "needs the role Operate" in line(page, RESUMED[0])
    page = window(OTTO)
    page.get_by_role("link", name=re.compile("needs? a decision")).click()
    for typed in ("renew 1", "renew 2"):
        page.goto("/console/decisions")
        for name in RESUMED:
            assert "is paid for during the whole term" in line(page, name)
            page.get_by_label(f"Choose {name}").check()
        page.get_by_label("Reason").fill("agreed with sales")
        page.get_by_label("Where something renews").fill(typed)
        page.get_by_role("button", name="Resume them").click()
        if typed == "renew 1":
            expect(page.get_by_text("Nothing was changed", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="2 of 2 resumed")).to_be_visible()
    for name in RESUMED:
        api.follow(name.replace(" ", "-"), {"scheduled", "awaiting_approval"})
