"""One request id, one outcome: whatever is sent under it, in whatever order and however often (I5)."""

from __future__ import annotations

import json
import random
from collections import Counter
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from local.simulator.scenario.models import CustomerSpec
from local.world.world import World
from shared.contracts.request import parse_request
from shared.domain.errors import RequestIdReusedError
from shared.domain.offboarding.identifiers import offboarding_id
from shared.domain.offboarding.messages import Destination, OutboundMessage
from shared.domain.offboarding.states import Status
from shared.intake.accept import accept

BODIES: dict[str, Any] = {
    "good": {},
    "other": {"reason": "another reason"},
    "unknown field": {"colour": "red"},
    "wrong value": {"notBefore": "soon"},
    "missing": {"requestedBy": None},
    "too late": {"notBefore": "2099-01-01T00:00:00Z"},
}


def bodies(world: World) -> dict[str, bytes]:
    tenant = world.tenant()[0]
    base = {
        "version": "1",
        "requestId": "crm-1",
        "customerTenantId": tenant["id"],
        "customerDomain": tenant["domain"],
        "requestedBy": "crm",
        "reason": "over",
    }
    return {name: json.dumps({**base, **change}).encode() for name, change in BODIES.items()}


def outcomes(world: World) -> Counter[str]:
    """How many distinct outcome events each request id has."""
    ends = {"removed", "rejected", "already_removed", "joined", "stopped", "planned"}
    found = {(event["data"]["requestId"], event["id"]) for event in world.events() if event["data"]["status"] in ends}
    return Counter(request for request, _ in found)


@pytest.mark.parametrize("order", list(permutations(BODIES, 2)))
@pytest.mark.parametrize("in_a_row", [True, False])
def test_the_first_body_under_an_id_decides(order: tuple[str, str], *, in_a_row: bool) -> None:
    world = World(CustomerSpec(name="Once"))
    sent = bodies(world)
    for number, name in enumerate((*order, *order)):  # each comes twice
        world.drop(sent[name], f"m-{number}")
        if not in_a_row:
            world.run(for_at_most=timedelta(days=30))
    world.run(for_at_most=timedelta(days=30))

    taken = world.store.load(offboarding_id("crm-1"))
    assert taken is not None
    assert taken.offboarding.status is (Status.REMOVED if order[0] in ("good", "other") else Status.REJECTED)
    assert outcomes(world)["crm-1"] == 1
    assert all(times == 1 for times in outcomes(world).values())
    others = [item for item in world.all() if item.id != taken.offboarding.id]
    assert others
    assert all(item.status is Status.REJECTED and item.request.request_id.startswith("unreadable:") for item in others)


def test_a_corrected_request_needs_a_new_id_over_http_too() -> None:
    world = World(CustomerSpec(name="Once"))
    sent = bodies(world)
    world.drop(sent["unknown field"], "m-1")
    world.run(for_at_most=timedelta(days=1))
    with pytest.raises(RequestIdReusedError):
        accept(parse_request(sent["good"]), world.services)
    fresh = sent["good"].replace(b"crm-1", b"crm-2")
    world.drop(fresh, "m-2")
    world.run(for_at_most=timedelta(days=30))
    assert world.offboarding("crm-2").status is Status.REMOVED
    assert outcomes(world) == {"crm-1": 1, "crm-2": 1}


def test_an_id_that_is_given_twice_is_nobodys() -> None:
    world = World(CustomerSpec(name="Once"))
    world.drop(b'{"requestId":"crm-1","requestId":"crm-2"}', "m-1")
    world.run(for_at_most=timedelta(days=1))
    assert world.store.load(offboarding_id("crm-1")) is None
    assert world.store.load(offboarding_id("crm-2")) is None
    assert [item.request.request_id[:11] for item in world.all()] == ["unreadable:"]


NAMED: tuple[dict[str, Any], ...] = (
    {},
    {"customerTenantId": None},
    {"customerDomain": None, "customerCompanyName": "Wanted"},
)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(12))
def test_many_requests_for_one_customer_never_meet_a_stranger(seed: int) -> None:
    """By id, by domain and by name, all accepted before one is planned. One goes ahead; each of the others is planned
    at another moment of its removal."""
    chance, total = random.Random(seed), 40
    customer = CustomerSpec(name="Wanted")
    world = World(customer, CustomerSpec(name="Bystander"))
    for number in range(total):
        world.ask(customer, requestId=f"crm-{number}", **chance.choice(NAMED))
    held: list[OutboundMessage] = []
    while (message := world.bus.take()) is not None:
        if message.destination is Destination.REQUESTS:
            world.deliver(message)
        else:
            held.append(message)
    assert len(held) == total
    world.deliver(held.pop(chance.randrange(total)))
    while held:
        message = world.bus.take()
        if message is not None:
            world.deliver(message)
        elif chance.random() < 0.5:
            world.clock.advance(timedelta(seconds=chance.choice([5, 30, 90])))
        if chance.random() < 0.4:
            world.deliver(held.pop(chance.randrange(len(held))))
    world.run(for_at_most=timedelta(days=30), steps=100_000)
    ended = Counter((item.status, item.reason.code if item.reason else None) for item in world.all())
    statuses = Counter(status for status, _ in ended.elements())
    assert statuses[Status.REMOVED] == 1, ended
    assert set(statuses) <= {Status.REMOVED, Status.JOINED, Status.ALREADY_REMOVED}, ended
    assert outcomes(world) == Counter(f"crm-{number}" for number in range(total))
