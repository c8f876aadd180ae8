"""Whether a wake-up may act, and what each way for a stage to fail leads to: claims, faults and dates at their edge."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from pytest_mock import MockerFixture

from local.world.world import World
from shared.domain.codes import ReasonCode
from shared.domain.errors import (
    ClaimEndingError,
    ConcurrencyConflictError,
    InvalidRequestError,
    NoAnswerError,
    OffboardingError,
    RefusedError,
    SignInRequiredError,
    ThrottledError,
    UnavailableError,
)
from shared.domain.offboarding.counters import Counters
from shared.domain.offboarding.messages import Destination, WakeUp
from shared.domain.offboarding.record import Claim, Offboarding, Reason
from shared.domain.offboarding.states import RUNNABLE, Stage, Status
from shared.domain.offboarding.timeline import TimelineEvent
from shared.pipeline import runner
from shared.pipeline.core.outcome import Again, Attention, Continue, Next, Outcome
from shared.pipeline.core.session import Session
from shared.pipeline.runner import STAGES, handle_wake_up
from tests.unit.support.heads import DAY, HOUR, IDENTITY, NOW, SECOND, head_of, keep, kept, wake_for
from tests.unit.support.worlds import StoreSwitch, on_queue, unavailable, with_pace

LATER = NOW + timedelta(hours=3)
Work = Callable[[Session], Outcome]


def woken(world: World, head: Offboarding, work: Work, wake: WakeUp | None = None) -> str:
    """What a wake-up is answered when its stage does this work."""
    keep(world, head)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(STAGES, head.stage or Stage.PLAN, work)
        return handle_wake_up(wake or wake_for(head), world.services)


def deciding(outcome: Outcome) -> Work:
    def work(session: Session) -> Outcome:
        return outcome

    return work


nothing_due = deciding(Again(LATER, Reason(ReasonCode.IN_TERM, "a term runs")))


def failing(error: Exception) -> Work:
    def work(session: Session) -> Outcome:
        raise error

    return work


def after(error: Exception, head: Offboarding | None = None) -> Offboarding:
    """The head after a stage failed with this error."""
    world = World()
    assert woken(world, head or head_of(), failing(error)) == "acted"
    return kept(world)


# May it act?


@pytest.mark.parametrize("status", Status)
def test_only_runnable_states_act(status: Status) -> None:
    answer = woken(World(), head_of(status), deciding(Attention(ReasonCode.NO_PROGRESS, "y", "Do it.")))
    assert answer == ("acted" if status in RUNNABLE else f"the offboarding is {status.value}")


@pytest.mark.parametrize(
    ("due", "answer"),
    [
        (None, "acted"),
        (-SECOND, "acted"),
        (timedelta(0), "acted"),
        (SECOND, "not due before 2026-06-01 09:00:01 UTC"),
    ],
)
def test_nothing_happens_before_its_date(due: timedelta | None, answer: str) -> None:
    head = head_of(Status.WAITING, next_attempt_at=None if due is None else NOW + due)
    assert woken(World(), head, nothing_due) == answer


@pytest.mark.parametrize(
    ("expires", "answer"),
    [(-SECOND, "acted"), (timedelta(0), "acted"), (SECOND, "another handler holds the claim")],
)
def test_a_claim_holds_until_it_expires(expires: timedelta, answer: str) -> None:
    world = World()
    assert woken(world, head_of(claim=Claim("other", NOW + expires)), nothing_due) == answer
    assert kept(world).counters.faults == 0, "the stage did its work"


@pytest.mark.parametrize(
    ("stage", "wake_stage", "answer"),
    [
        (Stage.REMOVE, Stage.VERIFY, "its stage is remove, not verify"),
        (Stage.VERIFY, Stage.REMOVE, "its stage is verify, not remove"),
        (None, Stage.REMOVE, "its stage is none, not remove"),
    ],
)
def test_a_message_of_another_stage_does_nothing(stage: Stage | None, wake_stage: Stage, answer: str) -> None:
    world, head = World(), head_of(stage=stage)
    assert woken(world, head, nothing_due, WakeUp(IDENTITY, wake_stage, 7)) == answer
    assert kept(world) == head


def test_what_is_not_stored_is_dropped_and_every_drop_is_logged_with_its_place(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert handle_wake_up(WakeUp("o-9", Stage.REMOVE, 3), World().services) == "no such offboarding"
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage() == "o-9 remove wake-up dropped: no such offboarding (attempt 3)"
    assert {"offboardingId": "o-9", "stage": "remove"}.items() <= record.__dict__.items()


def test_what_was_sent_belongs_to_what_was_stored() -> None:
    world = World()
    assert woken(world, head_of(), deciding(Next(Stage.CANCEL))) == "acted"
    assert world.store.outbox(IDENTITY) == []
    assert [item.id for item in on_queue(world, Destination.STAGE)] == [f"{IDENTITY}:cancel:8"]
    assert len(world.events()) == 1


# The claim.


def test_a_claim_is_stored_before_the_work_and_lasts_as_configured() -> None:
    world, seen = World(), list[Claim | None]()
    services = with_pace(world, claim=timedelta(minutes=15))

    def work(session: Session) -> Outcome:
        seen.extend([session.offboarding.claim, kept(world).claim])
        return Continue()

    woken(world, head_of(), work)
    mine, stored = seen
    assert mine is not None
    assert mine == stored
    assert mine.expires_at == services.clock.machine() + timedelta(minutes=15)
    assert mine.owner
    assert kept(world).claim is None


@pytest.mark.parametrize(("claim", "faults"), [(None, 0), (Claim("dead", NOW - SECOND), 1)])
def test_a_claim_that_expired_unreleased_is_a_fault_of_its_holder(claim: Claim | None, faults: int) -> None:
    world, seen = World(), list[int]()

    def work(session: Session) -> Outcome:
        seen.append(session.offboarding.counters.faults)
        return Continue()

    woken(world, head_of(claim=claim), work)
    assert seen == [faults]
    assert [entry.what for entry in world.store.timeline(IDENTITY)].count("claim.taken_over") == faults


# Too many faults.


@pytest.mark.parametrize(("faults", "asks"), [(1, False), (2, True), (3, True), (40, True)])
def test_a_person_is_asked_after_a_number_of_faults_in_a_row(faults: int, asks: bool) -> None:
    world = World()
    with_pace(world, faults_before_attention=3)

    woken(world, head_of(counters=Counters(faults=faults)), failing(UnavailableError("503 again")))
    found = kept(world)
    assert (found.status is Status.NEEDS_ATTENTION) is asks
    assert found.counters.faults == faults + 1
    if asks:
        text = f"{faults + 1} attempts in a row failed; last: 503 again"
        what_to_do = "Remove the cause, then resume. It is tried daily meanwhile."
        assert found.reason == Reason(ReasonCode.TOO_MANY_FAULTS, text, what_to_do)
        assert found.next_attempt_at == NOW + DAY


@pytest.mark.parametrize("faults", [3, 4, 40])
def test_a_look_after_too_many_faults_tries_and_goes_on_when_it_works(faults: int) -> None:
    world, worked = World(), list[bool]()
    with_pace(world, faults_before_attention=3)

    def work(session: Session) -> Outcome:
        worked.append(True)
        return Continue()

    woken(world, head_of(counters=Counters(faults=faults), reason=Reason(ReasonCode.UNAVAILABLE, "503 again")), work)
    assert (worked, kept(world).status, kept(world).counters.faults) == ([True], Status.RUNNING, 0)


@pytest.mark.parametrize(("faults", "works"), [(1, True), (2, False), (3, False)])
def test_a_wake_up_that_finds_its_handler_dead_once_too_often_tries_nothing(faults: int, works: bool) -> None:
    world, worked = World(), list[bool]()
    with_pace(world, faults_before_attention=3)

    def work(session: Session) -> Outcome:
        worked.append(True)
        return Continue()

    woken(world, head_of(claim=Claim("dead", NOW - SECOND), counters=Counters(faults=faults)), work)
    assert bool(worked) is works
    assert (kept(world).status is Status.NEEDS_ATTENTION) is not works


def test_claims_that_died_count_too_and_without_a_reason_nothing_is_invented() -> None:
    world = World()
    with_pace(world, faults_before_attention=1)
    woken(world, head_of(claim=Claim("dead", NOW - SECOND)), nothing_due)
    reason = kept(world).reason
    assert reason is not None
    assert reason.text == "1 attempts in a row failed; last: "


def test_success_ends_the_row_and_leaves_the_other_counters() -> None:
    world = World()
    woken(world, head_of(counters=Counters(faults=5, returns=2, refusals=1, rechecks=3)), nothing_due)
    assert kept(world).counters == Counters(faults=0, returns=2, refusals=1, rechecks=3)


# Being asked to wait.


@pytest.mark.parametrize(("hold", "waits"), [(HOUR, HOUR), (DAY, DAY), (DAY + HOUR, DAY)])
def test_what_any_process_was_told_holds_here_but_it_is_looked_at_every_day(
    hold: timedelta, waits: timedelta, mocker: MockerFixture
) -> None:
    world = World()
    mocker.patch.object(world.services.throttles, "held_until", return_value=NOW + hold)
    called = mocker.Mock()
    assert woken(world, head_of(), called) == "acted"

    called.assert_not_called()
    found = kept(world)
    until = (NOW + hold).strftime("%Y-%m-%d %H:%M:%S")
    assert (found.status, found.stage, found.next_attempt_at) == (Status.WAITING, Stage.VERIFY, NOW + waits)
    assert found.reason == Reason(
        ReasonCode.THROTTLED, f"Microsoft asked this partner to make no calls before {until} UTC"
    )


@pytest.mark.parametrize(
    ("retry_after", "waits"),
    [
        (timedelta(0), timedelta(seconds=30)),
        (SECOND, timedelta(seconds=5)),
        (timedelta(seconds=5), timedelta(seconds=5)),
        (timedelta(seconds=6), timedelta(seconds=6)),
        (timedelta(hours=2), timedelta(hours=2)),
    ],
)
def test_a_429_is_waited_for_as_long_as_it_says_and_is_no_fault(retry_after: timedelta, waits: timedelta) -> None:
    """Never a busy loop: five seconds at least, and half a minute when it names no time at all."""
    found = after(ThrottledError("slow down", retry_after=retry_after), head_of(counters=Counters(faults=3)))
    assert found.next_attempt_at == NOW + waits
    assert found.counters.faults == 3
    assert found.reason == Reason(ReasonCode.THROTTLED, "slow down")


def test_a_429_without_a_time_is_a_fault_like_any_other() -> None:
    found = after(ThrottledError("slow down"))
    assert (found.next_attempt_at, found.counters.faults) == (NOW + timedelta(seconds=30), 1)


# Faults.


@pytest.mark.parametrize(
    ("faults", "waits"), [(0, 30), (1, 60), (2, 120), (6, 1920), (7, 3600), (12, 3600), (18, 3600)]
)
def test_each_fault_in_a_row_doubles_the_wait_up_to_an_hour(faults: int, waits: int) -> None:
    found = after(UnavailableError("503"), head_of(counters=Counters(faults=faults)))
    assert found.next_attempt_at == NOW + timedelta(seconds=waits)
    assert found.counters.faults == faults + 1
    assert found.status is Status.WAITING


def test_the_number_of_faults_cannot_overflow_the_wait() -> None:
    world = World()
    with_pace(world, faults_before_attention=10_000, longest_retry=timedelta(days=30))
    woken(world, head_of(counters=Counters(faults=9_000)), failing(UnavailableError("503")))
    assert kept(world).next_attempt_at == NOW + timedelta(seconds=30 * 2**12)


@pytest.mark.parametrize(("retry_after", "waits"), [(timedelta(seconds=10), 30), (timedelta(seconds=90), 90)])
def test_a_fault_never_comes_back_before_the_service_asked_for_it(retry_after: timedelta, waits: int) -> None:
    assert after(UnavailableError("503", retry_after=retry_after)).next_attempt_at == NOW + timedelta(seconds=waits)


@pytest.mark.parametrize("error", [UnavailableError("down"), NoAnswerError("time-out")])
def test_a_fault_is_waited_out_visibly(error: OffboardingError) -> None:
    found = after(error)
    assert (found.status, found.stage, found.reason) == (Status.WAITING, Stage.VERIFY, Reason(error.code, str(error)))


@pytest.mark.parametrize(
    "error",
    [
        RefusedError("no", status=400, advice="Ask Microsoft."),
        InvalidRequestError(ReasonCode.WRONG_VALUE, "x", "is wrong"),
        SignInRequiredError("sign in", status=401),
    ],
)
def test_what_no_time_heals_is_for_a_person(error: OffboardingError) -> None:
    found = after(error)
    assert (found.status, found.stage) == (Status.NEEDS_ATTENTION, Stage.VERIFY)
    assert found.reason == Reason(error.code, str(error), error.operator_action)
    assert found.counters.faults == 0


@pytest.mark.parametrize(
    ("status", "faults", "asks"),
    [
        (403, 0, False),
        (403, 1, False),
        (403, 2, True),
        (403, 3, True),
        (404, 0, False),
        (404, 1, False),
        (404, 2, True),
        (400, 0, True),
        (401, 0, True),
        (409, 0, True),
    ],
)
def test_an_odd_answer_is_asked_twice_more_before_a_person_is(status: int, faults: int, asks: bool) -> None:
    found = after(RefusedError("no", status=status), head_of(counters=Counters(faults=faults)))
    assert (found.status, found.counters.faults) == (
        (Status.NEEDS_ATTENTION, faults) if asks else (Status.WAITING, faults + 1)
    )


@pytest.mark.parametrize("status", [403, 404])
def test_an_odd_answer_that_passes_is_not_asked_before_the_service_allows_it(status: int) -> None:
    error = RefusedError("busy", status=status, retry_after=HOUR * 2)
    error.retryable = True
    assert after(error).next_attempt_at == NOW + HOUR * 2


def test_a_sign_in_that_would_be_retried_is_for_a_person_all_the_same(mocker: MockerFixture) -> None:
    error = SignInRequiredError("sign in")
    error.retryable = True
    assert after(error).status is Status.NEEDS_ATTENTION


@pytest.mark.parametrize(("error", "doubted"), [(SignInRequiredError("no"), 1), (RefusedError("no"), 0)])
def test_only_a_refused_sign_in_makes_the_next_preflight_look_again(
    error: OffboardingError, doubted: int, mocker: MockerFixture
) -> None:
    doubt = mocker.patch.object(runner, "forget_clear_answer")
    after(error)
    assert doubt.call_count == doubted


def test_a_fault_is_noted_with_its_code_and_http_status_and_shortened() -> None:
    world = World()
    woken(world, head_of(), failing(RefusedError("x" * 900, status=409)))
    note, state = world.store.timeline(IDENTITY)[-2:]
    reason = kept(world).reason

    assert (note.what, note.status, len(note.detail)) == ("fault.refused", 409, 500)
    assert reason is not None
    assert (state.detail, len(reason.text)) == (reason.text, 500)


@pytest.mark.parametrize("error", [UnavailableError("x" * 900), ThrottledError("x" * 900, retry_after=SECOND)])
def test_the_reason_of_a_wait_is_short(error: OffboardingError) -> None:
    reason = after(error).reason
    assert reason is not None
    assert (reason.code, len(reason.text)) == (error.code, 300)


def test_a_bug_tells_its_type_and_nothing_of_what_it_says(caplog: pytest.LogCaptureFixture) -> None:
    found = after(ZeroDivisionError("a secret"))
    assert found.reason == Reason(ReasonCode.INTERNAL_ERROR, "ZeroDivisionError in stage verify")
    assert (found.counters.faults, found.next_attempt_at) == (1, NOW + timedelta(seconds=30))
    assert any(record.exc_info for record in caplog.records)


def running_out(*, answered: bool) -> Callable[[Session], Outcome]:
    """A stage that runs out of time, after an answered call or before any."""

    def stage(session: Session) -> Outcome:
        if answered:
            session.note(TimelineEvent.GDAP_ACCEPTED, status=201, request_id="r")
        raise ClaimEndingError("late")

    return stage


def test_work_that_runs_out_of_time_goes_on_at_once_by_a_new_message() -> None:
    world = World()
    woken(world, head_of(counters=Counters(faults=2)), running_out(answered=True))
    found = kept(world)
    assert (found.status, found.reason, found.next_attempt_at, found.attempt) == (Status.RUNNING, None, NOW, 8)
    assert found.counters.faults == 2, "neither a success nor a fault"
    assert [item.id for item in on_queue(world, Destination.STAGE)] == [f"{IDENTITY}:verify:8"]


def test_an_attempt_that_runs_out_of_time_before_any_answer_is_a_fault() -> None:
    """It would go round in silence otherwise, as fast as messages come."""
    world = World()
    woken(world, head_of(counters=Counters(faults=2)), running_out(answered=False))
    found = kept(world)
    assert found.reason is not None
    assert (found.status, found.reason.code, found.counters.faults) == (Status.WAITING, "claim_ending", 3)
    assert found.next_attempt_at == NOW + timedelta(seconds=120)


# The store.


def test_who_loses_the_claim_in_the_middle_of_the_work_stores_no_outcome() -> None:
    world = World()
    answer = woken(world, head_of(), failing(ConcurrencyConflictError("newer")))
    assert answer == "the claim was lost while working; whoever holds it goes on"
    assert kept(world).claim is not None
    assert (kept(world).attempt, kept(world).status) == (7, Status.RUNNING)


def test_a_store_that_is_down_drops_the_wake_up_and_a_bug_in_it_is_raised() -> None:
    class BrokenError(OffboardingError):
        """A bug."""

    def broken() -> None:
        raise BrokenError("a bug")

    world = World()
    keep(world, head_of())
    store = StoreSwitch(world)
    store.before["load"] = unavailable
    assert handle_wake_up(wake_for(head_of()), world.services).startswith("the store cannot be used, the sweeper wakes")
    store.before["load"] = broken
    with pytest.raises(BrokenError):
        handle_wake_up(wake_for(head_of()), world.services)


def test_each_stage_is_worked_on_by_its_own_function() -> None:
    assert {stage.value: work.__name__ for stage, work in STAGES.items()} == {
        stage.value: stage.value for stage in Stage
    }


def test_dates_are_business_time_and_claims_machine_time() -> None:
    world = World()
    world.clock.advance(DAY)
    seen: list[tuple[datetime | None, datetime]] = []

    def work(session: Session) -> Outcome:
        claim = session.offboarding.claim
        seen.append((claim.expires_at if claim else None, session.services.clock.now()))
        return Continue()

    assert woken(world, head_of(Status.WAITING, next_attempt_at=NOW + DAY), work) == "acted"
    assert seen == [(NOW + world.services.pace.claim, NOW + DAY)]
