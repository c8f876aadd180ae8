"""The receive loop of one Service Bus trigger: lock, dispatch, renew, settle.

One thread owns the link, because the SDK's receivers are not thread-safe; functions run elsewhere and report back
through a queue. Between two receives the thread settles what has finished and renews what is due. At least once: a
message is completed after its function returned, so a process that dies in between runs the function again for the
same message.
"""

import logging
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue
from typing import Any, Generic, Protocol

from local.host.service_bus.receiver import LinkDownError, LockLostError, M, Receiver

_log = logging.getLogger("host.servicebus")
# Seconds that one receive may block: long when nothing runs, short when a finished message may have to be settled.
_IDLE_WAIT = 0.5
_BUSY_WAIT = 0.05
_RENEW_BEFORE = timedelta(seconds=10)
_BACKOFF_FIRST, _BACKOFF_MOST = 0.2, 5.0


class Dispatched(Protocol):
    """An invocation that was started for a message."""

    @property
    def future(self) -> "Future[Any]": ...

    def give_back(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class PumpOptions:
    """host.json's extensions.serviceBus, as far as one trigger is concerned."""

    max_concurrent_calls: int
    auto_complete: bool
    max_lock_renewal: timedelta


@dataclass(slots=True)
class _InFlight(Generic[M]):
    message: M
    started: Dispatched
    locked_until: datetime | None
    renew_at: datetime | None
    renew_end: float  # monotonic seconds


class Pump(Generic[M]):
    """Runs one receive loop until `stopping` is set."""

    def __init__(
        self,
        name: str,
        receiver: Receiver[M],
        dispatch: Callable[[M], Dispatched],
        options: PumpOptions,
        stopping: threading.Event,
        idle_wait: float = _IDLE_WAIT,
    ) -> None:
        self.name = name
        self.attached = threading.Event()
        self._receiver = receiver
        self._dispatch = dispatch
        self._options = options
        self._stopping = stopping
        self._idle_wait = idle_wait
        self._running: list[_InFlight[M]] = []
        self._finished: SimpleQueue[_InFlight[M]] = SimpleQueue()
        self._unsettled: list[_InFlight[M]] = []
        self._forsaking = threading.Event()
        self._forsaken = threading.Event()

    def run(self, grace: float) -> None:
        """Blocks until stopped, then gives running functions `grace` seconds, settles them and detaches."""
        backoff = _BACKOFF_FIRST
        down, told = True, ""
        while not self._stopping.is_set():
            if self._forsaking.is_set():
                self._abandon_all()
                return
            try:
                if down:
                    self._receiver.attach()
                    down, told, backoff = False, "", _BACKOFF_FIRST
                    _log.info("%s: attached", self.name)
                    self.attached.set()
                self.step()
            except Exception as error:
                down = True
                # Anything but a broken link is a fault of this host: show it whole, and try to go on.
                trace = None if isinstance(error, LinkDownError) else error
                level = logging.DEBUG if str(error) == told else logging.WARNING  # one outage, one line
                _log.log(
                    level, "%s: link is down, it is tried again until it is up: %s", self.name, error, exc_info=trace
                )
                told = str(error)
                self._stopping.wait(backoff * random.uniform(0.8, 1.2))
                backoff = min(backoff * 2, _BACKOFF_MOST)
        self._stop(grace)

    def forsake(self) -> None:
        """Have everything in flight abandoned, whether or not it still runs, and nothing more received.

        Returns at once; called from another thread, when the process is about to end.
        """
        self._forsaking.set()

    def wait_forsaken(self, seconds: float) -> bool:
        """Waits until that is done, at most so long; tells whether it is."""
        return self._forsaken.wait(seconds)

    def _abandon_all(self) -> None:
        try:
            self._settle_finished()
            for item in self._running:
                self._abandon(item)
        except LinkDownError as error:
            _log.warning("%s: link is down, what was in flight comes again when its lock ends: %s", self.name, error)
        self._forsaken.set()

    def _abandon(self, item: _InFlight[M]) -> None:
        try:
            self._receiver.abandon(item.message)
            _log.warning("%s: message %s is abandoned, its function was cut off", self.name, item.message.message_id)
        except LockLostError as error:
            _log.warning("%s: message %s was not abandoned: %s", self.name, item.message.message_id, error)

    def step(self) -> None:
        """One turn: settle, renew, then receive or wait. Raises LinkDownError; nothing in flight is lost by that."""
        self._settle_finished()
        self._renew_due()
        if len(self._running) >= self._options.max_concurrent_calls:
            self._wait_for_one(self._idle_wait)
            return
        message = self._receiver.receive(_BUSY_WAIT if self._running else self._idle_wait)
        if message is not None:
            self._begin(message)

    def _begin(self, message: M) -> None:
        item = _InFlight(
            message=message,
            started=self._dispatch(message),
            locked_until=message.locked_until_utc,
            renew_at=self._renewal_time(message.locked_until_utc),
            renew_end=time.monotonic() + self._options.max_lock_renewal.total_seconds(),
        )
        self._running.append(item)
        item.started.future.add_done_callback(lambda _: self._finished.put(item))

    def _wait_for_one(self, seconds: float) -> None:
        try:
            self._ended(self._finished.get(timeout=seconds))
        except Empty:
            return

    def _ended(self, item: _InFlight[M]) -> None:
        self._running.remove(item)
        self._unsettled.append(item)

    def _settle_finished(self) -> None:
        while not self._finished.empty():
            self._ended(self._finished.get())
        while self._unsettled:
            self._settle(self._unsettled[0])  # stays in the list if the link is down
            del self._unsettled[0]

    def _settle(self, item: _InFlight[M]) -> None:
        failed = item.started.future.cancelled() or item.started.future.exception() is not None
        if not failed and not self._options.auto_complete:
            return
        try:
            if failed:
                self._receiver.abandon(item.message)
            else:
                self._receiver.complete(item.message)
        except LockLostError as error:
            _log.warning(
                "%s: message %s was not settled and will come again: %s", self.name, item.message.message_id, error
            )

    def _renewal_time(self, locked_until: datetime | None) -> datetime | None:
        if locked_until is None or not self._options.max_lock_renewal:
            return None
        remaining = locked_until - datetime.now(UTC)
        return locked_until - min(remaining / 2, _RENEW_BEFORE)

    def _renew_due(self) -> None:
        now = datetime.now(UTC)
        for item in self._running:
            if item.renew_at is None or item.renew_at > now:
                continue
            message_id = item.message.message_id
            if time.monotonic() >= item.renew_end:
                _log.warning("%s: lock of message %s is renewed no more, it ran too long", self.name, message_id)
                item.renew_at = None
                continue
            try:
                item.locked_until = self._receiver.renew(item.message)
                item.renew_at = self._renewal_time(item.locked_until)
            except LockLostError as error:
                _log.warning("%s: lost the lock of message %s, it may run twice: %s", self.name, message_id, error)
                item.renew_at = None

    def _stop(self, grace: float) -> None:
        for item in self._running:
            item.started.give_back()  # what has not begun is abandoned at once instead of waiting for its lock to end
        deadline = time.monotonic() + grace
        try:
            self._settle_finished()
            while self._running and time.monotonic() < deadline:
                self._wait_for_one(min(0.2, max(0.0, deadline - time.monotonic())))
                self._settle_finished()
                self._renew_due()
        except LinkDownError as error:
            _log.warning("%s: link is down at the stop, unsettled messages will come again: %s", self.name, error)
        for item in self._running:
            _log.warning(
                "%s: message %s is still running at the stop, it will come again", self.name, item.message.message_id
            )
        self._receiver.close()
