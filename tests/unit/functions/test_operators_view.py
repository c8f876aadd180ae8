"""What `offboard approve` and `offboard show` tell of a plan: each holding, what is lost, and the sums."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from pytest_mock import MockerFixture

from local.simulator.scenario.models import CustomerSpec, ReservationSpec
from local.world.world import World
from offboard.operate.planned import totals, undone_words
from shared.domain.offboarding.states import Status
from tests.functional import test_before_start as before_start
from tests.functional.customers import azure_plan, late, legacy, nce
from tests.functional.test_override import stuck
from tests.unit.functions.test_operators_command import Desk, Terminal, digest
from tests.unit.support.worlds import head

CUSTOMER = CustomerSpec(
    name="Seen",
    subscriptions=(legacy(), nce("New"), late("Late", "+P20D"), azure_plan("Production")),
    reservations=(ReservationSpec(name="First", refund_usd=1180.5), ReservationSpec(name="Second", refund_usd=19.5)),
)
HOUR = timedelta(hours=1)


@pytest.fixture
def desk(capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(capsys)


@pytest.fixture
def asking(mocker: MockerFixture) -> World:
    found = World(CUSTOMER, OFFBOARDING_APPROVAL="always")
    mocker.patch("shared.composition.bootstrap.services", side_effect=lambda: found.services)
    return found


def planned(world: World, **more: Any) -> str:
    request = world.ask(CUSTOMER, **more)
    world.run(for_at_most=6 * HOUR)
    found = world.offboarding(request)
    assert found.status is Status.AWAITING_APPROVAL, found.reason
    return found.id


def line(text: str, beginning: str) -> str:
    (found,) = [one for one in text.splitlines() if one.startswith(beginning + " ")]
    return " ".join(found.removeprefix(beginning).split())


def test_whoever_approves_sees_what_is_lost(asking: World, desk: Desk) -> None:
    identity = planned(asking, approvalReference="CHG-7")
    assert desk.type("approve", identity, "--reason", "x", who="approver", ask=Terminal("n\n")) == 1
    new, late_one, first = line(desk.out, "New"), line(desk.out, "Late"), line(desk.out, "First")
    assert "cancel (cannot be undone) once approved, possible until 20" in new
    assert "end at term ends 20" in late_one
    assert "cannot be undone" not in late_one
    assert late_one.count(" UTC") == 2, "when, and paid until"
    assert "return reservation (cannot be undone)" in first
    assert first.endswith("1180.5 USD")
    assert new.split()[0].isdigit(), "its units"
    assert "suspend azure plan when what belongs to it has ended" in line(desk.out, "Azure plan")
    assert "1 suspend azure plan" in line(desk.out, "will be done")
    assert (
        line(desk.out, "cannot be undone") == "5 steps, the end of the reseller relationship and of delegated "
        "admin access among them"
    )
    assert line(desk.out, "refunds") == "1200.0 USD"
    assert line(desk.out, "paid until").endswith("UTC")
    assert line(desk.out, "reference") == "CHG-7"
    assert line(desk.out, "plan digest") == digest(asking, identity)


def test_what_is_only_planned_is_not_shown_as_in_the_way(asking: World, desk: Desk) -> None:
    identity = planned(asking, approvalReference="CHG-7")
    assert desk.type("show", identity) == 0
    assert "blocked: " not in desk.out
    assert "cancel (cannot be undone)" in line(desk.out, "New")
    assert line(desk.out, "plan digest") == digest(asking, identity)
    assert line(desk.out, "reference") == "CHG-7"


def test_after_a_word_only_what_was_answered_is_shown(asking: World, desk: Desk) -> None:
    identity = planned(asking)
    assert desk.type("reject", identity, "--reason", "too early", who="approver") == 0
    assert "None" not in desk.out
    assert line(desk.out, "request") == f"{head(asking, identity).request.request_id}, tests (queue)"


def test_a_digest_of_another_plan_is_looked_up_where_it_is_said_to_be(asking: World, desk: Desk) -> None:
    identity = planned(asking)
    assert desk.type("reject", identity, "--reason", "x", "--digest", "0" * 64, who="approver") == 6
    assert "Look at the plan with `offboard show`" in desk.err
    assert desk.type("show", identity) == 0
    assert digest(asking, identity) in desk.out


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        (0, "0 steps"),
        (1, "1 step, the end of the reseller relationship among them"),
        (2, "2 steps, the end of the reseller relationship and of delegated admin access among them"),
    ],
)
def test_only_what_ends_is_said_to_end(steps: int, words: str) -> None:
    found = {"plan": {"irreversibleSteps": steps, "actions": {"suspend": 1}, "digest": "d"}}
    assert dict(totals(found))["cannot be undone"] == words


def test_the_advice_of_a_refusal_fits_what_was_typed(asking: World, desk: Desk) -> None:
    identity = planned(asking)
    assert desk.type("list", "--status", "foo") == 1
    assert "What to do: Correct it, and send it again." in desk.err
    assert "request id" not in desk.err
    assert desk.type("withdraw", identity, "--reason", " ") == 1
    assert "request id" not in desk.err
    assert desk.type("brake", "release", "--reason", "x", who="approver") == 4
    assert "releasing the kill switch needs the role Offboarding.Operate" in desk.err
    assert desk.type("brake", "release", "--reason", "x", who="reader") == 4
    assert "releasing the kill switch needs the role Offboarding.Operate" in desk.err
    assert desk.type("brake", "hold", "--reason", "x", who="reader") == 4
    assert "holding the kill switch needs the role Offboarding.Approve or Offboarding.Operate" in desk.err


def test_where_nothing_waits_no_plan_is_said_to_wait(asking: World, desk: Desk) -> None:
    identity = planned(asking)
    reject = ("reject", identity, "--reason", "too early")
    assert desk.type(*reject, who="approver") == 0
    assert desk.type(*reject, who="approver") == 1
    assert "What to do: Nothing is to be approved or rejected now: it has ended." in desk.err


def test_another_start_is_typed(asking: World, desk: Desk) -> None:
    identity = planned(asking)
    start = asking.clock.now() + timedelta(days=30)
    words = ("reschedule", identity, "--reason", "they asked", "--not-before")
    assert desk.type(*words, start.isoformat()) == 0
    assert asking.all()[0].request.not_before == start
    assert desk.type(*words, "now") == 0
    assert asking.all()[0].request.not_before is None
    assert desk.type(*words, "tomorrow") == 1
    assert "notBefore" in desk.err
    assert desk.type(*words[:-1]) == 2
    assert desk.type("reschedule", "", *words[2:], "now") == 2


def test_a_report_is_saved_as_a_page_or_as_a_table(asking: World, desk: Desk, tmp_path: Path) -> None:
    identity = planned(asking, approvalReference="CHG-7")
    page, table = tmp_path / "page.html", tmp_path / "table.csv"
    assert desk.type("report", identity, "-o", str(page), who="reader") == 0
    assert b"CHG-7" in page.read_bytes()
    assert desk.type("report", identity, "--csv", "-o", str(table), who="reader") == 0
    assert table.read_bytes().startswith(b'\xef\xbb\xbf"key"')
    assert desk.type("report", identity, "--csv", "-o", str(table), who="reader") == 2


def test_a_persons_word_about_a_blocker_is_typed(desk: Desk, mocker: MockerFixture) -> None:
    world, identity, key = stuck("hibernated")
    mocker.patch("shared.composition.bootstrap.services", side_effect=lambda: world.services)
    assert desk.type("show", identity) == 0
    assert f"offboard override {identity} {key} --reason" in desk.out
    customer = head(world, identity).customer
    assert customer is not None
    sure = ("--reason", "case 123", "--confirm", customer.domain)
    assert desk.type("override", identity, key, "--reason", "case 123") == 2
    assert desk.type("override", identity, "none", *sure) == 1
    assert "has no holding none" in desk.err
    assert desk.type("override", identity, key, *sure) == 0
    said = world.store.holdings(identity)[key].override
    assert said is not None
    assert (said.by, said.why) == ("Olga Operator", "case 123")


def test_what_was_done_is_shown_once_it_was_done(asking: World, desk: Desk) -> None:
    identity = planned(asking)
    approval = ("--reason", "agreed with sales", "--digest", digest(asking, identity), "--yes")
    assert desk.type("approve", identity, *approval, who="approver") == 0, desk.err
    asking.run(for_at_most=6 * HOUR)
    assert desk.type("show", identity) == 0
    assert "WHAT WAS DONE" in desk.out
    assert "cancel: done, 20" in line(desk.out, "New")
    assert line(desk.out, "approved by").startswith("Ava Approver (person), 20")
    assert line(desk.out, "approved by").endswith("UTC: agreed with sales")
    asking.run()
    assert desk.type("show", identity) == 0
    assert "cancel: done, 20" in line(desk.out, "New")


def test_a_plan_for_later_is_followed_by_the_same_request(asking: World, desk: Desk) -> None:
    start = f"{asking.clock.now() + timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}"
    request = asking.ask(CUSTOMER, notBefore=start, renewals="let_renew", dryRun=True, approvalReference="CHG 7")
    asking.run(for_at_most=6 * HOUR)
    assert desk.type("show", asking.offboarding(request).id) == 0
    assert f"--not-before {start} --renewals let_renew --approval-reference 'CHG 7'" in desk.err
    narrowed = asking.ask(CUSTOMER, dryRun=True, restrictions=["leave_gdap"], requestId="narrowed")
    asking.run(for_at_most=6 * HOUR)
    assert desk.type("show", asking.offboarding(narrowed).id) == 0
    assert "Next" not in desk.err, "the command cannot say what the request said"


def test_what_a_program_cannot_decide_is_not_offered_to_it(asking: World, desk: Desk) -> None:
    identity = planned(asking)
    assert desk.type("show", identity, who="approver") == 0
    assert f"Next: offboard approve {identity}" in desk.err
    assert desk.type("show", identity, who="key") == 0
    assert "approve" not in desk.err
    assert f"offboard withdraw {identity}" in desk.err


def test_where_nobody_is_asked_digest_and_domain_are_named_at_once(asking: World, desk: Desk) -> None:
    identity = planned(asking)
    assert desk.type("approve", identity, "--reason", "x", who="approver") == 2
    customer = head(asking, identity).customer
    assert customer is not None
    assert f"--digest {digest(asking, identity)} together with --confirm '{customer.domain}'" in desk.err


def test_a_customer_is_looked_up_by_its_domain(asking: World, desk: Desk) -> None:
    identity = planned(asking)
    customer = head(asking, identity).customer
    assert customer is not None
    assert desk.type("show", customer.domain.upper()) == 0
    assert f"this is its newest offboarding, {identity}." in desk.err
    assert line(desk.out, "offboarding") == identity
    assert desk.type("withdraw", customer.domain, "--reason", "x") == 5, "what changes something names an id"
    assert f"this needs the id of an offboarding. Live is {identity} (awaiting_approval)." in desk.err
    assert desk.type("show", "nobody.example") == 5
    assert "offboard list --text nobody.example" in desk.err
    assert desk.type("list") == 0
    assert "offboard list --needs-me" in desk.err


@pytest.mark.long
def test_a_withdrawal_that_is_only_tried_names_what_it_puts_back(asking: World, desk: Desk) -> None:
    identity = planned(asking)
    words = ("withdraw", identity, "--reason", "they stay", "--dry-run")
    assert desk.type(*words) == 0
    assert "If it is withdrawn, nothing is put back: nothing was changed that can be." in desk.out
    assert (
        desk.type("approve", identity, "--reason", "x", "--digest", digest(asking, identity), "--yes", who="approver")
        == 0
    )
    asking.run(for_at_most=6 * HOUR)
    assert desk.type(*words) == 0
    assert "If it is withdrawn, will be put back: " in desk.out
    assert "If it is withdrawn, stays as it is now: " in desk.out
    assert head(asking, identity).withdrawal is None


def test_a_holding_to_which_nothing_is_done_is_no_failure() -> None:
    assert undone_words({"status": "Succeeded"}) == "nothing is needed (its status: Succeeded)"
    assert undone_words({"status": "Succeeded", "planned": {}}) == "nothing is needed (its status: Succeeded)"
    assert undone_words({"status": "active", "planned": {"at": "2027-01-01"}}) == "nothing: its end is waited for"


def test_before_a_withdrawal_it_is_said_what_it_puts_back(asking: World, desk: Desk) -> None:
    identity = planned(asking)
    assert desk.type("show", identity) == 0
    assert "If it is withdrawn" not in desk.out, "nothing was changed yet"
    approval = ("--reason", "agreed", "--digest", digest(asking, identity), "--yes")
    assert desk.type("approve", identity, *approval, who="approver") == 0, desk.err
    asking.run(for_at_most=6 * HOUR)
    assert desk.type("show", identity) == 0
    back, stays = (
        line(desk.out, f"If it is withdrawn, {told}:") for told in ("will be put back", "stays as it is now")
    )
    assert "Late" in back
    assert "New" not in back
    assert {"New", "First", "Second"} <= set(stays.split(", "))
    assert desk.type("withdraw", identity, "--reason", "they stay") == 0
    asking.run(for_at_most=48 * HOUR)
    lost = {item.name for item in head(asking, identity).not_restored if item.key != "delegated_admin"}
    assert lost == set(stays.split(", ")), "as it was told before"


def test_a_resume_that_lets_something_renew_says_so_and_asks(desk: Desk, mocker: MockerFixture) -> None:
    world, request = before_start.asked()
    mocker.patch("shared.composition.bootstrap.services", side_effect=lambda: world.services)
    world.run(for_at_most=timedelta(days=1))
    found = world.offboarding(request)
    resume = ("resume", found.id, "--reason", "they want it")
    assert desk.type(*resume) == 2
    assert "Yearly (1 unit) renews on 20" in desk.out
    assert "paid for during the whole term" in desk.out
    assert "renewals=end_with_term" in desk.out
    assert found.customer is not None
    assert f"--confirm '{found.customer.domain}' to let this renew" in desk.err
    assert world.offboarding(request).status is Status.NEEDS_ATTENTION
    assert desk.type(*resume, "--confirm", found.customer.domain) == 0, desk.err
    assert world.offboarding(request).status is not Status.NEEDS_ATTENTION


def test_what_waits_for_an_approval_is_not_said_to_need_time(asking: World, desk: Desk) -> None:
    identity = planned(asking)
    assert desk.type("why", identity) == 0
    late_one = next(one for one in desk.out.splitlines() if one.startswith("Late "))
    assert " an approval " in late_one
    assert " time " not in late_one


def test_a_report_for_excel_is_a_table_it_opens(asking: World, desk: Desk, tmp_path: Path) -> None:
    identity = planned(asking)
    book, table = tmp_path / "holdings.xlsx", tmp_path / "holdings.csv"
    assert desk.type("report", identity, "-o", str(book)) == 2, "a page is no workbook"
    assert desk.type("report", identity, "--excel", "de") == 2
    assert not book.exists()
    assert desk.type("report", identity, "--csv", "-o", str(book)) == 0, desk.err
    titles, *rows = load_workbook(book).worksheets[0].iter_rows(values_only=True)
    late_one = next(dict(zip(titles, row, strict=True)) for row in rows if "Late" in row)
    assert isinstance(late_one["termEnds"], datetime)
    assert late_one["units"] == 1
    assert desk.type("report", identity, "--csv", "--excel", "de", "-o", str(table)) == 0
    assert table.read_text("utf-8-sig").startswith("key;name;kind;")
