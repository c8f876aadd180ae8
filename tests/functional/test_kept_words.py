"""What people say while somebody works on an offboarding is kept, and taken afterwards if it is still wanted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from local.world.store import MemoryStore
from local.world.world import World
from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import Cause
from shared.domain.errors import ConcurrencyConflictError
from shared.domain.offboarding.messages import Who
from shared.domain.offboarding.record import Claim, Offboarding, Reason, SaidEnded, SaidResume
from shared.domain.offboarding.states import Stage, Status
from shared.domain.offboarding.timeline import TimelineEvent
from shared.domain.people.actor import Actor, ActorType
from shared.operations.override import override
from shared.operations.resume import resume
from shared.pipeline.core.session import SAID_IN_A_ROW, Session
from shared.pipeline.words import NotOverridableError, overridable, take_what_was_said, what_is_asked
from shared.ports.store import Change, LiveElsewhere, Stored
from tests.functional.people import OPERATOR
from tests.functional.test_override import stuck, word_of
from tests.unit.support.heads import head_of, keep

HOUR = timedelta(hours=1)


def said_while_worked_on(world: World, identity: str, *words: SaidEnded | SaidResume) -> Session:
    """The session of whoever has just worked on it, and rests."""
    stored = world.store.load(identity)
    assert stored is not None
    result = world.store.commit(Change(replace(stored.offboarding, said=words), stored.etag))
    assert isinstance(result, Stored)
    return Session(result, world.services)


def whats(world: World, identity: str) -> list[str]:
    return [entry.what for entry in world.store.timeline(identity)]


def test_an_override_that_meets_the_claim_is_taken_when_it_is_over() -> None:
    world, identity, key = stuck("hibernated")
    stored = world.store.load(identity)
    assert stored is not None
    claim = Claim("worker", world.clock.machine() + HOUR)
    world.store.commit(Change(replace(stored.offboarding, claim=claim), stored.etag))
    kept = override(identity, word_of(key), world.services)
    assert kept is not None
    assert [type(one) for one in kept.said] == [SaidEnded]
    rested = said_while_worked_on(world, identity, *kept.said)
    rested.save(replace(rested.offboarding, claim=None))
    take_what_was_said(rested)
    assert "overridden" in whats(world, identity)
    world.run()
    assert world.all()[0].status is Status.REMOVED


@pytest.mark.parametrize("finished", [False, True])
def test_a_word_that_nobody_needs_any_more_is_noted(finished: bool) -> None:
    world, identity, key = stuck("hibernated")
    wrong = SaidEnded(OPERATOR, key, Cause.VANISHED, "case 123")
    session = said_while_worked_on(world, identity, wrong)
    if finished:
        session.offboarding = replace(session.offboarding, status=Status.STOPPED, stage=None, next_attempt_at=None)
    take_what_was_said(session)
    assert whats(world, identity)[-1] == TimelineEvent.WORD_NOT_NEEDED
    kept = world.store.load(identity)
    assert kept is not None
    assert kept.offboarding.said == ()


def test_whoever_is_known_by_name_alone_may_resume() -> None:
    world, identity, _ = stuck("hibernated")
    resume(identity, "Ms. Script", world.services)
    entry = next(entry for entry in world.store.timeline(identity) if entry.what == "resumed")
    assert entry.by == Actor(ActorType.PERSON, "name:Ms. Script", "Ms. Script")


def test_a_word_about_another_cause_is_refused() -> None:
    world, identity, key = stuck("hibernated")
    stored = world.store.load(identity)
    assert stored is not None
    with pytest.raises(NotOverridableError, match="is blocked as unknown_status, not as vanished"):
        overridable(Session(stored, world.services), word_of(key, Cause.VANISHED))


def test_what_was_said_waits_when_somebody_changes_it_in_this_moment() -> None:
    world, identity, key = stuck("hibernated")
    session = said_while_worked_on(world, identity, SaidEnded(OPERATOR, key, Cause.UNKNOWN_STATUS, "case 123"))
    other = world.store.load(identity)
    assert other is not None
    world.store.commit(Change(replace(other.offboarding, attempt=99), other.etag))
    take_what_was_said(session)
    later = world.store.load(identity)
    assert later is not None
    assert len(later.offboarding.said) == 1


class Chatty(MemoryStore):
    """Before each of the first commits somebody says another word."""

    words = 0

    def commit(self, change: Change) -> Stored | LiveElsewhere:
        stored = self.load(change.offboarding.id)
        if stored is not None and self.words:
            self.words -= 1
            person = Actor(ActorType.PERSON, str(self.words), "Ms. Operator")
            word = SaidResume(person, ReasonCode.REFUSED)
            said = (*stored.offboarding.said, word)
            super().commit(Change(replace(stored.offboarding, said=said), stored.etag))
        return super().commit(change)


def worked_on(words: int) -> tuple[Chatty, Session, Offboarding]:
    world, identity, _ = stuck("hibernated")
    stored = world.store.load(identity)
    assert stored is not None
    store, claim = Chatty(), Claim("worker", world.clock.machine() + HOUR)
    head = replace(stored.offboarding, claim=claim, status=Status.RUNNING, stage=Stage.VERIFY)
    created = store.commit(Change(head, None))
    assert isinstance(created, Stored)
    store.words = words
    return store, Session(created, replace(world.services, store=store), Who.PIPELINE), head


def test_words_in_a_row_are_all_kept_and_the_work_is_stored() -> None:
    store, session, head = worked_on(SAID_IN_A_ROW)
    session.save(replace(head, attempt=50))
    stored = store.load(head.id)
    assert stored is not None
    assert (stored.offboarding.attempt, len(stored.offboarding.said)) == (50, SAID_IN_A_ROW)


def test_with_more_words_than_that_the_claim_counts_as_lost() -> None:
    _, session, head = worked_on(SAID_IN_A_ROW + 1)
    with pytest.raises(ConcurrencyConflictError):
        session.save(replace(head, attempt=50))


def test_where_nothing_was_said_nothing_is_stored() -> None:
    world, identity, _ = stuck("hibernated")
    stored = world.store.load(identity)
    assert stored is not None
    take_what_was_said(Session(stored, world.services))
    assert world.store.load(identity) == stored


ASKS = Reason(ReasonCode.IN_TERM, "a person is asked")


@pytest.mark.parametrize(
    ("status", "reason", "asked", "found"),
    [
        (Status.NEEDS_ATTENTION, ASKS, None, ReasonCode.IN_TERM),
        (Status.NEEDS_ATTENTION, ASKS, ReasonCode.REFUSED, ReasonCode.IN_TERM),
        (Status.NEEDS_ATTENTION, None, ReasonCode.REFUSED, ReasonCode.REFUSED),
        (Status.WAITING, ASKS, None, None),
        (Status.WAITING, ASKS, ReasonCode.REFUSED, ReasonCode.REFUSED),
        (Status.STOPPED, ASKS, ReasonCode.REFUSED, None),
    ],
)
def test_what_a_person_is_asked_for(
    status: Status, reason: Reason | None, asked: ReasonCode | None, found: ReasonCode | None
) -> None:
    stage = None if status is Status.STOPPED else Stage.VERIFY
    assert what_is_asked(keep(World(), head_of(status, stage, reason=reason, asked=asked))) is found
