"""The pages of the console: what they show to whom, what their forms do, and whose forms they take."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from io import BytesIO
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import pytest
from bs4 import Tag
from openpyxl import load_workbook
from pytest_mock import MockerFixture

from local.simulator.scenario import builder as b
from local.world.world import World
from shared.console.form import LARGEST_WITHOUT_A_FILE, MOST_FIELDS
from shared.console.form_key import form_key
from shared.console.standing import standing
from shared.domain.codes import ReasonCode
from shared.domain.offboarding.called import domain_of
from shared.domain.offboarding.record import Offboarding, Reason
from shared.domain.offboarding.states import Stage, Status
from shared.domain.people.rights import Role
from shared.operations.front_door import FrontDoor
from tests.functional import test_before_start as before_start
from tests.functional.test_override import stuck
from tests.unit.functions.browser import Browser, Page
from tests.unit.functions.support import KEY, person
from tests.unit.support.heads import head_of, keep

CUSTOMER = b.customer(
    "Contoso Bakery", b.nce(name="Microsoft 365 E3", started="-P2D", quantity=40), b.nce(name="F3", started="-P40D")
)
APPROVER = person("Jon Approver", Role.APPROVE)
REQUESTER = person("Maria Requester", Role.REQUEST)
OTTO = str(uuid5(NAMESPACE_OID, "Ms. Operator"))
READER = person("Ruth Reader", Role.READ)
FAILED = Reason(ReasonCode.TOO_MANY_FAULTS, "it failed too often", "Look at the log.")


@pytest.fixture
def world(mocker: MockerFixture) -> World:
    found = World(CUSTOMER, OFFBOARDING_APPROVAL="always")
    mocker.patch("shared.composition.bootstrap.services", side_effect=lambda: found.services)
    return found


def asked(world: World) -> str:
    """An offboarding that waits for its approval."""
    request = world.ask(CUSTOMER)
    world.run(for_at_most=timedelta(hours=1))
    assert world.offboarding(request).status is Status.AWAITING_APPROVAL
    return world.offboarding(request).id


def by_id(world: World, identity: str) -> Offboarding:
    """The offboarding as it is stored."""
    return next(item for item in world.all() if item.id == identity)


def test_the_first_page_of_an_empty_installation_says_how_to_begin(world: World) -> None:
    page = Browser().get("/console")
    assert page.status == 200
    assert "Nothing needs anybody now" in page.text
    assert page.soup.find("a", href="/console/new")


def test_what_needs_somebody_comes_first(world: World) -> None:
    identity = asked(world)
    page = Browser().get("/console")
    assert "1 plan to approve or reject" in page.text
    assert page.soup.find("a", href=f"/console/offboardings/{identity}")
    assert "Contoso Bakery" in page.text


def test_one_customer_is_approved_by_a_second_person(world: World) -> None:
    identity = asked(world)
    browser, place = Browser(APPROVER), f"/console/offboardings/{identity}"
    page = browser.get(place)
    assert "Waits for a second person" in page.text
    wrong = browser.fill(page, f"{place}/approve", reason="case 1", typed="contoso")
    assert wrong.status == 422
    assert "Nothing was changed" in wrong.text
    assert by_id(world, identity).status is Status.AWAITING_APPROVAL
    domain = domain_of(by_id(world, identity))
    done = browser.fill(page, f"{place}/approve", reason="case 1", typed=domain.upper())
    assert done.status == 200
    assert "Approved. The offboarding goes on." in done.text
    assert "Jon Approver" in done.text
    assert f"{place}/approve" not in done.actions


def test_whoever_asked_for_it_is_told_that_somebody_else_decides(world: World) -> None:
    browser = Browser(REQUESTER)
    page = browser.get("/console/new?q=bakery")
    planned = browser.fill(page, "/console/new", customer=option(page), reason="contract ended")
    assert planned.status == 200, planned.text
    assert "Sent." in planned.text
    world.run(for_at_most=timedelta(hours=1))
    dry = planned.path.partition("?")[0]
    shown = browser.get(dry)
    assert "What will be done, if it is requested" in shown.text
    domain = domain_of(world.all()[0])
    sent = browser.fill(shown, f"{dry}/send", reason="contract ended", typed=domain)
    assert sent.status == 200
    world.run(for_at_most=timedelta(hours=1))
    real = next(item for item in world.all() if not item.request.dry_run)
    assert real.status is Status.AWAITING_APPROVAL
    page = Browser(person("Maria Requester", Role.REQUEST, Role.APPROVE)).get(f"/console/offboardings/{real.id}")
    assert "You made this request, so somebody else has to approve it." in page.text or "Withdraw" in page.text
    assert f"/console/offboardings/{real.id}/approve" not in page.actions


def option(page: Page) -> str:
    """The first customer that was found."""
    field = page.soup.find("input", attrs={"name": "customer"})
    assert isinstance(field, Tag)
    return str(field["value"])


def test_several_are_decided_at_once(world: World) -> None:
    identity = asked(world)
    browser = Browser(APPROVER)
    page = browser.get("/console/approvals")
    fields: dict[str, str | list[str]] = {"chosen": [identity], "word": "approve", "reason": "case 2"}
    assert browser.fill(page, "/console/approvals", **fields, typed="approve 2").status == 422
    done = browser.fill(page, "/console/approvals", **fields, typed="approve 1")
    assert "1 of 1 approved" in done.text
    again = browser.fill(page, "/console/approvals", **fields, typed="approve 1")
    assert again.status == 200
    approval = by_id(world, identity).approval
    assert approval is not None
    assert approval.by.name == "Jon Approver"


def test_the_kill_switch_is_held_and_released(world: World) -> None:
    browser = Browser()
    held = browser.fill(browser.get("/console/system"), "/console/system/hold", reason="stop")
    assert "Held: nothing is written to any customer." in held.text
    assert world.services.brakes.read().brake.held
    wrong = browser.fill(held, "/console/system/release", reason="go", typed="")
    assert (wrong.status, world.services.brakes.read().brake.held) == (422, True)
    assert "Released" in browser.fill(held, "/console/system/release", reason="go", typed="release").text
    assert not world.services.brakes.read().brake.held


PAGES = ["/console", "/console/approvals", "/console/new", "/console/new?q=co", "/console/system", "/console/bulk"]


@pytest.mark.parametrize("path", [*PAGES, "/console/offboardings/none", "/console?status=nonsense"])
def test_every_page_allows_no_inline_code_and_no_frame(world: World, path: str) -> None:
    page = Browser().get(path)
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    assert page.headers["Cache-Control"] == "no-store"
    assert not page.soup.find_all(style=True)
    assert not page.soup.find_all("style")
    assert all(script.get("src") for script in page.soup.find_all("script"))
    assert not [name for tag in page.soup.find_all(True) for name in tag.attrs if name.startswith("on")]


def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_back(world: World) -> None:
    page = Browser({}).get("/console?status=waiting")
    assert page.status == 302
    assert page.headers["Location"] == ("/.auth/login/aad?post_login_redirect_uri=%2Fconsole%3Fstatus%3Dwaiting")
    assert Browser(KEY).get("/console").status == 302


def test_a_role_too_few_is_named(world: World) -> None:
    page = Browser(person("Nobody")).get("/console")
    assert page.status == 403
    assert "Offboarding.Read" in page.text
    assert "Back to the list" in page.text


def test_where_nobody_can_sign_in_the_page_says_what_to_set_up(
    world: World, door: FrontDoor, mocker: MockerFixture
) -> None:
    mocker.patch("shared.composition.bootstrap.front_door", return_value=replace(door, authentication=False))
    page = Browser().get("/console")
    assert page.status == 403
    assert "App Service Authentication is off" in page.text


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
    ],
)
def test_a_form_of_another_site_does_nothing(world: World, headers: dict[str, str]) -> None:
    browser = Browser()
    page = browser.get("/console/system")
    key = page.field("/console/system/hold", "form_key")
    values = [("form_key", key), ("reason", "x")]
    assert browser.post("/console/system/hold", values, **headers).status == 403
    assert not world.services.brakes.read().brake.held


@pytest.mark.parametrize("several", [400_000, MOST_FIELDS + 1])
def test_a_form_of_too_many_fields_is_refused_before_its_key_is_read(world: World, several: int) -> None:
    browser = Browser()
    browser.get("/console/system")
    answer = browser.send_form("/console/system/hold", b"form_key=none" + b"&a" * (several - 1))
    assert (answer.status, f"a form may have at most {MOST_FIELDS} fields" in answer.text) == (413, True)
    foreign = browser.send_form(
        "/console/system/hold", b"a" + b"&a" * (several - 1), **{"sec-fetch-site": "cross-site"}
    )
    assert foreign.status == 403
    assert not world.services.brakes.read().brake.held


def test_a_form_of_many_fields_is_read(world: World) -> None:
    browser = Browser()
    page = browser.get("/console/system")
    own = len(page.form("/console/system/hold").find_all(["input", "select", "textarea"]))
    for several, status in ((MOST_FIELDS - own, 200), (MOST_FIELDS - own + 1, 413)):
        sent = browser.fill(page, "/console/system/hold", reason="x", a=["y"] * several)
        assert (sent.status, world.services.brakes.read().brake.held) == (status, True)


def test_an_upload_of_too_many_parts_is_refused(world: World) -> None:
    browser = Browser()
    fields = {f"a{number}": "" for number in range(MOST_FIELDS)}
    answer = browser.upload(browser.get("/console/bulk"), "/console/bulk", b"domain\r\na.com\r\n", **fields)
    assert (answer.status, f"at most {MOST_FIELDS} fields" in answer.text) == (413, True)


def test_a_form_without_a_file_is_no_longer_than_any_of_ours(world: World) -> None:
    answer = Browser().send_form("/console/system/hold", b"reason=" + b"x" * LARGEST_WITHOUT_A_FILE)
    assert (answer.status, f"at most {LARGEST_WITHOUT_A_FILE} bytes" in answer.text) == (413, True)


@pytest.mark.parametrize("stolen", ["", "0" * 64, "another's"])
def test_a_form_key_is_that_of_this_person_and_this_browser(world: World, stolen: str) -> None:
    browser, other = Browser(), Browser(APPROVER)
    browser.get("/console/system")
    if stolen == "another's":
        page = other.get("/console/system")
        stolen = page.field("/console/system/hold", "form_key")
    answer = browser.post("/console/system/hold", [("form_key", stolen), ("reason", "x")])
    assert (answer.status, "foreign_form" in answer.text) == (403, True)
    assert not world.services.brakes.read().brake.held


def test_without_the_cookie_no_form_is_taken(world: World) -> None:
    browser = Browser()
    page = browser.get("/console/system")
    browser.cookie = ""
    assert browser.fill(page, "/console/system/hold", reason="x").status == 403


@pytest.mark.parametrize(
    "others",
    ['prefs={"theme":"dark"}; ', "flag; ", "n\u00e4me=\u00fc; ", 'a="b; c"; ', "__Host-offboarding-formx=y; "],
)
def test_other_cookies_of_the_host_hide_nothing(world: World, others: str) -> None:
    browser = Browser()
    page = browser.get("/console/system")
    browser.cookie = others + browser.cookie
    assert browser.fill(page, "/console/system/hold", reason="x").status == 200


def test_a_cookie_that_pretends_to_be_ours_is_none(world: World) -> None:
    browser = Browser()
    browser.get("/console/system")
    known = "E" * 43
    browser.cookie = f"x=a __Host-offboarding-form={known}"
    assert browser.get("/console/system").field("/console/system/hold", "form_key") != form_key(known, OTTO)
    browser.cookie = f"__Host-offboarding-form={known}; __Host-offboarding-form={'F' * 43}"
    page = browser.get("/console/system")
    assert page.field("/console/system/hold", "form_key") not in {form_key(word * 43, OTTO) for word in "EF"}


def test_whoever_has_no_role_learns_nothing_from_forms(world: World) -> None:
    identity = asked(world)
    nobody = Browser(person("Nobody"))
    page = nobody.get("/console")
    assert "Approvals 1" not in page.text
    fields = [("form_key", nobody.form_key(page)), ("word", "approve"), ("chosen", identity), ("typed", "approve 1")]
    answer = nobody.post("/console/approvals", [*fields, ("reason", "x")])
    assert (answer.status, "Contoso" in answer.text) == (403, False)
    for one in (identity, "none"):
        answer = nobody.post(f"/console/offboardings/{one}/withdraw", [*fields, ("reason", "x")])
        assert answer.status == 403


def test_whoever_may_decide_nothing_reads_what_others_can_and_with_which_role(world: World) -> None:
    place = f"/console/offboardings/{asked(world)}"
    reads = " ".join(Browser(READER).get(place).text.split())
    assert "You can decide nothing here now, with Read; others can:" in reads
    assert "approving a plan needs the role Offboarding.Approve" in reads
    assert "withdrawing an offboarding needs the role Offboarding.Request or Offboarding.Operate" in reads
    assert "saying that a blocker has ended" not in reads, "nobody can: nothing waits for it"


def test_an_approver_reads_who_lets_it_go_on(mocker: MockerFixture) -> None:
    found, identity, _ = stuck("hibernated")
    mocker.patch("shared.composition.bootstrap.services", side_effect=lambda: found.services)
    text = " ".join(Browser(APPROVER).get(f"/console/offboardings/{identity}").text.split())
    assert "You can decide nothing here now, with Approve; others can:" in text
    assert "saying that a blocker has ended needs the role Offboarding.Operate" in text


def test_what_was_withdrawn_gets_no_letter_about_an_end(world: World) -> None:
    identity = asked(world)
    browser, place = Browser(), f"/console/offboardings/{identity}"
    page = browser.fill(browser.get(place), f"{place}/withdraw", reason="they stay")
    assert "has ended. What follows is still in your tenant" not in page.text
    assert "the work never began, so there is nothing to send" in page.text
    assert "do not send it yet" not in page.text


def test_the_plan_has_the_last_steps_too(world: World) -> None:
    page = Browser(APPROVER).get(f"/console/offboardings/{asked(world)}")
    assert "The reseller relationship remove" in page.text
    assert "Delegated administration (GDAP) end" in page.text


def test_the_cookie_is_bound_to_this_host(world: World) -> None:
    cookie = Browser().get("/console").headers["Set-Cookie"]
    assert cookie.startswith("__Host-")
    assert all(word in cookie for word in ("; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"))
    assert "Domain" not in cookie


HOSTILE = "<img src=x onerror=alert(1)>\u202egnp.exe \U0001f480" + "W" * 120


def test_names_of_others_are_shown_as_text(mocker: MockerFixture) -> None:
    customer = b.customer(HOSTILE[:120], b.nce(name=HOSTILE, started="-P40D"), domain="hostile.onmicrosoft.com")
    world = World(customer)
    mocker.patch("shared.composition.bootstrap.services", side_effect=lambda: world.services)
    request = world.ask(customer, requestId="r-1", reason="</script><script>alert(1)</script>")
    world.run(for_at_most=timedelta(hours=1))
    browser = Browser()
    for path in ("/console", f"/console/offboardings/{world.offboarding(request).id}", "/console/new?q=img"):
        page = browser.get(path)
        assert page.status == 200
        assert not page.soup.find_all("img")
        assert all(script.get("src") for script in page.soup.find_all("script"))
        assert "\u202e" not in page.body.decode()
        assert "<img src=x" in page.text


def test_the_list_as_csv_has_no_formula(world: World) -> None:
    asked(world)
    answer = Browser().get("/console/offboardings.csv?status=awaiting_approval")
    lines = answer.body.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("offboardingId,requestId,")
    assert "Contoso Bakery" in lines[1]
    assert len(lines) == 2


@pytest.mark.parametrize(("name", "kind"), [("console.css", "text/css"), ("console.js", "text/javascript")])
def test_what_pages_load_is_served(name: str, kind: str) -> None:
    answer = Browser({}).get(f"/console/static/{name}")
    assert (answer.status, answer.body != b"") == (200, True)


@pytest.mark.parametrize("name", ["..%2fpages.py", "pages.py", "console.html"])
def test_nothing_else_is_served(name: str) -> None:
    assert Browser({}).get(f"/console/static/{name}").status == 404


def upload(browser: Browser, content: bytes) -> Page:
    return browser.upload(browser.get("/console/bulk"), "/console/bulk", content, reason="contract ended")


def test_a_table_is_checked_planned_chosen_and_sent(world: World) -> None:
    browser = Browser(REQUESTER)
    domain = next(item.domain for item in world.simulator.store.customers)
    table = (
        f"Domain;Grund\r\n{domain};Vertragsende M\u00fcnchen\r\nnot a domain;x\r\n{domain.upper()};again\r\n".encode(
            "cp1252"
        )
    )
    page = upload(browser, table)
    assert page.status == 200, page.text
    assert "1 of 3 rows is good" in page.text
    assert "must be a domain name" in page.text
    assert "stands in line 2 already" in page.text
    again = upload(browser, table)
    assert again.path == page.path
    assert len(world.all()) == 1
    world.run(for_at_most=timedelta(hours=1))
    link = page.soup.find("a", href=lambda value: bool(value and value.startswith("/console/batches/")))
    assert isinstance(link, Tag)
    place = str(link["href"])
    batch = browser.get(place)
    assert "1 planned" in batch.text
    chosen = str(batch.soup.find("input", attrs={"name": "chosen"})["value"])  # type: ignore[index]
    assert browser.fill(batch, place, chosen=[chosen], reason="go", typed="offboard 2").status == 422
    sent = browser.fill(batch, place, chosen=[chosen], reason="go", typed="offboard 1")
    assert sent.status == 200, sent.text
    assert browser.fill(batch, place, chosen=[chosen], reason="go", typed="offboard 1").path == sent.path
    assert [item.request.dry_run for item in world.all()] == [True, False]
    assert world.all()[1].request.reason == "go"
    dry, real = (item.request.batch_id for item in world.all())
    assert dry is not None
    assert dry.split(".", 2)[2] == real
    for shown, name in ((page, dry), (batch, dry), (browser.get(sent.path), real)):
        assert shown.soup.find("a", href=f"/console?batchId={name}"), name


def test_the_table_of_a_colleague_is_there_already(world: World) -> None:
    domain = next(item.domain for item in world.simulator.store.customers)
    table = f"Domain;Grund\r\n{domain};x\r\n".encode()
    upload(Browser(REQUESTER), table)
    world.run(for_at_most=timedelta(hours=1))
    before = world.all()
    browser = Browser(person("Otto Requester", Role.REQUEST))
    page = upload(browser, table)
    assert (page.status, world.all()) == (200, before)
    place = str(page.soup.find("a", href=lambda value: bool(value and value.startswith("/console/batches/")))["href"])  # type: ignore[index]
    batch = browser.get(place)
    assert "1 planned" in batch.text
    assert "another body" not in batch.text
    browser.fill(batch, place, chosen=[before[0].id], reason="", typed="offboard 1")
    assert [item.request.reason for item in world.all()] == ["x", "x"]


def test_a_request_id_that_is_in_use_names_whose_it_is_and_what_is_not_the_same(world: World) -> None:
    domain = next(item.domain for item in world.simulator.store.customers)
    browser = Browser(REQUESTER)
    upload(browser, f"Domain;Grund;requestId\r\n{domain};x;r-1\r\n".encode())
    page = upload(browser, f"Domain;Grund;requestId\r\n{domain};y;r-1\r\n".encode())
    place = str(page.soup.find("a", href=lambda value: bool(value and value.startswith("/console/batches/")))["href"])  # type: ignore[index]
    batch = browser.get(place)
    assert f"request 1, with the requestId of {domain}" in batch.text
    assert "another body; not the same: reason" in batch.text


def rows_of(page: Page) -> set[str]:
    """The offboardings in the table of the list."""
    return {str(link["href"]).rpartition("/")[2] for link in page.soup.select("table th a[href*='/offboardings/']")}


def test_a_table_with_a_name_is_followed_in_the_list_and_as_one(world: World) -> None:
    browser = Browser(REQUESTER)
    domain = next(item.domain for item in world.simulator.store.customers)
    table = f"Domain;Grund\r\n{domain};x\r\n".encode()
    wrong = browser.upload(browser.get("/console/bulk"), "/console/bulk", table, reason="x", batch="a b")
    assert (wrong.status, world.all()) == (422, [])
    assert "must be 1 to 128 letters, digits" in wrong.text
    page = browser.upload(browser.get("/console/bulk"), "/console/bulk", table, reason="x", batch=" June ")
    assert page.status == 200, page.text
    identity = asked(world)
    [name] = {item.request.batch_id for item in world.all()} - {None}
    assert name is not None
    assert name.split(".", 2)[2] == "June"

    link = page.soup.find("a", href=f"/console?batchId={name}")
    assert isinstance(link, Tag)
    listed = browser.get(str(link["href"]))
    assert listed.soup.find("input", attrs={"name": "batchId", "value": name})
    dry = next(item.id for item in world.all() if item.request.batch_id)
    assert rows_of(listed) == {dry}
    everything = browser.get("/console")
    assert rows_of(everything) == {dry, identity}
    assert everything.soup.find("a", href=f"/console?batchId={name}")
    as_one = browser.get(f"/console/batches/{name}")
    assert "1 planned" in as_one.text
    assert as_one.soup.find("input", attrs={"name": "chosen", "value": dry})
    table_of = browser.get(f"/console/offboardings.csv?batchId={name}").text
    assert (dry in table_of, identity in table_of, name in table_of) == (True, False, True)
    assert browser.get("/console?batchId=a%20b").status == 422


def test_a_batch_says_who_is_waited_for(world: World) -> None:
    world.ask(CUSTOMER, batchId="June")
    world.run(for_at_most=timedelta(hours=1))
    page = Browser(READER).get("/console/batches/June")
    assert "1 awaiting approval" in page.text
    assert "1 to approve or reject" in page.text
    assert "Removal expected" not in page.text


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0\x00\x00", b"name,age\nx,1\n", b"domain,Domain\na.com,b.com\n"],
)
def test_what_is_no_table_of_customers_is_refused(world: World, content: bytes) -> None:
    page = upload(Browser(REQUESTER), content)
    assert page.status in (400, 413, 422), page.text
    assert "Nothing was sent" in page.text
    assert world.all() == []


def test_the_list_for_excel_has_dates_and_no_formula(mocker: MockerFixture) -> None:
    customer = b.customer("=HYPERLINK(1)", b.nce(started="-P40D"), domain="hyper.onmicrosoft.com")
    world = World(customer)
    mocker.patch("shared.composition.bootstrap.services", side_effect=lambda: world.services)
    world.ask(customer, requestId="r-1")
    world.run(for_at_most=timedelta(hours=1))
    browser = Browser(READER)
    (link,) = [one["href"] for one in browser.get("/console").soup.find_all("a") if one.text == "Download for Excel"]
    answer = browser.get(str(link))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="offboardings.xlsx"'
    head, row = load_workbook(BytesIO(answer.body)).worksheets[0].iter_rows(values_only=True)
    found = dict(zip(map(str, head), row, strict=True))
    (only,) = world.all()
    assert (found["offboardingId"], found["customer"]) == (only.id, "'=HYPERLINK(1)")
    assert found["createdAt"] == only.created_at.replace(tzinfo=None)
    assert browser.get("/console/offboardings.xlsx?status=removed").status == 200
    assert browser.get("/console/offboardings.xlsx?status=gone").status == 422


def test_the_empty_table_for_excel_is_read_when_it_is_filled_in(world: World) -> None:
    browser = Browser()
    page = browser.get("/console/bulk")
    book = load_workbook(BytesIO(browser.get("/console/customers.xlsx").body))
    sheet = book.worksheets[0]
    head = [cell.value for cell in sheet[1]]
    domain = next(iter(world.simulator.store.customers)).domain
    start = datetime.combine(world.clock.now() + timedelta(days=60), time())  # as Excel has it
    cells: dict[str, Any] = {"customerDomain": domain, "notBefore": start, "graceSeconds": 60.0}
    for name, value in cells.items():
        sheet.cell(2, head.index(name) + 1).value = value
    out = BytesIO()
    book.save(out)
    answer = browser.upload(page, "/console/bulk", out.getvalue(), reason="ended")
    assert "1 of 1 rows is good" in answer.text
    world.run(for_at_most=timedelta(hours=1))
    (asked_for,) = world.all()
    assert asked_for.request.not_before == start.replace(tzinfo=UTC)
    assert asked_for.request.grace == timedelta(seconds=60)


def test_a_withdrawal_says_what_it_puts_back_before_it_is_clicked(world: World) -> None:
    identity = asked(world)
    place = f"/console/offboardings/{identity}"
    assert "Will be put back: nothing" in Browser().get(place).text
    browser, domain = Browser(APPROVER), domain_of(by_id(world, identity))
    browser.fill(browser.get(place), f"{place}/approve", reason="case 1", typed=domain)
    world.run(for_at_most=timedelta(hours=6))
    text = " ".join(Browser().get(place).text.split())
    assert "Will be put back: F3 ." in text
    assert "Stays as it is now: Microsoft 365 E3 . It would have to be bought again." in text


def test_whoever_only_reads_is_not_said_to_be_needed(world: World) -> None:
    asked(world)
    read, approve = Browser(READER).get("/console"), Browser(APPROVER).get("/console")
    assert "What needs somebody" in read.text
    assert "What needs you" in approve.text
    assert not read.soup.find("a", href="/console/new")
    assert not read.soup.find("a", href="/console/bulk")
    assert Browser(REQUESTER).get("/console").soup.find("a", href="/console/new")


def test_an_approval_is_waited_for_since_it_was_asked_first(world: World) -> None:
    identity = asked(world)
    world.run(for_at_most=timedelta(days=5))
    assert by_id(world, identity).status is Status.AWAITING_APPROVAL
    assert "the oldest has waited for 5 days" in Browser().get("/console").text


def badge(person: dict[str, str]) -> dict[str, str]:
    """The numbers beside the places, as this person sees them."""
    found = Browser(person).get("/console").soup.select("header nav a")
    return {one.get_text(" ").split()[0]: one.span.get_text() for one in found if one.span}


def test_a_number_stands_where_the_person_can_act(world: World) -> None:
    operator, own = person("Ms. Operator", Role.OPERATE), person("Jon Approver", Role.APPROVE, Role.OPERATE)
    assert badge(own) == {}
    asked(world)
    assert badge(APPROVER) == badge(own) == {"Approvals": "1"}
    assert badge(operator) == badge(READER) == {}
    keep(world, head_of(Status.NEEDS_ATTENTION, Stage.VERIFY, id="o-2", reason=FAILED))
    assert badge(operator) == {"Decisions": "1"}
    assert badge(own) == {"Approvals": "1", "Decisions": "1"}
    assert badge(APPROVER) == {"Approvals": "1"}
    assert badge(person("Nobody")) == {}


@pytest.mark.long
def test_an_expired_approval_is_said_to_be_one(world: World) -> None:
    identity = asked(world)
    browser, place = Browser(APPROVER), f"/console/offboardings/{identity}"
    browser.fill(browser.get(place), f"{place}/approve", reason="case 1", typed=domain_of(by_id(world, identity)))
    assert "Approved by Jon Approver" in " ".join(Browser().get(place).text.split())
    world.clock.advance(timedelta(days=20))
    assert "Approved, and the approval has expired, by Jon" in " ".join(Browser().get(place).text.split())


def test_what_has_ended_and_leaves_something_to_do_says_both(world: World) -> None:
    identity = asked(world)
    head = by_id(world, identity)
    ended = replace(head, status=Status.REMOVED, reason=Reason(ReasonCode.REMOVED, "gone", "Tell the customer."))
    assert standing(ended).whose == "It has ended. What is left to do:"
    assert standing(replace(ended, reason=None)).whose == "Nobody has to act: it has ended."


@pytest.mark.long
def test_the_letter_of_the_page_is_the_letter_of_the_report(world: World) -> None:
    identity = asked(world)
    place = f"/console/offboardings/{identity}"
    assert "nothing has begun, so do not send it yet" in Browser().get(place).text
    browser = Browser(APPROVER)
    browser.fill(browser.get(place), f"{place}/approve", reason="case 1", typed=domain_of(by_id(world, identity)))
    world.run()
    page = browser.get(place)
    assert "nothing has begun" not in page.text
    assert "Dear" not in page.text
    assert page.soup.find("a", href=f"/api/offboardings/{identity}/report?for=customer")


def test_whoever_lets_something_renew_reads_what_and_when(mocker: MockerFixture) -> None:
    world, request = before_start.asked()
    mocker.patch("shared.composition.bootstrap.services", side_effect=lambda: world.services)
    world.run(for_at_most=timedelta(days=1))
    head = world.offboarding(request)
    text = " ".join(Browser().get(f"/console/offboardings/{head.id}").text.split())
    assert "If you resume, what renews before the start is paid for during the whole term" in text
    assert re.search(r"Yearly \(1 unit\) renews on 20\d\d-\d\d-\d\d", text)
    assert "renewals=end_with_term" in text
    assert "Let this renew, and resume" in text
