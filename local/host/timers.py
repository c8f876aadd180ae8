"""Fires timer triggers. Machine time in UTC; runs of one timer never overlap.

The next time is counted from the start of the run before. A run that takes longer than the interval is therefore
followed by one more at once, and only one. Source: the timer extension
(github.com/Azure/azure-webjobs-sdk-extensions) and
https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer
"""

import json
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from azure.functions.meta import Datum
from azure.functions.timer import TimerRequestConverter

from local.host.functions import Function, TimerTrigger
from local.host.invoke.invoker import Invoker
from local.host.invoke.trace import take_trace
from local.host.timer_status import TimerMemory, TimerStatus

_log = logging.getLogger("host.timer")
# .NET's zero date stands for "never" in the status of a timer that has not run yet.
_NEVER = datetime(1, 1, 1, tzinfo=UTC)
# The clock of the machine may jump (sleep, time server): look at it at least so often, seconds.
_LONGEST_SLEEP = 30.0
# A clock that somebody moves is looked at so often, seconds.
_LOOK_EVERY = 0.5


def _machine_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class Timer:
    """One timer's state.

    `at_once`: a run is due now, whatever the schedule says. `running` keeps the next run waiting.
    """

    function: Function
    trigger: TimerTrigger
    last_run: datetime
    next_run: datetime
    past_due: bool = False
    at_once: bool = False
    running: bool = False

    @classmethod
    def at_start(cls, function: Function, trigger: TimerTrigger, status: TimerStatus | None, now: datetime) -> "Timer":
        """What is due when the host starts: a missed run, a run at start, or the next time of the schedule.

        A status under another schedule text says nothing about this one and is dropped.
        """
        if status is not None and trigger.use_monitor and status.schedule == trigger.schedule.text:
            if status.next < now:
                return cls(function, trigger, status.last, status.next, past_due=True, at_once=True)
            return cls(function, trigger, status.last, status.next, at_once=trigger.run_on_startup)
        return cls(function, trigger, _NEVER, trigger.schedule.next_after(now), at_once=trigger.run_on_startup)

    def is_due(self, now: datetime) -> bool:
        """Whether a run should begin."""
        return not self.running and (self.at_once or self.next_run <= now)

    def info(self) -> dict[str, object]:
        """The TimerInfo that the function receives; `Next` is the time that this run was due."""
        status = {
            "Last": self.last_run.isoformat(),
            "LastUpdated": self.last_run.isoformat(),
            "Next": self.next_run.isoformat(),
        }
        return {
            "Schedule": {"AdjustForDST": True},
            "ScheduleStatus": status if self.trigger.use_monitor else None,
            "IsPastDue": self.past_due,
        }

    def begin(self, now: datetime) -> None:
        """Marks a scheduled run as begun and finds the next time, counted from now."""
        self.running, self.past_due, self.at_once = True, False, False
        self.last_run = now
        self.next_run = self.trigger.schedule.next_after(now)

    def status(self) -> TimerStatus:
        """What to remember after a run."""
        return TimerStatus(self.trigger.schedule.text, self.last_run, self.next_run)


class TimerService:
    """One thread that watches every timer."""

    def __init__(
        self,
        functions: Sequence[Function],
        invoker: Invoker,
        memory: TimerMemory,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        """`clock` is one that may be moved forward at any moment; without one it is the machine's."""
        self._invoker = invoker
        self._memory = memory
        self._now = now = clock or _machine_now
        self._longest_sleep = _LONGEST_SLEEP if clock is None else _LOOK_EVERY
        self._changed = threading.Condition()
        self._stopping = False
        self._timers = [
            Timer.at_start(function, function.trigger, memory.get(function.name), now())
            for function in functions
            if isinstance(function.trigger, TimerTrigger)
        ]
        self._thread = threading.Thread(target=self._watch, name="timers", daemon=True)

    def start(self) -> None:
        """Begins to fire."""
        if self._timers:
            self._thread.start()

    def stop(self) -> None:
        """Fires nothing more. Returns at once; a run under way goes on."""
        with self._changed:
            self._stopping = True
            self._changed.notify()

    def fire(self, name: str) -> bool:
        """Runs a timer now, its schedule untouched; False if it is running already or there is no such timer."""
        with self._changed:
            timer = next((item for item in self._timers if item.function.name.casefold() == name.casefold()), None)
            if timer is None or timer.running or self._stopping:
                return False
            timer.running = True
            self._run(timer, timer.info())
            return True

    def _watch(self) -> None:
        with self._changed:
            while not self._stopping:
                now = self._now()
                for timer in self._timers:
                    if timer.is_due(now):
                        info = timer.info()
                        timer.begin(now)
                        self._run(timer, info)
                upcoming = [(timer.next_run - now).total_seconds() for timer in self._timers if not timer.running]
                self._changed.wait(max(0.0, min([*upcoming, self._longest_sleep])))

    def _run(self, timer: Timer, info: dict[str, object]) -> None:
        if info["IsPastDue"]:
            _log.info("%s: a run was missed, it is made up for now", timer.function.name)
        started = self._invoker.start(
            timer.function,
            lambda: TimerRequestConverter.decode(Datum(json.dumps(info), "json"), trigger_metadata=None),
            take_trace({}),
        )
        started.future.add_done_callback(lambda _: self._ended(timer))

    def _ended(self, timer: Timer) -> None:
        if timer.trigger.use_monitor:
            try:
                self._memory.put(timer.function.name, timer.status())
            except OSError as error:
                _log.error("%s: its run could not be remembered: %s", timer.function.name, error)
        with self._changed:
            timer.running = False
            self._changed.notify()
