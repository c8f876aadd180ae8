"""Lists by product and by need: what each item tells, and which words are understood."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from local.world.world import World
from shared.contracts.list_views import ListedView
from shared.domain.codes import ReasonCode
from shared.domain.decisions.plan import Plan
from shared.domain.errors import InvalidRequestError, NewerRecordError
from shared.domain.offboarding.identifiers import offboarding_id
from shared.domain.offboarding.record import Reason
from shared.domain.offboarding.states import Stage, Status
from shared.operations.found import of_product
from shared.operations.show import show_page
from shared.report.calendar import calendar_view
from tests.unit.support.heads import DAY, NOW, head_of, keep, licence, request_of

PATH = "/api/offboardings"


def listed(world: World, **query: str) -> tuple[ListedView, ...]:
    return show_page(query, PATH, world.services).items


def named(name: str, product: str) -> Any:
    record = licence(name, timedelta(hours=1))
    return replace(record, holding=replace(record.holding, name=product))


@pytest.fixture
def world() -> World:
    found = World()
    reason = Reason(ReasonCode.WENT_LIVE, "it may begin", "Agree, then resume.")
    closing = Plan(1, (), 0, 0, 0, NOW + DAY, None, "d" * 64)
    keep(
        found,
        head_of(Status.NEEDS_ATTENTION, id="o-1", reason=reason),
        named("A", "Microsoft 365 E3"),
        named("B", "Visio"),
        named("C", "Microsoft 365 E3 (no Teams)"),
    )
    keep(found, head_of(Status.SCHEDULED, Stage.PLAN, id="o-2", plan=closing), named("D", "Visio"))
    keep(found, head_of(Status.RUNNING, id="o-3"))
    return found


def test_all_holdings_are_shown_in_pages_that_stay_small(world: World) -> None:
    assert {item.offboarding_id: len(item.holdings or ()) for item in listed(world, holdings="true")} == {
        "o-1": 3,
        "o-2": 1,
        "o-3": 0,
    }
    assert [len(item.holdings or ()) for item in listed(world, holdings="true", product="visio")] == [1, 1]
    for number in range(60):
        request = request_of(request_id=f"r{number}")
        keep(world, head_of(Status.RUNNING, id=f"many-{number}", request=request))
    page = show_page({"holdings": "true", "limit": "200"}, PATH, world.services)
    assert len(page.items) == 50
    assert page.next is not None
    assert "holdings=true" in page.next


def test_each_item_has_the_holdings_that_were_asked_for(world: World) -> None:
    [item] = listed(world, product="365 e3")
    assert item.offboarding_id == "o-1"
    assert [found.name for found in item.holdings or ()] == ["Microsoft 365 E3", "Microsoft 365 E3 (no Teams)"]
    assert [one.offboarding_id for one in listed(world, product="visio")] == ["o-2", "o-1"]
    assert all(one.holdings is None and one.needs is None for one in listed(world))
    assert listed(world, product="Project") == ()


def test_each_item_says_why_a_person_is_needed_and_what_to_do(world: World) -> None:
    closing, asking = listed(world, needsMe="true")
    assert [(need.kind, need.at) for need in closing.needs or ()] == [("window_closes", NOW + DAY)]
    assert [need.what_to_do for need in asking.needs or ()] == ["Agree, then resume."]
    assert len(listed(world, needsMe="false")) == len(listed(world, needsMe="")) == 3


def test_a_page_leads_to_the_next_one_of_the_same_search(world: World) -> None:
    page = show_page({"product": "visio", "limit": "1"}, PATH, world.services)
    assert page.next is not None
    assert page.next.startswith(f"{PATH}?product=visio&limit=1&after=")


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("product", " \t", "must name a product"),
        ("product", "x" * 257, "at most 256"),
        ("needsMe", "yes", "must be true or false"),
        ("needsMe", "TRUE", "must be true or false"),
    ],
)
def test_what_is_understood_otherwise_is_refused(name: str, value: str, rule: str) -> None:
    with pytest.raises(InvalidRequestError, match=rule) as caught:
        show_page({name: value}, PATH, World().services)
    assert caught.value.field == name


def test_the_one_of_a_request_is_shown_only_if_it_fits() -> None:
    world = World()
    identity = offboarding_id("req-1")
    keep(world, head_of(Status.NEEDS_ATTENTION, id=identity, request=request_of()), named("A", "Visio"))
    for query, fits in (("visio", True), ("project", False)):
        assert bool(listed(world, requestId="req-1", product=query)) is fits
    assert listed(world, requestId="req-1", needsMe="true")


def test_the_calendar_is_narrowed_alike(world: World) -> None:
    def ids(**query: str) -> set[str]:
        return {item.offboarding_id for item in calendar_view(world.services, query).items}

    far = Plan(1, (), 0, 0, 0, NOW + 30 * DAY, None, "d" * 64)
    keep(world, head_of(Status.SCHEDULED, Stage.PLAN, id="o-4", plan=far))
    assert ids() == {"o-2", "o-4"}
    assert ids(needsMe="true") == ids(product="visio") == {"o-2"}
    assert ids(product="365 e3") == set()


def test_holdings_that_a_later_version_stored_are_left_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: str) -> Any:
        raise NewerRecordError("stored by a later version")

    monkeypatch.setattr(world.services.store, "holdings", fails)
    assert of_product("o-1", "visio", world.services) == ()
