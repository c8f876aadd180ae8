"""Offboardings for people: which filters are understood, where their numbers end, and what links the pages."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qsl

import pytest

from local.world.world import World
from shared.contracts.problems import problem_of
from shared.domain.errors import InvalidRequestError
from shared.domain.offboarding.identifiers import offboarding_id
from shared.domain.offboarding.states import Stage, Status
from shared.domain.offboarding.timeline import Happening
from shared.domain.wording import shorten
from shared.operations.list_query import LARGEST_PAGE, parse_list
from shared.operations.show import show, show_page
from tests.unit.support.heads import CUSTOMER, DAY, IDENTITY, NOW, head_of, keep, licence, request_of

PATH = "/api/offboardings"
OTHER = "c0ffee00-0000-4000-8000-000000000002"


def world_of(*statuses: Status, customer: str = CUSTOMER) -> World:
    """Offboardings o-1, o-2 … in this order."""
    world = World()
    for number, status in enumerate(statuses, start=1):
        keep(world, head_of(status, id=f"o-{number}", request=request_of(customer_id=customer)))
    return world


def ids(world: World, **query: str) -> list[str]:
    return [item.offboarding_id for item in show_page(query, PATH, world.services).items]


def refusal(**query: str) -> InvalidRequestError:
    with pytest.raises(InvalidRequestError) as caught:
        show_page(query, PATH, World().services)
    return caught.value


def test_one_is_shown_with_its_holdings_and_its_timeline() -> None:
    world = World()
    session = keep(world, head_of(Status.RUNNING, Stage.CANCEL), licence("A", timedelta(hours=1)))
    session.note(Happening("looked_again"), "in between")
    session.save()
    shown, stored = show(IDENTITY, world.services), world.store.load(IDENTITY)

    assert shown is not None
    assert stored is not None
    assert shown.etag == stored.etag
    view = shown.view
    assert (view.offboarding_id, view.status, view.stage) == (IDENTITY, "running", "cancel")
    assert [item.key for item in view.holdings] == ["subscription:A"]
    assert [(item.seq, item.what, item.detail) for item in view.timeline] == [(4, "looked_again", "in between")]
    assert show("o-9", world.services) is None


def test_the_newest_ones_come_first() -> None:
    assert ids(world_of(Status.RUNNING, Status.WAITING, Status.REMOVED)) == ["o-3", "o-2", "o-1"]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("running", ["o-1"]),
        ("running,removed", ["o-3", "o-1"]),
        ("running,,removed,", ["o-3", "o-1"]),
        ("", ["o-3", "o-2", "o-1"]),
        (",", ["o-3", "o-2", "o-1"]),
        ("stopped", []),
    ],
)
def test_states_are_listed_with_commas(status: str, expected: list[str]) -> None:
    assert ids(world_of(Status.RUNNING, Status.WAITING, Status.REMOVED), status=status) == expected


@pytest.mark.parametrize("word", ["Running", "gone", " running", "running;removed"])
def test_an_unknown_state_is_refused_with_all_that_are_known(word: str) -> None:
    error = refusal(status=word)
    assert (error.code, error.field, error.value) == ("wrong_value", "status", " ".join(word.split()))
    assert error.rule.startswith("must be one of received, planning, ")
    assert error.rule.endswith(", joined, withdrawn")


def test_a_tenant_id_is_compared_in_lower_case_and_an_empty_one_is_none() -> None:
    world = world_of(Status.RUNNING)
    keep(world, head_of(id="o-2", request=request_of(customer_id=OTHER)))

    assert ids(world, customerTenantId=CUSTOMER.upper()) == ["o-1"]
    assert ids(world, customerTenantId=OTHER) == ["o-2"]
    assert ids(world, customerTenantId="") == ["o-2", "o-1"]
    assert ids(world, customerTenantId="00000000-0000-4000-8000-000000000000") == []


def test_what_is_no_tenant_id_is_refused() -> None:
    error = refusal(customerTenantId="another")
    assert (error.code, error.field, error.value) == ("wrong_value", "customerTenantId", "another")


@pytest.mark.parametrize("name", ["limits", "Status", "after ", "customer", ""])
def test_a_filter_that_is_not_understood_is_refused_by_name(name: str) -> None:
    """A misspelt filter must not answer with everything."""
    error = refusal(**{name: "1"})
    assert (error.code, error.field) == ("unknown_field", name.strip())
    known = (
        "requestId, batchId, status, customerTenantId, requestedBy, text, product, needsMe, holdings, dryRun, "
        "updatedSince, dueBefore, sort, limit, after"
    )
    assert error.rule == f"is not a known filter; known are {known}"


def test_the_key_of_the_host_is_no_filter_and_no_part_of_a_link() -> None:
    world = world_of(*[Status.RUNNING] * 3)
    page = show_page({"code": "a-secret-key", "limit": "2", "status": "running"}, PATH, world.services)

    assert page.next is not None
    assert page.next.startswith(f"{PATH}?limit=2&status=running&after=")
    assert "code" not in page.next


def test_each_page_leads_to_the_next_and_the_last_to_none() -> None:
    world = world_of(*[Status.RUNNING] * 5)
    seen: list[list[str]] = []
    query = {"limit": "2", "customerTenantId": CUSTOMER}
    for _ in range(4):
        page = show_page(query, PATH, world.services)
        seen.append([item.offboarding_id for item in page.items])
        if page.next is None:
            break
        link = page.next.removeprefix(f"{PATH}?")
        query = dict(pair.split("=") for pair in link.split("&"))
        assert set(query) == {"limit", "customerTenantId", "after"}
    assert seen == [["o-5", "o-4"], ["o-3", "o-2"], ["o-1"]]


def test_a_link_keeps_what_has_to_be_escaped() -> None:
    world = world_of(Status.RUNNING, Status.RUNNING)
    page = show_page({"limit": "1", "status": "running,waiting"}, PATH, world.services)
    assert page.next is not None
    assert "status=running%2Cwaiting" in page.next


@pytest.mark.long
@pytest.mark.parametrize(("limit", "shown"), [("", 50), ("1", 1), ("51", 51), (str(LARGEST_PAGE), 200)])
def test_a_page_is_as_long_as_asked_for_up_to_its_bound(limit: str, shown: int) -> None:
    assert len(ids(world_of(*[Status.RUNNING] * 210), limit=limit)) == shown


def test_the_length_of_a_page_has_a_default() -> None:
    assert len(ids(world_of(*[Status.RUNNING] * 60))) == 50


@pytest.mark.parametrize("limit", ["0", "201", "-1", "1.5", "ten", " 1", "٣", "²", "1e2", "0" * 17, "0" * 16 + "7"])
def test_a_length_that_is_no_number_or_out_of_bounds_is_refused(limit: str) -> None:
    error = refusal(limit=limit)
    assert (error.code, error.field, error.rule) == ("wrong_value", "limit", "must be a whole number from 1 to 200")


@pytest.mark.parametrize("after", [str(2**53 + 1), "9" * 17, "0", "-1", "x", "٣"])
def test_a_cursor_that_no_page_named_is_refused(after: str) -> None:
    error = refusal(after=after)
    assert (error.code, error.field) == ("wrong_value", "after")
    assert error.rule == "must be the cursor of an earlier page of the same list (sort=-created)"


@pytest.mark.parametrize(
    ("after", "expected"),
    [("1", []), ("2", ["o-1"]), (str(2**53), ["o-3", "o-2", "o-1"]), ("0000000000000002", ["o-1"]), ("", None)],
)
def test_a_cursor_may_be_as_large_as_a_number_in_json(after: str, expected: list[str] | None) -> None:
    world = world_of(*[Status.RUNNING] * 3)
    assert ids(world, after=after) == (ids(world) if expected is None else expected)


WRONG = [
    ("requestId", "crm 7", "must be 1 to 128 letters, digits, '.', '_', ':' or '-', beginning with a letter or digit"),
    ("requestId", "x" * 129, "must be 1 to 128 letters, digits"),
    ("requestId", "x\n", "must be 1 to 128 letters, digits"),
    ("status", "done", "must be one of received, planning, "),
    ("customerTenantId", "another", "must be a GUID such as "),
    ("customerTenantId", CUSTOMER + "0", "must be a GUID such as "),
    ("customerTenantId", f"{{{CUSTOMER}}}", "must be a GUID such as "),
    ("batchId", "a b", "must be 1 to 128 letters, digits"),
    ("batchId", "x" * 129, "must be 1 to 128 letters, digits"),
    ("requestedBy", "x" * 257, "must have at most 256 characters"),
    ("text", "x" * 257, "must have at most 256 characters"),
    ("updatedSince", "2026-06-01", "must be a date-time in UTC as RFC 3339 has it, such as 2026-06-01T06:00:00Z"),
    ("updatedSince", "2026-06-01T06:00:00", "must be a date-time in UTC"),
    ("updatedSince", "2026-06-01T06:00Z", "must be a date-time in UTC"),
    ("updatedSince", "2026-06-01T06:00:00+02:00", "must be a date-time in UTC"),
    ("updatedSince", "2026-02-30T06:00:00Z", "must be a date-time in UTC"),
    ("updatedSince", "1780000000", "must be a date-time in UTC"),
    ("dueBefore", "tomorrow", "must be a date-time in UTC"),
    ("sort", "name", "must be one of created, -created, updated, -updated, due, -due, customer, -customer"),
    ("limit", "0", "must be a whole number from 1 to 200"),
    ("after", "zzz", "must be the cursor of an earlier page of the same list (sort=-created)"),
]


@pytest.mark.parametrize(("name", "value", "rule"), WRONG)
def test_a_mistake_names_parameter_value_and_rule_with_all_that_is_allowed(name: str, value: str, rule: str) -> None:
    error = refusal(**{name: value})
    assert (error.code, error.field, error.value) == ("wrong_value", name, shorten(value))
    assert error.rule.startswith(rule)
    assert problem_of(error, of_request=False).status == 422


def test_all_mistakes_are_told_at_once() -> None:
    error = refusal(status="done", limit="0", colour="red", customerTenantId="x", sort="?", after="1")
    assert error.field == "status"
    assert [field for field, _ in error.others] == ["limit", "colour", "customerTenantId", "sort"]


@pytest.mark.parametrize(
    "text", ["2026-06-01T06:00:00Z", "2026-06-01t06:00:00.5z", "2026-06-01T06:00:00.123456789-00:00"]
)
def test_a_moment_is_one_of_rfc_3339(text: str) -> None:
    moment = parse_list({"updatedSince": text, "dueBefore": text}).wanted.updated_since
    assert moment is not None
    assert moment.replace(microsecond=0).isoformat() == "2026-06-01T06:00:00+00:00"


def test_filters_and_order_reach_the_store() -> None:
    world = world_of(*[Status.RUNNING] * 3)
    keep(world, head_of(Status.WAITING, id="o-4", request=request_of(customer_id=OTHER, reason="Umzug nach KÖLN")))
    keep(world, head_of(id="o-5", updated_at=NOW + timedelta(hours=1), next_attempt_at=None))

    assert ids(world, text="köln") == ["o-4"]
    assert ids(world, updatedSince=f"{NOW + timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}") == ["o-5"]
    assert ids(world, sort="created") == ["o-1", "o-2", "o-3", "o-4", "o-5"]
    assert ids(world, sort="-updated", limit="2") == ["o-5", "o-4"]
    assert ids(world, requestedBy="nobody") == []
    assert "o-5" not in ids(world, dueBefore="2999-01-01T00:00:00Z")


def test_a_link_keeps_the_order_and_every_filter() -> None:
    world = world_of(*[Status.RUNNING] * 5)
    query = {"limit": "2", "sort": "customer", "text": "", "requestedBy": "", "code": "a-secret-key"}
    first = show_page(query, PATH, world.services)
    assert first.next is not None
    seen = [item.offboarding_id for item in first.items]
    link = first.next
    for _ in range(2):
        page = show_page(dict(parse_qsl(link.removeprefix(f"{PATH}?"))), PATH, world.services)
        seen += [item.offboarding_id for item in page.items]
        link = page.next or ""
    assert (seen, link) == ([f"o-{number}" for number in range(1, 6)], "")
    assert "secret" not in first.next


def test_a_batch_is_listed_and_its_filter_is_kept_from_page_to_page() -> None:
    world = World()
    for number in range(4):
        batch = "June" if number else None
        request = request_of(request_id=f"r-{number}", batch_id=batch, correlation_id=f"case-{number}")
        keep(world, head_of(Status.RUNNING, id=f"o-{number}", request=request, created_at=NOW + number * DAY))
    first = show_page({"batchId": "June", "limit": "2"}, PATH, world.services)
    assert first.next is not None
    rest = show_page(dict(parse_qsl(first.next.removeprefix(f"{PATH}?"))), PATH, world.services)

    found = [(item.offboarding_id, item.batch_id, item.correlation_id) for item in (*first.items, *rest.items)]
    assert found == [(f"o-{number}", "June", f"case-{number}") for number in (3, 2, 1)]
    assert ids(world, batchId="") == ["o-3", "o-2", "o-1", "o-0"]


def test_a_request_is_found_by_its_id() -> None:
    world = World()
    mine = head_of(Status.RUNNING, id=offboarding_id("crm-7"), request=request_of(request_id="crm-7"))
    keep(world, mine)
    unread = head_of(Status.REJECTED, id="abc", request=request_of(request_id="unreadable:abc"))
    keep(world, unread)

    assert ids(world, requestId="crm-7") == [mine.id]
    assert ids(world, requestId="crm-7", status="waiting") == []
    assert ids(world, requestId="crm-7", status="running", limit="1", customerTenantId=CUSTOMER) == [mine.id]
    assert ids(world, requestId="crm-8") == []
    assert ids(world, requestId="crm-7", batchId="June") == []
    assert ids(world, requestId="unreadable:abc") == ["abc"]
    assert ids(world, requestId="abc") == []
    assert refusal(requestId="crm-7", after="3").rule == "a list by requestId has one page alone"
