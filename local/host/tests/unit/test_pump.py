"""The receive loop over a queue in memory: what is settled how, how much runs at once, what a broken link costs."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from local.host.service_bus.pump import Pump, PumpOptions
from local.host.service_bus.receiver import LinkDownError
from local.host.tests.unit.queues import QueueInMemory, QueueMessage

_DEADLINE = 10.0


@dataclass
class Work:
    """An invocation whose end the test decides."""

    message: QueueMessage
    future: "Future[None]" = field(default_factory=Future)

    def give_back(self) -> bool:
        return self.future.cancel()


@dataclass
class Desk:
    """Where dispatched messages wait for the test to finish them."""

    works: list[Work] = field(default_factory=list)

    def __call__(self, message: QueueMessage) -> Work:
        self.works.append(Work(message))
        return self.works[-1]

    def open(self) -> int:
        """How many are under way."""
        return sum(not work.future.done() for work in self.works)


def _pump(
    queue: QueueInMemory,
    desk: Callable[[QueueMessage], Work],
    *,
    calls: int = 2,
    auto: bool = True,
    renewal: float = 60,
) -> Pump[QueueMessage]:
    options = PumpOptions(calls, auto_complete=auto, max_lock_renewal=timedelta(seconds=renewal))
    return Pump("test", queue, desk, options, threading.Event(), idle_wait=0.2)


@pytest.fixture
def queue() -> QueueInMemory:
    return QueueInMemory()


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_success_completes_and_failure_abandons(queue: QueueInMemory, desk: Desk) -> None:
    pump = _pump(queue, desk)
    queue.put("good", "bad")
    pump.step()
    pump.step()
    desk.works[0].future.set_result(None)
    desk.works[1].future.set_exception(ValueError("bad"))
    pump.step()
    assert queue.log == ["complete good", "abandon bad"]
    pump.step()
    assert desk.works[-1].message.deliveries == 2  # abandoned means available again at once


@pytest.mark.parametrize(("failed", "expected"), [(False, []), (True, ["abandon m"])])
def test_without_auto_complete_only_failures_are_settled(
    queue: QueueInMemory, desk: Desk, failed: bool, expected: list[str]
) -> None:
    pump = _pump(queue, desk, calls=1, auto=False)
    queue.put("m")
    pump.step()
    if failed:
        desk.works[0].future.set_exception(ValueError())
    else:
        desk.works[0].future.set_result(None)
    pump.step()
    assert queue.log == expected


def test_no_more_run_at_once_than_allowed(queue: QueueInMemory, desk: Desk) -> None:
    pump = _pump(queue, desk, calls=2)
    queue.put("a", "b", "c")
    pump.step()
    pump.step()
    threading.Timer(0.05, lambda: desk.works[0].future.set_result(None)).start()
    pump.step()  # full: waits for one to end
    assert (desk.open(), len(desk.works)) == (1, 2)
    pump.step()
    assert [work.message.message_id for work in desk.works] == ["a", "b", "c"]
    assert queue.log == ["complete a"]


def test_locks_are_renewed_until_the_end_of_renewal(queue: QueueInMemory, desk: Desk) -> None:
    queue.lock = timedelta(0)  # due for renewal at every turn
    pump = _pump(queue, desk)
    queue.put("m")
    for _ in range(3):
        pump.step()
    assert queue.log == ["renew m", "renew m"]
    short = _pump(queue, desk, renewal=1e-9)
    queue.put("short")
    for _ in range(3):
        short.step()
    assert "renew short" not in queue.log


def test_no_renewal_when_switched_off_or_far_away(queue: QueueInMemory, desk: Desk) -> None:
    queue.put("m")
    pump = _pump(queue, desk)
    for _ in range(3):
        pump.step()
    queue.lock = timedelta(0)
    queue.put("n")
    off = _pump(queue, desk, renewal=0)
    for _ in range(3):
        off.step()
    assert queue.log == []


def test_a_lost_lock_costs_nothing_but_a_warning(
    queue: QueueInMemory, desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    queue.lock = timedelta(0)
    pump = _pump(queue, desk)
    queue.put("m", "n")
    pump.step()
    queue.lose_lock(desk.works[0].message)
    pump.step()
    desk.works[0].future.set_result(None)
    pump.step()
    assert [record.getMessage().split(":")[1].strip() for record in caplog.records if "lost" in record.getMessage()]
    assert "complete m" not in queue.log
    assert len(desk.works) == 2


def test_what_finished_while_the_link_was_down_is_settled_after_it(queue: QueueInMemory, desk: Desk) -> None:
    pump = _pump(queue, desk)
    queue.put("m")
    pump.step()
    desk.works[0].future.set_result(None)
    queue.cut(down=True)
    with pytest.raises(LinkDownError):
        pump.step()
    queue.cut(down=False)
    pump.step()
    assert queue.log == ["complete m"]


class Loop:
    """A pump in its thread."""

    def __init__(self, queue: QueueInMemory, desk: Callable[[QueueMessage], Work], grace: float = 1.0) -> None:
        self.stopping = threading.Event()
        options = PumpOptions(4, auto_complete=True, max_lock_renewal=timedelta(seconds=60))
        self.pump = Pump("test", queue, desk, options, self.stopping, idle_wait=0.05)
        self.thread = threading.Thread(target=self.pump.run, args=(grace,), daemon=True)
        self.queue = queue
        self.thread.start()

    def sees(self, *lines: str) -> bool:
        """Waits for lines in the queue's log."""
        with self.queue.changed:
            return self.queue.changed.wait_for(lambda: set(lines) <= set(self.queue.log), timeout=_DEADLINE)

    def stop(self) -> None:
        """Stops and waits for the end."""
        self.stopping.set()
        self.thread.join(_DEADLINE)
        assert not self.thread.is_alive()


