"""Marking for attention and resuming: when it is allowed, what is kept, what begins anew, at the edge of a claim."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from local.world.world import World
from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import ActionKind, Blocker, Cause, Remedy
from shared.domain.errors import ConcurrencyConflictError
from shared.domain.holdings.ledger import ActionRecord, ActionState
from shared.domain.offboarding.counters import Counters
from shared.domain.offboarding.messages import Destination, WakeUp, Who
from shared.domain.offboarding.record import Claim, Offboarding, Reason
from shared.domain.offboarding.states import RUNNABLE, Stage, Status
from shared.operations.mark import mark_for_attention
from shared.operations.resume import ATTEMPTS, NotResumableError, resume
from tests.functional.people import OPERATOR
from tests.unit.support.heads import DAY, HOUR, IDENTITY, NOW, SECOND, head_of, keep, kept, licence, wake_for
from tests.unit.support.worlds import StoreSwitch, on_queue

DEAD = Reason(ReasonCode.DEAD_LETTERED, "a message was given up", "Look.")
BLOCKER = Blocker("subscription:a", "A", Cause.IN_TERM, Remedy.DATE, "runs")


def marked(head: Offboarding, wake: WakeUp | None = None) -> tuple[World, bool]:
    world = World()
    keep(world, head)
    return world, mark_for_attention(wake or wake_for(head), DEAD, world.services)


@pytest.mark.parametrize("status", Status)
def test_only_what_would_have_acted_is_marked(status: Status) -> None:
    world, done = marked(head_of(status))
    assert done is (status in RUNNABLE)
    assert kept(world).status is (Status.NEEDS_ATTENTION if done else status)


@pytest.mark.parametrize(
    ("stage", "attempt", "expected"),
    [
        (Stage.VERIFY, 7, True),
        (Stage.VERIFY, 6, False),
        (Stage.VERIFY, 8, False),
        (Stage.CANCEL, 7, False),
    ],
)
def test_only_the_newest_message_says_anything(stage: Stage, attempt: int, expected: bool) -> None:
    before = head_of()
    world, done = marked(before, WakeUp(IDENTITY, stage, attempt))
    assert done is expected
    assert (kept(world) == before) is not expected


@pytest.mark.parametrize(("expires", "expected"), [(-SECOND, True), (timedelta(0), True), (SECOND, False)])
def test_while_somebody_works_on_it_nothing_is_marked(expires: timedelta, expected: bool) -> None:
    assert marked(head_of(claim=Claim("other", NOW + expires)))[1] is expected


def test_business_time_does_not_end_a_claim() -> None:
    world, head = World(), head_of(claim=Claim("other", NOW + SECOND))
    keep(world, head)
    world.clock.advance(DAY)
    assert not mark_for_attention(wake_for(head), DEAD, world.services)


def test_what_is_not_stored_cannot_be_marked() -> None:
    assert not mark_for_attention(WakeUp("o-9", Stage.PLAN, 1), DEAD, World().services)


def test_a_mark_is_told_at_once_and_looked_at_again_in_a_day() -> None:
    world, _ = marked(head_of(blockers=(BLOCKER,), blocker_count=3, next_attempt_at=NOW - HOUR))
    found = kept(world)

    assert (found.stage, found.reason, found.next_attempt_at) == (Stage.VERIFY, DEAD, NOW + DAY)
    assert (found.attempt, found.updated_at) == (7, NOW)
    [event] = world.events()
    assert event["type"] == "offboarding.needs_attention.v1"
    assert event["data"]["reason"]["operatorAction"] == "Look."
    assert [item["holding"] for item in event["data"]["blockers"]] == ["subscription:a"]
    [entry] = world.store.timeline(IDENTITY)
    assert (entry.what, entry.detail, entry.actor) == ("state.needs_attention", DEAD.text, Who.WATCHER)
    assert world.store.outbox(IDENTITY) == []
    assert on_queue(world, Destination.STAGE) == []


# Resuming.


def test_what_is_not_stored_cannot_be_resumed() -> None:
    assert resume("o-9", OPERATOR, World().services) is None


def stuck(stage: Stage | None = Stage.VERIFY, **fields: object) -> Offboarding:
    return head_of(Status.NEEDS_ATTENTION, stage, reason=DEAD, next_attempt_at=NOW + DAY, **fields)


def resumed(head: Offboarding, *actions: ActionRecord) -> tuple[World, Offboarding]:
    world = World()
    keep(world, head, licence("A", HOUR, actions=actions))
    found = resume(head.id, OPERATOR, world.services)
    assert found == kept(world)
    return world, found


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.NEEDS_ATTENTION])
def test_in_any_other_state_nothing_is_resumed(status: Status) -> None:
    world, before = World(), head_of(status)
    keep(world, before)
    with pytest.raises(NotResumableError, match=f"^offboarding o-1 is {status.value}; only needs_attention"):
        resume(IDENTITY, OPERATOR, world.services)
    assert kept(world) == before
    assert NotResumableError.code == "not_resumable"


@pytest.mark.parametrize(
    ("stage", "goes_on_in", "status"),
    [
        (Stage.PLAN, Stage.PLAN, Status.PLANNING),
        (None, Stage.PLAN, Status.PLANNING),
        (Stage.RESTORE, Stage.RESTORE, Status.RESTORING),
        *((stage, stage, Status.RUNNING) for stage in Stage if stage not in (Stage.PLAN, Stage.RESTORE)),
    ],
)
def test_it_goes_on_at_once_where_it_stood(stage: Stage | None, goes_on_in: Stage, status: Status) -> None:
    world, found = resumed(stuck(stage))

    assert (found.status, found.stage, found.reason) == (status, goes_on_in, None)
    assert (found.next_attempt_at, found.updated_at, found.attempt) == (NOW, NOW, 8)
    [message] = on_queue(world, Destination.STAGE)
    assert (message.id, message.scheduled_at) == (f"{IDENTITY}:{goes_on_in.value}:8", None)


def test_every_count_begins_anew_and_a_dead_claim_is_gone() -> None:
    """What had run out would run out again at once: faults, loops, refusals and the deadline of the proofs."""
    head = stuck(
        counters=Counters(faults=20, returns=12, refusals=3, rechecks=9),
        confirming_since=NOW - 3 * DAY,
        claim=Claim("dead", NOW - HOUR),
    )
    _, found = resumed(head)
    assert (found.counters, found.confirming_since, found.claim, found.words) == (
        Counters(),
        None,
        None,
        (DEAD.code,),
    )


@pytest.mark.parametrize("why", ["", "the role was given"])
def test_why_it_was_resumed_is_told_where_it_was_said(why: str) -> None:
    """In the timeline, and in the evidence as a text that can be deleted from beside it."""
    world = World()
    keep(world, stuck())
    assert resume(IDENTITY, OPERATOR, world.services, why=why) is not None

    [entry] = world.store.timeline(IDENTITY)
    assert entry.detail.endswith(f": {why}") is bool(why)
    told = next(line for line in map(json.loads, world.store.evidence(IDENTITY)) if line["kind"] == "note")
    assert ("why" in told["data"]) is bool(why)
    assert (why in {aside.text for aside in world.store.asides(IDENTITY)}) is bool(why)


def test_who_resumed_it_is_noted_and_told() -> None:
    world, _ = resumed(stuck(blockers=(BLOCKER,), blocker_count=3))
    [entry] = world.store.timeline(IDENTITY)
    [event] = world.events()

    said = "by Ms. Operator, asked for dead_lettered"
    assert (entry.what, entry.detail, entry.actor) == ("resumed", said, Who.OPERATOR)
    assert (event["data"]["status"], event["data"]["blockerCount"]) == ("running", 3)
    assert [item["holding"] for item in event["data"]["blockers"]] == ["subscription:a"]
    assert world.store.outbox(IDENTITY) == []


def action(state: ActionState, **fields: object) -> ActionRecord:
    return ActionRecord(ActionKind.CANCEL, 1, "m-1", state, NOW - DAY, answered_at=NOW - DAY, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (ActionState.REFUSED, ActionState.FORGIVEN),
        (ActionState.ACCEPTED, ActionState.FORGIVEN),  # a day without effect
        (ActionState.CONFIRMED, ActionState.CONFIRMED),
    ],
)
def test_what_was_refused_or_overdue_is_stored_as_forgiven(before: ActionState, after: ActionState) -> None:
    world, _ = resumed(stuck(), action(before))
    [record] = world.store.holdings(IDENTITY).values()
    assert [item.state for item in record.actions] == [after]


def test_what_was_accepted_a_moment_ago_is_not_forgiven() -> None:
    """I2: its effect is on the way."""
    fresh = ActionRecord(ActionKind.CANCEL, 1, "m-1", ActionState.ACCEPTED, NOW, answered_at=NOW - DAY + SECOND)
    world, _ = resumed(stuck(), fresh)
    [record] = world.store.holdings(IDENTITY).values()
    assert record.actions == (fresh,)


@pytest.mark.parametrize(("races", "wins"), [(ATTEMPTS - 1, True), (ATTEMPTS, False)])
def test_lost_races_are_tried_again_a_few_times(races: int, wins: bool) -> None:
    world = World()
    keep(world, stuck())
    store, lost = StoreSwitch(world), 0

    def lose() -> None:
        nonlocal lost
        lost += 1
        if lost < races:
            store.before["commit"] = lose
        raise ConcurrencyConflictError("newer")

    store.before["commit"] = lose
    if wins:
        assert resume(IDENTITY, OPERATOR, world.services) is not None
    else:
        with pytest.raises(ConcurrencyConflictError, match="changed 5 times"):
            resume(IDENTITY, OPERATOR, world.services)
    assert lost == races
