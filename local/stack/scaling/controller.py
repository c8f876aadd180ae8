"""The scale controller: starts an instance for a group that has work, and stops it when it has had none for a while.

One thread looks at every group in turn and starts one instance at a time, so that a machine with two cores is not taken
by interpreters that import the application. Two things are kinder than Azure: a group never has more than one instance,
and the HTTP group, which is woken by the request itself there, is none of the controller's.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol

from local.stack.errors import StackError
from local.stack.scaling.groups import Group

LOOK_EVERY = 0.5
IDLE_SECONDS = 20.0
"""Without work for so long an instance is stopped (machine seconds)."""
WORKER_RESTARTED = 70
"""The host's exit code after a function's time-out: the next look starts another."""


class Instance(Protocol):
    """A process that runs the functions of one group."""

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""

    def running(self) -> int:
        """How many invocations are under way."""

    def last_words(self) -> str:
        """The end of its log."""

    def stop(self) -> None:
        """Let it end."""


@dataclass(slots=True)
class _Watched:
    group: Group
    instance: Instance | None = None
    busy_at: float = field(default_factory=time.monotonic)


class Controller:
    """Watches groups from `start` to `stop`."""

    def __init__(
        self,
        groups: Sequence[Group],
        has_work: Callable[[Group], bool],
        launch: Callable[[Group], Instance],
        tell: Callable[[str], None],
        *,
        idle_seconds: float = IDLE_SECONDS,
        at_end: Callable[[], None] = lambda: None,
    ) -> None:
        """`launch` starts an instance and waits until it is ready; `has_work` and it may raise StackError. `at_end` is
        called when nothing is looked at any more."""
        self._watched = [_Watched(group) for group in groups]
        self._has_work, self._launch, self._tell = has_work, launch, tell
        self._idle_seconds, self._at_end = idle_seconds, at_end
        self._stopping = threading.Event()
        self._stops = ThreadPoolExecutor(max(1, len(groups)), thread_name_prefix="scale-in")
        self._thread = threading.Thread(target=self._run, name="scale-controller", daemon=True)
        self._problem: Exception | None = None

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def check(self) -> None:
        """Raises StackError when the controller could not go on."""
        if self._problem is not None:
            raise StackError(f"the scale controller has stopped: {self._problem}", 3) from self._problem

    def stop(self) -> None:
        """Stop watching, and every instance."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()
        for watched in self._watched:
            self._scale_in(watched)
        self._stops.shutdown(wait=True)
        self._at_end()

    def look(self) -> None:
        """One turn over all groups. Raises StackError when an instance has died by itself."""
        for watched in self._watched:
            if self._stopping.is_set():
                return
            self._look_at(watched)

    def _look_at(self, watched: _Watched) -> None:
        self._bury(watched)
        now = time.monotonic()
        if self._has_work(watched.group):
            watched.busy_at = now
            if watched.instance is None:
                self._tell(f"scale out: {watched.group.name}")
                watched.instance = self._launch(watched.group)
                watched.busy_at = time.monotonic()
        elif watched.instance is not None and now - watched.busy_at >= self._idle_seconds:
            if watched.instance.running():
                watched.busy_at = now
            else:
                self._tell(f"scale in: {watched.group.name}")
                self._scale_in(watched)

    @staticmethod
    def _bury(watched: _Watched) -> None:
        code = None if watched.instance is None else watched.instance.exit_code
        if code is None:
            return
        assert watched.instance is not None
        if code != WORKER_RESTARTED:
            words = watched.instance.last_words()
            raise StackError(f"the host of {watched.group.name} stopped with exit code {code}.\n{words}", 3)
        watched.instance.stop()
        watched.instance = None

    def _scale_in(self, watched: _Watched) -> None:
        if watched.instance is not None:
            self._stops.submit(watched.instance.stop)
            watched.instance = None

    def _run(self) -> None:
        try:
            while not self._stopping.wait(LOOK_EVERY):
                self.look()
        except Exception as error:  # told to whoever watches the stack: a thread has nobody else
            self._problem = error
