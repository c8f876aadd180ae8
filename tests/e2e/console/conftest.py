"""A stack whose plans need an approval, and a browser with one window for each person."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from local.simulator.scenario.builder import customer, nce
from tests.e2e.support.api import Api
from tests.e2e.support.scenario import CUSTOMERS, closed, late, small, write_scenario
from tests.e2e.support.stack import Addresses, LocalStack
from tests.e2e.support.tenant import Tenant

CHROMIUM = os.environ.get("OFFBOARDING_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome") or ""
FLAGS = [
    "--no-sandbox",  # the tests may run as root in a container
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
HOSTILE = '<img src=x onerror="document.title=1"> & "quotes" \u202egnp.exe \U0001f480'
LONG = "Long " * 22 + "Ltd"
RIGHT_TO_LEFT = "\u05e9\u05dc\u05d5\u05dd \u05d1\u05e2\u05f4\u05de"
OWN = (
    *(small(f"{word} Ltd") for word in ("Approved", "Rejected", "Planned", "Chosen", "Pasted", "Several", "Other")),
    late("Withdrawn Ltd", "+P30D"),
    late("Moved Ltd", "+P60D"),
    *(late(f"{word} Ltd", "+P30D") for word in ("Renews first", "Renews second", "Resumed first", "Resumed second")),
    closed("Asked Ltd"),
    customer(HOSTILE, nce(name=HOSTILE, started="-P40D"), domain="hostile.onmicrosoft.com"),
    customer(LONG, nce(name=LONG, started="-P40D"), domain="long.onmicrosoft.com"),
    customer(RIGHT_TO_LEFT, nce(name="E3", started="-P40D"), domain="rtl.onmicrosoft.com"),
)
Open = Callable[..., Page]


@pytest.fixture(scope="session")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    """Of a stack where each plan needs an approval."""
    folder = tmp_path_factory.mktemp("console")
    scenario = write_scenario(folder / "scenario.json", *CUSTOMERS, *OWN)
    stack, found = LocalStack.start(folder / "data", scenario, "--approval", "always")
    yield found
    stack.kill()


@pytest.fixture(scope="session")
def api(addresses: Addresses) -> Api:
    """A program, which makes requests."""
    return Api(addresses)


@pytest.fixture(scope="session")
def tenant(addresses: Addresses) -> Tenant:
    """Of this stack, and not of the one that the tests around have: a fixture is made once, with the first of both."""
    return Tenant(addresses)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser of this machine."""
    if not CHROMIUM:
        pytest.skip("no Chromium: install Debian's package chromium, or name one in OFFBOARDING_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def window(chromium: Browser, addresses: Addresses) -> Iterator[Open]:
    """Opens a window in which somebody is signed in, by the name that the page of the sign-in shows."""
    opened = []

    def sign_in(name: str, path: str = "/console", **options: Any) -> Page:
        context = chromium.new_context(base_url=addresses.http, locale="en-GB", timezone_id="Europe/Berlin", **options)
        context.set_default_timeout(15_000)
        opened.append(context)
        page = context.new_page()
        page.goto(path)
        page.get_by_role("button", name=name, exact=True).click()
        page.wait_for_url(f"**{path}")
        return page

    yield sign_in
    for context in opened:
        context.close()
