"""Bounded parallel calls: results in order, never too many at once, every call ended before an error is raised."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from functools import partial

import pytest

from shared.pipeline.core.parallel import run_all, submit

CASE: ContextVar[str] = ContextVar("case", default="none")


@pytest.mark.parametrize("count", [0, 1, 2, 9])
def test_results_come_in_the_order_of_the_calls(count: int) -> None:
    assert run_all(3, [partial(int, number) for number in range(count)]) == list(range(count))


def test_one_call_needs_no_thread() -> None:
    assert run_all(4, [threading.current_thread]) == [threading.current_thread()]


def test_calls_run_at_the_same_time() -> None:
    """They meet: neither could pass alone."""
    barrier = threading.Barrier(2, timeout=20)
    assert sorted(run_all(2, [barrier.wait, barrier.wait])) == [0, 1]


def test_no_more_calls_at_once_than_workers() -> None:
    lock, running, most = threading.Lock(), 0, 0
    both_in = threading.Barrier(2, timeout=20)

    def call() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        both_in.wait()
        with lock:
            running -= 1

    run_all(2, [call] * 8)
    assert most == 2


@pytest.mark.parametrize("count", [1, 2])
def test_every_call_keeps_the_correlation_id_of_its_work(count: int) -> None:
    token = CASE.set("case-7")
    try:
        assert run_all(2, [CASE.get] * count) == ["case-7"] * count
        with ThreadPoolExecutor(1) as pool:
            assert submit(pool, CASE.get).result() == "case-7"
    finally:
        CASE.reset(token)


def test_what_a_call_sets_stays_with_it() -> None:
    run_all(2, [partial(CASE.set, "inner")] * 2)
    assert CASE.get() == "none"


def test_the_first_error_is_raised_after_all_calls_have_ended() -> None:
    ended: list[int] = []

    def call(number: int) -> None:
        if number == 1:
            raise ValueError("one")
        if number == 2:
            raise KeyError("two")
        ended.append(number)

    with pytest.raises(ValueError, match="one"):
        run_all(2, [partial(call, number) for number in range(5)])
    assert sorted(ended) == [0, 3, 4]
