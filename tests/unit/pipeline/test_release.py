"""A handler that lost its record lets go of its claim, and of nobody else's."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from local.world.world import World
from shared.domain.offboarding.record import Claim, Offboarding, revoked
from shared.domain.offboarding.states import Stage, Status
from shared.pipeline.core.session import Session
from shared.pipeline.release import let_go
from shared.pipeline.steps.grace import begins
from shared.ports.store import Change
from tests.unit.support.worlds import StoreSwitch, head, received, unavailable, whats


def claimed(world: World, identity: str, **change: object) -> tuple[Session, Claim]:
    """A session under a claim, whose record somebody changes afterwards."""
    stored = world.store.load(identity)
    assert stored is not None
    session = Session(stored, world.services)
    claim = Claim("me", world.clock.machine() + timedelta(minutes=15))
    session.save(replace(session.offboarding, claim=claim))
    if change:
        other = world.store.load(identity)
        assert other is not None
        changed: Offboarding = replace(revoked(other.offboarding), **change)  # type: ignore[arg-type]
        world.store.commit(Change(changed, other.etag))
    return session, claim


def test_it_lets_go_and_wakes_what_is_due() -> None:
    world, identity = received()
    session, claim = claimed(world, identity, status=Status.RESTORING, stage=Stage.RESTORE)
    let_go(session, claim, world.services)

    found = head(world, identity)
    assert (found.claim, found.status, found.stage) == (None, Status.RESTORING, Stage.RESTORE)
    assert whats(world, identity)[-1] == "claim.released"
    assert world.bus.queued[-1].stage is Stage.RESTORE


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"claim": Claim("another", World().clock.machine(), revoked=True)},
        {"claim": Claim("me", World().clock.machine(), revoked=True)},
        {"claim": None},
        {"status": Status.WITHDRAWN, "stage": None, "claim": None},
    ],
    ids=["nobody changed it", "another's claim", "an older claim", "no claim", "finished"],
)
def test_what_is_not_its_own_is_left_alone(change: dict[str, object]) -> None:
    world, identity = received()
    session, claim = claimed(world, identity, **change)
    before = world.store.load(identity)
    let_go(session, claim, world.services)
    assert world.store.load(identity) == before


def test_without_a_claim_there_is_nothing_to_let_go() -> None:
    world, identity = received()
    session, _ = claimed(world, identity, claim=None, attempt=9)
    before = world.store.load(identity)
    let_go(session, None, world.services)
    assert world.store.load(identity) == before


def test_a_store_that_is_down_leaves_it_to_expire() -> None:
    world, identity = received()
    session, claim = claimed(world, identity, attempt=9)
    switch = StoreSwitch(world)
    switch.before["load"] = unavailable
    let_go(session, claim, world.services)
    assert head(world, identity).claim == replace(claim, revoked=True)


def test_the_work_begins_once() -> None:
    world, identity = received()
    session, _ = claimed(world, identity)
    begins(session)
    first = session.offboarding.begun_at
    world.clock.advance(timedelta(hours=1))
    begins(session)
    assert first == session.offboarding.begun_at == world.clock.now() - timedelta(hours=1)
