"""What each role is offered in each state: the forms on the page are those that the operations would take."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from pytest_mock import MockerFixture

from local.simulator.scenario import builder as b
from local.simulator.scenario.models import CustomerSpec
from local.world.world import World
from shared.adapters.stores.codec import dump_offboarding, load_offboarding
from shared.adapters.stores.later import FORMAT
from shared.domain.offboarding.record import Customer
from shared.domain.offboarding.states import Status
from shared.domain.people.rights import Role
from shared.operations.show import show
from tests.functional.restored import lose_and_restore, shelf_in, snapshot
from tests.functional.test_override import stuck
from tests.unit.functions.browser import Browser
from tests.unit.functions.support import person

NOW = b.customer("Now Ltd", b.nce(name="E3", started="-P1D"))
LATER = b.customer("Later Ltd", b.nce(name="F3", started="-P40D"))
CLOSED = b.customer("Closed Ltd", b.azure_plan(1, name="Azure plan"), arm_role=False)
EVERYBODY = {
    "nobody's role": (),
    "Read": (Role.READ,),
    "Request": (Role.REQUEST,),
    "Approve": (Role.APPROVE,),
    "Operate": (Role.OPERATE,),
    "requester": (Role.REQUEST, Role.APPROVE, Role.OPERATE),
}
"""The last one made the request."""
WITHDRAW, RESCHEDULE, RESUME, SEND = "withdraw", "reschedule", "resume", "send"
DECIDE = {"approve", "reject"}


def restored() -> tuple[World, str]:
    world, request = run(LATER)
    with TemporaryDirectory() as folder:
        shelf = shelf_in(Path(folder))
        lose_and_restore(world, shelf, snapshot(world, shelf))
    return world, request


def forged_since() -> tuple[World, str]:
    world, request = run(LATER)
    row = world.store._rows[world.offboarding(request).id]
    row.head = replace(row.head, customer=Customer("c0ffee00-0000-4000-8000-00000000dead", "Later Ltd", "l.example"))
    with TemporaryDirectory() as folder:
        shelf = shelf_in(Path(folder))
        assert lose_and_restore(world, shelf, snapshot(world, shelf)).differs
    return world, request


def of_a_later_version() -> tuple[World, str]:
    world, request = run(LATER)
    row = world.store._rows[world.offboarding(request).id]
    later = json.loads(dump_offboarding(row.head)) | {"format": f"{FORMAT[0] + 1}.0"}
    row.head = load_offboarding(json.dumps(later))
    return world, request


def run(customer: CustomerSpec, approval: str = "never", **fields: object) -> tuple[World, str]:
    world = World(customer, OFFBOARDING_APPROVAL=approval)
    request = world.ask(customer, **fields)
    world.run(for_at_most=timedelta(hours=2))
    return world, request


def odd() -> tuple[World, str]:
    world, _, _ = stuck("hibernated")
    return world, world.all()[0].request.request_id


STATES: dict[str, tuple[Callable[[], tuple[World, str]], Status, dict[str, set[str]]]] = {
    "awaits an approval": (
        lambda: run(NOW, "always"),
        Status.AWAITING_APPROVAL,
        {
            "Approve": DECIDE,
            "Operate": {WITHDRAW, RESCHEDULE},
        },
    ),
    "waits for a term": (lambda: run(LATER), Status.WAITING, {"Operate": {WITHDRAW}}),
    "waits for its start": (
        lambda: run(NOW, notBefore="2027-01-15T00:00:00Z"),
        Status.SCHEDULED,
        {"Operate": {WITHDRAW, RESCHEDULE}},
    ),
    "asks a person": (lambda: run(CLOSED), Status.NEEDS_ATTENTION, {"Operate": {WITHDRAW, RESUME}}),
    "is not understood": (odd, Status.NEEDS_ATTENTION, {"Operate": {WITHDRAW, RESCHEDULE, RESUME, "override"}}),
    "was put back from a snapshot": (restored, Status.NEEDS_ATTENTION, {"Operate": {WITHDRAW, RESUME}}),
    "differs from its evidence": (forged_since, Status.NEEDS_ATTENTION, {"Operate": {WITHDRAW}}),
    "was stored by a later version": (of_a_later_version, Status.NEEDS_ATTENTION, {}),
    "is removed": (lambda: run(NOW), Status.REMOVED, {}),
    "was planned only": (lambda: run(NOW, dryRun=True), Status.PLANNED, {"Request": {SEND}, "Operate": {SEND}}),
    "was rejected": (lambda: run(NOW, customerDomain="other.example"), Status.REJECTED, {}),
}


@cache
def made(name: str) -> tuple[World, str]:
    """One for all tests: none of them changes it."""
    return STATES[name][0]()


@pytest.fixture(params=STATES)
def state(request: pytest.FixtureRequest, mocker: MockerFixture) -> tuple[World, str, dict[str, set[str]]]:
    status, offered = STATES[request.param][1:]
    world, asked = made(request.param)
    mocker.patch("shared.composition.bootstrap.services", side_effect=lambda: world.services)
    assert world.offboarding(asked).status is status, world.offboarding(asked).reason
    return world, world.offboarding(asked).id, offered


@pytest.mark.parametrize("who", [name for name in EVERYBODY if name != "requester"])
def test_each_role_is_offered_what_it_may_do(state: tuple[World, str, dict[str, set[str]]], who: str) -> None:
    _, identity, offered = state
    place = f"/console/offboardings/{identity}"
    page = Browser(person(who, *EVERYBODY[who])).get(place)
    if who == "nobody's role":
        assert page.status == 403
        return
    assert page.status == 200
    assert {action.removeprefix(f"{place}/") for action in page.actions} == offered.get(who, set())


@pytest.mark.parametrize("who", [name for name in EVERYBODY if name != "requester"])
def test_what_is_not_offered_is_refused(state: tuple[World, str, dict[str, set[str]]], who: str) -> None:
    """Whoever makes up the form gets nothing by it."""
    world, identity, offered = state
    browser = Browser(person(who, *EVERYBODY[who]))
    page = browser.get("/console/new") if who in ("Request", "Operate") else browser.get("/console")
    head = next(item for item in world.all() if item.id == identity)
    before = world.store.load(identity)
    key = browser.form_key(page)
    for word in {"approve", "reject", WITHDRAW, RESCHEDULE, RESUME, "override", SEND} - offered.get(who, set()):
        fields = [("form_key", key), ("reason", "x"), ("etag", "*"), ("planDigest", "0" * 64), ("blockerKey", "x")]
        fields.append(("typed", (head.customer.domain if head.customer else head.request.domain) or ""))
        answer = browser.post(f"/console/offboardings/{identity}/{word}", fields)
        assert answer.status in (403, 409, 412, 422), (word, answer.text)
    assert world.store.load(identity) == before
    assert len(world.all()) == 1


def test_whoever_made_the_request_may_take_it_back_and_not_approve_it(mocker: MockerFixture) -> None:
    world = World(NOW, OFFBOARDING_APPROVAL="always")
    mocker.patch("shared.composition.bootstrap.services", side_effect=lambda: world.services)
    browser = Browser(person("Maria", *EVERYBODY["requester"]))
    page = browser.get("/console/new?q=now")
    field = page.soup.find("input", attrs={"name": "customer"})
    assert field is not None
    browser.fill(page, "/console/new", customer=str(field["value"]), reason="x")
    world.run(for_at_most=timedelta(hours=1))
    dry = f"/console/offboardings/{world.all()[0].id}"
    domain = world.all()[0].customer
    assert domain is not None
    browser.fill(browser.get(dry), f"{dry}/send", reason="x", typed=domain.domain)
    world.run(for_at_most=timedelta(hours=1))
    real = next(item for item in world.all() if not item.request.dry_run)
    place = f"/console/offboardings/{real.id}"
    shown = browser.get(place)
    assert {action.removeprefix(f"{place}/") for action in shown.actions} == {WITHDRAW, RESCHEDULE}


def test_a_withdrawal_of_what_differs_promises_nothing(mocker: MockerFixture) -> None:
    world, request = made("differs from its evidence")
    mocker.patch("shared.composition.bootstrap.services", side_effect=lambda: world.services)
    identity = world.offboarding(request).id
    page = Browser(person("Ada", Role.OPERATE)).get(f"/console/offboardings/{identity}")
    assert "not even to put something back" in page.text
    assert "Will be put back" not in page.text
    assert any(record.actions for record in world.store.holdings(identity).values()), (
        "it says that it changed something"
    )
    view = show(identity, world.services)
    assert view is not None
    assert {holding.if_withdrawn for holding in view.view.holdings} == {None}