def _at_once(message: QueueMessage) -> Work:
    work = Work(message)
    work.future.set_result(None)
    return work


def test_the_loop_waits_for_the_broker_and_outlives_it(queue: QueueInMemory) -> None:
    queue.cut(down=True)
    loop = Loop(queue, _at_once)
    assert not loop.pump.attached.wait(0.05)
    queue.cut(down=False)
    assert loop.pump.attached.wait(_DEADLINE)
    queue.put("a")
    assert loop.sees("complete a")
    queue.cut(down=True)
    queue.cut(down=False)
    queue.put("b")
    assert loop.sees("complete b")
    loop.stop()
    assert queue.closed


def test_a_fault_of_the_host_does_not_end_the_loop(queue: QueueInMemory) -> None:
    faults = iter([True, False])

    def dispatch(message: QueueMessage) -> Work:
        if next(faults):
            raise RuntimeError("no threads left")
        return _at_once(message)

    loop = Loop(queue, dispatch)
    queue.put("a", "b")
    assert loop.sees("complete b")
    loop.stop()


def test_the_stop_gives_back_what_has_not_begun_and_waits_for_the_rest(queue: QueueInMemory, desk: Desk) -> None:
    loop = Loop(queue, desk, grace=_DEADLINE)
    queue.put("begun", "waiting")
    assert _until(lambda: len(desk.works) == 2)
    assert desk.works[0].future.set_running_or_notify_cancel()
    loop.stopping.set()
    assert loop.sees("abandon waiting")
    desk.works[0].future.set_result(None)
    assert loop.sees("complete begun")
    loop.stop()


def test_the_stop_does_not_wait_for_ever(queue: QueueInMemory, desk: Desk) -> None:
    loop = Loop(queue, desk, grace=0.05)
    queue.put("endless")
    assert _until(lambda: len(desk.works) == 1)
    assert desk.works[0].future.set_running_or_notify_cancel()
    loop.stop()
    assert queue.closed
    assert "complete endless" not in queue.log


def test_when_the_process_is_about_to_end_everything_in_flight_is_abandoned(queue: QueueInMemory, desk: Desk) -> None:
    loop = Loop(queue, desk, grace=_DEADLINE)
    queue.put("runs", "waits", "done")
    assert _until(lambda: len(desk.works) == 3)
    assert desk.works[0].future.set_running_or_notify_cancel()
    desk.works[2].future.set_result(None)
    loop.pump.forsake()
    assert loop.pump.wait_forsaken(_DEADLINE)
    assert sorted(queue.log) == ["abandon runs", "abandon waits", "attach", "complete done"]
    queue.put("later")
    loop.stop()
    assert len(desk.works) == 3


def test_a_link_that_is_down_does_not_hold_up_the_end(queue: QueueInMemory, desk: Desk) -> None:
    loop = Loop(queue, desk)
    queue.put("runs")
    assert _until(lambda: len(desk.works) == 1)
    queue.lose_lock(desk.works[0].message)
    queue.put("other")
    assert _until(lambda: len(desk.works) == 2)
    queue.cut(down=True)
    loop.pump.forsake()
    assert loop.pump.wait_forsaken(_DEADLINE)
    loop.stop()


def _until(condition: Callable[[], bool]) -> bool:
    tick = threading.Event()
    for _ in range(int(_DEADLINE / 0.005)):
        if condition():
            return True
        tick.wait(0.005)
    return False
