"""Taking in a request message: accepted, answered, or put back. Never lost, never thrown for nothing."""

from __future__ import annotations

import pytest

from local.world.world import World
from shared.domain.errors import OffboardingError, UnavailableError
from shared.domain.offboarding.messages import Destination
from shared.domain.offboarding.states import Status
from shared.intake.take_in import TRY_AGAIN_AFTER, take_in
from tests.unit.support.worlds import SMALL, StoreSwitch, on_queue


def body_of(world: World) -> bytes:
    world.ask(SMALL)
    return world.bus.queued.pop().body


def test_while_the_store_is_down_a_request_goes_back_with_a_delay() -> None:
    world = World(SMALL)
    body, store = body_of(world), StoreSwitch(world)
    store.down = True
    take_in(body, "m-7", world.services)

    [put_back] = on_queue(world, Destination.REQUESTS)
    assert (put_back.body, put_back.id) == (body, "m-7")
    assert put_back.scheduled_at == world.clock.now() + TRY_AGAIN_AFTER
    assert world.bus.take() is None

    store.down = False
    world.clock.advance(TRY_AGAIN_AFTER)
    take_in(world.bus.queued.pop().body, put_back.id, world.services)
    assert [item.status for item in world.all()] == [Status.RECEIVED]


def test_a_rejection_waits_for_the_store_too() -> None:
    world = World(SMALL)
    store = StoreSwitch(world)
    store.down = True
    take_in(b"nonsense", "m-7", world.services)

    assert world.bus.rejected == []
    assert [item.body for item in on_queue(world, Destination.REQUESTS)] == [b"nonsense"]


def test_a_message_without_an_id_gets_one_from_its_body() -> None:
    world = World(SMALL)
    store = StoreSwitch(world)
    store.down = True
    for body in (b"one", b"one", b"two"):
        take_in(body, "", world.services)

    first, again, other = (item.id for item in on_queue(world, Destination.REQUESTS))
    assert first == again != other


def test_with_store_and_bus_down_the_host_has_to_deliver_it_again() -> None:
    world = World(SMALL)
    body, store = body_of(world), StoreSwitch(world)
    store.down = True
    world.bus.failing.add(Destination.REQUESTS)
    with pytest.raises(UnavailableError):
        take_in(body, "m-7", world.services)


def test_with_the_bus_down_it_is_stored_all_the_same() -> None:
    world = World(SMALL)
    body = body_of(world)
    world.bus.failing |= set(Destination)
    take_in(body, "m-7", world.services)

    assert [item.status for item in world.all()] == [Status.RECEIVED]
    assert len(world.store.outbox(world.all()[0].id)) == 2


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"version":"1"}', b"\xff", b'{"version":"1","version":"1"}'])
def test_what_can_never_work_is_answered_not_thrown(body: bytes) -> None:
    world = World(SMALL)
    take_in(body, "m-7", world.services)

    assert [item.body for item in world.bus.rejected] == [body]
    [event] = world.events()
    assert event["type"] == "offboarding.rejected.v1"
    assert event["data"]["reason"]["operatorAction"]


def test_a_reused_request_id_is_answered_beside_the_first() -> None:
    world = World(SMALL)
    take_in(body_of(world), "m-1", world.services)
    world.ask(SMALL, dryRun=True)
    take_in(world.bus.queued.pop().body, "m-2", world.services)

    assert sorted(item.status for item in world.all()) == [Status.RECEIVED, Status.REJECTED]
    assert dict(world.bus.rejected[0].properties)["code"] == "request_id_reused"


def test_an_error_that_no_time_heals_is_for_the_dead_letter_queue() -> None:
    class BrokenError(OffboardingError):
        """A bug."""

    def broken() -> None:
        raise BrokenError("a bug")

    world = World(SMALL)
    body, store = body_of(world), StoreSwitch(world)
    store.before["load"] = broken
    with pytest.raises(BrokenError):
        take_in(body, "m-7", world.services)
    assert on_queue(world, Destination.REQUESTS) == []
