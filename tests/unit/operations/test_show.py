"""Offboardings for people: which filters are understood, where their numbers end, and what links the pages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from local.world.world import World
from shared.domain.errors import InvalidRequestError
from shared.domain.offboarding.states import Stage, Status
from shared.domain.offboarding.timeline import Happening
from shared.operations.show import LARGEST_PAGE, show, show_page
from tests.unit.support.heads import CUSTOMER, IDENTITY, head_of, keep, licence, request_of

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
    assert ids(world, customerTenantId="another") == []


@pytest.mark.parametrize("name", ["limits", "Status", "after ", "customer", ""])
def test_a_filter_that_is_not_understood_is_refused_by_name(name: str) -> None:
    """A misspelt filter must not answer with everything."""
    error = refusal(**{name: "1"})
    assert (error.code, error.field) == ("unknown_field", name.strip())
    assert error.rule == "is not a known filter; known are status, customerTenantId, limit, after"


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
    assert error.rule == "must be a whole number from 1 to 9007199254740992"


@pytest.mark.parametrize(
    ("after", "expected"),
    [("1", []), ("2", ["o-1"]), (str(2**53), ["o-3", "o-2", "o-1"]), ("0000000000000002", ["o-1"]), ("", None)],
)
def test_a_cursor_may_be_as_large_as_a_number_in_json(after: str, expected: list[str] | None) -> None:
    world = world_of(*[Status.RUNNING] * 3)
    assert ids(world, after=after) == (ids(world) if expected is None else expected)
