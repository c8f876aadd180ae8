"""The report: what it says, and that names of others stay text, whatever they look like."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest

from local.simulator.scenario.models import CustomerSpec
from local.world.world import World
from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import ActionKind
from shared.domain.holdings.ledger import ActionState
from shared.domain.holdings.model import HoldingStatus
from shared.domain.offboarding.called import FORGOTTEN
from shared.domain.offboarding.record import Reason
from shared.domain.offboarding.states import TERMINAL, Status
from shared.domain.wording import plain
from shared.operations.mark import mark_for_attention
from shared.operations.resume import resume
from shared.operations.withdraw import CalledOff, withdraw
from shared.report.cells import harmless
from shared.report.facts import Facts, facts_of
from shared.report.page import as_page, link
from shared.report.report import Report, report, wants_csv
from shared.report.table import COLUMNS, as_csv
from shared.report.words import outcome_of
from shared.upkeep.retention import without_person
from tests.functional.customers import late, legacy, nce, removable
from tests.functional.people import OPERATOR
from tests.unit.support.worlds import SMALL, head, received, waiting, wake_up

HOSTILE = "<script>alert(1)</script>"
FORMULA = '=HYPERLINK("https://evil.example","x")'
SPLIT = 'a,b\r\n"c";\'d'
TURNED = "exe\u202egnp"


class Reader(HTMLParser):
    """Tags with their attributes, and the text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def facts(world: World, identity: str) -> Facts:
    store = world.store
    return facts_of(head(world, identity), store.holdings(identity), store.timeline(identity), world.clock.now())


def made(world: World, identity: str, accept: str = "") -> Report:
    return report(identity, accept, {}, world.services) or pytest.fail("no report")


