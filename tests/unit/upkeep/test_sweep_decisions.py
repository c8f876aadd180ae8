"""What the sweeper does to one offboarding: wakes it, looks again, reminds or leaves it alone, at each date's edge."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
from pytest_mock import MockerFixture

from local.world.world import World
from shared.domain.codes import ReasonCode
from shared.domain.errors import ConcurrencyConflictError
from shared.domain.holdings.ledger import HoldingRecord
from shared.domain.offboarding.messages import Destination, OutboundMessage, Who
from shared.domain.offboarding.record import Claim, Offboarding, Reason
from shared.domain.offboarding.states import RUNNABLE, Stage, Status
from shared.upkeep import sweep as module
from shared.upkeep.sweep import sweep
from tests.unit.support.heads import DAY, HOUR, IDENTITY, NOW, SECOND, head_of, keep, kept
from tests.unit.support.worlds import on_queue

GRACE = timedelta(minutes=5)
LONGEST = timedelta(minutes=5)
OLD = OutboundMessage("e-1", Destination.EVENTS, b"{}", NOW - DAY)
"""Owed for long: whoever owes it is looked at in the next round, whatever its state."""
SIGNED_OUT = Reason(ReasonCode.SIGN_IN_REQUIRED, "sign in again")
REFUSED = Reason(ReasonCode.REFUSED, "a person is needed", "Do something.")


def swept(head: Offboarding, *records: HoldingRecord, owing: bool = False) -> tuple[World, int]:
    world = World()
    keep(world, head, *records, owed=(OLD,) if owing else ())
    return world, sweep(world.services)


def was_woken(world: World) -> bool:
    return len(on_queue(world, Destination.STAGE)) == 1


@pytest.mark.parametrize("owing", [False, True])
@pytest.mark.parametrize(
    ("due", "claim", "woken"),
    [
        (-GRACE + SECOND, None, False),
        (-GRACE, None, True),
        (-DAY, None, True),
        (SECOND, None, False),
        (-DAY, SECOND, False),
        (-DAY, timedelta(0), True),
        (timedelta(0), timedelta(0), True),  # the holder of the claim died: no grace for its message
        (timedelta(0), -SECOND, True),
        (SECOND, -SECOND, False),
        (None, -SECOND, False),
    ],
)
def test_who_is_overdue(
    due: timedelta | None, claim: timedelta | None, woken: bool, owing: bool, mocker: MockerFixture
) -> None:
    """Whatever the store lists: it may have changed since, and an event that is owed makes no difference."""
    world = World()
    head = head_of(
        Status.WAITING,
        next_attempt_at=None if due is None else NOW + due,
        updated_at=NOW + (due or -DAY),
        claim=None if claim is None else Claim("other", NOW + claim),
    )
    keep(world, head, owed=(OLD,) if owing else ())
    mocker.patch.object(world.store, "due", return_value=[IDENTITY])
    touched = sweep(world.services)

    assert was_woken(world) is woken
    assert touched == (1 if woken or owing else 0)
    assert kept(world).attempt == (8 if woken else 7)
    assert world.store.outbox(IDENTITY) == []


@pytest.mark.parametrize("status", Status)
def test_only_runnable_states_and_what_needs_a_person_are_woken(status: Status) -> None:
    world, _ = swept(head_of(status, Stage.CANCEL, next_attempt_at=NOW - DAY), owing=True)
    assert was_woken(world) is (status in {*RUNNABLE, Status.NEEDS_ATTENTION})


def test_a_wake_up_is_stored_before_it_is_sent_and_its_date_moves() -> None:
    """So that the next round leaves it its time to arrive."""
    world, _ = swept(head_of(Status.WAITING, next_attempt_at=NOW - DAY))
    found = kept(world)

    assert (found.next_attempt_at, found.updated_at, found.status) == (NOW, NOW, Status.WAITING)
    [message] = on_queue(world, Destination.STAGE)
    assert (message.id, message.scheduled_at) == (f"{IDENTITY}:verify:8", None)
    assert world.events() == []
    [entry] = world.store.timeline(IDENTITY)
    assert (entry.what, entry.actor) == ("woken", Who.SWEEPER)


@pytest.mark.parametrize(
    ("planned", "why"), [(LONGEST + SECOND, "its date has come"), (LONGEST, "its wake-up did not arrive")]
)
def test_a_lost_message_is_told_from_a_wait_that_had_none(planned: timedelta, why: str) -> None:
    due = NOW - HOUR
    world, _ = swept(head_of(Status.WAITING, next_attempt_at=due, updated_at=due - planned))
    assert world.store.timeline(IDENTITY)[-1].detail.startswith(why)


@pytest.mark.parametrize(
    ("planned", "late", "woken"),
    [
        (LONGEST + SECOND, timedelta(0), True),
        (LONGEST + SECOND, -SECOND, False),
        (LONGEST, timedelta(0), False),
        (LONGEST, GRACE - SECOND, False),
        (LONGEST, GRACE, True),
    ],
)
def test_a_wait_that_had_no_message_has_no_grace(planned: timedelta, late: timedelta, woken: bool) -> None:
    due = NOW - late
    world, touched = swept(head_of(Status.WAITING, next_attempt_at=due, updated_at=due - planned))
    assert was_woken(world) is woken
    assert touched == woken


@pytest.mark.parametrize(("age", "sent"), [(GRACE, True), (GRACE - SECOND, False)])
def test_what_is_owed_is_left_to_who_owes_it_until_the_grace_is_over(age: timedelta, sent: bool) -> None:
    """The handler may be sending it in this moment."""
    world = World()
    message = OutboundMessage("e-2", Destination.EVENTS, b"{}", NOW - age)
    keep(world, head_of(Status.REMOVED), owed=(message,))
    assert sweep(world.services) == sent
    assert (world.store.outbox(IDENTITY) == []) is sent


def test_business_time_does_not_end_a_claim(mocker: MockerFixture) -> None:
    world = World()
    keep(world, head_of(Status.WAITING, next_attempt_at=NOW, claim=Claim("other", NOW + SECOND)))
    world.clock.advance(DAY)
    mocker.patch.object(world.store, "due", return_value=[IDENTITY])
    assert sweep(world.services) == 0
    assert not was_woken(world)


# Looks while a person is needed.


@pytest.mark.parametrize(("due", "looked"), [(None, False), (SECOND, False), (timedelta(0), True), (-HOUR, True)])
def test_the_stage_looks_again_when_the_day_is_over(due: timedelta | None, looked: bool) -> None:
    at = None if due is None else NOW + due
    world, touched = swept(head_of(Status.NEEDS_ATTENTION, Stage.PLAN, next_attempt_at=at, reason=REFUSED), owing=True)

    assert touched == 1, "what it owed was sent in any case"
    assert [entry.what for entry in world.store.timeline(IDENTITY)] == (["looked_again"] if looked else [])


@pytest.mark.parametrize(
    ("stage", "again_in", "status"),
    [
        (None, Stage.PLAN, Status.PLANNING),
        (Stage.PLAN, Stage.PLAN, Status.PLANNING),
        (Stage.SUSPEND, Stage.SUSPEND, Status.RUNNING),
        (Stage.CANCEL, Stage.CANCEL, Status.RUNNING),
        (Stage.VERIFY, Stage.VERIFY, Status.RUNNING),
        (Stage.REMOVE, Stage.VERIFY, Status.RUNNING),
        (Stage.CONFIRM, Stage.CONFIRM, Status.RUNNING),
    ],
)
@pytest.mark.parametrize("reason", [REFUSED, SIGNED_OUT, None])
def test_every_stage_looks_again_every_day(
    stage: Stage | None, reason: Reason | None, again_in: Stage, status: Status
) -> None:
    """I14. Windows close and terms end meanwhile, and a sign-in is mended without a word to the pipeline."""
    world, touched = swept(head_of(Status.NEEDS_ATTENTION, stage, next_attempt_at=NOW, reason=reason))
    found = kept(world)

    assert touched == 1
    assert (found.status, found.stage, found.next_attempt_at, found.attempt) == (status, again_in, NOW, 8)
    assert [item.id for item in on_queue(world, Destination.STAGE)] == [f"{IDENTITY}:{again_in.value}:8"]
    assert world.events() == [], "the event follows if a person is still needed"
    [entry] = world.store.timeline(IDENTITY)
    assert (entry.what, entry.actor) == ("looked_again", Who.SWEEPER)


# Rounds.


def test_a_round_counts_what_it_touched_and_is_bounded(mocker: MockerFixture, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    world = World()
    for number in range(3):
        keep(world, head_of(Status.WAITING, id=f"o-{number}", next_attempt_at=NOW - DAY))
    world.clock.advance(HOUR)  # dates are business time, claims machine time
    due = mocker.spy(world.store, "due")
    mocker.patch.object(module, "AT_A_TIME", 2)
    assert [sweep(world.services) for _ in range(3)] == [2, 1, 0]
    due.assert_called_with(NOW + HOUR, NOW, timedelta(0), 2)
    assert [record.getMessage() for record in caplog.records if "swept" in record.getMessage()] == [
        "swept 2 offboarding(s)",
        "swept 1 offboarding(s)",
        "swept 0 offboarding(s)",
    ]


def test_what_vanished_or_was_changed_meanwhile_is_not_counted(
    mocker: MockerFixture, caplog: pytest.LogCaptureFixture
) -> None:
    world = World()
    keep(world, head_of(Status.WAITING, next_attempt_at=NOW - DAY))
    mocker.patch.object(world.store, "due", return_value=["o-9", IDENTITY, IDENTITY])
    mocker.patch.object(world.store, "commit", side_effect=ConcurrencyConflictError("newer"))
    assert sweep(world.services) == 0
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_every_round_forgets_what_is_old(mocker: MockerFixture) -> None:
    world = World()
    forget = mocker.patch.object(module, "forget_expired")
    sweep(world.services)
    forget.assert_called_once_with(world.services)
