"""What people come to the console for, in a browser, with scripts and without."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.console.conftest import HOSTILE, LONG, RIGHT_TO_LEFT, Open
from tests.e2e.support.api import Api
from tests.e2e.support.scenario import request_for
from tests.e2e.support.stack import Addresses
from tests.e2e.support.tenant import Tenant
from tests.e2e.support.until import until

pytestmark = pytest.mark.e2e
AVA, OTTO, QUINN, REA = "Ava Approver", "Otto Operator", "Quinn Requester", "Rea Reader"


def asked(api: Api, tenant: Tenant, name: str, request_id: str, status: str, **fields: object) -> str:
    """The address of an offboarding that a program asked for, once it is in `status`."""
    answer = api.ask(request_for(name, request_id, tenant.customer(name), **fields))
    assert answer.status_code == 202, answer.text
    return f"/console/offboardings/{api.follow(request_id, {status})['offboardingId']}"


def reload_until(page: Page, words: str) -> None:
    """Look again until the page says so."""

    def there() -> bool:
        page.reload()
        return page.get_by_text(words).count() > 0

    until(there, f"the page says {words}")


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def word(text: str, scripts: bool) -> str:
    """Another request for each way."""
    return f"{text}-{'with' if scripts else 'without'}"


def test_a_plan_is_approved_by_typing_the_domain(window: Open, api: Api, tenant: Tenant, scripts: bool) -> None:
    name = "Approved Ltd" if scripts else "Several Ltd"
    place = asked(api, tenant, name, word("approved", scripts), "awaiting_approval")
    page = window(AVA, java_script_enabled=scripts)
    page.get_by_role("link", name="to approve or reject").click()
    page.get_by_role("link", name=name).click()
    form = page.locator(f'form[action="{place}/approve"]')
    form.get_by_label("Reason").fill("case 4711")
    form.get_by_label("Type").fill("wrong.example")
    form.get_by_role("button", name="Approve this plan").click()
    expect(page.get_by_text("Nothing was changed", exact=True)).to_be_visible()
    page.goto(place)
    form = page.locator(f'form[action="{place}/approve"]')
    form.get_by_label("Reason").fill("case 4711")
    form.get_by_label("Type").fill(str(tenant.customer(name)["domain"]))
    form.get_by_role("button", name="Approve this plan").click()
    expect(page.get_by_role("status")).to_contain_text("Approved")
    api.follow(word("approved", scripts), {"removed"})
    reload_until(page, "the relationship is removed")
    expect(page.get_by_text("Ava Approver").first).to_be_visible()


def test_a_plan_is_rejected(window: Open, api: Api, tenant: Tenant) -> None:
    place = asked(api, tenant, "Rejected Ltd", "rejected", "awaiting_approval")
    page = window(AVA, place)
    expect(page.locator("time").first).to_have_text(re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d$"))
    form = page.locator(f'form[action="{place}/reject"]')
    form.get_by_label("Reason").fill("wrong customer")
    form.get_by_role("button", name="Reject").click()
    expect(page.get_by_role("status")).to_contain_text("Rejected")
    assert api.follow("rejected", {"stopped"})["reason"]["code"] == "approval_rejected"
    assert tenant.customer("Rejected Ltd")["relationship"]


def test_a_customer_is_found_planned_and_offboarded(window: Open, api: Api, tenant: Tenant) -> None:
    page = window(QUINN)
    page.get_by_role("link", name="New", exact=True).click()
    page.get_by_label("Name, domain or tenant id").fill("planned l")
    page.get_by_role("button", name="Find").click()
    page.get_by_label("Planned Ltd").check()
    page.get_by_label("Reason").fill("contract ended")
    page.get_by_role("button", name="Make the plan").click()
    expect(page.get_by_role("status")).to_contain_text("Sent")
    reload_until(page, "What will be done, if it is requested")
    page.get_by_label("Reason").fill("contract ended")
    page.get_by_label("Type").fill(str(tenant.customer("Planned Ltd")["domain"]))
    page.get_by_role("button", name="Offboard this customer").click()
    expect(page.get_by_role("status")).to_contain_text("Sent")
    reload_until(page, "Waits for a second person")


def test_many_customers_from_a_table(window: Open, tenant: Tenant, tmp_path: Path, scripts: bool) -> None:
    name = "Chosen Ltd" if scripts else "Pasted Ltd"
    domain = tenant.customer(name)["domain"]
    table = tmp_path / "customers.csv"
    table.write_bytes(f"Domain;Grund\r\n{domain};Vertrag beendet \u00fc\r\nno domain;x\r\n".encode("cp1252"))
    page = window(QUINN, "/console/bulk", java_script_enabled=scripts)
    page.get_by_label("CSV or .xlsx").set_input_files(table)
    batch = word("journey", scripts)
    page.get_by_label("Name of the batch").fill(batch)
    page.get_by_role("button", name="Check and plan").click()
    expect(page.get_by_role("heading", name="1 of 2 rows is good")).to_be_visible()
    expect(page.get_by_role("cell", name="no domain")).to_be_visible()
    page.get_by_role("link", name="See the plans and choose").click()
    reload_until(page, "1 planned")
    page.get_by_label(f"Choose {name}").check()
    page.get_by_label("Reason").fill("contracts ended")
    page.get_by_label("This cannot be undone").fill("offboard 1")
    page.get_by_role("button", name="Offboard them").click()
    reload_until(page, "1 awaiting approval")
    expect(page.get_by_text("1 to approve or reject")).to_be_visible()
    page.get_by_role("link", name=f"Batch {batch} in the list").click()
    expect(page.get_by_label("Batch", exact=True)).to_have_value(batch)
    expect(page.locator("table th a", has_text=name)).to_have_count(1)
    page.get_by_role("link", name="see it as one").click()
    expect(page.get_by_role("heading", name="Batch of 1")).to_be_visible()
    page.goto("/console")
    page.get_by_label("Batch", exact=True).fill(batch)
    page.get_by_role("button", name="Show").click()
    expect(page.locator("table th a", has_text=name)).to_have_count(1)
    page.get_by_label("Batch", exact=True).fill(f"no-{batch}")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("Nothing fits.")).to_be_visible()


def test_an_offboarding_is_withdrawn(window: Open, api: Api, tenant: Tenant) -> None:
    place = asked(api, tenant, "Withdrawn Ltd", "withdrawn", "awaiting_approval")
    page = window(OTTO, place)
    page.get_by_text("Withdraw", exact=True).first.click()
    form = page.locator(f'form[action="{place}/withdraw"]')
    form.get_by_label("Reason").fill("the customer stays")
    form.get_by_role("button", name="Withdraw").click()
    expect(page.get_by_role("status")).to_contain_text("Withdrawn")
    api.follow("withdrawn", {"withdrawn"})
    reload_until(page, "Was called off")


def test_an_offboarding_begins_later(window: Open, api: Api, tenant: Tenant) -> None:
    place = asked(api, tenant, "Moved Ltd", "moved", "awaiting_approval")
    page = window(OTTO, place)
    page.get_by_text("Reschedule", exact=True).first.click()
    form = page.locator(f'form[action="{place}/reschedule"]')
    form.get_by_label("Begin not before").fill("2099-01-01T06:00")
    form.get_by_label("Reason").fill("later")
    form.get_by_role("button", name="Reschedule").click()
    expect(page.get_by_role("heading", name="Nothing was changed")).to_be_visible()
    expect(page.get_by_text("notBefore")).to_be_visible()
    page.goto(place)
    page.get_by_text("Reschedule", exact=True).first.click()
    start = datetime.now(UTC) + timedelta(days=40)
    form.get_by_label("Begin not before").fill(f"{start:%Y-%m-%dT%H:%M}")
    form.get_by_label("Reason").fill("later")
    form.get_by_role("button", name="Reschedule").click()
    expect(page.get_by_role("status")).to_contain_text("Rescheduled")
    assert (api.find("moved") or {})["notBefore"].startswith(f"{start:%Y-%m-%dT%H:%M}")


def test_what_asks_a_person_is_resumed(window: Open, api: Api, tenant: Tenant, addresses: Addresses) -> None:
    place = asked(api, tenant, "Asked Ltd", "asked", "awaiting_approval")
    shown, approver = api.find("asked") or {}, Api(addresses, addresses.people["Approve"].header)
    decision = {"planDigest": shown["plan"]["digest"], "reason": "case 1"}
    assert approver.say(shown["offboardingId"], "approve", decision).status_code == 202
    api.follow("asked", {"needs_attention"})
    page = window(OTTO)
    page.get_by_role("link", name="a decision").click()
    page.get_by_role("link", name="Asked Ltd").click()
    form = page.locator(f'form[action="{place}/resume"]')
    form.get_by_label("Reason").fill("the role is given")
    form.get_by_role("button", name="Resume").click()
    expect(page.get_by_role("status")).to_contain_text("Resumed")


def test_the_kill_switch(window: Open) -> None:
    page = window(OTTO, "/console/system")
    page.get_by_label("Reason").fill("look first")
    page.get_by_role("button", name="Hold every write").click()
    expect(page.get_by_text("Held: nothing is written to any customer.")).to_be_visible()
    page.get_by_label("Reason").fill("looked")
    page.get_by_label("Type").fill("release")
    page.get_by_role("button", name="Release").click()
    expect(page.get_by_text("Released: writes go out as they are due.")).to_be_visible()
    page.get_by_role("button", name="Run the checks").click()
    expect(page.get_by_role("columnheader", name="What was found")).to_be_visible()


def test_whoever_may_only_read_decides_nothing(window: Open, api: Api, tenant: Tenant) -> None:
    place = asked(api, tenant, "Other Ltd", "other", "awaiting_approval")
    page = window(REA, place)
    expect(page.get_by_role("heading", name="Other Ltd")).to_be_visible()
    assert page.locator("form[method=post]").count() == 0
    page.goto("/console/new")
    expect(page.get_by_role("heading", name="You may not do this")).to_be_visible()
    expect(page.get_by_text("Offboarding.Request").first).to_be_visible()


@pytest.mark.parametrize("name", [HOSTILE, LONG, RIGHT_TO_LEFT], ids=["markup", "long", "right to left"])
def test_names_are_shown_as_text_and_break_nothing(window: Open, api: Api, tenant: Tenant, name: str) -> None:
    number = [HOSTILE, LONG, RIGHT_TO_LEFT].index(name)
    place = asked(api, tenant, name, f"name-{number}", "awaiting_approval")
    page = window(REA, place, viewport={"width": 390, "height": 844})
    for path in (place, "/console", "/console/approvals"):
        page.goto(path)
        assert page.title().endswith("Offboarding")
        assert page.locator("img").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