def lines(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def removed(customer: CustomerSpec) -> tuple[World, str]:
    world, identity = received(customer, requestId="r-1")
    world.run()
    assert head(world, identity).status is Status.REMOVED
    return world, identity


def test_the_reference_of_an_approval_stands_in_the_page_where_there_is_one() -> None:
    world, identity = received(removable(), requestId="r-1", approvalReference="CHG-7")
    assert "Approval reference" in Reader(as_page(facts(world, identity))).text
    assert "CHG-7" in Reader(as_page(facts(world, identity))).text
    without, other = received(removable(), requestId="r-1")
    assert "Approval reference" not in as_page(facts(without, other))


def test_the_advice_of_a_removal_names_a_heading_of_the_page() -> None:
    world, identity = removed(removable())
    text = Reader(as_page(facts(world, identity))).text
    assert "(see What survives)" in text
    assert text.count("What survives") == 2


def test_a_removal_is_told_whole() -> None:
    world, identity = removed(removable())
    found, offboarding = facts(world, identity), head(world, identity)
    page = Reader(as_page(found)).text

    outcome = "".join(found.outcome)
    assert outcome.startswith("The reseller relationship with Contoso Bakery is removed, and that is proven (")
    for said in (outcome, identity, offboarding.evidence.head, offboarding.reestablish_url, *found.survivors):
        assert said in page
    for record in world.store.holdings(identity).values():
        assert record.holding.name in page
    assert "Cancel a subscription: done; the effect was seen, 20" in page
    assert len(found.refunded) == 1
    assert found.refunded[0].refund in page
    assert found.running == ()
    assert f"--seen {offboarding.evidence.entries}:{offboarding.evidence.head}" in page
    assert ("a", {"href": offboarding.reestablish_url, "rel": "noreferrer"}) in Reader(as_page(found)).tags


def test_what_waits_says_what_runs_on_until_when() -> None:
    world, identity = waiting()
    found = facts(world, identity)

    assert "".join(found.outcome) == "The offboarding of Small has not ended: it waits."
    [runs] = found.running
    assert (runs.name, runs.paid_until) == ("Late", head(world, identity).paid_until)
    assert runs.paid_until is not None
    page = Reader(as_page(found)).text
    assert f"Late (new-commerce licence, active): until {runs.paid_until:%Y-%m-%d %H:%M} UTC" in page
    assert "How to begin again" not in page
    assert "No refund was told" in page


def test_who_asked_and_decided_is_named_with_the_reason() -> None:
    world, identity = waiting()
    withdraw(identity, CalledOff(OPERATOR, "they stay"), world.services)
    world.run()
    found = facts(world, identity)

    assert "was called off" in "".join(found.outcome)
    asked, called_off = found.words
    assert asked.who.startswith("by queue, as ")
    assert "The offboarding was called off" in called_off.what
    assert called_off.who == f"{OPERATOR.name} ({OPERATOR.id})"
    assert "they stay" in called_off.why
    assert "they stay" in Reader(as_page(found)).text


@pytest.mark.parametrize("status", Status)
def test_every_status_has_its_sentence_and_a_name_is_never_a_pattern(status: Status) -> None:
    world, identity = received()
    offboarding = replace(head(world, identity), status=status)
    sentence = "".join(outcome_of(offboarding, "{name} {0} %s"))
    assert "{name} {0} %s" in sentence
    assert sentence.endswith(".")
    assert (status in TERMINAL) is not ("has not ended" in sentence)


def hostile() -> CustomerSpec:
    names = (HOSTILE, FORMULA, SPLIT, TURNED, "\t@SUM(1)", "{{ 7 * 191 }}", "'\"><img src=x onerror=alert(1)>")
    return CustomerSpec(name=f"Evil {HOSTILE}", subscriptions=tuple(nce(name) for name in names))


def test_hostile_names_are_text_in_the_page() -> None:
    world, identity = received(
        hostile(), requestId="r-1", reason=f"because {HOSTILE}", requestedBy=f"Mallory {HOSTILE}"
    )
    world.run(for_at_most=timedelta(hours=1))
    page = made(world, identity).content.decode()
    reader = Reader(page)

    assert not {tag for tag, _ in reader.tags} & {"script", "img", "iframe", "object", "link", "form", "base"}
    assert not [name for _, attributes in reader.tags for name in attributes if name.startswith("on")]
    assert [attributes for tag, attributes in reader.tags if "src" in attributes] == []
    assert f"because {HOSTILE}" in reader.text
    assert f"Mallory {HOSTILE}" in reader.text
    assert "{{ 7 * 191 }}" in reader.text
    assert "1337" not in page
    assert "\u202e" not in page


def test_hostile_names_are_cells_in_the_table_and_none_is_a_formula() -> None:
    world, identity = received(hostile(), requestId="r-1")
    world.run(for_at_most=timedelta(hours=1))
    content = made(world, identity, "text/csv").content
    rows = lines(content)

    assert content.startswith(b"\xef\xbb\xbf")
    assert len(rows) == 7
    assert {row["name"] for row in rows} >= {HOSTILE, f"'{FORMULA}", "{{ 7 * 191 }}", "exe\ufffdgnp"}
    assert all(set(row) == set(COLUMNS) for row in rows)
    assert not [cell for row in rows for cell in row.values() if cell.lstrip()[:1] in tuple("=+-@")]


def test_a_table_says_what_was_done_and_when() -> None:
    world, identity = removed(CustomerSpec(name="Bakery", subscriptions=(legacy("Größe"), nce("Base"))))
    rows = {row["name"]: row for row in lines(as_csv(facts(world, identity)))}

    assert set(rows) == {"Größe", "Base"}
    base = rows["Base"]
    assert base["done"].startswith("Cancel a subscription: done; the effect was seen, ")
    assert base["lastDoneAt"] in base["done"]
    assert base["termEnds"]
    assert base["paidUntil"] == "", "it was cancelled in its window"
    assert base["runsOn"] == "no"


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("  =1", "'  =1"),
        ("\t=1", "' =1"),
        ("\r=1", "'\ufffd=1"),
        ("\u00a0=1", "'\u00a0=1"),
        ("\uff1d1", "'\uff1d1"),
        ("a=1", "a=1"),
        ("", ""),
        ("'=1", "'=1"),
    ],
)
def test_no_cell_is_calculated(cell: str, shown: str) -> None:
    assert harmless(cell) == shown


@pytest.mark.parametrize(
    ("accept", "csv_is_wanted"),
    [
        ("", False),
        ("*/*", False),
        ("text/html,application/xhtml+xml,*/*;q=0.8", False),
        ("text/csv", True),
        ("Text/CSV; charset=utf-8", True),
        ("text/csv, */*;q=0.1", True),
        ("text/html;q=0.5, text/csv;q=0.9", True),
        ("text/html, text/csv", False),
        ("text/csv;q=0", False),
        ("text/csv;q=x", False),
        (";;,,q=", False),
    ],
)
def test_what_the_caller_likes_better(accept: str, csv_is_wanted: bool) -> None:
    assert wants_csv(accept) is csv_is_wanted


@pytest.mark.parametrize("address", ["javascript:alert(1)", "http://x.example", "//x", "", " https://x"])
def test_only_an_https_address_is_a_link(address: str) -> None:
    world, identity = removed(SMALL_AND_SOON)
    assert link(address) == ""
    page = as_page(replace(facts(world, identity), reestablish=address))
    assert not [tag for tag, _ in Reader(page).tags if tag == "a"]


