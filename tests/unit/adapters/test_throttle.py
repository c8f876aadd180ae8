"""The board of waits: what is held, what is told on, and what is taken over from other processes."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.world.store import MemoryStore
from shared.adapters.http.throttle import ThrottleBoard, ThrottleGuard
from shared.adapters.shared_throttles import SharedThrottles
from shared.domain.errors import ThrottledError, UnavailableError
from tests.unit.adapters.fake_http import NOW

S = timedelta(seconds=1)


class Time:
    """Business time that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def test_a_wait_is_told_once_however_many_calls_were_answered() -> None:
    time, told = Time(), list[tuple[str, datetime]]()
    board = ThrottleBoard(time, lambda *what: told.append(what))
    guard = ThrottleGuard("S", time, board)
    for _ in range(4):
        time.now += timedelta(milliseconds=50)
        guard.hold(57 * S)
    assert told == [("S", NOW + 58 * S)]
    guard.hold(30 * S)
    assert len(told) == 1


def test_another_service_is_not_held() -> None:
    time = Time()
    board = ThrottleBoard(time)
    ThrottleGuard("S", time, board).hold(5 * S)
    ThrottleGuard("T", time, board).check()
    with pytest.raises(ThrottledError) as caught:
        ThrottleGuard("S", time, board).check()
    assert caught.value.retry_after == 5 * S


def test_what_other_processes_were_told_holds_here_and_is_not_told_again() -> None:
    time, told = Time(), list[tuple[str, datetime]]()
    board = ThrottleBoard(time, lambda *what: told.append(what))
    board.adopt({"S": NOW + 9 * S})
    board.adopt({"S": NOW + 3 * S})
    assert board.until("S") == NOW + 9 * S
    assert ThrottleGuard("S", time, board).hold(4 * S) == 9 * S
    assert told == []


def test_an_answer_without_a_wait_holds_nothing() -> None:
    time = Time()
    board = ThrottleBoard(time)
    assert ThrottleGuard("S", time, board).hold(timedelta()) == timedelta()
    assert board.until("S") is None


@given(st.lists(st.floats(0.001, 1000.0), min_size=1, max_size=20))
def test_a_wait_never_gets_shorter(waits: list[float]) -> None:
    time = Time()
    board = ThrottleBoard(time)
    for wait in waits:
        board.hold("S", timedelta(seconds=wait))
    longest = NOW + timedelta(seconds=max(waits))
    until = board.until("S")
    assert until is not None
    assert longest <= until <= longest + S


def test_two_processes_wait_for_what_one_was_told() -> None:
    time, store = Time(), MemoryStore()
    first, second = (SharedThrottles(store, time, ("S",)) for _ in range(2))
    ThrottleGuard("S", time, first.board).hold(57 * S)
    assert second.held_until() == NOW + 57 * S
    with pytest.raises(ThrottledError):
        ThrottleGuard("S", time, second.board).check()
    time.now += 57 * S
    assert (first.held_until(), second.held_until()) == (None, None)


def test_a_service_that_not_every_stage_needs_holds_its_own_calls_only() -> None:
    time, store = Time(), MemoryStore()
    first, second = (SharedThrottles(store, time, ("S",)) for _ in range(2))
    ThrottleGuard("Azure", time, first.board).hold(57 * S)
    assert second.held_until() is None
    with pytest.raises(ThrottledError):
        ThrottleGuard("Azure", time, second.board).check()


def test_a_store_that_is_down_costs_only_the_others_their_warning(caplog: pytest.LogCaptureFixture) -> None:
    class Down(MemoryStore):
        def hold(self, service: str, until: datetime) -> None:
            raise UnavailableError("the store is down")

    time = Time()
    throttles = SharedThrottles(Down(), time, ("S",))
    ThrottleGuard("S", time, throttles.board).hold(57 * S)
    assert throttles.held_until() == NOW + 57 * S
    assert "could not be stored" in caplog.text
