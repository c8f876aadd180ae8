"""The board of waits: what is held, what is told on, and what is taken over from other processes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.world.store import MemoryStore
from shared.adapters.http.retry_after import LONGEST_WAIT
from shared.adapters.http.throttle import Publish, ThrottleBoard, ThrottleGuard
from shared.adapters.throttles import SharedThrottles
from shared.domain.errors import ThrottledError, UnavailableError
from tests.unit.adapters.fake_http import NOW

S = timedelta(seconds=1)


class Time:
    """Business time that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


def telling(told: list[tuple[str, datetime]]) -> Publish:
    """Notes what everybody is told."""

    def tell(service: str, until: datetime) -> bool:
        told.append((service, until))
        return True

    return tell


def test_a_wait_is_told_once_however_many_calls_were_answered() -> None:
    time, told = Time(), list[tuple[str, datetime]]()
    board = ThrottleBoard(time, telling(told))
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
    board = ThrottleBoard(time, telling(told))
    board.merge({"S": NOW + 9 * S})
    board.merge({"S": NOW + 3 * S})
    assert board.until("S") == NOW + 9 * S
    assert ThrottleGuard("S", time, board).hold(4 * S) == 9 * S
    assert told == []


@pytest.mark.parametrize("stored", [{}, {"S": NOW + 2 * S}], ids=["cleared", "lowered"])
def test_what_a_person_lifts_in_the_store_is_lifted_here(stored: dict[str, datetime]) -> None:
    board = ThrottleBoard(Time(), telling([]))
    board.hold("S", 50 * S)
    board.hold("T", 50 * S)
    known = board.stored()
    board.hold("T", 60 * S)
    board.merge(stored, known)
    assert board.until("S") == stored.get("S")
    assert board.until("T") == NOW + 60 * S, "named after the store was read"


def test_what_could_not_be_stored_is_not_lifted() -> None:
    board = ThrottleBoard(Time())
    board.hold("S", 50 * S)
    board.merge({}, board.stored())
    assert board.until("S") == NOW + 50 * S


def test_a_stored_date_that_no_service_asks_for_is_a_day(caplog: pytest.LogCaptureFixture) -> None:
    time, store = Time(), MemoryStore()
    store.hold("S", datetime(9999, 12, 31, tzinfo=UTC))
    first, second = (SharedThrottles(store, time, ("S",)) for _ in range(2))
    assert first.held_until() == NOW + LONGEST_WAIT
    assert "no service asks for" in caplog.text
    time.now += timedelta(hours=20)
    assert second.held_until() == first.held_until() == NOW + LONGEST_WAIT
    time.now += timedelta(hours=4)
    assert (first.held_until(), second.held_until()) == (None, None)


def test_a_clock_a_little_ahead_is_no_mistake() -> None:
    time, store = Time(), MemoryStore()
    store.hold("S", NOW + LONGEST_WAIT + 60 * S)
    assert SharedThrottles(store, time, ("S",)).held_until() == NOW + LONGEST_WAIT + 60 * S


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
        def hold(self, service: str, until: datetime, at_most: datetime | None = None) -> None:
            raise UnavailableError("the store is down")

    time = Time()
    throttles = SharedThrottles(Down(), time, ("S",))
    ThrottleGuard("S", time, throttles.board).hold(57 * S)
    assert throttles.held_until() == NOW + 57 * S
    assert "could not be stored" in caplog.text
