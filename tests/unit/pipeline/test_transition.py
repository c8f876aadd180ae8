"""From a stage's outcome to what is stored: state, date, counters, wake-up, event and marker, each at its boundary."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_mock import MockerFixture

from local.world.world import World
from shared.domain.codes import ReasonCode
from shared.domain.decisions.blockers import Blocker, Cause, Remedy
from shared.domain.errors import ThrottledError
from shared.domain.offboarding.counters import Counters
from shared.domain.offboarding.messages import Destination
from shared.domain.offboarding.record import Claim, Customer, Offboarding, Reason, Told
from shared.domain.offboarding.states import TERMINAL, Stage, Status
from shared.domain.offboarding.timeline import TimelineEvent
from shared.pipeline.core.outcome import Again, Attention, Continue, Finish, Next, Outcome
from shared.pipeline.transition import Step, apply, intervene
from shared.ports.store import Live
from tests.unit.support.heads import (
    CUSTOMER,
    DAY,
    HOUR,
    IDENTITY,
    NOW,
    SECOND,
    head_of,
    keep,
    kept,
    licence,
    marker_is_free,
    owed,
    told,
)

S, G = Status, Stage
LATER = NOW + timedelta(hours=3)
LONGEST = timedelta(minutes=5)
REASON = Reason(ReasonCode.IN_TERM, "a term runs", "Wait.")
NOT_YET, PLAN_ONLY = Reason(ReasonCode.NOT_BEFORE, "starts later"), Reason(ReasonCode.MODE_PLAN, "nothing is written")
THROTTLED = Reason(ThrottledError.code, "asked to slow down")
BLOCKER = Blocker("subscription:a", "A", Cause.IN_TERM, Remedy.DATE, "runs")


def applied(
    outcome: Outcome, before: Offboarding | None = None, world: World | None = None
) -> tuple[World, Offboarding]:
    """A world in which the outcome was stored; and the head as stored."""
    world = world or World()
    apply(keep(world, before or head_of()), outcome)
    return world, kept(world)


@pytest.mark.parametrize(
    ("before", "outcome", "status", "stage", "reason", "at"),
    [
        ((S.RUNNING, G.SUSPEND), Next(G.CANCEL), S.RUNNING, G.CANCEL, None, NOW),
        ((S.RUNNING, G.SUSPEND), Next(G.CANCEL, REASON), S.RUNNING, G.CANCEL, REASON, NOW),
        ((S.RUNNING, G.VERIFY), Next(G.CANCEL, REASON, LATER), S.WAITING, G.CANCEL, REASON, LATER),
        ((S.PLANNING, G.PLAN), Next(G.SUSPEND), S.RUNNING, G.SUSPEND, None, NOW),
        ((S.PLANNING, G.CONFIRM), Next(G.PLAN, REASON), S.PLANNING, G.PLAN, REASON, NOW),
        ((S.PLANNING, G.CONFIRM), Next(G.PLAN, REASON, LATER), S.PLANNING, G.PLAN, REASON, LATER),
        ((S.RUNNING, G.VERIFY), Again(LATER, REASON), S.WAITING, G.VERIFY, REASON, LATER),
        ((S.WAITING, G.CONFIRM), Again(LATER, REASON), S.WAITING, G.CONFIRM, REASON, LATER),
        ((S.RUNNING, G.VERIFY), Again(LATER, NOT_YET), S.WAITING, G.VERIFY, NOT_YET, LATER),
        ((S.PLANNING, G.PLAN), Again(LATER, REASON), S.PLANNING, G.PLAN, REASON, LATER),
        ((S.RECEIVED, G.PLAN), Again(LATER, NOT_YET, S.SCHEDULED), S.SCHEDULED, G.PLAN, NOT_YET, LATER),
        ((S.PLANNING, G.PLAN), Again(LATER, PLAN_ONLY, S.SCHEDULED), S.SCHEDULED, G.PLAN, PLAN_ONLY, LATER),
        ((S.PLANNING, G.PLAN), Continue(), S.PLANNING, G.PLAN, None, NOW),
        ((S.WAITING, G.CANCEL), Continue(), S.RUNNING, G.CANCEL, None, NOW),
        (
            (S.RUNNING, G.REMOVE),
            Attention(REASON.code, REASON.text, "Wait."),
            S.NEEDS_ATTENTION,
            G.REMOVE,
            REASON,
            NOW + DAY,
        ),
        ((S.RUNNING, G.CONFIRM), Finish(S.REMOVED, REASON), S.REMOVED, None, REASON, None),
        ((S.WAITING, G.VERIFY), Finish(S.ALREADY_REMOVED, REASON), S.ALREADY_REMOVED, None, REASON, None),
        ((S.PLANNING, G.PLAN), Finish(S.PLANNED, REASON), S.PLANNED, None, REASON, None),
        ((S.PLANNING, G.PLAN), Finish(S.STOPPED, REASON), S.STOPPED, None, REASON, None),
    ],
)
def test_where_each_outcome_leads(
    before: tuple[Status, Stage],
    outcome: Outcome,
    status: Status,
    stage: Stage | None,
    reason: Reason | None,
    at: datetime | None,
) -> None:
    world, after = applied(outcome, head_of(*before, reason=Reason(ReasonCode.NO_PROGRESS, "an old reason")))

    assert (after.status, after.stage, after.next_attempt_at, after.updated_at) == (status, stage, at, NOW)
    assert after.reason == reason
    [entry] = world.store.timeline(IDENTITY)
    assert entry.what == f"state.{status.value}" + (f".{stage.value}" if stage else "")
    assert entry.detail == (after.reason.text if after.reason else "")


def test_a_transition_releases_the_claim_in_the_same_write() -> None:
    before = head_of(claim=Claim("me", NOW + HOUR))
    _, after = applied(Continue(), before)
    assert after.claim is None


@pytest.mark.parametrize(
    ("outcome", "rechecks"),
    [
        (Again(LATER, REASON), 4),
        (Continue(), 4),
        (Attention(REASON.code, REASON.text, "Wait."), 4),
        (Next(G.CANCEL), 0),
        (Next(G.VERIFY), 4),
    ],
)
def test_rechecks_are_counted_within_one_stage_and_nothing_else_is_reset(outcome: Outcome, rechecks: int) -> None:
    _, after = applied(outcome, head_of(counters=Counters(faults=1, returns=2, refusals=3, rechecks=4)))
    assert after.counters == Counters(faults=1, returns=2, refusals=3, rechecks=rechecks)


@pytest.mark.parametrize("status", [S.REMOVED, S.ALREADY_REMOVED])
def test_what_blocked_is_told_no_more_once_it_is_removed(status: Status) -> None:
    world, after = applied(Finish(status, REASON), head_of(stage=G.CONFIRM, blockers=(BLOCKER,), blocker_count=9))
    [event] = told(world)

    assert (after.blockers, after.blocker_count) == (((), 0) if status is S.REMOVED else ((BLOCKER,), 9))
    assert event["data"].get("blockerCount") == (None if status is S.REMOVED else 9)


# The wake-up.


@pytest.mark.parametrize(
    ("wait", "sent", "scheduled"),
    [
        (-SECOND, True, False),
        (timedelta(0), True, False),
        (SECOND, True, True),
        (LONGEST, True, True),
        (LONGEST + SECOND, False, False),
    ],
)
def test_a_wait_is_a_scheduled_message_up_to_five_minutes_and_only_a_date_beyond(
    wait: timedelta, sent: bool, scheduled: bool
) -> None:
    world, after = applied(Again(NOW + wait, REASON))
    messages = owed(world, Destination.STAGE)

    assert after.attempt == 8, "raised even when no message is owed: the sweeper's one needs another id"
    assert [item.scheduled_at for item in messages] == ([NOW + wait if scheduled else None] if sent else [])


def test_a_wake_up_says_which_stage_and_attempt_and_carries_the_correlation_id() -> None:
    world, _ = applied(Next(G.CANCEL))
    [message] = owed(world, Destination.STAGE)

    assert isinstance(message.body, bytes)
    assert json.loads(message.body) == {"offboardingId": IDENTITY, "stage": "cancel", "attempt": 8}
    assert (message.id, message.stage, message.subject) == (f"{IDENTITY}:cancel:8", G.CANCEL, "cancel")
    assert (message.correlation_id, message.created_at, message.content_type) == ("case-7", NOW, "application/json")


@pytest.mark.parametrize("outcome", [Attention(REASON.code, REASON.text, "Wait."), Finish(S.REMOVED, REASON)])
def test_what_waits_for_a_person_or_has_ended_is_not_woken(outcome: Outcome) -> None:
    world, after = applied(outcome, head_of(stage=G.CONFIRM))
    assert owed(world, Destination.STAGE) == []
    assert after.attempt == 7


# The event.


def test_every_change_of_state_stage_or_reason_is_told() -> None:
    waits = head_of(S.WAITING, G.VERIFY, reason=REASON)
    same = Again(LATER, Reason(ReasonCode.NO_PROGRESS, REASON.text))
    cases: list[tuple[Offboarding, Outcome, bool]] = [
        (waits, same, False),
        (waits, Again(LATER, Reason(REASON.code, "another text")), True),
        (waits, Next(G.CANCEL, REASON, LATER), True),
        (head_of(S.RUNNING, G.VERIFY, reason=REASON), same, True),
        (head_of(S.RUNNING, G.VERIFY), Continue(), False),
        (head_of(S.RUNNING, G.VERIFY, reason=REASON), Continue(), True),
        (head_of(S.RUNNING, G.VERIFY), Next(G.VERIFY, REASON), True),
        (head_of(S.RUNNING, G.VERIFY, reason=REASON), Attention(REASON.code, REASON.text, "Wait."), True),
    ]
    for before, outcome, expected in cases:
        world, _ = applied(outcome, before)
        assert bool(told(world)) is expected, (before.status, before.reason, outcome)


@pytest.mark.parametrize(
    ("pause", "is_news"), [(SECOND, False), (HOUR, False), (HOUR + SECOND, True), (DAY + SECOND, True)]
)
def test_being_asked_to_slow_down_is_news_only_for_longer_than_an_hour(pause: timedelta, is_news: bool) -> None:
    world, after = applied(Again(NOW + pause, THROTTLED))
    assert after.status is S.WAITING
    assert bool(told(world)) is is_news


def test_any_other_wait_is_news_however_short() -> None:
    world, _ = applied(Again(NOW + SECOND, REASON))
    assert [event["data"]["status"] for event in told(world)] == ["waiting"]


def test_the_event_shows_the_offboarding_as_it_is_now() -> None:
    before = head_of(blockers=(BLOCKER,), blocker_count=30)
    world, after = applied(Again(LATER, REASON), before)
    [event] = told(world)

    assert event["type"] == "offboarding.waiting.v1"
    assert event["data"]["reason"] == {"code": "in_term", "text": "a term runs", "operatorAction": "Wait."}
    assert [item["holding"] for item in event["data"]["blockers"]] == ["subscription:a"]
    assert (event["data"]["blockerCount"], event["data"]["stage"]) == (30, "verify")
    assert after.timeline_length == 4


@pytest.mark.parametrize(("status", "shown"), [(S.AWAITING_APPROVAL, True), (S.WAITING, False)])
def test_only_whoever_has_to_approve_is_shown_what_will_be_done(status: Status, shown: bool) -> None:
    session = keep(World(), head_of(S.RUNNING, G.CANCEL), licence("A", DAY))
    apply(session, Again(LATER, REASON, status))
    [event] = [item for item in told(session) if "window" not in item["type"]]
    assert bool(event["data"].get("planned")) is shown


# Trouble.

OTHER = Reason(ReasonCode.WORK_LEFT, "there is more to do")
REFUSED_AGAIN = Reason(REASON.code, "refused again, in other words")


def troubled(trouble: bool = True, since: timedelta = HOUR, **fields: Any) -> Offboarding:
    """It waits at verify for what is refused for now, as the last event said `since` ago."""
    said = Told(S.WAITING, G.VERIFY, REASON.code, (), NOW - since, trouble)
    return head_of(S.WAITING, G.VERIFY, reason=REASON, told=said, **fields)


@pytest.mark.parametrize(
    ("before", "outcome", "expected"),
    [
        (troubled(), Next(G.SUSPEND, OTHER), False),
        (troubled(), Next(G.CANCEL, OTHER), False),
        (troubled(), Next(G.VERIFY, OTHER), False),
        (troubled(), Next(G.REMOVE, OTHER), False),
        (troubled(), Next(G.SUSPEND, OTHER, LATER), True),
        (troubled(), Next(G.CANCEL, OTHER, LATER), True),
        (troubled(since=2 * DAY), Next(G.CANCEL, OTHER), False),
        (troubled(trouble=False), Next(G.CANCEL, OTHER), True),
        (troubled(), Again(LATER, REFUSED_AGAIN, trouble=True), False),
        (troubled(since=DAY - SECOND), Again(LATER, REFUSED_AGAIN, trouble=True), False),
        (troubled(since=DAY), Again(LATER, REFUSED_AGAIN, trouble=True), True),
        (troubled(since=DAY), Again(LATER, REASON, trouble=True), True),
        (troubled(trouble=False), Again(LATER, REFUSED_AGAIN, trouble=True), True),
        (troubled(), Again(LATER, OTHER, trouble=True), True),
        (troubled(blockers=(BLOCKER,)), Again(LATER, REFUSED_AGAIN, trouble=True), True),
        (troubled(), Again(LATER, REFUSED_AGAIN), True),
        (troubled(), Again(LATER, REASON), False),
        (troubled(), Attention(REASON.code, REASON.text, "Wait."), True),
    ],
)
def test_trouble_is_told_when_it_begins_once_a_day_and_when_it_ends(
    before: Offboarding, outcome: Outcome, expected: bool
) -> None:
    world, after = applied(outcome, before)

    assert bool(told(world)) is expected
    assert (after.told == before.told) is not expected


@pytest.mark.parametrize(
    ("outcome", "trouble"),
    [
        (Next(G.CANCEL), False),
        (Next(G.CANCEL, REASON, LATER), False),
        (Again(LATER, REASON), False),
        (Again(LATER, REASON, trouble=True), True),
        (Attention(REASON.code, REASON.text, "Wait."), True),
        (Finish(S.ALREADY_REMOVED, REASON), False),
    ],
)
def test_what_an_event_said_is_kept(outcome: Outcome, trouble: bool) -> None:
    _, after = applied(outcome, head_of(blockers=(BLOCKER,)))
    code = after.reason.code if after.reason else None

    assert after.told == Told(after.status, after.stage, code, ("subscription:a:in_term",), NOW, trouble)


def test_what_a_person_does_is_told_while_trouble_lasts_and_is_none() -> None:
    world = World()
    intervene(keep(world, troubled()), Step(S.RUNNING, G.VERIFY, None, NOW, TimelineEvent.RESUMED))

    assert kept(world).told == Told(S.RUNNING, G.VERIFY, None, (), NOW, trouble=False)


# The marker of one live offboarding for each customer.


@pytest.mark.parametrize(
    "outcome", [Next(G.CANCEL), Again(LATER, REASON), Continue(), Attention(REASON.code, REASON.text, "Wait.")]
)
def test_while_it_goes_on_no_other_one_of_the_customer_may_start(outcome: Outcome, mocker: MockerFixture) -> None:
    """And who never took the marker, such as a dry run, does not take it in passing."""
    world = World()
    session = keep(world, head_of(customer=Customer(CUSTOMER, "Contoso", "contoso.example")), live=Live.TAKE)
    commit = mocker.spy(world.store, "commit")
    apply(session, outcome)
    assert [call.args[0].live for call in commit.call_args_list] == [Live.KEEP]
    assert not marker_is_free(world)


@pytest.mark.parametrize("status", sorted(TERMINAL))
def test_every_end_releases_the_marker(status: Status, mocker: MockerFixture) -> None:
    world = World()
    session = keep(world, head_of(S.RUNNING if "removed" in status else S.PLANNING, G.CONFIRM))
    commit = mocker.spy(world.store, "commit")
    apply(session, Finish(status, REASON))

    assert [call.args[0].live for call in commit.call_args_list] == [Live.RELEASE]
    [event] = told(world)
    assert (event["data"]["status"], "stage" in event["data"]) == (status.value, False)


# What the plan noted.


def test_a_look_of_the_plan_replaces_what_the_look_before_noted_and_a_person_between_them_does_not() -> None:
    """Else each look after somebody spoke would fill the timeline with the same words once more."""
    before = head_of(S.PLANNING, G.PLAN, noted=("older",))
    assert applied(Again(LATER, NOT_YET), before)[1].noted == ()
    session = keep(World(), before)
    intervene(session, Step(S.PLANNING, G.PLAN, NOT_YET, LATER, TimelineEvent.WOKEN))
    assert kept(session).noted == ("older",)
