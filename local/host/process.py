"""What makes the process stop: SIGTERM, its stdin at its end if it has a parent, SIGINT if it has none."""

import os
import signal
import sys
import threading
from types import FrameType


class StopSignal:
    """Set once by any of the causes; a second signal ends the process at once."""

    def __init__(self, *, with_stdin: bool) -> None:
        self._event = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        if with_stdin:
            # Ctrl-C reaches the whole process group: the parent decides who stops when.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            threading.Thread(target=self._watch_stdin, name="stdin", daemon=True).start()

    def is_set(self) -> bool:
        """Whether it is time to stop."""
        return self._event.is_set()

    def wait(self) -> None:
        """Blocks until it is time to stop. Wakes now and then, or Ctrl-C would not be seen on Windows."""
        while not self._event.wait(1.0):
            pass

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self._event.is_set():
            os._exit(128 + number)
        self._event.set()

    def _watch_stdin(self) -> None:
        # Not through sys.stdin: its lock, held by this thread, would be fatal at the end of the interpreter.
        while os.read(sys.stdin.fileno(), 4096):
            pass
        self._event.set()
