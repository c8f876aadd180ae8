"""What people do from outside: resume what needs attention, and only that."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from local.simulator.scenario.models import CustomerSpec, ReservationSpec
from local.world.world import World
from shared.domain.errors import ConcurrencyConflictError
from shared.domain.ledger import ActionState
from shared.domain.messages import Destination
from shared.domain.offboarding import Counters, Status
from shared.ports.runtime import Change
from shared.stages.operate import ATTEMPTS, NotResumableError, resume
from tests.functional.checks import check_invariants
from tests.unit.stages.support import StoreSwitch, head, on_queue, received, waiting

REFUSED = CustomerSpec(name="Refused", reservations=(ReservationSpec(refund_error="BillingError"),))


def stuck() -> tuple[World, str]:
    """A world in which a person is needed: Azure refuses to take a reservation back."""
    world, identity = received(REFUSED)
    world.run(timedelta(hours=1))
    assert head(world, identity).status is Status.NEEDS_ATTENTION
    return world, identity


def test_what_is_not_there_cannot_be_resumed() -> None:
    world, _ = received()
    assert resume("unknown", "tests", world.services) is None


def test_only_what_needs_attention_can_be_resumed() -> None:
    world, identity = waiting()
    before = head(world, identity)
    with pytest.raises(NotResumableError, match="is waiting; only needs_attention"):
        resume(identity, "tests", world.services)
    assert head(world, identity) == before


def test_resuming_tries_once_more_what_was_refused() -> None:
    world, identity = stuck()
    attempt = head(world, identity).attempt
    resumed = resume(identity, "Ms. Operator", world.services)

    assert resumed is not None
    assert (resumed.status, resumed.counters, resumed.claim) == (Status.RUNNING, Counters(), None)
    assert [item.id for item in on_queue(world, Destination.STAGE)] == [f"{identity}:verify:{attempt + 1}"]
    assert world.store.timeline(identity)[-1].detail == "by Ms. Operator"
    world.run(timedelta(hours=1))
    assert head(world, identity).status is Status.NEEDS_ATTENTION
    [record] = world.store.holdings(identity).values()
    assert [action.state for action in record.actions] == [ActionState.FORGIVEN, ActionState.REFUSED]
    assert len({action.request_id for action in record.actions}) == 2


def test_when_the_cause_is_gone_it_goes_on_to_the_end() -> None:
    world, identity = stuck()
    [reservation] = world.simulator.store.reservations.of(head(world, identity).customer_id or "")
    world.simulator.store.put(replace(reservation, refund_error=None))
    resume(identity, "tests", world.services)
    world.run()

    assert head(world, identity).status is Status.REMOVED
    check_invariants(world)


def test_two_people_at_once_resume_it_once() -> None:
    world, identity = stuck()
    store, services = StoreSwitch(world), world.services
    store.before["commit"] = lambda: resume(identity, "the other one", services)
    with pytest.raises(NotResumableError, match="is running"):
        resume(identity, "tests", world.services)

    assert len(on_queue(world, Destination.STAGE)) == 1


def test_a_resume_that_always_loses_the_race_gives_up_with_an_error() -> None:
    world, identity = stuck()
    store, races = StoreSwitch(world), 0

    def touch() -> None:
        nonlocal races
        races += 1
        stored = world.store.load(identity)
        assert stored is not None
        world.store.commit(Change(stored.offboarding, stored.etag))
        store.before["commit"] = touch

    store.before["commit"] = touch
    with pytest.raises(ConcurrencyConflictError, match="changed 5 times"):
        resume(identity, "tests", world.services)
    assert races == ATTEMPTS
