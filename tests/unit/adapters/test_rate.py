from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.http.rate import SHORT_WAIT, RateLimiter
from shared.domain.errors import ThrottledError


class Machine:
    """A machine clock that only sleeping moves."""

    def __init__(self) -> None:
        self.time = 100.0

    def monotonic(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        assert 0.0 < seconds < SHORT_WAIT
        self.time += seconds


def limiter(per_minute: int, machine: Machine) -> RateLimiter:
    return RateLimiter(per_minute, service="S", monotonic=machine.monotonic, sleep=machine.sleep)


def test_a_burst_passes_and_short_waits_block() -> None:
    machine = Machine()
    limit = limiter(240, machine)
    for _ in range(12):
        limit.take()
    assert machine.time == 100.0
    limit.take()
    assert machine.time == pytest.approx(100.0 + 60.0 / 228.0)


@pytest.mark.parametrize("per_minute", [60, 250, 500])
def test_nearly_the_whole_share_can_be_used(per_minute: int) -> None:
    machine = Machine()
    limit = limiter(per_minute, machine)
    for _ in range(per_minute * 10):
        limit.take()
    assert (machine.time - 100.0) / 60.0 <= 10 / 0.94


def test_a_long_wait_is_raised_with_the_time_that_is_left() -> None:
    machine = Machine()
    limit = limiter(4, machine)
    limit.take()
    with pytest.raises(ThrottledError) as caught:
        limit.take()
    assert caught.value.retry_after == timedelta(seconds=20)
    machine.time += 20.0
    limit.take()


@given(st.integers(2, 600), st.lists(st.floats(0.0, 20.0), min_size=1, max_size=60))
def test_no_minute_ever_holds_more_than_the_share(per_minute: int, pauses: list[float]) -> None:
    machine, passed = Machine(), []
    limit = limiter(per_minute, machine)
    for pause in pauses:
        machine.time += pause
        for _ in range(20):
            try:
                limit.take()
            except ThrottledError:
                break
            passed.append(machine.time)
    for start in passed:
        assert sum(start <= moment < start + 60.0 - 1e-6 for moment in passed) <= per_minute


def test_a_share_has_to_be_usable() -> None:
    with pytest.raises(ValueError, match="per_minute"):
        RateLimiter(1)
