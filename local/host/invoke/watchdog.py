"""functionTimeout: ends the process when an invocation runs too long.

A thread cannot be killed, so Azure kills the worker process and starts another; here the process ends with exit
code 70 and a supervisor starts it again. As in Azure, where every invocation of the killed worker counts as failed, all
messages in flight are abandoned at once: they are delivered again right away, to another instance even before this
process has ended.
"""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

from local.host.invoke.context import Invocation


class Watchdog:
    """Calls `on_timeout` once, from its own thread, for the first invocation that runs longer than `limit`."""

    def __init__(self, limit: timedelta, on_timeout: Callable[[Invocation], None]) -> None:
        self._limit = limit.total_seconds()
        self._on_timeout = on_timeout
        self._running: dict[Invocation, float] = {}  # in order of start, so the first one is due first
        self._changed = threading.Condition()
        threading.Thread(target=self._watch, name="function-timeout", daemon=True).start()

    def started(self, invocation: Invocation) -> None:
        """From now on the invocation is watched (machine time)."""
        with self._changed:
            self._running[invocation] = time.monotonic() + self._limit
            if len(self._running) == 1:
                self._changed.notify()

    def ended(self, invocation: Invocation) -> None:
        """The invocation needs no watching any more."""
        with self._changed:
            self._running.pop(invocation, None)

    def _watch(self) -> None:
        while True:
            with self._changed:
                while not self._running:
                    self._changed.wait()
                invocation, deadline = next(iter(self._running.items()))
                remaining = deadline - time.monotonic()
                if remaining > 0:
                    self._changed.wait(remaining)
                    continue
            self._on_timeout(invocation)
            return
