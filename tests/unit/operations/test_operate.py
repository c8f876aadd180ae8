"""What people do from outside: resume what needs attention, and only that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from local.simulator.messages import Request, Response
from local.simulator.scenario.models import CustomerSpec, ReservationSpec
from local.simulator.tenant.kinds import ReservationState
from local.world.world import World
from shared.domain.codes import ReasonCode
from shared.domain.errors import ConcurrencyConflictError
from shared.domain.holdings.ledger import ActionState
from shared.domain.offboarding.counters import Counters
from shared.domain.offboarding.messages import Destination
from shared.domain.offboarding.states import Status
from shared.operations.resume import ATTEMPTS, NotResumableError, resume
from shared.ports.store import Change
from tests.functional.checks import check_invariants
from tests.functional.people import OPERATOR, OTHER
from tests.unit.support.worlds import StoreSwitch, head, on_queue, received, waiting

REFUSED = CustomerSpec(name="Refused", reservations=(ReservationSpec(refund_error="BillingError"),))


def stuck() -> tuple[World, str]:
    """A world in which a person is needed: Azure refuses to take a reservation back."""
    world, identity = received(REFUSED)
    world.run(timedelta(hours=1))
    assert head(world, identity).status is Status.NEEDS_ATTENTION
    return world, identity


def test_what_is_not_there_cannot_be_resumed() -> None:
    world, _ = received()
    assert resume("unknown", OPERATOR, world.services) is None


def test_only_what_needs_attention_can_be_resumed() -> None:
    world, identity = waiting()
    before = head(world, identity)
    with pytest.raises(NotResumableError, match="is waiting; only needs_attention"):
        resume(identity, OPERATOR, world.services)
    assert head(world, identity) == before


def test_resuming_tries_once_more_what_was_refused() -> None:
    world, identity = stuck()
    attempt = head(world, identity).attempt
    resumed = resume(identity, OPERATOR, world.services)

    assert resumed is not None
    assert (resumed.status, resumed.counters, resumed.claim) == (Status.RUNNING, Counters(), None)
    assert [item.id for item in on_queue(world, Destination.STAGE)] == [f"{identity}:verify:{attempt + 1}"]
    assert world.store.timeline(identity)[-1].detail == "by Ms. Operator, asked for refused"
    world.run(timedelta(hours=1))
    assert head(world, identity).status is Status.NEEDS_ATTENTION
    [record] = world.store.holdings(identity).values()
    assert [action.state for action in record.actions] == [ActionState.FORGIVEN, ActionState.REFUSED]
    assert len({action.request_id for action in record.actions}) == 2


def test_when_the_cause_is_gone_it_goes_on_to_the_end() -> None:
    world, identity = stuck()
    [reservation] = world.simulator.store.reservations.of(head(world, identity).customer_id or "")
    world.simulator.store.put(replace(reservation, refund_error=None))
    resume(identity, OPERATOR, world.services)
    world.run()

    assert head(world, identity).status is Status.REMOVED
    check_invariants(world)


def test_two_people_at_once_resume_it_once() -> None:
    world, identity = stuck()
    store, services = StoreSwitch(world), world.services
    store.before["commit"] = lambda: resume(identity, OTHER, services)
    with pytest.raises(NotResumableError, match="is running"):
        resume(identity, OPERATOR, world.services)

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
        resume(identity, OPERATOR, world.services)
    assert races == ATTEMPTS


def during_the_look(world: World, act: Callable[[], None]) -> None:
    """The daily look comes, and `act` happens at its first call, once."""
    handle, done = world.simulator.handle, list[bool]()

    def meanwhile(request: Request) -> Response:
        if not done:
            done.append(True)
            act()
        return handle(request)

    world.simulator.handle = meanwhile  # type: ignore[method-assign]
    world.clock.advance(timedelta(days=1, minutes=1))
    world.sweep()
    world.run(timedelta(hours=1))
    assert done


def test_a_resume_during_the_daily_look_is_kept_and_taken_after_it() -> None:
    world, identity = stuck()

    def act() -> None:
        for _ in range(2):
            found = resume(identity, OPERATOR, world.services, ReasonCode.REFUSED)
            assert found is not None
            assert (found.claim is not None, len(found.said)) == (True, 1), "twice is once"

    during_the_look(world, act)
    after = head(world, identity)
    assert (after.status, after.said, after.words) == (Status.NEEDS_ATTENTION, (), (ReasonCode.REFUSED,))
    [record] = world.store.holdings(identity).values()
    assert [action.state for action in record.actions] == [ActionState.FORGIVEN, ActionState.REFUSED]
    assert "by Ms. Operator, asked for refused" in [entry.detail for entry in world.store.timeline(identity)]


def test_a_resume_between_the_reminder_and_its_look_is_taken_at_once() -> None:
    world, identity = stuck()
    world.clock.advance(timedelta(days=1, minutes=1))
    world.sweep()
    assert head(world, identity).status is Status.RUNNING
    found = resume(identity, OPERATOR, world.services, ReasonCode.REFUSED)
    assert found is not None
    assert (found.status, found.words) == (Status.RUNNING, (ReasonCode.REFUSED,))
    with pytest.raises(NotResumableError, match="is running"):
        resume(identity, OPERATOR, world.services)


def test_a_resume_for_another_reason_is_refused_during_the_look_too() -> None:
    world, identity = stuck()

    def act() -> None:
        with pytest.raises(NotResumableError, match="asks for refused, not for went_live"):
            resume(identity, OPERATOR, world.services, ReasonCode.WENT_LIVE)

    during_the_look(world, act)


def test_a_word_that_is_not_needed_any_more_is_only_noted() -> None:
    world, identity = stuck()

    def act() -> None:
        resume(identity, OPERATOR, world.services)
        [reservation] = world.simulator.store.reservations.of(head(world, identity).customer_id or "")
        world.simulator.store.put(replace(reservation, state=ReservationState.CANCELLED, quantity=0))

    during_the_look(world, act)
    world.run()
    after = head(world, identity)
    assert (after.status, after.said, after.words) == (Status.REMOVED, (), ())
    entries = [entry for entry in world.store.timeline(identity) if entry.what == "word_not_needed"]
    assert [entry.detail for entry in entries] == ["resume for refused by Ms. Operator"]
