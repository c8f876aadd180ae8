"""When a timer runs, and that it never runs twice at once."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import azure.functions as func
import pytest

from local.host.functions import Function, TimerTrigger
from local.host.invoke.invoker import Invoker
from local.host.ncrontab import parse_schedule
from local.host.tests.unit.apps import timer_function
from local.host.timer_status import TimerMemory, TimerStatus
from local.host.timers import Timer, TimerService

_NOW = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
_HOURLY = "0 0 * * * *"
_LAST = datetime(2026, 11, 22, 8, 0, 1, tzinfo=UTC)
_DEADLINE = 10.0


def nothing(timer: func.TimerRequest) -> None: ...


def _timer(
    *, at_start: bool = False, monitor: bool = True, status: TimerStatus | None = None, now: datetime = _NOW
) -> Timer:
    trigger = TimerTrigger(parse_schedule(_HOURLY), at_start, monitor)
    return Timer.at_start(timer_function(nothing, schedule=_HOURLY), trigger, status, now)


def _status(next_run: datetime, schedule: str = _HOURLY) -> TimerStatus:
    return TimerStatus(schedule, _LAST, next_run)


_MISSED = _status(_NOW - timedelta(minutes=30))


@pytest.mark.parametrize(
    ("status", "at_start", "monitor", "due", "past_due"),
    [
        (None, False, True, False, False),
        (None, True, True, True, False),
        (_status(_NOW + timedelta(minutes=30)), False, True, False, False),
        (_status(_NOW + timedelta(minutes=30)), True, True, True, False),
        (_MISSED, False, True, True, True),
        (_MISSED, True, True, True, True),
        (_MISSED, False, False, False, False),
        (_status(_MISSED.next, "0 0 0 * * *"), False, True, False, False),  # another schedule by now
    ],
)
def test_what_is_due_at_the_start(
    status: TimerStatus | None, at_start: bool, monitor: bool, due: bool, past_due: bool
) -> None:
    timer = _timer(status=status, at_start=at_start, monitor=monitor)
    assert timer.is_due(_NOW) is due
    assert timer.info()["IsPastDue"] is past_due
    assert timer.is_due(datetime(2026, 11, 22, 11, tzinfo=UTC))


def test_a_run_counts_the_next_time_from_its_own_start() -> None:
    timer = _timer()
    eleven = _NOW.replace(hour=11, minute=0)
    assert timer.is_due(eleven)
    timer.begin(eleven)
    assert not timer.is_due(eleven + timedelta(hours=5))  # it runs
    timer.running = False
    assert timer.is_due(eleven + timedelta(hours=5))  # what came due meanwhile is run once
    timer.begin(eleven + timedelta(hours=5))
    timer.running = False
    assert not timer.is_due(eleven + timedelta(hours=5, minutes=59))


def test_the_function_learns_its_schedule() -> None:
    timer = _timer(status=_MISSED)
    assert timer.info() == {
        "Schedule": {"AdjustForDST": True},
        "ScheduleStatus": {
            "Last": "2026-11-22T08:00:01+00:00",
            "LastUpdated": "2026-11-22T08:00:01+00:00",
            "Next": "2026-11-22T10:00:00+00:00",
        },
        "IsPastDue": True,
    }
    assert _timer(monitor=False).info()["ScheduleStatus"] is None


def test_the_memory_lives_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "state" / "timers.json"
    TimerMemory(path).put("a", _MISSED)
    assert TimerMemory(path).get("a") == _MISSED
    assert [item.name for item in path.parent.iterdir()] == ["timers.json"]


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"a": {"last": "x"}}', '{"a": {"schedule": 1, "last": 2, "next": 3}}']
)
def test_an_unreadable_memory_starts_anew(tmp_path: Path, content: str, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "timers.json"
    path.write_text(content)
    assert TimerMemory(path).get("a") is None
    assert "starts anew" in caplog.text


class Runs:
    """A timer function that records its runs and holds each until released."""

    def __init__(self) -> None:
        self.seen: list[func.TimerRequest] = []
        self.entered = threading.Semaphore(0)
        self.release = threading.Semaphore(0)

    def function(self, **trigger: object) -> Function:
        """The indexed function."""

        def handler(timer: func.TimerRequest) -> None:
            self.seen.append(timer)
            self.entered.release()
            assert self.release.acquire(timeout=_DEADLINE)

        return timer_function(handler, **trigger)


@pytest.fixture
def invoker() -> Iterator[Invoker]:
    made = Invoker(environ={})
    yield made
    assert made.wait_idle(_DEADLINE)
    made.close()


def test_runs_never_overlap(invoker: Invoker) -> None:
    runs = Runs()
    memory = TimerMemory(None)
    function = runs.function(schedule="* * * * * *", run_on_startup=True)
    service = TimerService([function], invoker, memory)
    service.start()
    assert runs.entered.acquire(timeout=_DEADLINE)
    assert not service.fire("HANDLER")
    assert not runs.entered.acquire(timeout=1.1)  # a time of the schedule passes while the first run goes on
    runs.release.release()
    assert runs.entered.acquire(timeout=_DEADLINE)
    service.stop()
    runs.release.release()
    assert len(runs.seen) == 2
    assert memory.get(function.name) is not None


def test_a_timer_can_be_run_by_hand(invoker: Invoker) -> None:
    runs = Runs()
    memory = TimerMemory(None)
    service = TimerService([runs.function(schedule="0 0 0 1 1 *")], invoker, memory)
    service.start()
    assert service.fire("Handler")
    assert runs.entered.acquire(timeout=_DEADLINE)
    assert not service.fire("unknown")
    runs.release.release()
    assert invoker.wait_idle(_DEADLINE)
    service.stop()
    assert not service.fire("handler")
    assert runs.seen[0].past_due is False


def test_a_clock_that_is_moved_forward_fires_what_has_come_due(invoker: Invoker) -> None:
    runs, offset = Runs(), [timedelta(0)]
    function = runs.function(schedule="0 0 0 1 1 *")
    service = TimerService([function], invoker, TimerMemory(None), lambda: datetime.now(UTC) + offset[0])
    service.start()
    assert not runs.entered.acquire(timeout=0.1)
    offset[0] = timedelta(days=366)
    assert runs.entered.acquire(timeout=_DEADLINE)
    runs.release.release()
    service.stop()
