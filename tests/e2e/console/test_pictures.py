"""Pictures of the main pages and reports for docs/, taken only when OFFBOARDING_PICTURES names a folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.console.conftest import OWN, Open
from tests.e2e.console.test_journeys import asked
from tests.e2e.console.test_prints import content
from tests.e2e.support.api import Api
from tests.e2e.support.tenant import Tenant

pytestmark = pytest.mark.e2e
FOLDER = os.environ.get("OFFBOARDING_PICTURES", "")


WANTED = pytest.mark.skipif(not FOLDER, reason="OFFBOARDING_PICTURES names no folder for pictures")


@WANTED
def test_pictures_of_reports(chromium: Browser) -> None:
    page = chromium.new_page(viewport={"width": 900, "height": 720})
    for name, kind in (("report", "auditor"), ("letter", "en"), ("letter-de", "de")):
        page.set_content(content("waiting_term" if kind == "auditor" else "removed_survivors", kind))
        page.screenshot(path=Path(FOLDER) / f"{name}.png", full_page=True)
    page.close()


@WANTED
def test_pictures(window: Open, api: Api, tenant: Tenant) -> None:
    for number, customer in enumerate(OWN):
        asked(api, tenant, customer.name, f"picture-{number}", "awaiting_approval")
    place = asked(api, tenant, "Contoso Bakery", "accessible", "awaiting_approval")
    waits = asked(api, tenant, "Waiting Ltd", "waits", "awaiting_approval")
    page = window("Ava Approver", viewport={"width": 1280, "height": 900})
    form = f'form[action="{waits}/approve"]'
    page.goto(waits)
    page.locator(form).get_by_label("Reason").fill("contract 4711")
    page.locator(form).get_by_label("Type").fill(str(tenant.customer("Waiting Ltd")["domain"]))
    page.locator(form).get_by_role("button", name="Approve this plan").click()
    api.follow("waits", {"waiting"})
    shots = {
        "fleet": "/console",
        "approvals": "/console/approvals",
        "customer": waits,
        "approve": place,
        "system": "/console/system",
    }
    for name, path in shots.items():
        page.goto(path)
        page.screenshot(path=Path(FOLDER) / f"{name}.png", full_page=True)
    dark = window("Alma All", viewport={"width": 390, "height": 844}, color_scheme="dark")
    dark.screenshot(path=Path(FOLDER) / "phone-dark.png", full_page=False)
