"""A withdrawal by queue: bare or in an envelope, of the same customer, ahead of its request, refused with a copy."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from local.simulator.scenario.models import CustomerSpec
from local.world.world import World
from shared.contracts.withdrawal import WITHDRAWAL_TYPE
from shared.domain.offboarding.messages import Who
from shared.domain.offboarding.states import Status
from shared.domain.people.actor import from_queue
from tests.functional.checks import check_outcomes, effects
from tests.functional.customers import late, legacy, removable
from tests.unit.support.worlds import StoreSwitch

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CUSTOMER = CustomerSpec(name="Message", subscriptions=(legacy(), late("Late", "+P90D")))
OTHER = "0f0f0f0f-0000-4000-8000-00000000000f"


def tenant(world: World) -> str:
    return str(world.tenant()[0]["id"])


def message(world: World, **fields: Any) -> dict[str, Any]:
    found = {
        "version": "1",
        "type": WITHDRAWAL_TYPE,
        "requestId": "req-message",
        "customerTenantId": tenant(world),
        "requestedBy": "CRM",
        "reason": "a mistake",
        **fields,
    }
    return {name: value for name, value in found.items() if value is not None}


def send(world: World, value: object, message_id: str = "w-1") -> None:
    world.drop(json.dumps(value).encode(), message_id)


def working(**asked: Any) -> tuple[World, str]:
    world = World(CUSTOMER)
    request = world.ask(CUSTOMER, **asked)
    world.run(for_at_most=HOUR)
    assert world.offboarding(request).status is Status.WAITING
    return world, request


def envelope(data: dict[str, Any], kind: str = WITHDRAWAL_TYPE) -> dict[str, Any]:
    return {"specversion": "1.0", "id": "e-1", "source": "/crm", "type": kind, "data": data}


@pytest.mark.parametrize("form", ["bare", "envelope", "envelope with both"])
def test_it_is_carried_out_in_every_form(form: str) -> None:
    world, request = working()
    bare = message(world, customerTenantId=tenant(world).upper(), customerDomain=None)
    data = bare if form == "envelope with both" else {name: bare[name] for name in bare if name != "type"}
    send(world, bare if form == "bare" else envelope(data))
    world.run(for_at_most=DAY)
    ended = world.offboarding(request)
    assert ended.status is Status.WITHDRAWN
    assert ended.withdrawal is not None
    assert (ended.withdrawal.by, ended.withdrawal.why) == (from_queue("CRM"), "a mistake")
    entry = next(item for item in world.store.timeline(ended.id) if item.what == "withdrawal.asked")
    assert (entry.actor, entry.by) == (Who.REQUEST, from_queue("CRM"))
    assert not world.bus.rejected


def test_twice_is_once() -> None:
    world, request = working()
    for number in range(3):
        send(world, message(world), f"w-{number}")
    world.run(for_at_most=DAY)
    assert world.offboarding(request).status is Status.WITHDRAWN
    send(world, message(world), "w-late")
    world.run(for_at_most=DAY)
    assert not world.bus.rejected
    check_outcomes(world)


def test_one_that_overtakes_its_request_waits_for_it() -> None:
    world = World(CUSTOMER)
    send(world, message(world))
    world.run(for_at_most=timedelta(minutes=3))
    world.ask(CUSTOMER)
    world.run(for_at_most=DAY)
    ended = world.offboarding("req-message")
    assert ended.status in (Status.WITHDRAWN,)
    assert not world.bus.rejected


def test_one_whose_request_never_comes_is_answered_and_leaves_the_id_free() -> None:
    world = World(CUSTOMER)
    send(world, message(world), "w-" + "x" * 200)
    world.run(for_at_most=timedelta(minutes=9))
    assert not world.bus.rejected
    world.run(for_at_most=HOUR)
    [copy] = world.bus.rejected
    assert json.loads(copy.body) == message(world)
    assert dict(copy.properties)["field"] == "requestId"
    event = world.events()[-1]
    assert (event["type"], event["data"]["reason"]["code"]) == ("offboarding.rejected.v1", "not_found")
    assert event["correlationid"] == "req-message"
    world.ask(CUSTOMER)
    world.run(for_at_most=HOUR)
    assert world.offboarding("req-message").status is Status.WAITING


MISTAKES: list[tuple[dict[str, Any], str, str]] = [
    ({"customerTenantId": OTHER}, "customerTenantId", "customer_mismatch"),
    ({"customerDomain": "other.example"}, "customerDomain", "customer_mismatch"),
    ({"customerTenantId": None}, "$", "wrong_value"),
    ({"reason": None}, "reason", "missing_field"),
    ({"requestedBy": 7}, "requestedBy", "wrong_type"),
    ({"version": "2"}, "version", "wrong_value"),
    ({"requestId": "no spaces"}, "requestId", "wrong_value"),
    ({"more": True}, "more", "unknown_field"),
]


@pytest.mark.parametrize(("change", "field", "code"), MISTAKES)
@pytest.mark.parametrize("wrapped", [False, True])
def test_a_mistake_is_answered_with_field_and_reason_and_changes_nothing(
    change: dict[str, Any], field: str, code: str, wrapped: bool
) -> None:
    world, request = working()
    before = world.offboarding(request)
    value = message(world, **change)
    send(world, envelope(value) if wrapped else value)
    world.run(for_at_most=HOUR)
    [copy] = world.bus.rejected
    found = dict(copy.properties)
    prefix = "" if not wrapped or code == "customer_mismatch" else "data." if field != "$" else "data"
    assert (found["field"], found["code"]) == (prefix + field if field != "$" else prefix or "$", code)
    assert world.offboarding(request) == before
    rejected = next(item for item in world.all() if item.status is Status.REJECTED)
    assert rejected.request.request_id.startswith("unreadable:")


@pytest.mark.parametrize("kind", ["offboarding.request.v1", "offboarding.withdrawal.v2"])
def test_an_envelope_of_another_type_is_no_withdrawal(kind: str) -> None:
    world, request = working()
    send(world, envelope(message(world), kind))
    world.run(for_at_most=HOUR)
    assert len(world.bus.rejected) == 1
    assert world.offboarding(request).status is Status.WAITING


def test_too_late_is_told_with_the_link_for_starting_again() -> None:
    customer = removable("Message")
    world = World(customer)
    request = world.ask(customer)
    world.run()
    assert world.offboarding(request).status is Status.REMOVED
    send(world, message(world))
    world.run(for_at_most=HOUR)
    [copy] = world.bus.rejected
    found = dict(copy.properties)
    assert (found["code"], found["field"]) == ("not_withdrawable", "requestId")
    assert "https://" in found["rule"]


def test_what_was_rejected_is_not_waited_for() -> None:
    world = World(CUSTOMER)
    world.ask(CUSTOMER, commitments="nonsense")
    world.run(for_at_most=HOUR)
    send(world, message(world))
    world.run(for_at_most=timedelta(seconds=30))
    assert dict(world.bus.rejected[-1].properties)["code"] == "not_withdrawable"


@pytest.mark.parametrize("by", ["tenant", "domain"])
def test_a_customer_that_is_not_identified_yet_is_asked_about_again(by: str) -> None:
    """Named otherwise than the request names it: only the plan tells whether it is the same."""
    world = World(CUSTOMER)
    found = world.tenant()[0]
    names = {"customerDomain": found["domain"], "customerTenantId": None}
    if by == "domain":
        names = {"customerDomain": None, "customerTenantId": found["id"], "customerCompanyName": "Message"}
    world.ask(CUSTOMER, **names)
    world.deliver(world.bus.take())  # type: ignore[arg-type]
    own = {"customerTenantId": found["id"]} if by == "tenant" else {"customerTenantId": None}
    send(world, message(world, **own, **({"customerDomain": found["domain"]} if by == "domain" else {})))
    world.deliver(next(item for item in world.bus.queued if item.id == "w-1"))
    world.bus.queued = [item for item in world.bus.queued if item.id != "w-1"]
    assert world.all()[0].status is Status.RECEIVED
    world.run(for_at_most=DAY)
    assert world.all()[0].status is Status.WITHDRAWN
    assert not world.bus.rejected


def test_a_store_that_is_down_puts_it_back() -> None:
    world, request = working()
    switch = StoreSwitch(world)
    switch.down = True
    send(world, message(world))
    world.deliver(world.bus.take())  # type: ignore[arg-type]
    switch.down = False
    world.run(for_at_most=DAY)
    assert world.offboarding(request).status is Status.WITHDRAWN
    assert effects(world)