SMALL_AND_SOON = CustomerSpec(name="Soon", subscriptions=(legacy(),))


def test_what_was_forgotten_is_not_in_it() -> None:
    world, identity = removed(SMALL_AND_SOON)
    forgotten = without_person(head(world, identity))
    found = facts_of(forgotten, {}, (), world.clock.now())
    page = Reader(as_page(found)).text
    assert FORGOTTEN in page
    assert "Soon" not in page
    assert "No holding was read" in page


def test_a_word_about_a_blocker_and_what_is_not_understood_are_told() -> None:
    world, identity = waiting()
    record = next(item for item in world.store.holdings(identity).values() if item.blocker)
    said = SimpleNamespace(by="Ada", at=world.clock.now(), why="seen it end")
    changed = replace(record, override=said, missing_since=world.clock.now(), actions=())  # type: ignore[arg-type]
    found = facts_of(head(world, identity), {"x": changed}, (), world.clock.now())
    [holding] = found.holdings
    assert "has ended, says Ada" in holding.note
    assert "not shown any more since" in holding.note
    assert holding.runs_on is False
    assert "nothing" in Reader(as_page(found)).text


def test_there_is_none_of_what_does_not_exist() -> None:
    assert report("x", "", {}, World(SMALL).services) is None


def test_a_resume_stands_among_the_decisions() -> None:
    world, identity = received()
    world.bus.queued.clear()
    mark_for_attention(wake_up(world, identity), Reason(ReasonCode.DEAD_LETTERED, "x"), world.services)
    resume(identity, OPERATOR, world.services, why="case 123")
    words = facts(world, identity).words
    assert [word.what for word in words[1:]] == ["Somebody resumed the offboarding"]
    assert "case 123" in words[1].why


def test_one_line_of_plain_text() -> None:
    assert plain("a\nb\x00c\u2067d\u200de") == "a b\ufffdc\ufffdd\u200de"


def test_a_term_that_runs_is_paid_to_its_end_and_that_stays_so_when_it_is_over() -> None:
    world, identity = received(CustomerSpec(name="Late", subscriptions=(late(),)))
    world.run(for_at_most=timedelta(hours=1))
    [running] = lines(made(world, identity, "text/csv").content)
    assert running["paidUntil"] == running["termEnds"] != ""
    assert running["runsOn"] == "yes"
    world.run()
    assert head(world, identity).status is Status.REMOVED
    [over] = lines(made(world, identity, "text/csv").content)
    assert (over["paidUntil"], over["runsOn"]) == (running["paidUntil"], "no")
    assert f"Paid until{over['paidUntil']} UTC" in Reader(made(world, identity).content.decode()).text


@pytest.mark.parametrize(("state", "paid"), [(ActionState.REFUSED, True), (ActionState.CONFIRMED, False)])
def test_only_a_cancellation_that_worked_ends_the_paying_before_the_term(state: ActionState, paid: bool) -> None:
    world, identity = waiting()
    record = next(item for item in world.store.holdings(identity).values() if item.blocker)
    end = record.holding.term_end or pytest.fail("no term")
    tried = replace(record.actions[0], kind=ActionKind.CANCEL, state=state, code="x")
    changed = replace(record, blocker=None, actions=(tried,))
    gone = replace(changed, holding=replace(record.holding, status=HoldingStatus.EXPIRED))
    [holding] = facts_of(head(world, identity), {"x": gone}, (), end + timedelta(days=1)).holdings
    assert holding.paid_until == (end if paid else None)
    assert holding.term_end == end


@pytest.mark.parametrize("status", [Status.STOPPED, Status.WITHDRAWN, Status.REJECTED])
def test_nothing_that_only_goes_on_gives_a_date_until_which_is_paid(status: Status) -> None:
    world, identity = waiting()
    renews = {
        key: replace(record, holding=replace(record.holding, ends_at_term=False))
        for key, record in world.store.holdings(identity).items()
    }
    found = facts_of(replace(head(world, identity), status=status), renews, (), world.clock.now())
    assert (found.paid.until, found.paid.words) == (None, "runs on, no end known")
    assert [item.paid_until for item in found.running] == [None]


def test_what_was_set_to_end_with_its_term_has_that_date_though_it_was_stopped() -> None:
    world, identity = waiting()
    records = world.store.holdings(identity)
    found = facts_of(replace(head(world, identity), status=Status.STOPPED), records, (), world.clock.now())
    [item] = found.running
    assert found.paid.until == item.paid_until == item.term_end
