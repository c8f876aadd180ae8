"""The watcher: how long a round may take, what it says of a letter, and which letters stay."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import timedelta

import pytest
from pytest_mock import MockerFixture

from local.world.world import World
from shared.domain.codes import ReasonCode
from shared.domain.errors import OffboardingError, UnavailableError
from shared.domain.offboarding.record import Reason
from shared.domain.offboarding.states import Stage, Status
from shared.ports.bus import DeadLetter
from shared.upkeep import dead_letters as module
from shared.upkeep.dead_letters import AT_A_TIME, watch, watch_request, watch_stage
from tests.unit.support.heads import IDENTITY, head_of, keep, kept
from tests.unit.support.worlds import with_pace

QUEUES = (None, *Stage)


def wake_letter(reason: str = "", description: str = "", *, attempt: int = 7) -> DeadLetter:
    body = json.dumps({"offboardingId": IDENTITY, "stage": "verify", "attempt": attempt}).encode()
    return DeadLetter(body, reason=reason, description=description)


@pytest.mark.parametrize(
    ("reason", "description", "text"),
    [
        ("MaxDeliveryCountExceeded", "10 deliveries", "MaxDeliveryCountExceeded: 10 deliveries"),
        ("MaxDeliveryCountExceeded", "", "MaxDeliveryCountExceeded"),
        ("", "10 deliveries", "no reason given: 10 deliveries"),
        ("", "", "no reason given"),
    ],
)
def test_a_letter_is_shown_in_the_words_of_the_queue(reason: str, description: str, text: str) -> None:
    world = World()
    keep(world, head_of())
    assert watch_stage(Stage.VERIFY, wake_letter(reason, description), world.services)
    assert kept(world).reason == Reason(
        ReasonCode.DEAD_LETTERED,
        f"a message of stage verify was dead-lettered: {text}",
        "Look for the exception in the log, fix its cause, then resume.",
    )


def test_a_letter_that_stops_nothing_is_only_logged(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    keep(world, head_of())
    assert watch_stage(Stage.VERIFY, wake_letter("r", attempt=6), world.services)
    assert kept(world).status is Status.RUNNING
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "goes on or is finished" in caplog.text


@pytest.mark.parametrize(
    ("error", "stays"),
    [(UnavailableError("down"), True), (OffboardingError("a bug"), False), (ZeroDivisionError(), False)],
)
def test_only_what_a_later_round_can_do_better_stays(error: Exception, stays: bool, mocker: MockerFixture) -> None:
    mocker.patch.object(module, "mark_for_attention", side_effect=error)
    assert watch_stage(Stage.VERIFY, wake_letter(), World().services) is not stays


# Requests.


@pytest.mark.parametrize("failure", [UnavailableError("down"), ZeroDivisionError(), OffboardingError("a bug")])
def test_a_request_that_fails_again_is_kept_for_people_with_the_reason_of_the_queue(
    failure: Exception, mocker: MockerFixture
) -> None:
    world = World()
    mocker.patch.object(module, "take_in", side_effect=failure)
    assert watch_request(DeadLetter(b"{}", True, "m-1", "TTLExpired", "too old"), world.services)

    [found] = world.all()
    assert found.reason is not None
    assert (found.reason.code, found.reason.text) == (
        "dead_lettered",
        "$: the request could not be processed: TTLExpired: too old",
    )
    [copy] = world.bus.rejected
    assert (copy.body, copy.correlation_id, dict(copy.properties)["field"]) == (b"{}", "m-1", "$")


def test_a_body_that_no_function_can_be_given_is_never_taken_in(mocker: MockerFixture) -> None:
    world = World()
    take_in = mocker.patch.object(module, "take_in")
    assert watch_request(DeadLetter(b"{}", False, "m-1"), world.services)

    take_in.assert_not_called()
    [found] = world.all()
    assert found.reason is not None
    assert found.reason.code == "unreadable_body"
    assert found.reason.text.startswith("$: must be sent as data (JMS: BytesMessage)")


@pytest.mark.parametrize("readable", [True, False])
def test_a_request_that_works_is_answered_once(readable: bool, mocker: MockerFixture) -> None:
    take_in = mocker.patch.object(module, "take_in")
    reject = mocker.patch.object(module, "reject_message")
    world = World()
    assert watch_request(DeadLetter(b"{}", readable, "m-1"), world.services)
    assert (take_in.call_count, reject.call_count) == ((1, 0) if readable else (0, 1))
    if readable:
        take_in.assert_called_once_with(b"{}", "m-1", world.services)


def test_a_request_that_can_be_kept_nowhere_stays(mocker: MockerFixture, caplog: pytest.LogCaptureFixture) -> None:
    mocker.patch.object(module, "take_in", side_effect=UnavailableError("down"))
    mocker.patch.object(module, "reject_message", side_effect=UnavailableError("down"))
    assert not watch_request(DeadLetter(b"{}", True, "m-1"), World().services)
    assert [record.levelno for record in caplog.records].count(logging.ERROR) == 2


# Rounds.


def round_of(
    world: World, mocker: MockerFixture, takes: float, letters: int = 1
) -> tuple[int, list[Stage | None], int]:
    """A round in which every letter takes so many seconds: dealt with, queues asked, letters handled."""
    asked: list[Stage | None] = []
    handled = 0

    def dead_letters(stage: Stage | None, handle: Callable[[DeadLetter], bool], limit: int) -> int:
        nonlocal handled
        assert limit == AT_A_TIME == 50
        asked.append(stage)
        removed = 0
        for _ in range(letters):
            if handle(DeadLetter(b"{")):
                handled += 1
                removed += 1
                world.clock.pass_machine(timedelta(seconds=takes))
        return removed

    mocker.patch.object(world.bus, "dead_letters", dead_letters)
    return watch(world.services), asked, handled


def test_requests_come_first_and_every_queue_is_asked(mocker: MockerFixture) -> None:
    assert round_of(World(), mocker, takes=0, letters=2) == (16, [*QUEUES], 16)


@pytest.mark.parametrize(
    ("takes", "queues"),
    [(42, 8), (49, 7), (50, 6), (99, 4), (100, 3), (299, 2), (300, 1), (301, 1)],
)
def test_a_round_ends_after_a_third_of_a_claim(takes: int, queues: int, mocker: MockerFixture) -> None:
    """Five minutes of a claim of fifteen: functionTimeout is never met."""
    world = World()
    with_pace(world, claim=timedelta(minutes=15))
    done, asked, _ = round_of(world, mocker, takes)
    assert (done, len(asked)) == (queues, queues)


@pytest.mark.parametrize(("takes", "handled"), [(299, 2), (300, 1)])
def test_within_a_queue_the_rest_is_left_to_the_next_round(takes: int, handled: int, mocker: MockerFixture) -> None:
    world = World()
    with_pace(world, claim=timedelta(minutes=15))
    assert round_of(world, mocker, takes, letters=5)[2] == handled


def test_a_queue_that_cannot_be_read_holds_up_no_other(mocker: MockerFixture) -> None:
    world = World()
    answers = [UnavailableError("down"), *[2] * len(Stage)]
    dead_letters = mocker.patch.object(world.bus, "dead_letters", side_effect=answers)
    assert watch(world.services) == 2 * len(Stage)
    assert [call.args[0] for call in dead_letters.call_args_list] == [*QUEUES]


@pytest.mark.parametrize("stage", QUEUES)
def test_each_queue_is_read_with_its_own_eyes(stage: Stage | None, mocker: MockerFixture) -> None:
    world = World()
    request = mocker.patch.object(module, "watch_request", return_value=True)
    wake = mocker.patch.object(module, "watch_stage", return_value=True)
    letter = DeadLetter(b"{")
    world.bus.dead = {stage: [letter]}
    assert watch(world.services) == 1
    assert (request.call_count, wake.call_count) == ((1, 0) if stage is None else (0, 1))
    if stage is not None:
        wake.assert_called_once_with(stage, letter, world.services)
