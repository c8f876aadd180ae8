"""Several resumed at once, by page, command and HTTP: each as if alone, and nothing renews that nobody was told of."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from pytest_mock import MockerFixture

from local.simulator.scenario.models import CustomerSpec
from local.world.world import World
from shared.console import decisions
from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import Blocker, Cause, Remedy
from shared.domain.offboarding.record import Offboarding, Reason
from shared.domain.offboarding.restored import Provenance, Restored
from shared.domain.offboarding.states import Stage, Status
from shared.domain.people.rights import Role
from shared.operations.resume import resume
from tests.functional.customers import late, legacy
from tests.unit.functions.browser import Browser
from tests.unit.functions.support import OPERATOR, call, person
from tests.unit.functions.test_operators_command import Desk, Terminal
from tests.unit.support.heads import head_of, keep, request_of

FIRST, SECOND = (
    CustomerSpec(name=name, subscriptions=(late(f"Yearly {name}", "+P40D"), legacy())) for name in ("Ash", "Birch")
)
READER = person("Rita Reader", Role.READ)


@pytest.fixture
def desk(capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(capsys)


@pytest.fixture
def world(mocker: MockerFixture) -> World:
    """Two ask whether something may renew."""
    found = World(FIRST, SECOND)
    mocker.patch("shared.composition.bootstrap.services", side_effect=lambda: found.services)
    start = (found.clock.now() + timedelta(days=200)).isoformat()
    for customer in (FIRST, SECOND):
        found.ask(customer, notBefore=start, batchId="June")
    found.run(for_at_most=timedelta(days=1))
    assert [item.reason.code for item in found.all() if item.reason] == [ReasonCode.RENEWS_BEFORE_START] * 2
    return found


@pytest.fixture
def other(world: World) -> str:
    """A third asks something that costs nothing."""
    reason = Reason(ReasonCode.TOO_MANY_FAULTS, "it failed too often", "Look at the log.")
    request = request_of(request_id="third", company_name="Cedar")
    keep(world, head_of(Status.NEEDS_ATTENTION, Stage.VERIFY, id="o-3", request=request, reason=reason))
    return "o-3"


def renewing(world: World) -> Iterator[Offboarding]:
    return (item for item in world.all() if item.id != "o-3")


def waiting(world: World) -> set[str]:
    return {item.id for item in world.all() if item.status is Status.NEEDS_ATTENTION}


def agreed(world: World) -> list[int]:
    """To how many renewals of each a person agreed."""
    return [len(item.agreed_renewals) for item in renewing(world)]


@pytest.mark.long
def test_what_needs_a_person_while_it_waits_is_on_the_page_and_in_the_count(world: World, other: str) -> None:
    moving = Blocker("k1", "Moving", Cause.OPEN_TRANSFER, Remedy.PERSON, "is part of a transfer", "Accept it.")
    reason = Reason(ReasonCode.OPEN_TRANSFER, "a person is needed: it moves. Meanwhile one renews", "Accept it.")
    request = request_of(request_id="fourth", company_name="Dogwood")
    keep(world, head_of(Status.WAITING, id="o-4", request=request, reason=reason, blockers=(moving,)))
    browser = Browser()
    page = browser.get("/console/decisions")
    assert "4 offboardings need a decision" in page.text
    line = next(row.get_text(" ", strip=True) for row in page.soup.select("tbody tr") if "Dogwood" in row.text)
    assert line.startswith("see its page Dogwood")
    assert "a person is needed: it moves" in line
    assert "Accept it." in line
    assert "4 offboardings need a decision" in browser.get("/console").text
    assert "A person has to act, and it is looked at again by itself." in browser.get("/console/offboardings/o-4").text


def test_the_page_says_what_renews_and_has_it_typed(world: World, other: str) -> None:
    browser = Browser()
    assert browser.get("/console").soup.find("a", href="/console/decisions")
    page = browser.get("/console/decisions")
    assert "3 offboardings need a decision" in page.text
    assert page.text.count("what renews before the start is paid for during the whole term") == 2
    assert "Yearly Ash (1 unit) renews on 20" in " ".join(page.text.split())
    assert "renews on 20" in page.text
    assert "Cedar" in page.text
    fields: dict[str, str | list[str]] = {"chosen": [item.id for item in world.all()], "reason": "case 1"}
    for typed in ("", "renew 3", "renew"):
        refused = browser.fill(page, "/console/decisions", **fields, typed=typed)
        assert refused.status == 422
        assert "renew 2" in refused.text
    assert len(waiting(world)) == 3
    done = browser.fill(page, "/console/decisions", **fields, typed="Renew 2")
    assert "3 of 3 resumed" in done.text
    assert done.soup.find("a", href="/console/decisions")
    assert waiting(world) == set()
    assert agreed(world) == [1, 1]
    again = browser.fill(page, "/console/decisions", **fields, typed="renew 2")
    assert "0 of 3 resumed" in again.text
    assert "No offboarding needs a decision" in browser.get("/console/decisions").text


def test_of_more_than_fit_those_are_shown_that_asked_first(
    world: World, other: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decisions, "SHOWN", 2)
    page = Browser().get("/console/decisions")
    assert "2 of more offboardings need a decision" in page.text
    assert {str(box["value"]) for box in page.soup.select('input[name="chosen"]')} == waiting(world) - {other}


def test_what_costs_nothing_needs_nothing_typed(world: World, other: str) -> None:
    browser = Browser()
    page = browser.get("/console/decisions")
    done = browser.fill(page, "/console/decisions", chosen=[other, "gone"], reason="case 1")
    assert "1 of 2 resumed" in done.text
    assert "there is no such offboarding" in done.text
    assert len(waiting(world)) == 2
    for chosen in ([], [f"o-{number}" for number in range(101)]):
        assert browser.fill(page, "/console/decisions", chosen=chosen, reason="case 1").status == 422


def test_what_changed_since_it_was_shown_is_left(world: World, other: str) -> None:
    browser = Browser()
    page = browser.get("/console/decisions")
    ids = [item.id for item in world.all()]
    assert call("resume_offboardings", listed([other])).json["items"][0]["resumed"]
    done = browser.fill(page, "/console/decisions", chosen=ids, reason="case 1", typed="renew 2")
    assert "2 of 3 resumed" in done.text


def test_whoever_may_not_is_offered_nothing_and_refused(world: World, other: str) -> None:
    browser = Browser(READER)
    page = browser.get("/console/decisions")
    assert page.text.count("needs the role Operate") == 3
    assert not page.soup.find("input", attrs={"name": "chosen"})
    refused = browser.fill(page, "/console/decisions", chosen=[other], reason="case 1")
    assert refused.status == 403
    assert other in waiting(world)


def listed(ids: list[str], code: str | None = None) -> bytes:
    said = {"offboardingIds": ids, "reason": "case 1"} | ({"reasonCode": code} if code else {})
    return json.dumps(said).encode()


def test_a_list_lets_nothing_renew_without_naming_it(world: World, other: str) -> None:
    ids = [item.id for item in world.all()]
    left = call("resume_offboardings", listed(ids), headers=OPERATOR).json["items"]
    assert {item["offboardingId"] for item in left if item["resumed"]} == {other}
    problems = [item["problem"] for item in left if not item["resumed"]]
    assert [(item["status"], item["code"]) for item in problems] == [(409, "not_resumable")] * 2
    assert all("Yearly" in item["detail"] and "renews at" in item["detail"] for item in problems)
    assert all("reasonCode renews_before_start" in item["operatorAction"] for item in problems)
    assert agreed(world) == [0, 0]
    told = call("resume_offboardings", listed(ids, "renews_before_start"), headers=OPERATOR).json["items"]
    assert sum(item["resumed"] for item in told) == 2
    assert agreed(world) == [1, 1]


def test_the_command_says_what_renews_and_asks_once(desk: Desk, world: World, other: str) -> None:
    ids = [item.id for item in world.all()]
    assert desk.type("resume", *ids, "--reason", "case 1") == 2
    assert "--confirm 'renew 2'" in desk.err
    assert desk.out.count("If you resume, what renews before the start is paid for") == 2
    assert "Yearly Ash" in desk.out
    assert "Look at the log." in desk.out
    assert desk.type("resume", *ids, "--reason", "case 1", "--dry-run") == 0
    assert desk.type("resume", *ids, "--reason", "case 1", ask=Terminal("renew 1\n")) == 1
    assert len(waiting(world)) == 3
    assert desk.type("resume", *ids, "--reason", "case 1", ask=Terminal("renew 2\n")) == 0
    assert desk.out.count("resumed: ") == 3
    assert agreed(world) == [1, 1]


def test_all_that_ask_the_same_are_resumed_by_their_reason(desk: Desk, world: World, other: str) -> None:
    assert desk.type("resume", "--asking", "too_many_faults", "--reason", "case 1", "--json") == 0
    [item] = json.loads(desk.out)["items"]
    assert (item["offboardingId"], item["resumed"]) == (other, True)
    assert desk.type("resume", "--asking", "too_many_faults", "--reason", "case 1") == 0
    assert "Nothing asks for too_many_faults." in desk.err
    asked = ("resume", "--asking", "renews_before_start", "--reason", "case 1")
    assert desk.type(*asked, "--batch", "July") == 0
    assert desk.type(*asked, "--batch", "June", "--confirm", "renew 3") == 2
    assert agreed(world) == [0, 0]
    assert desk.type(*asked, "--batch", "June", "--confirm", "renew 2") == 0
    assert agreed(world) == [1, 1]


def test_what_was_left_is_told_and_the_command_ends_with_7(desk: Desk, world: World, other: str) -> None:
    running = head_of(Status.RUNNING, id="o-4", request=request_of(request_id="fourth"))
    keep(world, running)
    assert desk.type("resume", other, "o-4", "--reason", "case 1") == 7
    assert "1 of 2 were left as they are" in desk.err
    assert "only needs_attention can be resumed" in desk.out
    assert waiting(world) == {item.id for item in renewing(world) if item.id != "o-4"}


@pytest.mark.parametrize("words", [(), ("o-3", "--asking", "went_live"), ("o-3", "--batch", "June"), ("--batch", "J")])
def test_one_way_to_name_them_is_taken(desk: Desk, words: tuple[str, ...]) -> None:
    assert desk.type("resume", *words, "--reason", "x", ask=io.StringIO()) == 2
    assert "give one ID or several, or --asking CODE" in desk.err
    assert desk.sent == []


@pytest.fixture
def unsigned(world: World) -> str:
    """One that was put back from a snapshot that nobody signed."""
    restored = Restored("s", world.clock.now(), world.clock.now(), whole=True, provenance=Provenance.UNSIGNED)
    reason = Reason(ReasonCode.RECORD_UNSIGNED, "nobody signed it", "Compare it.")
    request = request_of(request_id="forged", company_name="Forged")
    head = head_of(Status.NEEDS_ATTENTION, Stage.VERIFY, id="o-5", request=request, reason=reason)
    keep(world, replace(head, restored=restored))
    return "o-5"


@pytest.mark.parametrize("code", [None, "record_unsigned"])
def test_no_list_resumes_what_nobody_signed(world: World, unsigned: str, code: str | None) -> None:
    [left] = call("resume_offboardings", listed([unsigned], code), headers=OPERATOR).json["items"]
    assert not left["resumed"]
    assert "by itself" in left["problem"]["operatorAction"]
    assert unsigned in waiting(world)


def test_the_page_resumes_nothing_that_nobody_signed(world: World, other: str, unsigned: str) -> None:
    browser = Browser()
    page = browser.get("/console/decisions")
    assert [box["value"] for box in page.soup.select(f'input[value="{unsigned}"]')] == []
    assert "see its page" in page.text
    shown = browser.get(f"/console/offboardings/{unsigned}")
    etag = shown.soup.select('input[name="etag"]')[0]["value"]
    fields: dict[str, str | list[str]] = {f"etag-{unsigned}": str(etag), f"code-{unsigned}": "record_unsigned"}
    done = browser.fill(page, "/console/decisions", chosen=[other, unsigned], reason="case 1", **fields)
    assert "1 of 2 resumed" in done.text
    assert unsigned in waiting(world)


def test_the_command_resumes_what_nobody_signed_by_itself_alone(desk: Desk, world: World, unsigned: str) -> None:
    keep(world, replace(world.store._rows[unsigned].head, id="o-6"))
    for named in (("o-5", "o-6"), ("--asking", "record_unsigned")):
        assert desk.type("resume", *named, "--reason", "case 1") == 2
        assert "record_unsigned" in desk.err
    assert {"o-5", "o-6"} <= waiting(world)
    assert desk.type("resume", unsigned, "--reason", "compared") == 0
    assert unsigned not in waiting(world)


def test_what_is_looked_at_again_lets_nothing_renew_that_is_not_named(desk: Desk, world: World) -> None:
    """It shows no reason then, so whoever resumes it has not been told what it costs."""
    head = next(renewing(world))
    looked_at = replace(
        head, status=Status.PLANNING, stage=Stage.PLAN, reason=None, asked=ReasonCode.RENEWS_BEFORE_START
    )
    world.store._rows[head.id].head = looked_at
    assert desk.type("resume", head.id, "--reason", "case 1") != 0
    assert "may renew" in desk.err
    assert world.offboarding(head.request.request_id) == looked_at
    resume(head.id, "Ms. Operator", world.services, ReasonCode.RENEWS_BEFORE_START)
    assert len(world.offboarding(head.request.request_id).agreed_renewals) == 1
