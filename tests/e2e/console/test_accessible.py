"""axe-core finds nothing serious on any page, in light and in dark; and pages ask nobody else for anything."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.e2e.console.conftest import Open
from tests.e2e.console.test_journeys import asked
from tests.e2e.support.api import Api
from tests.e2e.support.tenant import Tenant

pytestmark = pytest.mark.e2e
PAGES = [
    "/console",
    "/console/approvals",
    "/console/decisions",
    "/console?product=e3&needsMe=true",
    "/console/batches/accessible",
    "/console/new?q=ltd",
    "/console/bulk",
    "/console/system",
    "/console/offboardings/none",
]


def check(page: Page, path: str) -> None:
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    serious = [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]
    assert serious == [], f"{path}: {serious}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious(window: Open, api: Api, tenant: Tenant, scheme: str) -> None:
    place = asked(api, tenant, "Contoso Bakery", "accessible", "awaiting_approval", batchId="accessible")
    # The script that looks is injected, which the pages' own policy would not allow.
    page = window("Alma All", bypass_csp=True, color_scheme=scheme)
    elsewhere: list[str] = []
    page.on("request", lambda request: elsewhere.append(request.url) if "127.0.0.1" not in request.url else None)
    for path in (*PAGES, place):
        page.goto(path)
        check(page, path)
    assert elsewhere == []


def test_the_policy_of_the_pages_is_kept_by_the_pages(window: Open, api: Api, tenant: Tenant) -> None:
    place = asked(api, tenant, "Contoso Bakery", "accessible", "awaiting_approval", batchId="accessible")
    page = window("Alma All")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in (*PAGES[:-1], place):
        page.goto(path)
        page.wait_for_load_state("networkidle")
    assert said == []
